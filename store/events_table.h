/*
 * events_table: the events of a store as a read-only virtual table of SQLite, one row an event, straight from the
 * column blocks. Comparisons of `time` with constants are pushed down: blocks outside are not decompressed. SQLite
 * checks every row again, so what is pushed down may give too much but never too little.
 *
 * Times are text, for people and for SQLite's date functions; they are compared as instants by the collation
 * `instant`, since '22:05:00Z' and '22:05:00.000000Z' are one instant but two texts, of which the wrong one is smaller.
 */
#ifndef STORE_EVENTS_TABLE_H
#define STORE_EVENTS_TABLE_H

#include "store/store_impl.h"

/* A time in a result: microseconds, UTC. */
enum { QUERY_TIME_DIGITS = 6 };

struct events_table {
	sqlite3_vtab base;          /* what SQLite sees; must be first */
	struct store *store;
	struct arena arena;         /* of the extents */
	struct extent_list extents;
	struct err err;             /* why a step failed */
};

/* Gives the connection the table `events` and the collation. The table must outlive the connection. */
NODISCARD bool events_table_init(struct events_table *t, struct store *s, struct db *db, struct err *err);
void events_table_release(struct events_table *t);

#endif
