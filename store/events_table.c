#include "store/events_table.h"

#include "core/timestamp.h"
#include "store/block_walk.h"
#include "store/schema.h"

#define COLUMNS(X)                                                                                        \
	X(COLUMN_TIME, "time TEXT COLLATE instant")                                                       \
	X(COLUMN_SOURCE, ", source TEXT")                                                                 \
	X(COLUMN_LINE, ", line INTEGER")                                                                  \
	X(COLUMN_OFFSET, ", offset INTEGER")                                                              \
	X(COLUMN_SERVICE, ", service TEXT")                                                               \
	X(COLUMN_HOST, ", host TEXT")                                                                     \
	X(COLUMN_SEVERITY, ", severity TEXT")                                                             \
	X(COLUMN_STATUS, ", status INTEGER")                                                              \
	X(COLUMN_ROUTE, ", route TEXT")                                                                   \
	X(COLUMN_TEMPLATE, ", template TEXT")                                                             \
	X(COLUMN_DURATION_MS, ", duration_ms REAL")                                                       \
	X(COLUMN_BYTES, ", bytes INTEGER")                                                                \
	X(COLUMN_KIND, ", kind TEXT")                                                                     \
	X(COLUMN_QUERY, ", query TEXT")
#define COLUMN_ENUM(id, sql) id,
#define COLUMN_SQL(id, sql) sql
enum column { COLUMNS(COLUMN_ENUM) };

/* A block has 2^14 events and an extent 2^24 blocks. */
enum { ROW_BITS = 14, BLOCK_BITS = EXTENT_SHIFT };

struct events_cursor {
	sqlite3_vtab_cursor base; /* what SQLite sees; must be first */
	struct arena arena;       /* of this struct and its block */
	struct block_walk walk;
	size_t i;                 /* row of the decoded block */
	bool any;                 /* there is a row */
};

static bool instant_of(struct str text, int64_t *ns)
{
	char day[] = "2026-01-29T00:00";
	struct timestamp t;

	if (text.len == sizeof "2026-01-29" - 1) {
		memcpy(day, text.ptr, text.len);
		text = str_of(day);
	}
	if (!timestamp_parse(&text, &t) || text.len > 0 || !t.has_date || !t.has_year)
		return false;
	*ns = t.ns;
	return true;
}

/* A total order: instants, then by their bytes all texts that are none. */
static int compare_instants(void *self, int a_bytes, const void *a, int b_bytes, const void *b)
{
	struct str x = str_make(a, (size_t)a_bytes), y = str_make(b, (size_t)b_bytes);
	int64_t x_ns = 0, y_ns = 0;

	(void)self;
	bool x_good = instant_of(x, &x_ns), y_good = instant_of(y, &y_ns);
	if (x_good != y_good)
		return x_good ? -1 : 1;
	return x_good ? (x_ns > y_ns) - (x_ns < y_ns) : str_cmp(x, y);
}

static int connect_table(sqlite3 *db, void *self, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	struct events_table *t = self;
	int code = sqlite3_declare_vtab(db, "CREATE TABLE events(" COLUMNS(COLUMN_SQL) ")");

	(void)argc;
	(void)argv;
	(void)message;
	*out = &t->base;
	return code;
}

/* The table is its owner's. */
static int disconnect_table(sqlite3_vtab *base)
{
	(void)base;
	return SQLITE_OK;
}

/* What a comparison is in the plan: one of < > =, or 0 when it is of no use. */
static char operator_of(unsigned char op)
{
	switch (op) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return '=';
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
		return '>';
	case SQLITE_INDEX_CONSTRAINT_LT:
	case SQLITE_INDEX_CONSTRAINT_LE:
		return '<';
	default:
		return 0;
	}
}

enum { PLAN_MAX = 8 };

/* The plan is a text of operators, one for each value that filter gets. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	char plan[PLAN_MAX + 1] = "";
	int n = 0;

	(void)base;
	info->estimatedCost = 1e8;
	info->estimatedRows = 1000000;
	for (int i = 0; i < info->nConstraint && n < PLAN_MAX; i++) {
		char op = operator_of(info->aConstraint[i].op);

		if (!info->aConstraint[i].usable || info->aConstraint[i].iColumn != COLUMN_TIME || !op ||
		    sqlite3_stricmp(sqlite3_vtab_collation(info, i), "instant") != 0)
			continue;
		plan[n++] = op;
		info->aConstraintUsage[i].argvIndex = n;
		info->estimatedCost /= op == '=' ? 100 : 4;
		info->estimatedRows /= op == '=' ? 100 : 4;
	}
	info->idxStr = sqlite3_mprintf("%s", plan);
	info->needToFreeIdxStr = 1;
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct events_table *t = (struct events_table *)base;
	struct arena arena;

	arena_init(&arena);
	struct events_cursor *c = arena_new(&arena, struct events_cursor);
	bool good = block_walk_init(&c->walk, t->store, &t->extents, &arena, &t->err);

	c->arena = arena;
	if (!good) {
		arena_release(&arena);
		return SQLITE_ERROR;
	}
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct events_cursor *c = (struct events_cursor *)base;
	struct arena arena = c->arena;

	block_walk_end(&c->walk);
	arena_release(&arena);
	return SQLITE_OK;
}

/* From row i on: the first one in the window, in this block or a later one. */
static int settle_cursor(struct events_cursor *c)
{
	struct events_table *t = (struct events_table *)c->base.pVtab;

	while (c->any) {
		for (; c->i < c->walk.block.n; c->i++)
			if (block_walk_wants(&c->walk, block_walk_time(&c->walk, c->i)))
				return SQLITE_OK;
		c->i = 0;
		if (!block_walk_next(&c->walk, &c->any, &t->err))
			return SQLITE_ERROR;
	}
	return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan, int argc, sqlite3_value **argv)
{
	struct events_cursor *c = (struct events_cursor *)base;
	struct events_table *t = (struct events_table *)base->pVtab;
	int64_t from_ns = TIME_NONE, to_ns = INT64_MAX, ns;

	(void)number;
	for (int i = 0; i < argc; i++) {
		const unsigned char *text =
			sqlite3_value_type(argv[i]) == SQLITE_TEXT ? sqlite3_value_text(argv[i]) : NULL;

		/* No comparison is true of a time that is NULL. */
		from_ns = from_ns == TIME_NONE ? TIME_NONE + 1 : from_ns;
		if (!text || !instant_of(str_make((const char *)text, (size_t)sqlite3_value_bytes(argv[i])), &ns))
			continue;
		if (plan[i] != '<' && ns > from_ns)
			from_ns = ns;
		/* The text of a time leaves out what is less than a microsecond. */
		if (plan[i] != '>' && ns + 1000 < to_ns)
			to_ns = ns + 1000;
	}
	block_walk_seek(&c->walk, from_ns, to_ns);
	c->i = 0;
	if (!block_walk_next(&c->walk, &c->any, &t->err))
		return SQLITE_ERROR;
	return settle_cursor(c);
}

static int next_row(sqlite3_vtab_cursor *base)
{
	struct events_cursor *c = (struct events_cursor *)base;

	c->i++;
	return settle_cursor(c);
}

static int at_end(sqlite3_vtab_cursor *base)
{
	return !((struct events_cursor *)base)->any;
}

/* Names live as long as the store, extents as long as the table. */
static void give_text(sqlite3_context *to, struct str text)
{
	if (text.len > 0)
		sqlite3_result_text64(to, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void give_time(sqlite3_context *to, int64_t time_ns)
{
	char text[TIME_TEXT_BYTES];

	if (time_ns != TIME_NONE)
		sqlite3_result_text(to, time_format(time_ns, QUERY_TIME_DIGITS, text), -1, SQLITE_TRANSIENT);
}

/* What is not set is NULL. */
static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int column)
{
	struct events_cursor *c = (struct events_cursor *)base;
	const struct extent_row *x = block_walk_extent(&c->walk);
	const struct block *b = &c->walk.block;
	struct store *s = c->walk.store;
	uint64_t service = block_id(b, BLOCK_SERVICE, c->i), host = block_id(b, BLOCK_HOST, c->i);

	switch ((enum column)column) {
	case COLUMN_TIME:
		give_time(to, block_walk_time(&c->walk, c->i));
		break;
	case COLUMN_SOURCE:
		give_text(to, x->path);
		break;
	case COLUMN_LINE:
		sqlite3_result_int64(to, (sqlite3_int64)b->line[c->i]);
		break;
	case COLUMN_OFFSET:
		sqlite3_result_int64(to, (sqlite3_int64)b->offset[c->i]);
		break;
	case COLUMN_SERVICE:
		give_text(to, service ? store_name(s, service) : x->service);
		break;
	case COLUMN_HOST:
		give_text(to, host ? store_name(s, host) : x->host);
		break;
	case COLUMN_SEVERITY:
		give_text(to, str_of(severity_name((enum severity)b->severity[c->i])));
		break;
	case COLUMN_STATUS:
		if (b->status[c->i] >= 0)
			sqlite3_result_int(to, b->status[c->i]);
		break;
	case COLUMN_ROUTE:
		give_text(to, store_name(s, block_id(b, BLOCK_ROUTE, c->i)));
		break;
	case COLUMN_TEMPLATE:
		give_text(to, store_name(s, block_id(b, BLOCK_TEMPLATE, c->i)));
		break;
	case COLUMN_DURATION_MS:
		if (b->duration_us[c->i] != NO_U32)
			sqlite3_result_double(to, b->duration_us[c->i] / 1e3);
		break;
	case COLUMN_BYTES:
		if (b->bytes[c->i] != NO_U32)
			sqlite3_result_int64(to, b->bytes[c->i]);
		break;
	case COLUMN_QUERY:
		give_text(to, store_name(s, block_id(b, BLOCK_FINGERPRINT, c->i)));
		break;
	case COLUMN_KIND:
		give_text(to, str_of(event_kind_name((enum event_kind)b->kind[c->i])));
		break;
	}
	return SQLITE_OK;
}

/* The same event has the same number in every scan of a connection. */
static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	const struct events_cursor *c = (const struct events_cursor *)base;
	int64_t block = c->walk.block_id & ((INT64_C(1) << BLOCK_BITS) - 1);

	*out = (int64_t)c->walk.at << (BLOCK_BITS + ROW_BITS) | block << ROW_BITS | (int64_t)c->i;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.xCreate = connect_table,
	.xConnect = connect_table,
	.xBestIndex = best_index,
	.xDisconnect = disconnect_table,
	.xDestroy = disconnect_table,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter,
	.xNext = next_row,
	.xEof = at_end,
	.xColumn = give_column,
	.xRowid = give_rowid,
};

bool events_table_init(struct events_table *t, struct store *s, struct db *db, struct err *err)
{
	*t = (struct events_table){ .store = s };
	arena_init(&t->arena);
	if (!extents_load(&s->db, &t->arena, &t->extents, err) || !names_ready(s, err))
		return false;
	if (sqlite3_create_collation_v2(db->handle, "instant", SQLITE_UTF8, NULL, compare_instants, NULL) !=
		    SQLITE_OK ||
	    sqlite3_create_module_v2(db->handle, "events", &module, t, NULL) != SQLITE_OK)
		return db_fail(db, err);
	return db_exec(db, "CREATE VIRTUAL TABLE events USING events", err);
}

void events_table_release(struct events_table *t)
{
	extents_release(&t->extents);
	arena_release(&t->arena);
}
