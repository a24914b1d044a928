/*
 * writer_impl: what writer.c, extent.c and settle.c share: the connection, its lock, and the statements.
 *
 * Every use of the connection is between writer_lock and writer_unlock; everything costly (packing,
 * compressing) is done outside. A failed statement may have rolled back what other threads wrote in the same
 * transaction, so the first failure ends the writer: every later call fails with the same words, and nothing
 * unfinished counts.
 */
#ifndef STORE_WRITER_IMPL_H
#define STORE_WRITER_IMPL_H

#include <pthread.h>

#include "store/db.h"
#include "store/writer.h"

/* X(id, SQL) */
#define WRITER_STATEMENTS(X) \
	X(SQL_EXTENT_BEGIN, \
	  "INSERT INTO extent(source, path, content, format, service, host, role, zone_known, state)" \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)") \
	X(SQL_EXTENT_FINISH, \
	  "UPDATE extent SET state = 1, lines = ?2, events = ?3, continuation = ?4, rejected = ?5, bytes = ?6," \
	  " end_offset = ?7, first_ns = ?8, last_ns = ?9, truncated = ?10, damaged = ?11 WHERE id = ?1") \
	X(SQL_SOURCE, "INSERT OR IGNORE INTO source VALUES(?1, ?2, 0, '')") \
	X(SQL_NAME, "INSERT OR IGNORE INTO name VALUES(?1, ?2)") \
	X(SQL_SERIES, "INSERT OR IGNORE INTO series VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
	X(SQL_TEMPLATE, \
	  "INSERT INTO template VALUES(?1, ?2, ?3, ?1, '') ON CONFLICT(id) DO UPDATE SET" \
	  " severity = max(severity, excluded.severity), format = min(format, excluded.format)") \
	X(SQL_AGG, "INSERT INTO agg VALUES(?1, ?2, ?3)") \
	X(SQL_BLOCK, "INSERT INTO block VALUES(?1, ?2, ?3, ?4, ?5)") \
	X(SQL_DICT, "INSERT INTO dict VALUES(?1, ?2)") \
	X(SQL_KEPT, "INSERT INTO kept VALUES(?1, ?2, ?3)") \
	X(SQL_CHANGE, \
	  "INSERT INTO change VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16," \
	  " ?17, ?18)") \
	X(SQL_STATEMENT, \
	  "INSERT INTO statement VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)") \
	X(SQL_DB_EVENT, "INSERT INTO db_event VALUES(?1, ?2, ?3)") \
	X(SQL_NOTE, "INSERT INTO note VALUES(?1, ?2, ?3, ?4)") \
	X(SQL_CHECKPOINT, "INSERT OR REPLACE INTO checkpoint VALUES(?1, ?2, ?3, ?4, ?5)") \
	X(SQL_ZONE_OFFSET, "INSERT INTO zone_offset VALUES(?1, ?2, ?3)") \
	X(SQL_KNOWS, "SELECT count(*), max(end_offset) FROM extent WHERE content = ?1 AND state = 1")
#define SQL_ENUM(id, sql) id,
enum writer_statement { WRITER_STATEMENTS(SQL_ENUM) WRITER_STATEMENT_COUNT };

struct extent_writer;

struct store_writer {
	struct arena arena;         /* of this struct */
	struct db db;
	pthread_mutex_t mutex;      /* over all below */
	sqlite3_stmt *statements[WRITER_STATEMENT_COUNT];
	bool in_transaction;
	bool changed;               /* something was committed: bring it to the disk at the end */
	struct err failure;         /* the first one */
	struct extent_writer *extents; /* as many as files were written at a time; used again and again */
};

void writer_lock(struct store_writer *w);
/* Remembers a failure, unlocks, returns `good`. */
bool writer_unlock(struct store_writer *w, bool good, struct err *err);
/* For a locked writer: has it failed before? Then err is set; else a transaction is open. */
bool writer_ready(struct store_writer *w, struct err *err);
bool writer_commit(struct store_writer *w, struct err *err);
/* Deletes what belongs to an extent, and its row. */
bool writer_delete_extent(struct store_writer *w, int64_t extent, struct err *err);
/* Frees the extent writers, whether their files are finished or not. */
void extents_free(struct store_writer *w);

#endif
