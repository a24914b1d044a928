/* The tables of a query about the tables: what there is to ask for. */
#include "store/catalog_tables.h"
#include "store/sql.h"

static const struct catalog_column table_columns[] = {
	{ "name", SQL_TEXT, SQL_ALWAYS, "of the table" },
	{ "kind", SQL_TEXT, SQL_ALWAYS, "table, or view of others" },
	{ "row", SQL_TEXT, SQL_ALWAYS, "what has a row in it" },
	{ 0 },
};

static bool fill_tables(struct sql *sql, struct filling *f, struct err *err)
{
	(void)sql;
	(void)err;
	for (const struct catalog_table *const *t = catalog; *t; t++) {
		fill_text(f, str_of((*t)->name));
		fill_text(f, (*t)->view ? STR("view") : STR("table"));
		fill_text(f, str_of((*t)->help));
		fill_row(f);
	}
	return true;
}

const struct catalog_table table_inquest_tables = {
	.name = "inquest_tables",
	.help = "a table or view",
	.columns = table_columns,
	.fill = fill_tables,
};

static const struct catalog_column column_columns[] = {
	{ "table_name", SQL_TEXT, SQL_ALWAYS, "the table it is in" },
	{ "name", SQL_TEXT, SQL_ALWAYS, "of the column" },
	{ "type", SQL_TEXT, SQL_ALWAYS, "TEXT, INTEGER, REAL, or TIME: text, compared as an instant" },
	{ "may_be_null", SQL_INTEGER, SQL_ALWAYS, "1, or 0 for a column that always has a value" },
	{ "holds", SQL_TEXT, SQL_ALWAYS, "what" },
	{ 0 },
};

static bool fill_columns(struct sql *sql, struct filling *f, struct err *err)
{
	(void)sql;
	(void)err;
	for (const struct catalog_table *const *t = catalog; *t; t++) {
		for (const struct catalog_column *c = (*t)->columns; c->name; c++) {
			fill_text(f, str_of((*t)->name));
			fill_text(f, str_of(c->name));
			fill_text(f, str_of(catalog_type(c->type)));
			fill_number(f, !(c->flags & SQL_ALWAYS));
			fill_text(f, str_of(c->help));
			fill_row(f);
		}
	}
	return true;
}

const struct catalog_table table_inquest_columns = {
	.name = "inquest_columns",
	.help = "a column of a table or view",
	.columns = column_columns,
	.fill = fill_columns,
};
