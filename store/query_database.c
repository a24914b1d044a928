/*
 * The tables of a query about databases:
 *
 *	statements       a row for each statement (literals as ?) in a database of a service on a host, over all files
 *	database_events  lock waits, deadlocks, cancelled statements, checkpoints, temporary files, vacuums, starts,
 *	                 stops, crashes, reloads, refused connections, one by one, up to DB_EVENTS_MAX of a kind a file
 *	connections      opened, closed, refused in 10 seconds, and how many are open behind that
 *
 * store/query_views.c has views of them under the names of what they show.
 */
#include <stdlib.h>

#include "store/catalog_tables.h"
#include "store/db_rows.h"
#include "store/sql.h"

/* A statement as read, names resolved. */
struct total {
	struct statement_row row;
	struct str query, service, host, db;
	int64_t first_ns, last_ns; /* instants */
};

static int by_place(const void *a, const void *b)
{
	const struct total *x = a, *y = b;
	int d = str_cmp(x->service, y->service);

	if (!d)
		d = str_cmp(x->host, y->host);
	if (!d)
		d = str_cmp(x->db, y->db);
	return d ? d : str_cmp(x->query, y->query);
}

static struct str name_or(struct store *s, uint64_t id, struct str otherwise)
{
	return id ? store_name(s, id) : otherwise;
}

static void read_statement(struct store *s, sqlite3_stmt *st, const struct extent_row *x, struct total *out)
{
	struct statement_row *r = &out->row;

	*r = (struct statement_row){ .calls = db_u64(st, 5), .failed = db_u64(st, 6), .timed = db_u64(st, 7),
				     .sum_us = db_u64(st, 8), .min_us = db_u64(st, 9), .max_us = db_u64(st, 10),
				     .rows = -1, .examined = -1, .lock_us = db_u64(st, 13) };
	if (sqlite3_column_type(st, 11) != SQLITE_NULL)
		r->rows = sqlite3_column_int64(st, 11);
	if (sqlite3_column_type(st, 12) != SQLITE_NULL)
		r->examined = sqlite3_column_int64(st, 12);
	out->query = name_or(s, db_u64(st, 1), STR_NONE);
	out->service = name_or(s, db_u64(st, 2), x->service);
	out->host = name_or(s, db_u64(st, 3), x->host);
	out->db = name_or(s, db_u64(st, 4), STR_NONE);
	out->first_ns = shifted(db_time(st, 14), x->shift_ns);
	out->last_ns = shifted(db_time(st, 15), x->shift_ns);
}

static int64_t add_counts(int64_t a, int64_t b)
{
	return a < 0 ? b : b < 0 ? a : a + b;
}

static void merge(struct total *into, const struct total *from)
{
	struct statement_row *r = &into->row;
	const struct statement_row *f = &from->row;

	if (f->timed > 0 && (r->timed == 0 || f->min_us < r->min_us))
		r->min_us = f->min_us;
	if (f->max_us > r->max_us)
		r->max_us = f->max_us;
	r->calls += f->calls;
	r->failed += f->failed;
	r->timed += f->timed;
	r->sum_us += f->sum_us;
	r->lock_us += f->lock_us;
	r->rows = add_counts(r->rows, f->rows);
	r->examined = add_counts(r->examined, f->examined);
	if (from->first_ns != TIME_NONE && (into->first_ns == TIME_NONE || from->first_ns < into->first_ns))
		into->first_ns = from->first_ns;
	if (from->last_ns != TIME_NONE && from->last_ns > into->last_ns)
		into->last_ns = from->last_ns;
}

static void put_statement(struct filling *f, const struct total *t)
{
	const struct statement_row *r = &t->row;

	fill_text(f, t->query);
	fill_text(f, t->service);
	fill_text(f, t->host);
	fill_text(f, t->db);
	fill_number(f, r->calls);
	fill_number(f, r->failed);
	fill_real(f, r->timed ? (double)r->sum_us / 1e3 : NAN);
	fill_real(f, r->timed ? (double)r->sum_us / 1e3 / (double)r->timed : NAN);
	fill_real(f, r->timed ? (double)r->min_us / 1e3 : NAN);
	fill_real(f, r->timed ? (double)r->max_us / 1e3 : NAN);
	fill_count(f, r->rows);
	fill_count(f, r->examined);
	fill_real(f, (double)r->lock_us / 1e3);
	fill_time(f, t->first_ns);
	fill_time(f, t->last_ns);
	fill_row(f);
}

static bool fill_statements(struct sql *sql, struct filling *f, struct err *err)
{
	struct store *s = sql->store;
	VEC(struct total) list = { 0 };
	bool row, good;
	sqlite3_stmt *st = db_prepare(&s->db,
				      "SELECT id, fingerprint, service, host, db, calls, failed, timed, sum_us, min_us, "
				      "max_us, rows, examined, lock_us, first_ns, last_ns FROM statement ORDER BY id",
				      err);

	good = st != NULL && names_ready(s, err);
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		const struct extent_row *x = extent_of_fact(&sql->events.extents, sqlite3_column_int64(st, 0));

		if (x)
			read_statement(s, st, x, vec_push(&sql->arena, &list));
	}
	sqlite3_finalize(st);
	if (list.n > 1)
		qsort(list.at, list.n, sizeof *list.at, by_place);
	for (size_t i = 0; good && i < list.n;) {
		size_t k = i + 1;

		for (; k < list.n && by_place(&list.at[i], &list.at[k]) == 0; k++)
			merge(&list.at[i], &list.at[k]);
		put_statement(f, &list.at[i]);
		i = k;
	}
	return good;
}

static const struct catalog_column statement_columns[] = {
	{ "query", SQL_TEXT, SQL_SAID, "the statement with ? for its values" },
	{ "service", SQL_TEXT, 0, "the database server" },
	{ "host", SQL_TEXT, 0, "where it ran" },
	{ "db", SQL_TEXT, 0, "the database" },
	{ "calls", SQL_INTEGER, SQL_ALWAYS, "lines that state a duration" },
	{ "failed", SQL_INTEGER, SQL_ALWAYS, "how many of them failed" },
	{ "total_ms", SQL_REAL, 0, "how long they took together, exact to the microsecond" },
	{ "mean_ms", SQL_REAL, 0, "on average" },
	{ "min_ms", SQL_REAL, 0, "the shortest" },
	{ "max_ms", SQL_REAL, 0, "the longest" },
	{ "rows", SQL_INTEGER, 0, "rows sent or affected, all calls" },
	{ "rows_examined", SQL_INTEGER, 0, "rows looked at, all calls" },
	{ "lock_ms", SQL_REAL, SQL_ALWAYS, "time waiting for locks, all calls" },
	{ "first", SQL_TIME, 0, "the first call" },
	{ "last", SQL_TIME, 0, "the last one" },
	{ 0 },
};

const struct catalog_table table_statements = {
	.name = "statements",
	.help = "a statement in a database of a service on a host, over all files",
	.columns = statement_columns,
	.fill = fill_statements,
};

/* An event and where it comes from; `at` keeps equal ones in their order. */
struct found_event { const struct extent_row *extent; struct db_event e; size_t at; };
struct found_events { struct found_event *at; size_t n, cap; };

static void put_event(struct filling *f, const struct found_event *found)
{
	const struct db_event *e = &found->e;
	const struct extent_row *x = found->extent;

	fill_time(f, shifted(e->time_ns, x->shift_ns));
	fill_text(f, str_of(event_kind_name(e->kind)));
	fill_text(f, e->service.len ? e->service : x->service);
	fill_text(f, e->host.len ? e->host : x->host);
	fill_text(f, e->db);
	fill_text(f, e->user);
	fill_count(f, e->pid);
	fill_real(f, e->us >= 0 ? (double)e->us / 1e3 : NAN);
	fill_count(f, e->bytes);
	fill_text(f, e->object);
	fill_text(f, e->holder);
	fill_text(f, e->query);
	fill_text(f, e->text);
	fill_text(f, x->path);
	fill_number(f, e->line);
	fill_number(f, e->offset);
	fill_row(f);
}

static int by_time_and_text(const void *a, const void *b)
{
	const struct found_event *x = a, *y = b;

	if (x->e.time_ns != y->e.time_ns)
		return x->e.time_ns < y->e.time_ns ? -1 : 1;
	int d = str_cmp(x->e.text, y->e.text);
	if (d)
		return d;
	if (x->e.line != y->e.line)
		return x->e.line < y->e.line ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* The events of a row of the table. */
static bool unpack_events(struct sql *sql, sqlite3_stmt *st, struct arena *a, struct found_events *out, struct err *err)
{
	const struct extent_row *x = extent_of_fact(&sql->events.extents, sqlite3_column_int64(st, 0));
	struct found_event found = { .extent = x };
	struct db_rows rows;

	if (!x)
		return true;
	bool good = db_rows_open(&rows, db_blob(st, 1), &sql->store->coder, a);
	while (good && db_rows_next(&rows, &found.e)) {
		found.at = out->n;
		*vec_push(a, out) = found;
	}
	good = good && rows.rest.len == 0;
	return good || db_damaged(&sql->store->db, "events of a database do not match their checksum", err);
}

static bool fill_events(struct sql *sql, struct filling *f, struct err *err)
{
	struct db *db = &sql->store->db;
	struct found_events found = { 0 };
	struct arena a;
	bool row, good;
	sqlite3_stmt *st = db_prepare(db, "SELECT id, data FROM db_event ORDER BY id", err);

	arena_init(&a);
	good = st != NULL;
	while (good && (good = db_step(db, st, &row, err)) && row)
		good = unpack_events(sql, st, &a, &found, err);
	if (found.n > 1)
		qsort(found.at, found.n, sizeof *found.at, by_time_and_text);
	for (size_t i = 0; good && i < found.n; i++)
		put_event(f, &found.at[i]);
	sqlite3_finalize(st);
	arena_release(&a);
	return good;
}

static const struct catalog_column event_columns[] = {
	{ "time", SQL_TIME, 0, "when it happened" },
	{ "kind", SQL_TEXT, 0, "lock_wait, deadlock, cancel, checkpoint, temp_file, vacuum, start, stop, crash, ..." },
	{ "service", SQL_TEXT, 0, "the server" },
	{ "host", SQL_TEXT, 0, "where it ran" },
	{ "db", SQL_TEXT, 0, "in which database" },
	{ "user", SQL_TEXT, SQL_SAID, "of which user" },
	{ "pid", SQL_INTEGER, 0, "of which process of the server; of a lock: who waits" },
	{ "duration_ms", SQL_REAL, 0, "how long it took or waited" },
	{ "bytes", SQL_INTEGER, 0, "its size" },
	{ "object", SQL_TEXT, SQL_SAID, "of a lock: its mode and what it is on" },
	{ "holder", SQL_TEXT, SQL_SAID, "the processes that hold it" },
	{ "query", SQL_TEXT, SQL_SAID, "the statement with ? for its values" },
	{ "text", SQL_TEXT, SQL_SAID, "what the log says" },
	{ "source", SQL_TEXT, SQL_ALWAYS, "path of the file inside the archive" },
	{ "line", SQL_INTEGER, SQL_ALWAYS, "number of its first line there" },
	{ "offset", SQL_INTEGER, SQL_ALWAYS, "of that line in the unpacked file, bytes" },
	{ 0 },
};

const struct catalog_table table_database_events = {
	.name = "database_events",
	.help = "an event of a database server, the first 2,000 of a kind of each file",
	.columns = event_columns,
	.fill = fill_events,
};

/* Connections of one service on one host in one bucket. */
struct moment {
	struct str service, host;
	int32_t bucket;
	int64_t opened, closed, refused;
};

static int by_moment(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;
	int d = str_cmp(x->service, y->service);

	if (!d)
		d = str_cmp(x->host, y->host);
	return d ? d : (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

static bool same_place(const struct moment *a, const struct moment *b)
{
	return str_eq(a->service, b->service) && str_eq(a->host, b->host);
}

/*
 * How many were open before the log begins is not known: as few as make the count never negative. So the count
 * is a lower bound, exact once all of those were closed.
 */
static void put_moments(struct filling *f, const struct moment *m, size_t n)
{
	int64_t open = 0, least = 0;

	for (size_t i = 0; i < n; i++) {
		open += m[i].opened - m[i].closed;
		least = open < least ? open : least;
	}
	open = -least;
	for (size_t i = 0; i < n; i++) {
		open += m[i].opened - m[i].closed;
		fill_time(f, (int64_t)m[i].bucket * BUCKET_S * NS_PER_S);
		fill_text(f, m[i].service);
		fill_text(f, m[i].host);
		fill_count(f, m[i].opened);
		fill_count(f, m[i].closed);
		fill_count(f, m[i].refused);
		fill_count(f, open);
		fill_row(f);
	}
}

static void add_cells(struct arena *a, const struct series *s, struct moment **at, size_t *n, size_t *cap)
{
	struct { struct moment *at; size_t n, cap; } list = { *at, *n, *cap };

	for (size_t i = 0; i < s->n_cells; i++) {
		int64_t count = series_cell(s, i).count;
		struct moment m = { .service = s->service, .host = s->host, .bucket = series_cell(s, i).bucket };

		m.opened = s->code == EV_CONN_OPEN ? count : 0;
		m.closed = s->code == EV_CONN_CLOSE ? count : 0;
		m.refused = s->code == EV_CONN_REFUSED ? count : 0;
		*vec_push(a, &list) = m;
	}
	*at = list.at;
	*n = list.n;
	*cap = list.cap;
}

static bool fill_connections(struct sql *sql, struct filling *f, struct err *err)
{
	struct moment *m = NULL;
	struct series *series;
	size_t n_series, n = 0, cap = 0, kept = 0;
	struct arena scratch;

	arena_init(&scratch);
	bool good = store_load_series_of(sql->store, 1 << SERIES_EVENT, &scratch, &series, &n_series, err);

	for (size_t i = 0; good && i < n_series; i++)
		if (series[i].code == EV_CONN_OPEN || series[i].code == EV_CONN_CLOSE || series[i].code == EV_CONN_REFUSED)
			add_cells(&scratch, &series[i], &m, &n, &cap);
	if (n > 1)
		qsort(m, n, sizeof *m, by_moment);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && by_moment(&m[kept - 1], &m[i]) == 0) {
			m[kept - 1].opened += m[i].opened;
			m[kept - 1].closed += m[i].closed;
			m[kept - 1].refused += m[i].refused;
		} else {
			m[kept++] = m[i];
		}
	}
	for (size_t i = 0; i < kept;) {
		size_t k = i + 1;

		while (k < kept && same_place(&m[i], &m[k]))
			k++;
		put_moments(f, m + i, k - i);
		i = k;
	}
	arena_release(&scratch);
	return good;
}

static const struct catalog_column connection_columns[] = {
	{ "time", SQL_TIME, SQL_ALWAYS, "when the 10 seconds begin" },
	{ "service", SQL_TEXT, 0, "whose" },
	{ "host", SQL_TEXT, 0, "where it ran" },
	{ "opened", SQL_INTEGER, SQL_ALWAYS, "connections made" },
	{ "closed", SQL_INTEGER, SQL_ALWAYS, "ended" },
	{ "refused", SQL_INTEGER, SQL_ALWAYS, "refused" },
	{ "open", SQL_INTEGER, SQL_ALWAYS, "how many there are after that, those from before the log begins as few as can be" },
	{ 0 },
};

const struct catalog_table table_connections = {
	.name = "connections",
	.help = "10 seconds of a service on a host in which any connection was made, ended or refused",
	.columns = connection_columns,
	.fill = fill_connections,
};
