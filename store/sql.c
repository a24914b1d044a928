#include "store/sql.h"

#include <math.h>

#include "store/catalog_tables.h"
#include "store/instant.h"
#include "store/rows_table.h"
#include "store/series_table.h"

static struct sql_value *next_value(struct filling *f)
{
	struct sql_value *v = vec_push(f->arena, &f->values);

	if (f->at++ >= f->width)
		BUG("more values than columns");
	*v = (struct sql_value){ .type = VALUE_NULL };
	return v;
}

void fill_row(struct filling *f)
{
	if (f->at != f->width)
		BUG("fewer values than columns");
	f->at = 0;
}

void fill_text(struct filling *f, struct str text)
{
	struct sql_value *v = next_value(f);
	/* Most texts are those of the row above: kept once. */
	const struct sql_value *above = f->values.n > f->width ? v - f->width : NULL;

	if (text.len == 0)
		return;
	v->type = VALUE_TEXT;
	v->text = above && above->type == VALUE_TEXT && str_eq(above->text, text) ? above->text : arena_str(f->arena, text);
}

void fill_number(struct filling *f, uint64_t n)
{
	struct sql_value *v = next_value(f);

	v->type = VALUE_INTEGER;
	v->integer = (int64_t)n;
}

void fill_count(struct filling *f, int64_t n)
{
	struct sql_value *v = next_value(f);

	v->type = n < 0 ? VALUE_NULL : VALUE_INTEGER;
	v->integer = n;
}

void fill_real(struct filling *f, double r)
{
	struct sql_value *v = next_value(f);

	v->type = isnan(r) ? VALUE_NULL : VALUE_REAL;
	v->real = r;
}

void fill_time(struct filling *f, int64_t ns)
{
	char text[TIME_TEXT_BYTES];

	fill_text(f, ns == TIME_NONE ? STR_NONE : str_of(time_format(ns, QUERY_TIME_DIGITS, text)));
}

int sql_failed(sqlite3_vtab *base, const struct err *err)
{
	sqlite3_free(base->zErrMsg);
	base->zErrMsg = sqlite3_mprintf("%s", err->text);
	return SQLITE_ERROR;
}

int sql_declare(sqlite3 *db, const struct catalog_table *t, struct arena *a)
{
	struct str sql = arena_printf(a, "CREATE TABLE %s(", t->name);

	for (const struct catalog_column *c = t->columns; c->name; c++)
		sql = arena_printf(a, "%.*s%s\"%s\" %s", STR_ARG(sql), c == t->columns ? "" : ", ", c->name,
				   c->type == SQL_TIME ? "TEXT COLLATE instant" : catalog_type(c->type));
	int code = sqlite3_declare_vtab(db, arena_printf(a, "%.*s%s%s)", STR_ARG(sql), t->hidden ? ", " : "", t->hidden ? t->hidden : "").ptr);

	/* It reads one file and has no other effect, whoever asks. */
	return code == SQLITE_OK ? sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS) : code;
}

bool sql_casefile(struct sql *sql, const struct casefile **out, struct err *err)
{
	struct str json;

	if (!sql->asked_casefile) {
		if (!store_load_casefile(sql->store, &sql->arena, &json, err) ||
		    (json.len > 0 && !casefile_decode(json, &sql->arena, &sql->casefile, err)))
			return false;
		sql->asked_casefile = true;
		sql->analysed = json.len > 0;
	}
	*out = sql->analysed ? &sql->casefile : NULL;
	return true;
}

static bool create(struct sql *sql, const struct catalog_table *t, struct err *err)
{
	struct str create = t->view ? arena_printf(&sql->arena, "CREATE %sVIEW \"%s\" AS %s", strcmp(sql->schema, "temp") == 0 ? "TEMP " : "", t->name, t->view)
				    : arena_printf(&sql->arena, "CREATE VIRTUAL TABLE %s.\"%s\" USING inquest_%s", sql->schema, t->name, t->name);

	if (sqlite3_exec(sql->to, create.ptr, NULL, NULL, NULL) == SQLITE_OK) {
		sql->made++;
		return true;
	}
	return err_set(err, "cannot make the table %s: %s", t->name, sqlite3_errmsg(sql->to));
}

/* Views before what they are of. What is gone when one cannot be dropped is made again. */
bool sql_drop(struct sql *sql, struct err *err)
{
	size_t all = sql->made;
	char drop[200];

	while (sql->made > 0) {
		const struct catalog_table *t = catalog[sql->made - 1];

		sqlite3_snprintf(sizeof drop, drop, "DROP %s %s.\"%s\"", t->view ? "VIEW" : "TABLE", sql->schema, t->name);
		if (sqlite3_exec(sql->to, drop, NULL, NULL, NULL) != SQLITE_OK) {
			err_set(err, "cannot take away the table %s: %s", t->name, sqlite3_errmsg(sql->to));
			while (sql->made < all && create(sql, catalog[sql->made], err))
				;
			return false;
		}
		sql->made--;
	}
	return true;
}

bool sql_begin(struct sql *sql, struct store *s, sqlite3 *to, const char *schema, struct err *err)
{
	*sql = (struct sql){ .store = s, .to = to, .schema = schema };
	arena_init(&sql->arena);
	bool good = events_table_init(&sql->events, s, to, &sql->err, err) &&
		    series_table_new(sql, &sql->series, err);
	for (size_t i = 0; good && catalog[i]; i++) {
		if (i == CATALOG_MAX)
			BUG("the catalog is larger than CATALOG_MAX");
		good = (!catalog[i]->fill || rows_table_new(sql, catalog[i], &sql->rows[i], err)) &&
		       create(sql, catalog[i], err);
	}
	return good;
}

void sql_end(struct sql *sql)
{
	for (size_t i = 0; i < CATALOG_MAX; i++)
		rows_table_release(sql->rows[i]);
	events_table_release(&sql->events);
	arena_release(&sql->arena);
}
