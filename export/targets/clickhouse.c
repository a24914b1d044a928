/*
 * ClickHouse: schema.sql, a CSV file a table, and load.sh, which feeds them to clickhouse-client. Each store is a
 * partition, which is dropped before it is loaded again, so a load can be repeated.
 *
 * A text that is not there is the empty text, since Nullable(String) costs a column more for nothing; numbers and times
 * that may be missing are Nullable. Times are written without T and Z, as the default parser of every version reads
 * them.
 */
#include "export/csv.h"

static const char *type_of(enum sql_type type)
{
	static const char *const types[] = {
		[SQL_TEXT] = "String", [SQL_INTEGER] = "Int64", [SQL_REAL] = "Float64", [SQL_TIME] = "DateTime64(6, 'UTC')",
	};

	return types[type];
}

static void add_column(struct buf *out, const struct catalog_column *c)
{
	bool nullable = c->type != SQL_TEXT && !(c->flags & SQL_ALWAYS);

	buf_addf(out, ",\n\t`%s` %s%s%s COMMENT '", c->name, nullable ? "Nullable(" : "", type_of(c->type), nullable ? ")" : "");
	for (const char *p = c->help; *p; p++) {
		if (*p == '\'' || *p == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *p);
	}
	buf_addc(out, '\'');
}

static void add_table(struct buf *out, const struct catalog_table *t)
{
	bool by_time = strcmp(t->columns[0].name, "time") == 0 && (t->columns[0].flags & SQL_ALWAYS);

	buf_addf(out, "\n-- A row is %s.\nCREATE TABLE IF NOT EXISTS inquest.%s (\n\tstore String COMMENT 'name of the store it was exported from'",
		 t->help, t->name);
	for (const struct catalog_column *c = t->columns; c->name; c++)
		add_column(out, c);
	buf_addf(out, "\n) ENGINE = MergeTree PARTITION BY store ORDER BY %s;\n", by_time ? "(store, time)" : "store");
}

static bool write_schema(struct export_job *job, struct err *err)
{
	if (!export_open(job, "schema.sql", err))
		return false;
	buf_addz(&job->out, "-- Tables for what inquest export writes. Can be run again.\nCREATE DATABASE IF NOT EXISTS inquest;\n");
	for (const struct catalog_table *const *t = catalog; *t; t++)
		if (export_has(*t))
			add_table(&job->out, *t);
	return export_close(job, err);
}

/* The last file: when it is there, so are the others. */
static bool write_load(struct export_job *job, struct err *err)
{
	if (!export_open(job, "load.sh", err))
		return false;
	buf_addz(&job->out, "#!/bin/sh\n"
			    "# sh load.sh [OPTION OF clickhouse-client...]: loads the tables; what was loaded under the same name before is\n"
			    "# replaced.\n"
			    "set -eu\ncd \"$(dirname \"$0\")\"\n"
			    "clickhouse-client \"$@\" --multiquery <schema.sql\nfor table in");
	for (const struct catalog_table *const *t = catalog; *t; t++)
		if (export_has(*t))
			buf_addf(&job->out, " \\\n\t%s", (*t)->name);
	buf_addf(&job->out,
		 "; do\n"
		 "\tclickhouse-client \"$@\" --query \"ALTER TABLE inquest.$table DROP PARTITION '%.*s'\"\n"
		 "\tclickhouse-client \"$@\" --query \"INSERT INTO inquest.$table FORMAT CSVWithNames\" <\"$table.csv\"\n"
		 "done\n",
		 STR_ARG(job->options->name));
	return export_close(job, err);
}

static bool write_all(struct export_job *job, struct err *err)
{
	static const struct csv_style style = { .null_number = "\\N", .null_text = "\"\"", .plain_times = true };

	for (const struct catalog_table *const *t = catalog; *t; t++)
		if (export_has(*t) && !csv_export(job, *t, &style, err))
			return false;
	return write_schema(job, err) && write_load(job, err);
}

const struct export_target export_clickhouse = {
	.name = "clickhouse",
	.help = "ClickHouse: a folder with schema.sql, CSV files, and load.sh for clickhouse-client",
	.folder = true,
	.write = write_all,
};
