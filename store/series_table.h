/*
 * series_table: what is counted in 10-second cells as a virtual table, one row a cell, without a look at any event.
 * A comparison of `kind` with a word unpacks the cells of that kind alone; those of `time` skip what is outside. The
 * cells are held once unpacked; rows are made as they are asked for.
 */
#ifndef STORE_SERIES_TABLE_H
#define STORE_SERIES_TABLE_H

#include "store/sql.h"

/* Gives the connection the module `inquest_series`. All of it belongs to sql's arena. */
NODISCARD bool series_table_new(struct sql *sql, struct series_table **out, struct err *err);

#endif
