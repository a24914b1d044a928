/*
 * shape_rows: how the rows of a shape (core/casefile_shape.h) are written down. Only for the files that hold such tables.
 */
#ifndef CORE_SHAPE_ROWS_H
#define CORE_SHAPE_ROWS_H

#include <stddef.h>

#include "core/casefile_shape.h"

/* Rows read: struct, member, key, ... */
#define NAME(s, m, k) { .key = k, .type = FIELD_NAME, .offset = offsetof(struct s, m) }
#define SAID_NAME(s, m, k) { .key = k, .type = FIELD_NAME, .said = true, .offset = offsetof(struct s, m) }
#define TEXT(s, m, k) { .key = k, .type = FIELD_TEXT, .offset = offsetof(struct s, m) }
#define SAID_TEXT(s, m, k) { .key = k, .type = FIELD_TEXT, .said = true, .offset = offsetof(struct s, m) }
#define COUNT(s, m, k) { .key = k, .type = FIELD_U64, .offset = offsetof(struct s, m) }
#define NUMBER(s, m, k, d) { .key = k, .type = FIELD_DOUBLE, .decimals = d, .offset = offsetof(struct s, m) }
#define TIME(s, m, k) { .key = k, .type = FIELD_TIME, .offset = offsetof(struct s, m) }
#define CAUSE(s, m, k) { .key = k, .type = FIELD_CAUSE, .offset = offsetof(struct s, m) }
#define LIST(s, m, cnt, k, o)                                              \
	{ .key = k, .type = FIELD_LIST, .offset = offsetof(struct s, m),   \
	  .count_offset = offsetof(struct s, cnt), .of = &(o) }
#define TEXTS(s, m, cnt, k)                                                             \
	{ .key = k, .type = FIELD_TEXTS, .said = true, .offset = offsetof(struct s, m), \
	  .count_offset = offsetof(struct s, cnt) }
#define GROUP(k, o) { .key = k, .type = FIELD_OBJECT, .of = &(o) }
/* Rows that only the store's form has. */
#define STORED_BOOL(s, m, k) \
	{ .key = k, .type = FIELD_BOOL, .internal = true, .offset = offsetof(struct s, m) }
#define STORED_COUNT(s, m, k) \
	{ .key = k, .type = FIELD_U64, .internal = true, .offset = offsetof(struct s, m) }
#define STORED_SAID_TEXT(s, m, k) \
	{ .key = k, .type = FIELD_TEXT, .internal = true, .said = true, .offset = offsetof(struct s, m) }
#define STORED_LIST(s, m, cnt, k, o)                                                         \
	{ .key = k, .type = FIELD_LIST, .internal = true, .offset = offsetof(struct s, m), \
	  .count_offset = offsetof(struct s, cnt), .of = &(o) }
#define DEMAND_LIST(s, m, cnt, k, o)                                                          \
	{ .key = k, .type = FIELD_LIST, .on_demand = true, .offset = offsetof(struct s, m), \
	  .count_offset = offsetof(struct s, cnt), .of = &(o) }

#define SHAPE(s, type, rows) \
	static const struct shape s = { rows, sizeof(rows) / sizeof((rows)[0]), sizeof(struct type) }

#endif
