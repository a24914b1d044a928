#include "store/store_impl.h"

#define CASEFILE_KIND "casefile"

bool store_save_casefile(const char *path, struct str json, struct err *err)
{
	struct arena arena;
	struct db db;
	arena_init(&arena);
	bool good = db_open_write(&db, arena_str(&arena, str_of(path)), false, err);
	sqlite3_stmt *st = NULL;
	if (good) {
		st = db_prepare(&db, "INSERT OR REPLACE INTO result VALUES('" CASEFILE_KIND "', ?1)", err);
		good = st != NULL;
	}
	if (good) {
		db_bind_text(st, 1, json);
		good = db_run(&db, st, err);
	}
	sqlite3_finalize(st);
	good = good && db_sync(&db, err);
	db_close(&db);
	arena_release(&arena);
	return good;
}

bool store_load_casefile(struct store *s, struct arena *a, struct str *json, struct err *err)
{
	*json = STR_NONE;
	sqlite3_stmt *st =
		db_prepare(&s->db, "SELECT json FROM result WHERE kind = '" CASEFILE_KIND "'", err);
	bool row = false, good = st != NULL && db_step(&s->db, st, &row, err);
	if (good && row)
		*json = column_copy(st, 0, a);
	sqlite3_finalize(st);
	return good;
}
