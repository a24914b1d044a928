#include "store/events_table.h"

#include "store/block_walk.h"
#include "store/catalog_tables.h"
#include "store/instant.h"
#include "store/schema.h"
#include "store/sql.h"

/* X(id, name, type, flags, what it holds) */
#define COLUMNS(X)                                                                                                      \
	X(COLUMN_TIME, "time", SQL_TIME, 0, "when it happened")                                                         \
	X(COLUMN_SOURCE, "source", SQL_TEXT, SQL_ALWAYS, "path of the file inside the archive")                         \
	X(COLUMN_LINE, "line", SQL_INTEGER, SQL_ALWAYS, "number of its first line in that file, from 1")                \
	X(COLUMN_OFFSET, "offset", SQL_INTEGER, SQL_ALWAYS, "of that line in the unpacked file, bytes")                 \
	X(COLUMN_SERVICE, "service", SQL_TEXT, 0, "what wrote the line")                                                \
	X(COLUMN_HOST, "host", SQL_TEXT, 0, "where that ran")                                                           \
	X(COLUMN_SEVERITY, "severity", SQL_TEXT, 0, "trace, debug, info, notice, warn, error, fatal")                   \
	X(COLUMN_STATUS, "status", SQL_INTEGER, 0, "HTTP status of a request")                                          \
	X(COLUMN_ROUTE, "route", SQL_TEXT, SQL_SAID, "method and path of a request, ids in it as :id")                  \
	X(COLUMN_TEMPLATE, "template", SQL_TEXT, SQL_SAID, "the message without what varies (<*>)")                     \
	X(COLUMN_DURATION_MS, "duration_ms", SQL_REAL, 0, "how long it took")                                           \
	X(COLUMN_BYTES, "bytes", SQL_INTEGER, 0, "size of an answer, a file, ...")                                      \
	X(COLUMN_KIND, "kind", SQL_TEXT, SQL_ALWAYS, "line, http, query, conn_open, lock_wait, start, crash, ...")      \
	X(COLUMN_QUERY, "query", SQL_TEXT, SQL_SAID, "a statement with ? for its values")
#define COLUMN_ENUM(id, name, type, flags, help) id,
#define COLUMN_ROW(id, name, type, flags, help) { name, type, flags, help },
enum column { COLUMNS(COLUMN_ENUM) };

static const struct catalog_column columns[] = { COLUMNS(COLUMN_ROW) { 0 } };

const struct catalog_table table_events = {
	.name = "events",
	.help = "an event: a line of a log, or several that belong together",
	.columns = columns,
};

/* A block has 2^14 events and an extent 2^24 blocks. */
enum { ROW_BITS = 14, BLOCK_BITS = EXTENT_SHIFT };

struct events_cursor {
	sqlite3_vtab_cursor base; /* what SQLite sees; must be first */
	struct arena arena;       /* of this struct and its block */
	struct block_walk walk;
	struct arena words;       /* of the path that is looked for */
	size_t i;                 /* row of the decoded block */
	bool any;                 /* there is a row */
	int kind;                 /* only events of this kind; -1 all */
	int64_t status_from, status_to; /* only those with a status of [from, to]; from -1: all */
};

static int connect_table(sqlite3 *db, void *self, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	struct events_table *t = self;
	int code = sql_declare(db, &table_events, &t->arena);

	(void)argc;
	(void)argv;
	(void)message;
	*out = &t->base;
	return code;
}

/* A function of its own: were it the same, the module's name would be a table, too, which could outlive its owner. */
static int create_table(sqlite3 *db, void *self, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	return connect_table(db, self, argc, argv, out, message);
}

/* The table is its owner's. */
static int disconnect_table(sqlite3_vtab *base)
{
	(void)base;
	return SQLITE_OK;
}

enum { PLAN_MAX = 12 };

/* The letter of a constraint in the plan; 0 when it is of no use. */
static char letter_of(sqlite3_index_info *info, int i)
{
	const struct sqlite3_index_constraint *c = &info->aConstraint[i];

	if (!c->usable)
		return 0;
	if (c->iColumn == COLUMN_TIME)
		return instant_operator(info, i);
	if (c->iColumn == COLUMN_SOURCE || c->iColumn == COLUMN_KIND)
		return c->op != SQLITE_INDEX_CONSTRAINT_EQ || sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") != 0 ? 0 :
		       c->iColumn == COLUMN_SOURCE ? 'p' : 'k';
	if (c->iColumn != COLUMN_STATUS)
		return 0;
	switch (c->op) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return 's';
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
		return 'm'; /* more */
	case SQLITE_INDEX_CONSTRAINT_LT:
	case SQLITE_INDEX_CONSTRAINT_LE:
		return 'l'; /* less */
	default:
		return 0;
	}
}

/*
 * The plan is a text, a letter for each value that filter gets: < > = of times, p a path, k a kind, s m l of a status. Its
 * number are the columns that are asked for: the others stay packed.
 */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	char plan[PLAN_MAX + 1] = "";
	int n = 0;

	(void)base;
	info->estimatedCost = 1e8;
	info->estimatedRows = 1000000;
	for (int i = 0; i < info->nConstraint && n < PLAN_MAX; i++) {
		char op = letter_of(info, i);

		if (!op)
			continue;
		plan[n++] = op;
		info->aConstraintUsage[i].argvIndex = n;
		info->estimatedCost /= op == '=' ? 100 : 4;
		info->estimatedRows /= op == '=' ? 100 : 4;
	}
	info->idxNum = (int)(info->colUsed & INT32_MAX);
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
	bool good = block_walk_init(&c->walk, t->store, &t->extents, &arena, t->err);

	c->arena = arena;
	arena_init(&c->words);
	if (!good) {
		block_walk_end(&c->walk); /* what there is of it */
		arena_release(&arena);
		return sql_failed(base, t->err);
	}
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct events_cursor *c = (struct events_cursor *)base;
	struct arena arena = c->arena;

	block_walk_end(&c->walk);
	arena_release(&c->words);
	arena_release(&arena);
	return SQLITE_OK;
}

/* Could row i of the block be asked for? */
static bool wants(const struct events_cursor *c)
{
	const struct shape *shape = block_walk_shape(&c->walk, c->i);

	return (c->kind < 0 || shape->kind == c->kind) &&
	       (c->status_from < 0 || (shape->status >= c->status_from && shape->status <= c->status_to)) &&
	       block_walk_wants(&c->walk, block_walk_time(&c->walk, c->i));
}

/* From row i on: the first one that is asked for, in this block or a later one. */
static int settle_cursor(struct events_cursor *c)
{
	struct events_table *t = (struct events_table *)c->base.pVtab;

	while (c->any) {
		for (; c->i < c->walk.block.n; c->i++)
			if (wants(c))
				return SQLITE_OK;
		c->i = 0;
		if (!block_walk_next(&c->walk, &c->any, t->err))
			return sql_failed(&t->base, t->err);
	}
	return SQLITE_OK;
}

/* What of a block none of the columns needs that are asked for. */
static unsigned left_out(unsigned asked)
{
	static const struct { unsigned columns, leave; } rows[] = {
		{ 0, 1 << DICT_CLIENTS | 1 << DICT_USERS | 1 << DICT_TRACES },
		{ 1 << COLUMN_BYTES, BLOCK_LEAVE_BYTES },
		{ 1 << COLUMN_LINE | 1 << COLUMN_OFFSET, BLOCK_LEAVE_PLACES },
	};
	unsigned leave = 0;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		leave |= asked & rows[i].columns ? 0 : rows[i].leave;
	return leave;
}

/* The event kind of a word; none is EVENT_KIND_COUNT. */
static int kind_of(struct str word)
{
	int kind = 0;

	while (kind < EVENT_KIND_COUNT && !str_eq(str_of(event_kind_name((enum event_kind)kind)), word))
		kind++;
	return kind;
}

/* Narrows what the cursor wants to what compares so with a value; it may stay too wide. */
static void narrow(struct events_cursor *c, char letter, sqlite3_value *v, struct instant_window *w, struct str *path)
{
	int type = sqlite3_value_type(v);
	const char *text = type == SQLITE_TEXT ? (const char *)sqlite3_value_text(v) : NULL;
	struct str word = str_make(text, text ? (size_t)sqlite3_value_bytes(v) : 0);
	int64_t n = type == SQLITE_INTEGER ? sqlite3_value_int64(v) : 0;

	switch (letter) {
	case 'p':
		if (text)
			*path = arena_str(&c->words, word);
		return;
	case 'k':
		if (text)
			c->kind = kind_of(word);
		return;
	case 's':
	case 'm':
	case 'l':
		if (type != SQLITE_INTEGER)
			return;
		c->status_from = c->status_from < 0 ? 0 : c->status_from;
		if (letter != 'l' && n > c->status_from)
			c->status_from = n;
		if (letter != 'm' && n < c->status_to)
			c->status_to = n;
		return;
	default:
		instant_narrow(w, letter, v);
	}
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan, int argc, sqlite3_value **argv)
{
	struct events_cursor *c = (struct events_cursor *)base;
	struct events_table *t = (struct events_table *)base->pVtab;
	struct instant_window w = INSTANT_WINDOW_ALL;
	struct str path = STR_NONE;

	*t->err = (struct err)ERR_INIT;
	arena_reset(&c->words);
	c->kind = -1;
	c->status_from = -1;
	c->status_to = INT64_MAX;
	for (int i = 0; i < argc; i++)
		narrow(c, plan[i], argv[i], &w, &path);
	block_walk_seek(&c->walk, w.from_ns, w.to_ns);
	c->walk.path = path;
	c->walk.block.leave = left_out((unsigned)number);
	c->i = 0;
	if (!block_walk_next(&c->walk, &c->any, t->err))
		return sql_failed(&t->base, t->err);
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

/* What is not set is NULL. */
static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int column)
{
	struct events_cursor *c = (struct events_cursor *)base;
	const struct extent_row *x = block_walk_extent(&c->walk);
	const struct block *b = &c->walk.block;
	struct store *s = c->walk.store;
	const struct shape *shape = block_walk_shape(&c->walk, c->i);
	uint64_t service = shape->names[SHAPE_SERVICE], host = shape->names[SHAPE_HOST];

	switch ((enum column)column) {
	case COLUMN_TIME:
		instant_result(to, block_walk_time(&c->walk, c->i));
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
		give_text(to, str_of(severity_name((enum severity)shape->severity)));
		break;
	case COLUMN_STATUS:
		if (shape->status >= 0)
			sqlite3_result_int(to, shape->status);
		break;
	case COLUMN_ROUTE:
		give_text(to, store_name(s, shape->names[SHAPE_ROUTE]));
		break;
	case COLUMN_TEMPLATE:
		give_text(to, store_name(s, shape->names[SHAPE_TEMPLATE]));
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
		give_text(to, store_name(s, shape->names[SHAPE_FINGERPRINT]));
		break;
	case COLUMN_KIND:
		give_text(to, str_of(event_kind_name((enum event_kind)shape->kind)));
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
	.xCreate = create_table,
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

bool events_table_init(struct events_table *t, struct store *s, sqlite3 *to, struct err *why, struct err *err)
{
	*t = (struct events_table){ .store = s, .err = why };
	arena_init(&t->arena);
	if (!extents_load(&s->db, &t->arena, &t->extents, err) || !names_ready(s, err))
		return false;
	return sqlite3_create_module_v2(to, "inquest_events", &module, t, NULL) == SQLITE_OK || err_set(err, "SQL: %s", sqlite3_errmsg(to));
}

void events_table_release(struct events_table *t)
{
	extents_release(&t->extents);
	arena_release(&t->arena);
}
