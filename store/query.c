#include "store/query.h"

#include <math.h>

#include "store/events_table.h"
#include "store/query_fill.h"

struct query {
	struct arena arena;         /* of this struct and of what the tables are filled from */
	struct store *store;
	bool reading;               /* a transaction keeps the store as it is */
	struct db db;               /* in memory */
	struct events_table events;
	sqlite3_stmt *st;
};

void fill_text(struct filling *f, struct str text)
{
	f->at++;
	if (text.len > 0)
		db_bind_text(f->st, f->at, text);
	else
		sqlite3_bind_null(f->st, f->at);
}

void fill_number(struct filling *f, uint64_t v)
{
	db_bind_u64(f->st, ++f->at, v);
}

void fill_count(struct filling *f, int64_t v)
{
	db_bind_count(f->st, ++f->at, v);
}

void fill_real(struct filling *f, double v)
{
	f->at++;
	if (isnan(v))
		sqlite3_bind_null(f->st, f->at);
	else
		sqlite3_bind_double(f->st, f->at, v);
}

void fill_time(struct filling *f, int64_t ns)
{
	char text[TIME_TEXT_BYTES];

	f->at++;
	if (ns == TIME_NONE)
		sqlite3_bind_null(f->st, f->at);
	else
		sqlite3_bind_text(f->st, f->at, time_format(ns, QUERY_TIME_DIGITS, text), -1, SQLITE_TRANSIENT);
}

bool fill_begin(struct filling *f, struct db *db, const char *create, const char *insert, struct err *err)
{
	*f = (struct filling){ .db = db };
	if (!db_exec(db, create, err))
		return false;
	f->st = db_prepare(db, insert, err);
	return f->st != NULL;
}

bool fill_row(struct filling *f, struct err *err)
{
	f->at = 0;
	return db_run(f->db, f->st, err);
}

static bool fill_sources(struct query *q, struct err *err)
{
	struct filling f;
	bool good = fill_begin(&f, &q->db,
				"CREATE TABLE sources(source TEXT, log TEXT, format TEXT, service TEXT, host TEXT, "
				"zone TEXT, lines INTEGER, events INTEGER, continuation INTEGER, rejected INTEGER, "
				"first TEXT COLLATE instant, last TEXT COLLATE instant)",
				"INSERT INTO sources VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", err);
	for (size_t i = 0; good && i < q->events.extents.n; i++) {
		const struct extent_row *x = &q->events.extents.at[i];
		const struct str texts[] = { x->path, x->logical, x->format, x->service, x->host, x->zone };
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			fill_text(&f, texts[k]);
		fill_number(&f, x->lines);
		fill_number(&f, x->events);
		fill_number(&f, x->continuation);
		fill_number(&f, x->rejected);
		fill_time(&f, x->first_ns);
		fill_time(&f, x->last_ns);
		good = fill_row(&f, err);
	}
	sqlite3_finalize(f.st);
	return good;
}

static bool fill_changes(struct query *q, struct err *err)
{
	struct filling f = { 0 };
	struct store_change *changes;
	size_t n;
	bool good = store_load_changes(q->store, &q->arena, &changes, &n, err) &&
		    fill_begin(&f, &q->db,
				"CREATE TABLE changes(time TEXT COLLATE instant, until TEXT COLLATE instant, "
				"kind TEXT, service TEXT, host TEXT, version TEXT, previous TEXT, actor TEXT, key TEXT, "
				"old_value TEXT, new_value TEXT, status TEXT, id TEXT, text TEXT, source TEXT, "
				"line INTEGER, offset INTEGER)",
				"INSERT INTO changes VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", err);
	for (size_t i = 0; good && i < n; i++) {
		const struct store_change *c = &changes[i];
		const struct str texts[] = { str_of(change_kind_name(c->kind)), c->service, c->host, c->version,
					     c->previous, c->actor, c->key, c->old_value, c->new_value, c->status,
					     c->id, c->text, c->ref.source };
		fill_time(&f, c->time_ns);
		fill_time(&f, c->end_ns);
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			fill_text(&f, texts[k]);
		fill_number(&f, c->ref.line);
		fill_number(&f, c->ref.offset);
		good = fill_row(&f, err);
	}
	sqlite3_finalize(f.st);
	return good;
}

static bool fill_templates(struct query *q, struct err *err)
{
	struct filling f = { 0 };
	struct store_template *templates;
	size_t n;
	bool good = store_load_templates(q->store, &q->arena, &templates, &n, err) &&
		    fill_begin(&f, &q->db,
				"CREATE TABLE templates(template TEXT, family TEXT, severity TEXT, format TEXT)",
				"INSERT INTO templates VALUES(?, ?, ?, ?)", err);
	for (size_t i = 0; good && i < n; i++) {
		fill_text(&f, templates[i].text);
		fill_text(&f, templates[i].group_text);
		fill_text(&f, str_of(severity_name(templates[i].severity)));
		fill_text(&f, templates[i].format);
		good = fill_row(&f, err);
	}
	sqlite3_finalize(f.st);
	return good;
}

/* Only what reads. The pragmas tell which tables and columns there are. */
static int authorize(void *self, int action, const char *a, const char *b, const char *database, const char *trigger)
{
	(void)self;
	(void)b;
	(void)database;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_PRAGMA:
		return a && (sqlite3_stricmp(a, "table_info") == 0 || sqlite3_stricmp(a, "table_list") == 0) ?
			SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

/* Why a statement is not run, or stopped: the store's trouble, else what SQLite says about the statement. */
static bool refuse(struct query *q, struct err *err)
{
	if (q->events.err.set)
		return err_set_status(err, q->events.err.status, "%s", q->events.err.text);
	switch (sqlite3_errcode(q->db.handle) & 0xff) {
	case SQLITE_AUTH:
		return err_set_status(err, EXIT_USAGE, "a query can only read: SELECT ...");
	case SQLITE_NOMEM:
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return err_set(err, "the query cannot go on: %s", sqlite3_errmsg(q->db.handle));
	default:
		return err_set_status(err, EXIT_USAGE, "SQL: %s", sqlite3_errmsg(q->db.handle));
	}
}

static bool prepare(struct query *q, struct str sql, struct err *err)
{
	const char *rest = sql.ptr;
	sqlite3_stmt *more = NULL;

	if (sql.len > INT32_MAX)
		return err_set_status(err, EXIT_USAGE, "SQL: too long");
	if (sqlite3_prepare_v2(q->db.handle, sql.ptr, (int)sql.len, &q->st, &rest) != SQLITE_OK)
		return refuse(q, err);
	if (!q->st)
		return err_set_status(err, EXIT_USAGE, "SQL: there is no statement");
	int code = sqlite3_prepare_v2(q->db.handle, rest, (int)(sql.len - (size_t)(rest - sql.ptr)), &more, NULL);
	sqlite3_finalize(more);
	if (code != SQLITE_OK || more)
		return err_set_status(err, EXIT_USAGE, "SQL: one statement at a time");
	return true;
}

static bool open_memory(struct query *q, struct err *err)
{
	q->db.path = STR(":memory:");
	if (sqlite3_open_v2(":memory:", &q->db.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return db_fail(&q->db, err);
	sqlite3_limit(q->db.handle, SQLITE_LIMIT_LENGTH, 64 << 20);
	sqlite3_limit(q->db.handle, SQLITE_LIMIT_ATTACHED, 0);
	return true;
}

bool query_open(struct store *s, struct str sql, struct query **out, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	struct query *q = arena_new(&arena, struct query);
	q->arena = arena;
	q->store = s;
	*out = q;
	q->reading = db_exec(&s->db, "BEGIN", err);
	bool good = q->reading && open_memory(q, err) && events_table_init(&q->events, s, &q->db, err) &&
		    fill_sources(q, err) && fill_changes(q, err) && fill_templates(q, err) &&
		    fill_database(s, &q->events.extents, &q->db, &q->arena, err);
	if (good) {
		sqlite3_set_authorizer(q->db.handle, authorize, NULL);
		good = prepare(q, sql, err);
	}
	if (good)
		return true;
	query_close(q);
	*out = NULL;
	return false;
}

void query_close(struct query *q)
{
	if (!q)
		return;
	sqlite3_finalize(q->st);
	db_close(&q->db);
	events_table_release(&q->events);
	if (q->reading)
		sqlite3_exec(q->store->db.handle, "ROLLBACK", NULL, NULL, NULL); /* nothing was written */
	struct arena arena = q->arena;
	arena_release(&arena);
}

size_t query_columns(const struct query *q)
{
	return (size_t)sqlite3_column_count(q->st);
}

struct str query_column_name(const struct query *q, size_t column)
{
	return str_of(sqlite3_column_name(q->st, (int)column));
}

bool query_next(struct query *q, bool *any, struct err *err)
{
	int code = sqlite3_step(q->st);
	*any = code == SQLITE_ROW;
	return *any || code == SQLITE_DONE || refuse(q, err);
}

struct query_value query_value(const struct query *q, size_t column)
{
	int at = (int)column;
	struct query_value v = { .type = QUERY_TEXT };
	switch (sqlite3_column_type(q->st, at)) {
	case SQLITE_NULL:
		v.type = QUERY_NULL;
		return v;
	case SQLITE_INTEGER:
		v.type = QUERY_INTEGER;
		v.integer = sqlite3_column_int64(q->st, at);
		break;
	case SQLITE_FLOAT:
		v.type = QUERY_REAL;
		v.real = sqlite3_column_double(q->st, at);
		break;
	default:
		break;
	}
	v.text = db_text(q->st, at);
	return v;
}
