/*
 * db_rows: the bytes of events of database servers (store/database.h), some hundred a row of table db_event: as rows of their own
 * they would take four times as much. Rows in the order of the file, one after the other, packed as text.
 *
 * Bytes: 8 bytes checksum of all that follows, the layout's number, varint how many bytes the rows have, those as a plane
 * (store/plane.h). A row: signed varints of the time (the first, then steps, modulo 2^64), process, microseconds, size; a byte of the
 * kind; varints of line and offset (steps likewise); eight texts, each behind its length.
 */
#ifndef STORE_DB_ROWS_H
#define STORE_DB_ROWS_H

#include "store/column.h"
#include "store/database.h"

/* Seed of the checksum: these bytes never pass for another kind of blob. */
#define DB_ROWS_SEED UINT64_C(0x6462726f7773) /* "dbrows" */

enum {
	DB_ROWS_BATCH_BYTES = 256 << 10, /* a blob has no more rows once it has so many bytes of them */
	DB_ROWS_BYTES_MAX = 4 << 20,     /* none is larger; what claims to be is damaged */
};

/* Appends a blob of the first of the n > 0 rows, and returns of how many. */
size_t db_rows_put(const struct db_event *rows, size_t n, struct column_coder *c, struct buf *out);

/* Where reading rows stands. */
struct db_rows { struct str rest; uint64_t time_ns, line, offset; };

/* Unpacks a blob, into memory of the arena; false when it is damaged. */
bool db_rows_open(struct db_rows *r, struct str blob, struct column_coder *c, struct arena *a);
/* The next row; false at the end, and where it is damaged, which r->rest not being empty tells. Texts are in the arena. */
bool db_rows_next(struct db_rows *r, struct db_event *out);

#endif
