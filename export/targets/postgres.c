/*
 * PostgreSQL: schema.sql, a CSV file a table, and load.sql for psql, which puts them into the schema `inquest` in one
 * transaction. What was loaded under the name of the store before is replaced, so a load can be repeated, and the
 * stores of many nights stand side by side.
 */
#include "export/csv.h"

static const char *type_of(enum sql_type type)
{
	static const char *const types[] = {
		[SQL_TEXT] = "text", [SQL_INTEGER] = "bigint", [SQL_REAL] = "double precision", [SQL_TIME] = "timestamptz",
	};

	return types[type];
}

/* A text of ours as a literal. */
static void add_literal(struct buf *out, const char *text)
{
	buf_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_addc(out, '\'');
		buf_addc(out, *text);
	}
	buf_addc(out, '\'');
}

static void add_comment(struct buf *out, const char *what, const char *table, const char *column, const char *text)
{
	buf_addf(out, "COMMENT ON %s inquest.%s", what, table);
	if (column)
		buf_addf(out, ".\"%s\"", column);
	buf_addz(out, " IS ");
	add_literal(out, text);
	buf_addz(out, ";\n");
}

static void add_table(struct buf *out, const struct catalog_table *t)
{
	buf_addf(out, "\nCREATE TABLE IF NOT EXISTS inquest.%s (\n\tstore text NOT NULL", t->name);
	for (const struct catalog_column *c = t->columns; c->name; c++)
		buf_addf(out, ",\n\t\"%s\" %s%s", c->name, type_of(c->type), c->flags & SQL_ALWAYS ? " NOT NULL" : "");
	buf_addf(out, "\n);\nCREATE INDEX IF NOT EXISTS %s_store ON inquest.%s (store%s);\n", t->name, t->name,
		 strcmp(t->columns[0].name, "time") == 0 ? ", \"time\"" : "");
	add_comment(out, "TABLE", t->name, NULL, t->help);
	add_comment(out, "COLUMN", t->name, "store", "name of the store it was exported from");
	for (const struct catalog_column *c = t->columns; c->name; c++)
		add_comment(out, "COLUMN", t->name, c->name, c->help);
}

static bool write_schema(struct export_job *job, struct err *err)
{
	if (!export_open(job, "schema.sql", err))
		return false;
	buf_addz(&job->out, "-- Tables for what inquest export writes. Can be run again.\nSET client_min_messages = warning;\n"
			    "CREATE SCHEMA IF NOT EXISTS inquest;\n");
	for (const struct catalog_table *const *t = catalog; *t; t++)
		if (export_has(*t))
			add_table(&job->out, *t);
	return export_close(job, err);
}

/* The last file: when it is there, so are the others. */
static bool write_load(struct export_job *job, struct err *err)
{
	if (!export_open(job, "load.sql", err))
		return false;
	buf_addf(&job->out,
		 "-- In this folder: psql -X -f load.sql DATABASE\n"
		 "-- Loads the tables; what was loaded under the same name before is replaced.\n"
		 "\\set ON_ERROR_STOP on\nSET client_encoding = 'UTF8';\n\\i schema.sql\nBEGIN;\n");
	for (const struct catalog_table *const *t = catalog; *t; t++)
		if (export_has(*t))
			buf_addf(&job->out,
				 "DELETE FROM inquest.%s WHERE store = '%.*s';\n"
				 "\\copy inquest.%s FROM '%s.csv' WITH (FORMAT csv, HEADER true)\n",
				 (*t)->name, STR_ARG(job->options->name), (*t)->name, (*t)->name);
	buf_addz(&job->out, "COMMIT;\n");
	return export_close(job, err);
}

static bool write_all(struct export_job *job, struct err *err)
{
	static const struct csv_style style = { .null_number = "", .null_text = "" };

	for (const struct catalog_table *const *t = catalog; *t; t++)
		if (export_has(*t) && !csv_export(job, *t, &style, err))
			return false;
	return write_schema(job, err) && write_load(job, err);
}

const struct export_target export_postgres = {
	.name = "postgres",
	.help = "PostgreSQL: a folder with schema.sql, CSV files, and load.sql for psql",
	.folder = true,
	.write = write_all,
};
