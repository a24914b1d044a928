/*
 * csv: rows for a database to load (RFC 4180, a head, line feeds). Texts are always quoted, so that an empty one is no
 * NULL. Safe to be opened by a spreadsheet: a text that begins like a formula gets an apostrophe in front. A line of a
 * text that is `\.` alone, which psql takes for the end of the data, gets a blank behind it.
 */
#ifndef EXPORT_CSV_H
#define EXPORT_CSV_H

#include "export/target.h"

/* What databases disagree about. */
struct csv_style {
	const char *null_number; /* a number or time that is not there */
	const char *null_text;   /* a text that is not there */
	bool plain_times;        /* "2026-01-29 22:05:02.000000" instead of ISO 8601 with its T and Z */
};

/* All rows of a table as <name>.csv, the first column `store` with the name of the store. */
NODISCARD bool csv_export(struct export_job *job, const struct catalog_table *t, const struct csv_style *style, struct err *err);
/* One text with its quotes. */
void csv_text(struct buf *out, struct str text);

#endif
