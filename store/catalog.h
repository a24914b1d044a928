/*
 * catalog: the tables and views that SQL sees in a store, in one place: what they are called, what their columns
 * hold, and where their rows come from. `inquest query .schema`, docs/tables.md, the messages for a mistyped name
 * and the schemas of exports are made from these rows, so none of them can tell of a column that is not there.
 *
 * A table is filled when a statement first asks for it (store/rows_table.h), but for `events` and `series`, which
 * have a row for too much to be copied and are read as they are asked for.
 */
#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"
#include "core/str.h"

enum sql_flags {
	SQL_ALWAYS = 1, /* never NULL */
	SQL_SAID = 2,   /* may hold text of a log or of a person: exports redact it */
};

enum sql_type {
	SQL_TEXT,
	SQL_INTEGER,
	SQL_REAL,
	SQL_TIME, /* text "2026-01-29T22:05:02.000000Z", compared as an instant */
};

struct catalog_column {
	const char *name;
	enum sql_type type;
	unsigned flags;   /* enum sql_flags */
	const char *help; /* what it holds, with its unit */
};

struct sql;     /* store/sql.h */
struct filling; /* store/sql.h */

struct catalog_table {
	const char *name;
	const char *help;                     /* what has a row */
	const struct catalog_column *columns; /* ends with a NULL name */
	const char *hidden;                   /* a column that only a WHERE knows, as SQL declares it; NULL none */
	const char *view;                     /* the SELECT of a view; NULL: a table */
	/* Puts the rows of a table, in a canonical order; NULL: a view, or a table that is read as it is asked for. */
	bool (*fill)(struct sql *sql, struct filling *f, struct err *err);
};

/* All of them, tables before the views of them; ends with NULL. */
extern const struct catalog_table *const catalog[];

const struct catalog_table *catalog_find(struct str name); /* as SQL: ASCII case does not matter; NULL: none */
size_t catalog_width(const struct catalog_table *t);       /* number of columns */
const char *catalog_type(enum sql_type type);           /* "TEXT", "INTEGER", "REAL", "TIME" */

#endif
