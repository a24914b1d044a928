#include "store/catalog.h"

#include "store/catalog_tables.h"

const struct catalog_table *const catalog[] = {
	&table_events,      &table_series,          &table_sources,         &table_changes,    &table_templates,
	&table_statements,  &table_connections,     &table_database_events, &table_incidents,  &table_causes,
	&table_evidence,    &table_ruled_out,       &table_symptoms,        &table_impact,     &table_timeline,
	&table_inquest_tables, &table_inquest_columns,
	&view_requests,     &view_errors,           &view_queries,          &view_traffic,     &view_lock_waits,
	&view_deadlocks,    &view_cancelled_statements, &view_checkpoints,  &view_vacuums,     &view_temporary_files,
	&view_restarts,     &view_parameter_changes,
	NULL,
};

const struct catalog_table *catalog_find(struct str name)
{
	for (const struct catalog_table *const *t = catalog; *t; t++)
		if (str_eq_nocase(str_of((*t)->name), name))
			return *t;
	return NULL;
}

size_t catalog_width(const struct catalog_table *t)
{
	size_t n = 0;

	while (t->columns[n].name)
		n++;
	return n;
}

const char *catalog_type(enum sql_type type)
{
	static const char *const names[] = {
		[SQL_TEXT] = "TEXT", [SQL_INTEGER] = "INTEGER", [SQL_REAL] = "REAL", [SQL_TIME] = "TIME",
	};

	return names[type];
}
