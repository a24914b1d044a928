/* catalog_tables: what each file of store/ brings into the catalog. Private to store/. */
#ifndef STORE_CATALOG_TABLES_H
#define STORE_CATALOG_TABLES_H

#include "store/catalog.h"

/* store/events_table.c, store/series_table.c */
extern const struct catalog_table table_events, table_series;
/* store/query_archive.c */
extern const struct catalog_table table_sources, table_changes, table_templates;
/* store/query_database.c */
extern const struct catalog_table table_statements, table_connections, table_database_events;
/* store/query_findings.c */
extern const struct catalog_table table_incidents, table_causes, table_evidence, table_ruled_out, table_symptoms,
	table_impact, table_timeline;
/* store/query_catalog.c */
extern const struct catalog_table table_inquest_tables, table_inquest_columns;
/* store/query_views.c */
extern const struct catalog_table view_requests, view_errors, view_queries, view_traffic, view_lock_waits,
	view_deadlocks, view_cancelled_statements, view_checkpoints, view_vacuums, view_temporary_files, view_restarts,
	view_parameter_changes;

#endif
