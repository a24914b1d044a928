#include "store/query.h"

#include "core/buf.h"
#include "store/instant.h"
#include "store/query_hint.h"
#include "store/sql.h"

#define CAN_ONLY_READ "a query can only read: SELECT ..."

struct query {
	struct arena arena;   /* of this struct */
	struct store *store;
	bool reading;         /* a transaction keeps the store as it is */
	struct db db;         /* in memory */
	struct sql sql;       /* the tables in it */
	bool made;            /* they were begun */
	struct str text;      /* of the statement */
	sqlite3_stmt *st;
};

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

/* What SQLite says about the statement, with what was most likely meant. */
static bool complain(struct query *q, struct err *err)
{
	struct str message = str_of(sqlite3_errmsg(q->db.handle));
	struct buf hint;

	if (str_ends(message, STR(" may not be modified")))
		return err_set_status(err, EXIT_USAGE, CAN_ONLY_READ);
	buf_init(&hint, ERR_TEXT_BYTES);
	query_hint(message, q->text, &hint);
	err_set_status(err, EXIT_USAGE, "SQL: %.*s%.*s", STR_ARG(message), STR_ARG(buf_str(&hint)));
	buf_release(&hint);
	return false;
}

/* Why a statement is not run, or stopped: the store's trouble, else what SQLite says about the statement. */
static bool refuse(struct query *q, struct err *err)
{
	if (q->sql.err.set)
		return err_set_status(err, q->sql.err.status, "%s", q->sql.err.text);
	switch (sqlite3_errcode(q->db.handle) & 0xff) {
	case SQLITE_AUTH:
		return err_set_status(err, EXIT_USAGE, CAN_ONLY_READ);
	case SQLITE_NOMEM:
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return err_set(err, "the query cannot go on: %s", sqlite3_errmsg(q->db.handle));
	default:
		return complain(q, err);
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
	return instant_register(q->db.handle) == SQLITE_OK || db_fail(&q->db, err);
}

bool query_open(struct store *s, struct str sql, struct query **out, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	struct query *q = arena_new(&arena, struct query);
	q->arena = arena;
	q->store = s;
	q->text = sql;
	*out = q;
	q->reading = db_exec(&s->db, "BEGIN", err);
	bool good = q->reading && open_memory(q, err);
	if (good) {
		q->made = true;
		good = sql_begin(&q->sql, s, q->db.handle, "main", err);
	}
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

bool query_again(struct query *q, struct str sql, struct err *err)
{
	sqlite3_finalize(q->st);
	q->st = NULL;
	q->text = sql;
	return prepare(q, sql, err);
}

void query_close(struct query *q)
{
	if (!q)
		return;
	sqlite3_finalize(q->st);
	db_close(&q->db);
	if (q->made)
		sql_end(&q->sql);
	if (q->reading)
		sqlite3_exec(q->store->db.handle, "ROLLBACK", NULL, NULL, NULL); /* nothing was written */
	struct arena arena = q->arena;
	arena_release(&arena);
}

bool query_misses_analysis(const struct query *q)
{
	return q->sql.asked_casefile && !q->sql.analysed;
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
