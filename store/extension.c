/*
 * extension: a store for any program that has SQLite. Loaded into a connection whose main database is a store, it
 * makes the tables and views of the catalog there (store/catalog.h), as temporary ones, so that they stand in front
 * of the store's own tables and nothing is written; `SELECT inquest_open('FILE')` does it for any other store, or
 * for the same one when it has grown. The tables show the store as it was then.
 *
 * The store is read through a connection of its own, so neither the settings of the program's connection nor its
 * transactions matter. No lock is held between statements: a store can be written while a program has it open.
 *
 * This file and those it needs are compiled once more for the extension (INQUEST_EXTENSION, see store/db.h): SQLite's
 * functions are those of the program. Nothing is linked against a SQLite library, and no symbol but the entry is seen.
 */
#ifndef INQUEST_EXTENSION
#define INQUEST_EXTENSION 1 /* for what looks at this file alone */
#endif
#include "store/instant.h"
#include "store/schema.h"
#include "store/sql.h"

SQLITE_EXTENSION_INIT1

enum { SQLITE_OLDEST = 3031000 }; /* what is called here, and in the files of store/, is there from then on */

/* One for a connection, as long as that is open. */
struct extension {
	sqlite3 *db;
	struct store *store; /* NULL: none is open */
	struct sql sql;      /* the tables, when one is */
};

static void close_store(struct extension *x)
{
	if (!x->store)
		return;
	sql_end(&x->sql);
	store_close(x->store);
	x->store = NULL;
}

/* The connection is being closed: its tables are gone already. */
static void end_extension(void *self)
{
	close_store(self);
	sqlite3_free(self);
}

static bool open_store(struct extension *x, const char *path, struct err *err)
{
	struct store *fresh;

	if (!store_open(path, &fresh, err))
		return false;
	if (x->store && !sql_drop(&x->sql, err)) {
		store_close(fresh);
		return false;
	}
	close_store(x);
	x->store = fresh;
	if (sql_begin(&x->sql, fresh, x->db, "temp", err))
		return true;
	struct err ignored = ERR_INIT; /* the first one says what happened */

	if (sql_drop(&x->sql, &ignored))
		close_store(x);
	return false;
}

/* inquest_open(FILE): gives the path back. */
static void open_function(sqlite3_context *to, int argc, sqlite3_value **argv)
{
	struct err err = ERR_INIT;
	const char *path = (const char *)sqlite3_value_text(argv[0]);

	(void)argc;
	if (!path)
		sqlite3_result_error(to, "inquest_open: a path is needed", -1);
	else if (!open_store(sqlite3_user_data(to), path, &err))
		sqlite3_result_error(to, err.text, -1);
	else
		sqlite3_result_value(to, argv[0]);
}

/* Does a statement give a row, with this number in its first column? What cannot be read has none. */
static bool says(sqlite3 *db, const char *sql, int64_t number)
{
	sqlite3_stmt *st = NULL;
	bool good = sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW &&
		    sqlite3_column_int64(st, 0) == number;

	sqlite3_finalize(st);
	return good;
}

__attribute__((visibility("default"))) int sqlite3_inquest_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);

int sqlite3_inquest_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
	struct err err = ERR_INIT;

	SQLITE_EXTENSION_INIT2(api);
	if (sqlite3_libversion_number() < SQLITE_OLDEST) {
		*message = sqlite3_mprintf("inquest needs SQLite 3.31 or newer, this is %s", sqlite3_libversion());
		return SQLITE_ERROR;
	}
	/* Loading it twice must not take the tables' owner away from under them. */
	if (says(db, "SELECT count(*) > 0 FROM pragma_function_list WHERE name = 'inquest_open'", 1))
		return SQLITE_OK;
	int code = instant_register(db);

	if (code != SQLITE_OK)
		return code;
	struct extension *x = sqlite3_malloc64(sizeof *x);

	if (!x)
		return SQLITE_NOMEM;
	*x = (struct extension){ .db = db };
	/* Not to be called by what a database brings along, since it opens a file. On failure this ends x. */
	code = sqlite3_create_function_v2(db, "inquest_open", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, x, open_function, NULL, NULL,
					  end_extension);
	if (code != SQLITE_OK)
		return code;
	const char *path = sqlite3_db_filename(db, "main");

	if (!path || !*path || !says(db, "PRAGMA main.application_id", SCHEMA_APPLICATION_ID) || open_store(x, path, &err))
		return SQLITE_OK;
	*message = sqlite3_mprintf("%s", err.text);
	return SQLITE_ERROR;
}
