/*
 * sql: the tables and views of a store on a connection of SQLite: the one in memory of `inquest query`, or that of
 * a program which loaded the extension. Private to the files of store/ that make them.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "core/casefile.h"
#include "store/catalog.h"
#include "store/events_table.h"

enum { CATALOG_MAX = 64 };

struct rows_table;
struct series_table;

struct sql {
	struct arena arena;         /* of what is loaded once */
	struct store *store;        /* not ours */
	sqlite3 *to;                /* the connection that has the tables; not ours */
	const char *schema;         /* where in it */
	size_t made;                /* the first so many of the catalog are there */
	struct events_table events;
	struct series_table *series;
	struct rows_table *rows[CATALOG_MAX]; /* of catalog[i]; NULL for what is none */
	struct casefile casefile;
	bool asked_casefile;        /* the case file was asked for: */
	bool analysed;              /* there is one */
	struct err err;             /* why the last step of a table failed */
};

/*
 * Makes the tables and views in a schema of the connection: "main", or "temp" where main is not ours. The connection
 * has the collation (instant_register). Call sql_end also after a failure, and behind the last statement.
 */
NODISCARD bool sql_begin(struct sql *sql, struct store *s, sqlite3 *to, const char *schema, struct err *err);
void sql_end(struct sql *sql);
/* The case file of the store, once; NULL when it was not analysed. */
NODISCARD bool sql_casefile(struct sql *sql, const struct casefile **out, struct err *err);
/* Takes the tables and views that were made out of the schema again: all, or none when a statement is using one. */
NODISCARD bool sql_drop(struct sql *sql, struct err *err);
/* Declares a table of the catalog to SQLite: what xConnect has to do. Returns SQLite's code. */
int sql_declare(sqlite3 *db, const struct catalog_table *t, struct arena *a);
/* A step of a table failed: what SQLite will say of it. Returns SQLITE_ERROR. */
int sql_failed(sqlite3_vtab *base, const struct err *err);

/* A value on its way to a query. */
struct sql_value {
	enum { VALUE_NULL, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT } type;
	int64_t integer;
	double real;
	struct str text;
};

/* Values of a table on their way into it, row by row, in the order of the columns. */
struct filling {
	struct arena *arena;        /* of the values */
	size_t width, at;           /* columns, and the next one */
	VEC(struct sql_value) values;
};

/* The row is complete. */
void fill_row(struct filling *f);
/* The next column; the empty text, TIME_NONE, a negative count and NAN become NULL. Texts are copied. */
void fill_text(struct filling *f, struct str text);
void fill_number(struct filling *f, uint64_t v);
void fill_count(struct filling *f, int64_t v);
void fill_real(struct filling *f, double v);
void fill_time(struct filling *f, int64_t ns);

#endif
