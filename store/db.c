#include "store/db.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "core/timestamp.h"
#include "store/schema.h"

enum { WAIT_FOR_LOCK_MS = 5000, CACHE_KIB = 4096 };

bool db_fail(const struct db *db, struct err *err)
{
	int code = db->handle ? sqlite3_errcode(db->handle) & 0xff : SQLITE_NOMEM;
	const char *why = db->handle ? sqlite3_errmsg(db->handle) : "out of memory";
	int os = db->handle ? sqlite3_system_errno(db->handle) : 0;
	switch (code) {
	case SQLITE_NOTADB:
		return err_set(err, "%s: is not an inquest store", db->path.ptr);
	case SQLITE_CORRUPT:
		return err_set(err, "%s: the store is damaged: %s", db->path.ptr, why);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, "%s: the store is in use by another process", db->path.ptr);
	case SQLITE_FULL:
		return err_set(err, "%s: no space left to write the store", db->path.ptr);
	case SQLITE_READONLY:
		return err_set(err, "%s: the store cannot be written", db->path.ptr);
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
	case SQLITE_PERM:
		if (os) {
			errno = os;
			return err_set_errno(err, "%s", db->path.ptr);
		}
		return err_set(err, "%s: %s", db->path.ptr, why);
	default:
		return err_set(err, "%s: %s", db->path.ptr, why);
	}
}

bool db_damaged(const struct db *db, const char *what, struct err *err)
{
	return err_set(err, "%s: the store is damaged: %s", db->path.ptr, what);
}

bool db_exec(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, err);
	return true;
}

sqlite3_stmt *db_prepare(struct db *db, const char *sql, struct err *err)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) == SQLITE_OK)
		return s;
	if ((sqlite3_errcode(db->handle) & 0xff) == SQLITE_ERROR)
		db_damaged(db, sqlite3_errmsg(db->handle),
			   err); /* a table or column that must be there is not */
	else
		db_fail(db, err);
	return NULL;
}

bool db_step(struct db *db, sqlite3_stmt *s, bool *row, struct err *err)
{
	int code = sqlite3_step(s);
	*row = code == SQLITE_ROW;
	return *row || code == SQLITE_DONE || db_fail(db, err);
}

bool db_run(struct db *db, sqlite3_stmt *s, struct err *err)
{
	int code = sqlite3_step(s);
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		db_fail(db, err);
	sqlite3_reset(s);
	return code == SQLITE_DONE || code == SQLITE_ROW;
}

static bool pragma_i64(struct db *db, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *s = db_prepare(db, sql, err);
	if (!s)
		return false;
	bool row, good = db_step(db, s, &row, err);
	if (good)
		*out = row ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	return good;
}

/* SQLite reads what is missing of a last page as zeros: a file cut short must be noticed here. */
static bool check_length(struct db *db, struct err *err)
{
	int64_t page_bytes, pages;
	struct stat st;
	if (!pragma_i64(db, "PRAGMA page_size", &page_bytes, err) ||
	    !pragma_i64(db, "PRAGMA page_count", &pages, err))
		return false;
	if (stat(db->path.ptr, &st) == 0 && st.st_size < pages * page_bytes)
		return db_damaged(db, "it ends too early", err);
	return true;
}

/* Is this a store of ours? *fresh: it is an empty database, to be made into one. */
static bool check_identity(struct db *db, bool *fresh, struct err *err)
{
	int64_t application, version, schema;
	if (!pragma_i64(db, "PRAGMA schema_version", &schema, err) ||
	    !pragma_i64(db, "PRAGMA application_id", &application, err) ||
	    !pragma_i64(db, "PRAGMA user_version", &version, err))
		return false;
	*fresh = schema == 0 && application == 0 && version == 0;
	if (*fresh)
		return true;
	if (application != SCHEMA_APPLICATION_ID)
		return err_set(err, "%s: is not an inquest store", db->path.ptr);
	if (version > SCHEMA_VERSION)
		return err_set(
			err, "%s: the store was written by a newer inquest (schema %lld, this one knows %d)",
			db->path.ptr, (long long)version, SCHEMA_VERSION);
	if (version != SCHEMA_VERSION)
		return err_set(err, "%s: the store was written by an older inquest (schema %lld, this one knows %d): ingest the archive again",
			       db->path.ptr, (long long)version, SCHEMA_VERSION);
	return check_length(db, err);
}

/* A database is data, whoever made it: it gets no say in what we run. */
static void distrust(struct db *db)
{
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, 256 << 20);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, WAIT_FOR_LOCK_MS);
}

static bool open_handle(struct db *db, struct str path, int flags, struct err *err)
{
	*db = (struct db){ .path = path };
	if (sqlite3_open_v2(path.ptr, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		db_fail(db, err);
		db_close(db);
		return false;
	}
	distrust(db);
	return true;
}

static bool check_file(struct str path, bool *exists, struct err *err)
{
	struct stat st;
	*exists = stat(path.ptr, &st) == 0;
	if (!*exists && errno != ENOENT)
		return err_set_errno(err, "%s", path.ptr);
	if (*exists && S_ISDIR(st.st_mode))
		return err_set(err, "%s: is a directory, not an inquest store", path.ptr);
	return true;
}

/* A killed writer left an unfinished transaction: opening to write rolls it back. */
static bool recover(struct str path, struct err *err)
{
	struct db db;
	int64_t version;
	if (!open_handle(&db, path, SQLITE_OPEN_READWRITE, err))
		return false;
	bool good = pragma_i64(&db, "PRAGMA schema_version", &version, err);
	db_close(&db);
	return good;
}

static bool needs_recovery(const struct db *db)
{
	int code = sqlite3_extended_errcode(db->handle);
	return code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY;
}

bool db_open_read(struct db *db, struct str path, struct err *err)
{
	bool exists, fresh;
	*db = (struct db){ .path = path };
	if (!check_file(path, &exists, err))
		return false;
	if (!exists)
		return err_set(err, "%s: there is no such store", path.ptr);
	if (!open_handle(db, path, SQLITE_OPEN_READONLY, err))
		return false;
	struct err first = ERR_INIT;
	if (!check_identity(db, &fresh, &first)) {
		bool unfinished = needs_recovery(db);
		db_close(db);
		if (!unfinished)
			return err_set(err, "%s", first.text);
		if (!recover(path, &first))
			return err_set(err, "%s: an interrupted run left the store unfinished; "
			                    "it must be writable once to be put right", path.ptr);
		if (!open_handle(db, path, SQLITE_OPEN_READONLY, err))
			return false;
		if (!check_identity(db, &fresh, err)) {
			db_close(db);
			return false;
		}
	}
	if (fresh) {
		db_close(db);
		return err_set(err, "%s: is not an inquest store", path.ptr);
	}
	return true;
}

static bool make_schema(struct db *db, struct err *err)
{
	bool good = db_exec(db, "BEGIN IMMEDIATE", err);
	for (const char *const *sql = schema_sql; good && *sql; sql++)
		good = db_exec(db, *sql, err);
	char set[160];
	sqlite3_snprintf(sizeof set, set, "PRAGMA application_id = %d; PRAGMA user_version = %d",
	                 SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
	return good && db_exec(db, set, err) &&
	       db_exec(db, "INSERT INTO meta VALUES('bucket_s', '10'), ('block_events', '16384')", err) &&
	       db_exec(db, "COMMIT", err);
}

static bool configure_writer(struct db *db, bool exclusive, struct err *err)
{
	char cache[64];
	sqlite3_snprintf(sizeof cache, cache, "PRAGMA cache_size = -%d", CACHE_KIB);
	return db_exec(db, "PRAGMA synchronous = OFF", err) && db_exec(db, cache, err) &&
	       (!exclusive || db_exec(db, "PRAGMA locking_mode = EXCLUSIVE", err)) &&
	       db_exec(db, "PRAGMA journal_mode = DELETE", err);
}

bool db_open_write(struct db *db, struct str path, bool exclusive, struct err *err)
{
	bool exists, fresh;
	*db = (struct db){ .path = path };
	if (!check_file(path, &exists, err) ||
	    !open_handle(db, path, SQLITE_OPEN_READWRITE | (exclusive ? SQLITE_OPEN_CREATE : 0), err))
		return false;
	bool good = check_identity(db, &fresh, err) && configure_writer(db, exclusive, err);
	if (good && fresh && !exclusive)
		good = err_set(err, "%s: is not an inquest store", path.ptr);
	/* In exclusive mode the lock of the first transaction that writes is held until the end. */
	good = good && (!fresh || make_schema(db, err)) &&
	       (!exclusive || (db_exec(db, "BEGIN EXCLUSIVE", err) && db_exec(db, "COMMIT", err)));
	if (!good)
		db_close(db);
	return good;
}

void db_close(struct db *db)
{
	sqlite3_close_v2(db->handle);
	db->handle = NULL;
}

bool db_sync(struct db *db, struct err *err)
{
	sqlite3_file *file = NULL;
	errno = 0;
	if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
	    file && file->pMethods && file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK)
		return true;
	if (errno)
		return err_set_errno(err, "%s: the store could not be brought to the disk", db->path.ptr);
	return err_set(err, "%s: the store could not be brought to the disk", db->path.ptr);
}

struct str db_text(sqlite3_stmt *s, int column)
{
	const unsigned char *text = sqlite3_column_text(s, column);
	return str_make((const char *)text, text ? (size_t)sqlite3_column_bytes(s, column) : 0);
}

struct str db_blob(sqlite3_stmt *s, int column)
{
	const void *bytes = sqlite3_column_blob(s, column);
	return str_make(bytes, bytes ? (size_t)sqlite3_column_bytes(s, column) : 0);
}

uint64_t db_u64(sqlite3_stmt *s, int column)
{
	return (uint64_t)sqlite3_column_int64(s, column);
}

int64_t db_time(sqlite3_stmt *s, int column)
{
	return sqlite3_column_type(s, column) == SQLITE_NULL ? TIME_NONE : sqlite3_column_int64(s, column);
}

void db_bind_text(sqlite3_stmt *s, int at, struct str text)
{
	/* An empty slice may have no address, which would bind NULL. */
	sqlite3_bind_text64(s, at, text.len ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void db_bind_u64(sqlite3_stmt *s, int at, uint64_t v)
{
	sqlite3_bind_int64(s, at, (sqlite3_int64)v);
}

void db_bind_time(sqlite3_stmt *s, int at, int64_t ns)
{
	if (ns == TIME_NONE)
		sqlite3_bind_null(s, at);
	else
		sqlite3_bind_int64(s, at, ns);
}

void db_bind_count(sqlite3_stmt *s, int at, int64_t n)
{
	if (n < 0)
		sqlite3_bind_null(s, at);
	else
		sqlite3_bind_int64(s, at, n);
}

void db_bind_blob(sqlite3_stmt *s, int at, struct str bytes)
{
	sqlite3_bind_blob64(s, at, bytes.len ? bytes.ptr : "", bytes.len, SQLITE_STATIC);
}
