/*
 * db: one SQLite connection to a store, with messages people can act on: every error names the
 * file and says what is wrong with it.
 *
 * Journal: SQLite's rollback journal, synchronous off. Most of what is written are new pages at the
 * file's end, which need no journal at all, while a write-ahead log would write each of them twice and stay
 * beside the store. A killed process loses nothing: what it handed to the kernel is there, and the next one
 * to open the store rolls the unfinished transaction back. A power failure while a store is written may leave
 * it damaged, which is detected (checksums, SQLite's own checks) and mended by reading the archives again; a
 * clean close ends with fsync. The writer holds the file's lock from open to close, so that no second writer
 * takes its pending extents for dead ones.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

/* In the loadable extension SQLite is that of the program which loaded it, called through its table of functions. */
#ifdef INQUEST_EXTENSION
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3
#else
#include <sqlite3.h>
#endif

#include "core/arena.h"
#include "core/err.h"

struct db {
	sqlite3 *handle;   /* owned; NULL when closed */
	struct str path;   /* NUL-terminated */
};

/* Opens a store to read: it must be one, and not newer than this program. */
NODISCARD bool db_open_read(struct db *db, struct str path, struct err *err);
/*
 * Opens a store to write; `exclusive` makes it when there is none, and keeps everybody else out
 * until closed.
 */
NODISCARD bool db_open_write(struct db *db, struct str path, bool exclusive, struct err *err);
/* Closing twice is fine. */
void db_close(struct db *db);
/* Everything written is on the disk when it returns. */
NODISCARD bool db_sync(struct db *db, struct err *err);

/* Sets err from the connection's last error; returns false. */
bool db_fail(const struct db *db, struct err *err);
/* The same for bytes that make no sense. */
bool db_damaged(const struct db *db, const char *what, struct err *err);
NODISCARD bool db_exec(struct db *db, const char *sql, struct err *err);
/* A statement, to be finalised with sqlite3_finalize; NULL on error. */
sqlite3_stmt *db_prepare(struct db *db, const char *sql, struct err *err);
/* Steps once; *row says whether there is one. False on error. */
NODISCARD bool db_step(struct db *db, sqlite3_stmt *s, bool *row, struct err *err);
/* Runs a statement that gives no rows and resets it. */
NODISCARD bool db_run(struct db *db, sqlite3_stmt *s, struct err *err);

/* Columns and parameters in our types. Slices are good until the next step. */
struct str db_text(sqlite3_stmt *s, int column);
struct str db_blob(sqlite3_stmt *s, int column);
uint64_t db_u64(sqlite3_stmt *s, int column);
int64_t db_time(sqlite3_stmt *s, int column); /* NULL is TIME_NONE */
void db_bind_text(sqlite3_stmt *s, int at, struct str text); /* must live until the statement ran */
void db_bind_u64(sqlite3_stmt *s, int at, uint64_t v);
void db_bind_time(sqlite3_stmt *s, int at, int64_t ns);
/* A number that is not there when negative: NULL. */
void db_bind_count(sqlite3_stmt *s, int at, int64_t n);
void db_bind_blob(sqlite3_stmt *s, int at, struct str bytes);

#endif
