/*
 * The tables of a query about databases:
 *
 *	statements       a row for each statement (literals as ?) in a database of a service on a host, over all files
 *	database_events  lock waits, deadlocks, cancelled statements, checkpoints, temporary files, vacuums, starts,
 *	                 stops, crashes, reloads, refused connections, one by one, up to DB_EVENTS_MAX of a kind a file
 *	connections      opened, closed, refused in 10 seconds, and how many are open behind that
 *
 * and views of them under the names of what they show.
 */
#include <stdlib.h>

#include "store/database.h"
#include "store/query_fill.h"

static const char *const views[] = {
	"CREATE VIEW lock_waits AS SELECT time, service, host, db, user, pid AS waiter, holder, object,"
	" duration_ms AS wait_ms, CASE WHEN text LIKE '% acquired %' THEN 'acquired' ELSE 'waiting' END AS state,"
	" query, text, source, line FROM database_events WHERE kind = 'lock_wait'",
	"CREATE VIEW deadlocks AS SELECT time, service, host, db, user, pid, query, text, source, line"
	" FROM database_events WHERE kind = 'deadlock'",
	"CREATE VIEW checkpoints AS SELECT time, service, host, duration_ms, text, source, line"
	" FROM database_events WHERE kind = 'checkpoint' AND text LIKE '%complete%'",
	"CREATE VIEW temporary_files AS SELECT time, service, host, db, user, pid, bytes, query, source, line"
	" FROM database_events WHERE kind = 'temp_file'",
	"CREATE VIEW vacuums AS SELECT time, service, host, duration_ms, text, source, line"
	" FROM database_events WHERE kind = 'vacuum'",
	"CREATE VIEW cancelled_statements AS SELECT time, service, host, db, user, pid, query, text, source, line"
	" FROM database_events WHERE kind = 'cancel'",
	"CREATE VIEW restarts AS SELECT time, kind, service, host, text, source, line"
	" FROM database_events WHERE kind IN ('start', 'stop', 'crash')",
	"CREATE VIEW parameter_changes AS SELECT time, service, host, key, old_value, new_value, actor, text, source, line"
	" FROM changes WHERE kind = 'config_change' AND key IS NOT NULL",
	NULL,
};

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

static bool put_statement(struct filling *f, const struct total *t, struct err *err)
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
	return fill_row(f, err);
}

static bool fill_statements(struct store *s, const struct extent_list *extents, struct db *db, struct arena *a,
			    struct err *err)
{
	VEC(struct total) list = { 0 };
	struct filling f = { 0 };
	bool row, good;
	sqlite3_stmt *st = db_prepare(&s->db,
				      "SELECT id, fingerprint, service, host, db, calls, failed, timed, sum_us, min_us, "
				      "max_us, rows, examined, lock_us, first_ns, last_ns FROM statement ORDER BY id",
				      err);

	good = st != NULL;
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		const struct extent_row *x = extent_of_fact(extents, sqlite3_column_int64(st, 0));

		if (x)
			read_statement(s, st, x, vec_push(a, &list));
	}
	sqlite3_finalize(st);
	if (list.n > 1)
		qsort(list.at, list.n, sizeof *list.at, by_place);
	good = good && fill_begin(&f, db,
				  "CREATE TABLE statements(query TEXT, service TEXT, host TEXT, db TEXT, calls INTEGER, "
				  "failed INTEGER, total_ms REAL, mean_ms REAL, min_ms REAL, max_ms REAL, rows INTEGER, "
				  "rows_examined INTEGER, lock_ms REAL, first TEXT COLLATE instant, "
				  "last TEXT COLLATE instant)",
				  "INSERT INTO statements VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", err);
	for (size_t i = 0; good && i < list.n;) {
		size_t k = i + 1;

		for (; k < list.n && by_place(&list.at[i], &list.at[k]) == 0; k++)
			merge(&list.at[i], &list.at[k]);
		good = put_statement(&f, &list.at[i], err);
		i = k;
	}
	sqlite3_finalize(f.st);
	return good;
}

static bool put_event(struct filling *f, sqlite3_stmt *st, const struct extent_row *x, struct err *err)
{
	int64_t kind = sqlite3_column_int64(st, 2);
	struct str service = db_text(st, 3), host = db_text(st, 4);
	bool timed = sqlite3_column_type(st, 8) != SQLITE_NULL;

	fill_time(f, shifted(db_time(st, 1), x->shift_ns));
	fill_text(f, kind >= 0 && kind < EVENT_KIND_COUNT ? str_of(event_kind_name((enum event_kind)kind)) : STR_NONE);
	fill_text(f, service.len ? service : x->service);
	fill_text(f, host.len ? host : x->host);
	fill_text(f, db_text(st, 5));
	fill_text(f, db_text(st, 6));
	fill_count(f, sqlite3_column_type(st, 7) != SQLITE_NULL ? sqlite3_column_int64(st, 7) : -1);
	fill_real(f, timed ? (double)sqlite3_column_int64(st, 8) / 1e3 : NAN);
	fill_count(f, sqlite3_column_type(st, 9) != SQLITE_NULL ? sqlite3_column_int64(st, 9) : -1);
	for (int i = 10; i <= 13; i++)
		fill_text(f, db_text(st, i));
	fill_text(f, x->path);
	fill_number(f, db_u64(st, 14));
	fill_number(f, db_u64(st, 15));
	return fill_row(f, err);
}

static bool fill_events(struct store *s, const struct extent_list *extents, struct db *db, struct err *err)
{
	struct filling f = { 0 };
	sqlite3_stmt *st = NULL;
	bool row, good;

	good = fill_begin(&f, db,
			  "CREATE TABLE database_events(time TEXT COLLATE instant, kind TEXT, service TEXT, host TEXT, "
			  "db TEXT, user TEXT, pid INTEGER, duration_ms REAL, bytes INTEGER, object TEXT, holder TEXT, "
			  "query TEXT, text TEXT, source TEXT, line INTEGER, offset INTEGER)",
			  "INSERT INTO database_events VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", err);
	if (good) {
		st = db_prepare(&s->db,
				"SELECT id, time_ns, kind, service, host, db, user, pid, us, bytes, object, holder, query, "
				"text, line, offset FROM db_event ORDER BY time_ns, text, line, id",
				err);
		good = st != NULL;
	}
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		const struct extent_row *x = extent_of_fact(extents, sqlite3_column_int64(st, 0));

		good = !x || put_event(&f, st, x, err);
	}
	sqlite3_finalize(st);
	sqlite3_finalize(f.st);
	return good;
}

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
static bool put_moments(struct filling *f, const struct moment *m, size_t n, struct err *err)
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
		if (!fill_row(f, err))
			return false;
	}
	return true;
}

static void add_cells(struct arena *a, const struct series *s, struct moment **at, size_t *n, size_t *cap)
{
	struct { struct moment *at; size_t n, cap; } list = { *at, *n, *cap };

	for (size_t i = 0; i < s->n_cells; i++) {
		int64_t count = s->cells[i].count;
		struct moment m = { .service = s->service, .host = s->host, .bucket = s->cells[i].bucket };

		m.opened = s->code == EV_CONN_OPEN ? count : 0;
		m.closed = s->code == EV_CONN_CLOSE ? count : 0;
		m.refused = s->code == EV_CONN_REFUSED ? count : 0;
		*vec_push(a, &list) = m;
	}
	*at = list.at;
	*n = list.n;
	*cap = list.cap;
}

static bool fill_connections(struct store *s, struct db *db, struct arena *a, struct err *err)
{
	struct moment *m = NULL;
	struct series *series;
	struct filling f = { 0 };
	size_t n_series, n = 0, cap = 0, kept = 0;
	bool good = store_load_series(s, a, &series, &n_series, err) &&
		    fill_begin(&f, db,
			       "CREATE TABLE connections(time TEXT COLLATE instant, service TEXT, host TEXT, "
			       "opened INTEGER, closed INTEGER, refused INTEGER, open INTEGER)",
			       "INSERT INTO connections VALUES(?, ?, ?, ?, ?, ?, ?)", err);

	for (size_t i = 0; good && i < n_series; i++)
		if (series[i].kind == SERIES_EVENT &&
		    (series[i].code == EV_CONN_OPEN || series[i].code == EV_CONN_CLOSE ||
		     series[i].code == EV_CONN_REFUSED))
			add_cells(a, &series[i], &m, &n, &cap);
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
	for (size_t i = 0; good && i < kept;) {
		size_t k = i + 1;

		while (k < kept && same_place(&m[i], &m[k]))
			k++;
		good = put_moments(&f, m + i, k - i, err);
		i = k;
	}
	sqlite3_finalize(f.st);
	return good;
}

bool fill_database(struct store *s, const struct extent_list *extents, struct db *db, struct arena *a,
		   struct err *err)
{
	bool good = fill_statements(s, extents, db, a, err) && fill_events(s, extents, db, err) &&
		    fill_connections(s, db, a, err);

	for (const char *const *view = views; good && *view; view++)
		good = db_exec(db, *view, err);
	return good;
}
