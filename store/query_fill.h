/* query_fill: how the tables of a query are filled, row by row. Private to store/query*.c. */
#ifndef STORE_QUERY_FILL_H
#define STORE_QUERY_FILL_H

#include "store/store_impl.h"

/* Values of one row on their way into a table, in the order of its columns. */
struct filling {
	struct db *db;
	sqlite3_stmt *st; /* NULL after a failure */
	int at;
};

/* Creates a table and prepares the insert; finalize f->st in any case. */
NODISCARD bool fill_begin(struct filling *f, struct db *db, const char *create, const char *insert, struct err *err);
NODISCARD bool fill_row(struct filling *f, struct err *err);
/* The next column; the empty text, TIME_NONE, a negative count and NAN become NULL. */
void fill_text(struct filling *f, struct str text);
void fill_number(struct filling *f, uint64_t v);
void fill_count(struct filling *f, int64_t v);
void fill_real(struct filling *f, double v);
void fill_time(struct filling *f, int64_t ns);

/* The tables and views of what databases say: statements, database_events, connections, and views of these. */
NODISCARD bool fill_database(struct store *s, const struct extent_list *extents, struct db *db, struct arena *a,
			     struct err *err);

#endif
