/*
 * instant: times in SQL. They are text, for people and for SQLite's date functions; they are compared as instants by
 * the collation `instant`, since '22:05:00Z' and '22:05:00.000000Z' are one instant but two texts, of which the wrong
 * one is smaller. Comparisons with constants can be pushed down into a table as a window.
 */
#ifndef STORE_INSTANT_H
#define STORE_INSTANT_H

#include "core/timestamp.h"
#include "store/db.h"

/* A time in a result: microseconds, UTC. */
enum { QUERY_TIME_DIGITS = 6 };

/* Any notation of a time with its date and year; one without a zone is UTC. */
bool instant_of(struct str text, int64_t *ns);
/* Gives a connection the collation. Returns SQLite's code. */
int instant_register(sqlite3 *db);
/* Does a constraint compare with the collation, in a way that bounds a window? One of < > =, else 0. */
char instant_operator(sqlite3_index_info *info, int constraint);
/* A value as the result of a column; TIME_NONE is NULL. */
void instant_result(sqlite3_context *to, int64_t time_ns);

/* [from_ns, to_ns); from_ns TIME_NONE: what has no time, too. */
struct instant_window { int64_t from_ns, to_ns; };
#define INSTANT_WINDOW_ALL ((struct instant_window){ TIME_NONE, INT64_MAX })
/* Narrows it to what compares so with a value; it may stay too wide, never become too narrow. */
void instant_narrow(struct instant_window *w, char op, sqlite3_value *value);

#endif
