#include "store/series_table.h"

#include <math.h>

#include "store/catalog_tables.h"
#include "store/instant.h"

/* X(id, name, type, flags, what it holds) */
#define COLUMNS(X)                                                                                                      \
	X(CELL_TIME, "time", SQL_TIME, SQL_ALWAYS, "when it begins (facets referrer and network and totals are counted by the minute)") \
	X(CELL_KIND, "kind", SQL_TEXT, SQL_ALWAYS, "what is counted: http, line, query, event, facet, clients, total")         \
	X(CELL_SERVICE, "service", SQL_TEXT, 0, "whose")                                                                \
	X(CELL_HOST, "host", SQL_TEXT, 0, "where that ran")                                                             \
	X(CELL_NAME, "name", SQL_TEXT, SQL_SAID, "route of http, template of line, statement of query, detail of event, value of facet") \
	X(CELL_CODE, "code", SQL_TEXT, 0, "status of http, severity of line, kind of event, name of facet")             \
	X(CELL_ROLE, "role", SQL_TEXT, SQL_ALWAYS, "of the log: access, server, database, app, system, change, carrier, text") \
	X(CELL_COUNT, "count", SQL_INTEGER, SQL_ALWAYS, "how many there were")                                          \
	X(CELL_FAILED, "failed", SQL_INTEGER, SQL_ALWAYS, "how many of these failed: status 500 and above, or an error") \
	X(CELL_TIMED, "timed", SQL_INTEGER, SQL_ALWAYS, "how many of these say how long they took")                     \
	X(CELL_TOTAL_MS, "total_ms", SQL_REAL, 0, "how long these took together")                                       \
	X(CELL_MAX_MS, "max_ms", SQL_REAL, 0, "the longest")                                                            \
	X(CELL_P50_MS, "p50_ms", SQL_REAL, 0, "their median, to 5 %")                                                   \
	X(CELL_P95_MS, "p95_ms", SQL_REAL, 0, "19 of 20 took no longer, to 5 %")                                        \
	X(CELL_P99_MS, "p99_ms", SQL_REAL, 0, "99 of 100 took no longer, to 5 %")                                       \
	X(CELL_CLIENTS, "clients", SQL_REAL, 0, "of kind clients: how many distinct ones in its best 10 seconds, to 7 %")
#define COLUMN_ENUM(id, name, type, flags, help) id,
#define COLUMN_ROW(id, name, type, flags, help) { name, type, flags, help },
enum column { COLUMNS(COLUMN_ENUM) CELL_STEP };

static const struct catalog_column columns[] = { COLUMNS(COLUMN_ROW) { 0 } };

const struct catalog_table table_series = {
	.name = "series",
	.help = "10 seconds of something that is counted: fast, since no event is looked at. WHERE step = 60 gives a row for a minute "
		"instead, with its own quantiles; any multiple of 10 will do",
	.columns = columns,
	.hidden = "step INTEGER HIDDEN",
};

#define KIND_NAME(id, json, key, code) json,
static const char *const kind_names[] = { SERIES_KINDS(KIND_NAME) };
static const char *const facet_names[FACET_COUNT] = {
	"version", "agent", "referrer", "campaign", "upstream", "method", "network",
};
static const char *const role_names[] = { "access", "server", "database", "app", "system", "change", "carrier", "text" };

/* All series of one kind, once they were asked for. */
struct kind_series {
	bool loaded;
	struct series *at;
	size_t n;
};

struct series_table {
	sqlite3_vtab base; /* what SQLite sees; must be first */
	struct sql *sql;
	struct kind_series kinds[SERIES_KIND_COUNT];
};

struct series_cursor {
	sqlite3_vtab_cursor base;      /* what SQLite sees; must be first */
	unsigned kind, end_kind;       /* the rows are of kinds [kind, end_kind) */
	size_t series;
	size_t cell, end;              /* the row is of cells [cell, end) */
	int64_t step_s;                /* length of a row's time */
	struct instant_window window;
};

static int connect_table(sqlite3 *db, void *self, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	struct series_table *t = self;

	(void)argc;
	(void)argv;
	(void)message;
	*out = &t->base;
	return sql_declare(db, &table_series, &t->sql->arena);
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

enum { PLAN_MAX = 8 };

enum { STEP_MAX_S = 7 * 24 * 3600 };

/* The plan is a text, a letter for each value that filter gets: k a kind, s a step, else an operator on the time. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	char plan[PLAN_MAX + 1] = "";
	int n = 0;
	bool kind = false;

	(void)base;
	info->estimatedCost = 1e6;
	info->estimatedRows = 100000;
	for (int i = 0; i < info->nConstraint && n < PLAN_MAX; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];
		char op = c->usable && c->iColumn == CELL_TIME ? instant_operator(info, i) : 0;

		if (c->usable && c->iColumn == CELL_KIND && c->op == SQLITE_INDEX_CONSTRAINT_EQ && !kind &&
		    sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0) {
			op = 'k';
			kind = true;
		}
		/* A row can say its step only when that is known before. */
		if (c->iColumn == CELL_STEP) {
			if (!c->usable || c->op != SQLITE_INDEX_CONSTRAINT_EQ)
				return SQLITE_CONSTRAINT;
			op = 's';
		}
		if (!op)
			continue;
		plan[n++] = op;
		info->aConstraintUsage[i].argvIndex = n;
		info->estimatedCost /= 4;
		info->estimatedRows /= 4;
	}
	info->idxStr = sqlite3_mprintf("%s", plan);
	info->needToFreeIdxStr = 1;
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct series_cursor *c = sqlite3_malloc64(sizeof *c);

	(void)base;
	if (!c)
		return SQLITE_NOMEM;
	*c = (struct series_cursor){ 0 };
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	sqlite3_free(base);
	return SQLITE_OK;
}

/* When the row begins that a cell is part of. */
static int64_t time_of(const struct series_cursor *c, const struct series *s, size_t cell)
{
	int64_t at_s = (int64_t)series_cell(s, cell).bucket * BUCKET_S, past_s = at_s % c->step_s;

	return (at_s - (past_s < 0 ? past_s + c->step_s : past_s)) * NS_PER_S;
}

/* From the cell it stands at on: the first row in the window. */
static bool settle(struct series_cursor *c, struct err *err)
{
	struct series_table *t = (struct series_table *)c->base.pVtab;

	for (; c->kind < c->end_kind; c->kind++, c->series = 0) {
		struct kind_series *k = &t->kinds[c->kind];

		if (!k->loaded && !store_load_series_of(t->sql->store, 1U << c->kind, &t->sql->arena, &k->at, &k->n, err))
			return false;
		k->loaded = true;
		for (; c->series < k->n; c->series++, c->cell = 0) {
			const struct series *s = &k->at[c->series];

			while (c->cell < s->n_cells && time_of(c, s, c->cell) < c->window.from_ns)
				c->cell++;
			if (c->cell == s->n_cells || time_of(c, s, c->cell) >= c->window.to_ns)
				continue;
			c->end = c->cell + 1;
			while (c->end < s->n_cells && time_of(c, s, c->end) == time_of(c, s, c->cell))
				c->end++;
			return true;
		}
	}
	return true;
}

static int settle_code(struct series_cursor *c)
{
	struct series_table *t = (struct series_table *)c->base.pVtab;

	return settle(c, &t->sql->err) ? SQLITE_OK : sql_failed(&t->base, &t->sql->err);
}

/* The kind that is called so; SERIES_KIND_COUNT: none is. */
static unsigned kind_of(sqlite3_value *v)
{
	const unsigned char *text = sqlite3_value_type(v) == SQLITE_TEXT ? sqlite3_value_text(v) : NULL;
	unsigned kind = 0;

	while (kind < SERIES_KIND_COUNT && (!text || strcmp((const char *)text, kind_names[kind]) != 0))
		kind++;
	return kind;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan, int argc, sqlite3_value **argv)
{
	struct series_cursor *c = (struct series_cursor *)base;
	struct series_table *t = (struct series_table *)base->pVtab;

	(void)number;
	t->sql->err = (struct err)ERR_INIT;
	*c = (struct series_cursor){ .base = *base, .end_kind = SERIES_KIND_COUNT, .step_s = BUCKET_S, .window = INSTANT_WINDOW_ALL };
	for (int i = 0; i < argc; i++) {
		if (plan[i] == 's') {
			c->step_s = sqlite3_value_int64(argv[i]);
			if (c->step_s <= 0 || c->step_s % BUCKET_S || c->step_s > STEP_MAX_S) {
				err_set_status(&t->sql->err, EXIT_USAGE, "series: step is in seconds: a multiple of 10, up to a week");
				return sql_failed(&t->base, &t->sql->err);
			}
			continue;
		}
		if (plan[i] != 'k') {
			instant_narrow(&c->window, plan[i], argv[i]);
			continue;
		}
		c->kind = kind_of(argv[i]);
		c->end_kind = c->kind < SERIES_KIND_COUNT ? c->kind + 1 : c->kind;
	}
	return settle_code(c);
}

static int next_row(sqlite3_vtab_cursor *base)
{
	struct series_cursor *c = (struct series_cursor *)base;

	c->cell = c->end;
	return settle_code(c);
}

static int at_end(sqlite3_vtab_cursor *base)
{
	const struct series_cursor *c = (const struct series_cursor *)base;

	return c->kind >= c->end_kind;
}

/* Words live as long as the table. */
static void give_text(sqlite3_context *to, struct str text)
{
	if (text.len > 0)
		sqlite3_result_text64(to, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void give_code(sqlite3_context *to, const struct series *s)
{
	char status[16];

	switch (s->kind) {
	case SERIES_HTTP:
		sqlite3_snprintf(sizeof status, status, "%d", s->code);
		sqlite3_result_text(to, status, -1, SQLITE_TRANSIENT);
		break;
	case SERIES_LINE:
		give_text(to, str_of(severity_name((enum severity)s->code)));
		break;
	case SERIES_EVENT:
		give_text(to, str_of(event_kind_name((enum event_kind)s->code)));
		break;
	case SERIES_FACET:
		give_text(to, str_of(facet_names[s->code]));
		break;
	case SERIES_QUERY:
	case SERIES_CLIENTS:
	case SERIES_TOTAL:
	case SERIES_KIND_COUNT:
		break;
	}
}

/* To the microsecond, as logs have it: sums are kept with seven digits. */
static void give_ms(sqlite3_context *to, double ms)
{
	sqlite3_result_double(to, round(ms * 1000) / 1000);
}

static void give_quantile(sqlite3_context *to, const struct series *s, const struct series_cursor *c, double q, double max_ms)
{
	uint32_t counts[256] = { 0 }; /* a bucket is a byte */
	size_t n, all = 0;

	for (size_t cell = c->cell; cell < c->end; cell++) {
		const struct hist_entry *hist = cell_hist(s, cell, &n);

		for (size_t i = 0; i < n; i++)
			counts[hist[i].bucket] += hist[i].count;
		all += n;
	}
	double ms = hist_quantile_ms(counts, q);

	if (all > 0)
		give_ms(to, ms < max_ms ? ms : max_ms); /* a bucket reaches beyond what is in it */
}

/* The cells of a row together. */
struct row_sum {
	uint64_t count, failed, timed;
	double total_ms, max_ms, clients;
};

static struct row_sum sum_cells(const struct series *s, const struct series_cursor *c)
{
	struct row_sum sum = { 0 };

	for (size_t i = c->cell; i < c->end; i++) {
		const struct cell cell = series_cell(s, i);
		struct cell_times times = cell_times(s, i);

		sum.count += cell.count;
		sum.failed += cell.failed;
		sum.timed += times.timed;
		sum.total_ms += (double)times.sum_ms;
		sum.max_ms = (double)times.max_ms > sum.max_ms ? (double)times.max_ms : sum.max_ms;
		sum.clients = s->distinct && (double)s->distinct[i] > sum.clients ? (double)s->distinct[i] : sum.clients;
	}
	return sum;
}

/* What is not set is NULL. */
static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int column)
{
	const struct series_cursor *c = (const struct series_cursor *)base;
	const struct series_table *t = (const struct series_table *)base->pVtab;
	const struct series *s = &t->kinds[c->kind].at[c->series];
	struct row_sum sum = column >= CELL_COUNT ? sum_cells(s, c) : (struct row_sum){ 0 };

	switch ((enum column)column) {
	case CELL_TIME:
		instant_result(to, time_of(c, s, c->cell));
		break;
	case CELL_KIND:
		give_text(to, str_of(kind_names[c->kind]));
		break;
	case CELL_SERVICE:
		give_text(to, s->service);
		break;
	case CELL_HOST:
		give_text(to, s->host);
		break;
	case CELL_NAME:
		give_text(to, s->key_text);
		break;
	case CELL_CODE:
		give_code(to, s);
		break;
	case CELL_ROLE:
		give_text(to, str_of(role_names[s->role]));
		break;
	case CELL_COUNT:
		sqlite3_result_int64(to, (sqlite3_int64)sum.count);
		break;
	case CELL_FAILED:
		sqlite3_result_int64(to, (sqlite3_int64)sum.failed);
		break;
	case CELL_TIMED:
		sqlite3_result_int64(to, (sqlite3_int64)sum.timed);
		break;
	case CELL_TOTAL_MS:
		if (sum.timed > 0)
			give_ms(to, sum.total_ms);
		break;
	case CELL_MAX_MS:
		if (sum.timed > 0)
			give_ms(to, sum.max_ms);
		break;
	case CELL_P50_MS:
		give_quantile(to, s, c, 0.5, sum.max_ms);
		break;
	case CELL_P95_MS:
		give_quantile(to, s, c, 0.95, sum.max_ms);
		break;
	case CELL_P99_MS:
		give_quantile(to, s, c, 0.99, sum.max_ms);
		break;
	case CELL_CLIENTS:
		if (s->distinct)
			sqlite3_result_double(to, sum.clients);
		break;
	case CELL_STEP:
		sqlite3_result_int64(to, c->step_s);
		break;
	}
	return SQLITE_OK;
}

/* The same cell has the same number in every scan of a connection. */
static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	const struct series_cursor *c = (const struct series_cursor *)base;

	*out = (sqlite3_int64)c->kind << 56 | (sqlite3_int64)c->series << 28 | (sqlite3_int64)c->cell;
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

bool series_table_new(struct sql *sql, struct series_table **out, struct err *err)
{
	struct series_table *t = arena_new(&sql->arena, struct series_table);

	t->sql = sql;
	*out = t;
	return sqlite3_create_module_v2(sql->to, "inquest_series", &module, t, NULL) == SQLITE_OK ||
	       err_set(err, "SQL: %s", sqlite3_errmsg(sql->to));
}
