#include "store/rows_table.h"

/* Rows by the hash of one column: those of a hash are a chain, in the order of the table. */
struct rows_index {
	bool made;
	struct map first; /* hash → row + 1 */
	size_t *next;     /* row → the next one + 1, 0 the last */
};

struct rows_table {
	sqlite3_vtab base; /* what SQLite sees; must be first */
	struct sql *sql;
	const struct catalog_table *table;
	size_t width, n;   /* columns, rows */
	bool filled;
	const struct sql_value *values;
	struct rows_index *indexes; /* one a column */
};

struct rows_cursor {
	sqlite3_vtab_cursor base;       /* what SQLite sees; must be first */
	size_t row;                     /* n: behind the last */
	const struct rows_index *chain; /* rows of one hash; NULL: all */
};

static int connect_table(sqlite3 *db, void *self, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	struct rows_table *t = self;

	(void)argc;
	(void)argv;
	(void)message;
	*out = &t->base;
	return sql_declare(db, t->table, &t->sql->arena);
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

enum { COST_ALL = 100000, COST_ONE = 20 };

/* idxNum: 1 + the column that is looked up, 0 all rows. Every row is checked again. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct rows_table *t = (const struct rows_table *)base;
	double rows = t->filled ? (double)t->n : COST_ALL / 10;

	info->estimatedCost = COST_ALL + rows;
	info->estimatedRows = (sqlite3_int64)rows + 1;
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];

		if (!c->usable || c->op != SQLITE_INDEX_CONSTRAINT_EQ || c->iColumn < 0 ||
		    t->table->columns[c->iColumn].type == SQL_TIME ||
		    sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") != 0)
			continue;
		info->aConstraintUsage[i].argvIndex = 1;
		info->idxNum = c->iColumn + 1;
		info->estimatedCost = COST_ONE;
		info->estimatedRows = 1 + (sqlite3_int64)rows / 20;
		break;
	}
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct rows_cursor *c = sqlite3_malloc64(sizeof *c);

	(void)base;
	if (!c)
		return SQLITE_NOMEM;
	*c = (struct rows_cursor){ 0 };
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	sqlite3_free(base);
	return SQLITE_OK;
}

static bool fill(struct rows_table *t, struct err *err)
{
	struct filling f = { .arena = &t->sql->arena, .width = t->width };

	if (t->filled)
		return true;
	if (!t->table->fill(t->sql, &f, err))
		return false;
	t->filled = true;
	t->values = f.values.at;
	t->n = f.values.n / t->width;
	return true;
}

/* Numbers hash as what they are equal to in SQL: 1 and 1.0 alike. */
static uint64_t hash_number(double v)
{
	v = v == 0 ? 0 : v; /* of both signs */
	return hash64(str_make((const char *)&v, sizeof v));
}

static uint64_t hash_value(const struct sql_value *v)
{
	switch (v->type) {
	case VALUE_INTEGER:
		return hash_number((double)v->integer);
	case VALUE_REAL:
		return hash_number(v->real);
	case VALUE_TEXT:
		return hash64(v->text);
	case VALUE_NULL:
		break;
	}
	return 0;
}

static const struct rows_index *index_of(struct rows_table *t, size_t column)
{
	struct rows_index *x = &t->indexes[column];

	if (x->made)
		return x;
	x->made = true;
	map_init(&x->first);
	x->next = arena_new_n(&t->sql->arena, size_t, t->n);
	for (size_t row = t->n; row-- > 0;) {
		uint64_t hash = hash_value(&t->values[row * t->width + column]);

		if (hash == 0)
			continue;
		uint64_t *first = map_put(&x->first, hash, NULL);

		x->next[row] = (size_t)*first;
		*first = row + 1;
	}
	return x;
}

/* The hash that a value has in a column; 0 when the column holds another type, and SQL's rules have to decide. */
static uint64_t hash_wanted(sqlite3_value *v, enum sql_type type)
{
	int has = sqlite3_value_type(v);

	if (has == SQLITE_TEXT && type == SQL_TEXT) {
		const unsigned char *text = sqlite3_value_text(v);

		return hash64(str_make((const char *)text, text ? (size_t)sqlite3_value_bytes(v) : 0));
	}
	if ((has == SQLITE_INTEGER || has == SQLITE_FLOAT) && type != SQL_TEXT)
		return hash_number(sqlite3_value_double(v));
	return 0;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan, int argc, sqlite3_value **argv)
{
	struct rows_cursor *c = (struct rows_cursor *)base;
	struct rows_table *t = (struct rows_table *)base->pVtab;

	(void)plan;
	t->sql->err = (struct err)ERR_INIT;
	if (!fill(t, &t->sql->err))
		return sql_failed(&t->base, &t->sql->err);
	c->row = 0;
	c->chain = NULL;
	if (number == 0 || argc == 0)
		return SQLITE_OK;
	/* Nothing is equal to NULL. */
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL) {
		c->row = t->n;
		return SQLITE_OK;
	}
	size_t column = (size_t)number - 1;
	uint64_t hash = hash_wanted(argv[0], t->table->columns[column].type);

	if (hash == 0)
		return SQLITE_OK;
	c->chain = index_of(t, column);
	const uint64_t *first = map_get(&c->chain->first, hash);

	c->row = first ? (size_t)*first - 1 : t->n;
	return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
	struct rows_cursor *c = (struct rows_cursor *)base;
	const struct rows_table *t = (const struct rows_table *)base->pVtab;

	if (!c->chain)
		c->row++;
	else
		c->row = c->chain->next[c->row] ? c->chain->next[c->row] - 1 : t->n;
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base)
{
	return ((const struct rows_cursor *)base)->row >= ((const struct rows_table *)base->pVtab)->n;
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int column)
{
	const struct rows_table *t = (const struct rows_table *)base->pVtab;
	const struct sql_value *v = &t->values[((const struct rows_cursor *)base)->row * t->width + (size_t)column];

	switch (v->type) {
	case VALUE_INTEGER:
		sqlite3_result_int64(to, v->integer);
		break;
	case VALUE_REAL:
		sqlite3_result_double(to, v->real);
		break;
	case VALUE_TEXT:
		/* The values outlive the statement. */
		sqlite3_result_text64(to, v->text.ptr, v->text.len, SQLITE_STATIC, SQLITE_UTF8);
		break;
	case VALUE_NULL:
		break;
	}
	return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((const struct rows_cursor *)base)->row + 1;
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

bool rows_table_new(struct sql *sql, const struct catalog_table *table, struct rows_table **out, struct err *err)
{
	struct rows_table *t = arena_new(&sql->arena, struct rows_table);

	*t = (struct rows_table){ .sql = sql, .table = table, .width = catalog_width(table) };
	t->indexes = arena_new_n(&sql->arena, struct rows_index, t->width);
	*out = t;
	return sqlite3_create_module_v2(sql->to, arena_printf(&sql->arena, "inquest_%s", table->name).ptr, &module, t,
					NULL) == SQLITE_OK ||
	       err_set(err, "SQL: %s", sqlite3_errmsg(sql->to));
}

void rows_table_release(struct rows_table *t)
{
	for (size_t i = 0; t && i < t->width; i++)
		if (t->indexes[i].made)
			map_release(&t->indexes[i].first);
}
