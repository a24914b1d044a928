/*
 * schema: the tables of a store, in one place. docs/store.md describes them for people who query
 * them. Ids of names (services, hosts, routes, templates, fingerprints, values) are hash64 of their
 * text, stored as signed 64-bit integers; so rows mean the same in every store, and stores can be joined.
 *
 * Facts belong to an extent: one ingested file, or the part by which a file grew. Their ids are
 * extent << 24 | number, so the facts of an extent are one range of each table, in the order of the file,
 * without an index. An extent is pending until its last row is there: whoever reads skips
 * pending ones, and the next writer deletes them.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdint.h>

#define SCHEMA_APPLICATION_ID 0x494e5153 /* "INQS" */

enum {
	SCHEMA_VERSION = 4,   /* PRAGMA user_version */
	EXTENT_SHIFT = 24,
	EXTENTS_MAX = 1 << 25, /* ids lie below: with a block's number and a row's they make 63 bits */
	DAY_SHIFT = 16,       /* rows of one day in day_agg */
	EXTENT_PARTS_MAX = 1 << EXTENT_SHIFT, /* rows of one extent in one table */
};

enum extent_state { EXTENT_PENDING, EXTENT_DONE };

/* Statements that make an empty store, ending with NULL. */
extern const char *const schema_sql[];
/* Statements that add the tables of the nights to a store (store/nights.h), ending with NULL. */
extern const char *const schema_night_sql[];
/* Tables whose id is extent << 24 | number, ending with NULL. */
extern const char *const schema_fact_tables[];
/* Tables with a column `extent`, ending with NULL. */
extern const char *const schema_extent_tables[];

#endif
