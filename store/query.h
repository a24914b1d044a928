/*
 * query: SQL over a store, to read only. The statement runs on a connection in memory that has nothing but the
 * tables and views of the catalog (store/catalog.h); an authorizer lets through what reads and nothing else. The
 * store's own tables would be of little use (blobs) and would make the schema a promise.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/reader.h"

struct query;

enum query_type { QUERY_NULL, QUERY_INTEGER, QUERY_REAL, QUERY_TEXT };

struct query_value {
	enum query_type type;
	int64_t integer; /* QUERY_INTEGER */
	double real;     /* QUERY_REAL */
	struct str text; /* the value as text; good until the next row */
};

/* Prepares one statement; a wrong one is an err with EXIT_USAGE. One query at a time; close it before the store. */
NODISCARD bool query_open(struct store *s, struct str sql, struct query **out, struct err *err);
/* Another statement on the same tables, and the same state of the store. */
NODISCARD bool query_again(struct query *q, struct str sql, struct err *err);
void query_close(struct query *q);
size_t query_columns(const struct query *q);
struct str query_column_name(const struct query *q, size_t column);
/* The next row; *any: there was one. */
NODISCARD bool query_next(struct query *q, bool *any, struct err *err);
/* Behind the last row: the statement asked for findings, but the store was never analysed. */
bool query_misses_analysis(const struct query *q);
struct query_value query_value(const struct query *q, size_t column);

#endif
