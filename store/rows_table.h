/*
 * rows_table: a table of the catalog whose rows are few enough to be held: they are loaded when a statement first
 * asks for them, so that what is not asked for costs nothing. A column that is compared with `=` gets an index by
 * hash when that first happens; without it a join would compare every row with every other, since SQLite makes no
 * index of its own for a virtual table.
 */
#ifndef STORE_ROWS_TABLE_H
#define STORE_ROWS_TABLE_H

#include "store/sql.h"

/* Gives the connection the module `inquest_<name>`. It belongs to sql's arena; release it before that. */
NODISCARD bool rows_table_new(struct sql *sql, const struct catalog_table *t, struct rows_table **out, struct err *err);
void rows_table_release(struct rows_table *t); /* NULL is fine */

#endif
