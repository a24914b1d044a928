#include "store/schema.h"

#include <stddef.h>

const char *const schema_sql[] = {
	/* What the store was made with: bucket_s, block_events. */
	"CREATE TABLE meta("
	" key TEXT PRIMARY KEY,"
	" value TEXT NOT NULL) WITHOUT ROWID",

	/* Every text that is referred to by its id. */
	"CREATE TABLE name("
	" id INTEGER PRIMARY KEY,"            /* hash64(text) */
	" text TEXT NOT NULL)",

	/* A log: all rotations and parts of it. */
	"CREATE TABLE source("
	" id INTEGER PRIMARY KEY,"            /* hash64(logical) */
	" logical TEXT NOT NULL,"             /* path without rotation and compression */
	" shift_ns INTEGER NOT NULL,"         /* added to times of its extents that state no zone */
	" zone TEXT NOT NULL)",               /* how that was found, in words; empty before settling */

	/* A file, or the part by which a file grew. */
	"CREATE TABLE extent("
	" id INTEGER PRIMARY KEY,"
	" source INTEGER NOT NULL,"
	" path TEXT NOT NULL,"
	" content INTEGER NOT NULL,"          /* id of the content: the same file under another name */
	" format TEXT NOT NULL,"
	" service TEXT NOT NULL,"
	" host TEXT NOT NULL,"
	" role INTEGER NOT NULL,"             /* enum format_role */
	" zone_known INTEGER NOT NULL,"       /* 1: times are instants; 0: wall clock, see source.shift_ns */
	" state INTEGER NOT NULL,"            /* 0 pending, 1 done */
	" lines INTEGER NOT NULL DEFAULT 0,"
	" events INTEGER NOT NULL DEFAULT 0,"
	" continuation INTEGER NOT NULL DEFAULT 0,"
	" rejected INTEGER NOT NULL DEFAULT 0,"
	" bytes INTEGER NOT NULL DEFAULT 0,"
	" end_offset INTEGER NOT NULL DEFAULT 0,"
	" first_ns INTEGER,"                  /* before the shift; NULL when nothing has a time */
	" last_ns INTEGER,"
	" truncated INTEGER NOT NULL DEFAULT 0,"
	" damaged INTEGER NOT NULL DEFAULT 0)",
	"CREATE INDEX extent_content ON extent(content)",

	/* Remarks on an extent (sample 0) and rejected lines of it (sample 1). */
	"CREATE TABLE note("
	" extent INTEGER NOT NULL,"
	" sample INTEGER NOT NULL,"
	" seq INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" PRIMARY KEY(extent, sample, seq)) WITHOUT ROWID",

	/* Which offsets from UTC the lines of an extent state. */
	"CREATE TABLE zone_offset("
	" extent INTEGER NOT NULL,"
	" offset_s INTEGER NOT NULL,"
	" events INTEGER NOT NULL,"
	" PRIMARY KEY(extent, offset_s)) WITHOUT ROWID",

	/* Constant part of a message; the text is in name. */
	"CREATE TABLE template("
	" id INTEGER PRIMARY KEY,"
	" severity INTEGER NOT NULL,"         /* the highest seen */
	" format TEXT NOT NULL,"
	" grp INTEGER NOT NULL,"              /* the smallest id of those that differ in variables only */
	" grp_text TEXT NOT NULL)",           /* their common text; empty before settling */

	/* What is counted in 10-second cells. */
	"CREATE TABLE series("
	" id INTEGER PRIMARY KEY,"            /* hash of the rest */
	" kind INTEGER NOT NULL,"             /* enum series_kind */
	" service INTEGER NOT NULL,"
	" host INTEGER NOT NULL,"
	" key INTEGER NOT NULL,"
	" code INTEGER NOT NULL,"
	" role INTEGER NOT NULL)",

	/* Cells of the series of one kind (store/cells.h). */
	"CREATE TABLE agg("
	" id INTEGER PRIMARY KEY,"
	" kind INTEGER NOT NULL,"
	" cells BLOB NOT NULL)",

	/* Up to 16,384 events as columns (store/block.h); times before the shift. */
	"CREATE TABLE block("
	" id INTEGER PRIMARY KEY,"
	" events INTEGER NOT NULL,"
	" first_ns INTEGER,"
	" last_ns INTEGER,"
	" data BLOB NOT NULL)",

	/* What blocks refer to by number: what one of them, of the same id, was the first to bring (store/dict.h). */
	"CREATE TABLE dict("
	" id INTEGER PRIMARY KEY,"
	" data BLOB NOT NULL)",

	/* Lines copied into the store, some hundred a row (store/kept.h). */
	"CREATE TABLE kept("
	" id INTEGER PRIMARY KEY,"
	" lines INTEGER NOT NULL,"
	" data BLOB NOT NULL)",

	/* Change records. */
	"CREATE TABLE change("
	" id INTEGER PRIMARY KEY,"
	" time_ns INTEGER,"                   /* before the shift */
	" end_ns INTEGER,"
	" kind INTEGER NOT NULL,"             /* enum change_kind */
	" service TEXT, version TEXT, previous TEXT, actor TEXT, key TEXT, old_value TEXT, new_value TEXT,"
	" status TEXT, change_id TEXT, text TEXT,"
	" host TEXT,"
	" line INTEGER NOT NULL, offset INTEGER NOT NULL, raw TEXT)",

	/* How often a statement ran in a file, and how long: exact sums. Times before the shift. */
	"CREATE TABLE statement("
	" id INTEGER PRIMARY KEY,"
	" fingerprint INTEGER NOT NULL, service INTEGER NOT NULL, host INTEGER NOT NULL, db INTEGER NOT NULL," /* names */
	" calls INTEGER NOT NULL, failed INTEGER NOT NULL,"
	" timed INTEGER NOT NULL, sum_us INTEGER NOT NULL, min_us INTEGER NOT NULL, max_us INTEGER NOT NULL,"
	" rows INTEGER, examined INTEGER, lock_us INTEGER NOT NULL,"
	" first_ns INTEGER, last_ns INTEGER)",

	/* Events of a database server, some thousands of each kind, some hundred a row (store/db_rows.h). */
	"CREATE TABLE db_event("
	" id INTEGER PRIMARY KEY,"
	" events INTEGER NOT NULL,"
	" data BLOB NOT NULL)",

	/* Where decompression can start: for reading lines back out of the archive. */
	"CREATE TABLE checkpoint("
	" extent INTEGER NOT NULL,"
	" out_offset INTEGER NOT NULL,"       /* in the uncompressed stream */
	" in_offset INTEGER NOT NULL,"        /* in the file */
	" bits INTEGER NOT NULL,"             /* of the byte before that still belong to it */
	" window BLOB,"                       /* the text before, up to 32 KiB (store/checkpoint.h) */
	" PRIMARY KEY(extent, out_offset))",   /* beside it: rows of an index have less room, and would fill pages badly */

	/* What an analysis found. */
	"CREATE TABLE result("
	" kind TEXT PRIMARY KEY,"             /* 'casefile' */
	" json TEXT NOT NULL) WITHOUT ROWID",
	NULL,
};

const char *const schema_night_sql[] = {
	/* The series of one kind in a day, in coarse cells (store/cells.h); times with the shift. */
	"CREATE TABLE IF NOT EXISTS day_agg("
	" id INTEGER PRIMARY KEY,"            /* day << 16 | number */
	" kind INTEGER NOT NULL,"             /* enum series_kind */
	" cells BLOB NOT NULL)",

	/* The digest of a day. */
	"CREATE TABLE IF NOT EXISTS night("
	" day INTEGER PRIMARY KEY,"           /* days since 1970-01-01 */
	" json TEXT NOT NULL)",
	NULL,
};

const char *const schema_fact_tables[] = { "agg", "block", "dict", "kept", "change", "statement", "db_event", NULL };
const char *const schema_extent_tables[] = { "note", "zone_offset", "checkpoint", NULL };
