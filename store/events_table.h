/*
 * events_table: the events of a store as a read-only virtual table of SQLite, one row an event, straight from the
 * column blocks. Comparisons of `time` and `source` with constants are pushed down: blocks outside are not decompressed;
 * so are those of `kind` and `status`: other rows are passed over; and columns nobody asks for stay packed. SQLite
 * checks every row again, so what is pushed down may give too much but never too little.
 */
#ifndef STORE_EVENTS_TABLE_H
#define STORE_EVENTS_TABLE_H

#include "store/store_impl.h"

struct events_table {
	sqlite3_vtab base;          /* what SQLite sees; must be first */
	struct store *store;
	struct arena arena;         /* of the extents */
	struct extent_list extents;
	struct err *err;            /* why a step failed; not ours */
};

/*
 * Gives the connection the module `inquest_events`. The table must outlive the connection. `why` is where a step of a
 * statement says why it failed.
 */
NODISCARD bool events_table_init(struct events_table *t, struct store *s, sqlite3 *to, struct err *why, struct err *err);
void events_table_release(struct events_table *t);

#endif
