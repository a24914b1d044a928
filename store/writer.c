#include "store/writer_impl.h"

#include <stdio.h>

#include "store/schema.h"

static const char *const statement_sql[WRITER_STATEMENT_COUNT] = {
#define SQL_TEXT(id, sql) [id] = (sql),
	WRITER_STATEMENTS(SQL_TEXT)
};

void writer_lock(struct store_writer *w)
{
	pthread_mutex_lock(&w->mutex);
}

bool writer_unlock(struct store_writer *w, bool good, struct err *err)
{
	if (!good && !w->failure.set)
		w->failure = *err;
	pthread_mutex_unlock(&w->mutex);
	return good;
}

bool writer_ready(struct store_writer *w, struct err *err)
{
	if (w->failure.set)
		return err_set_status(err, w->failure.status, "%s", w->failure.text);
	if (w->in_transaction)
		return true;
	w->in_transaction = db_exec(&w->db, "BEGIN IMMEDIATE", err);
	return w->in_transaction;
}

bool writer_commit(struct store_writer *w, struct err *err)
{
	if (!w->in_transaction)
		return true;
	if (!db_exec(&w->db, "COMMIT", err))
		return false;
	w->in_transaction = false;
	w->changed = true;
	return true;
}

/* Runs a statement whose only parameters are numbers. */
static bool run_sql(struct store_writer *w, const char *sql, int64_t a, int64_t b, struct err *err)
{
	sqlite3_stmt *s = db_prepare(&w->db, sql, err);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, a);
	if (sqlite3_bind_parameter_count(s) > 1)
		sqlite3_bind_int64(s, 2, b);
	bool good = db_run(&w->db, s, err);
	sqlite3_finalize(s);
	return good;
}

bool writer_delete_extent(struct store_writer *w, int64_t extent, struct err *err)
{
	char sql[96];
	if (extent <= 0 || extent >= EXTENTS_MAX)
		return db_damaged(&w->db, "an extent makes no sense", err);
	bool good = true;
	for (const char *const *table = schema_fact_tables; good && *table; table++) {
		snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id >= ?1 AND id < ?2", *table);
		good = run_sql(w, sql, extent << EXTENT_SHIFT, (extent + 1) << EXTENT_SHIFT, err);
	}
	for (const char *const *table = schema_extent_tables; good && *table; table++) {
		snprintf(sql, sizeof sql, "DELETE FROM %s WHERE extent = ?1", *table);
		good = run_sql(w, sql, extent, 0, err);
	}
	return good && run_sql(w, "DELETE FROM extent WHERE id = ?1", extent, 0, err);
}

static bool delete_pending(struct store_writer *w, struct err *err)
{
	for (;;) {
		int64_t extent = 0;
		bool row = false;
		sqlite3_stmt *s = db_prepare(&w->db, "SELECT min(id) FROM extent WHERE state <> 1", err);
		bool good = s && db_step(&w->db, s, &row, err);
		row = good && row && sqlite3_column_type(s, 0) != SQLITE_NULL;
		if (row)
			extent = sqlite3_column_int64(s, 0);
		sqlite3_finalize(s);
		if (!row)
			return good;
		if (!writer_ready(w, err) || !writer_delete_extent(w, extent, err))
			return false;
	}
}

bool store_writer_open(const char *path, struct store_writer **out, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	struct store_writer *w = arena_new(&arena, struct store_writer);
	*out = NULL;
	struct str name = arena_str(&arena, str_of(path));
	w->arena = arena;
	pthread_mutex_init(&w->mutex, NULL);
	bool good = db_open_write(&w->db, name, true, err);
	for (size_t i = 0; good && i < WRITER_STATEMENT_COUNT; i++) {
		w->statements[i] = db_prepare(&w->db, statement_sql[i], err);
		good = w->statements[i] != NULL;
	}
	if (!good || !delete_pending(w, err) || !writer_commit(w, err)) {
		struct err ignored = ERR_INIT; /* there is a better one in err */
		w->failure = *err;
		(void)store_writer_close(w, &ignored);
		return false;
	}
	*out = w;
	return true;
}

bool store_writer_close(struct store_writer *w, struct err *err)
{
	if (!w)
		return true;
	bool good = !w->failure.set;
	if (!good)
		err_set_status(err, w->failure.status, "%s", w->failure.text);
	good = good && writer_commit(w, err) && (!w->changed || db_sync(&w->db, err));
	extents_free(w);
	for (size_t i = 0; i < WRITER_STATEMENT_COUNT; i++)
		sqlite3_finalize(w->statements[i]);
	db_close(&w->db);
	pthread_mutex_destroy(&w->mutex);
	struct arena arena = w->arena;
	arena_release(&arena);
	return good;
}

bool store_writer_knows(struct store_writer *w, uint64_t content_id, bool *known, uint64_t *end_offset,
			struct err *err)
{
	*known = false;
	*end_offset = 0;
	writer_lock(w);
	bool row = false, good = writer_ready(w, err);
	if (good) {
		sqlite3_stmt *s = w->statements[SQL_KNOWS];
		db_bind_u64(s, 1, content_id);
		good = db_step(&w->db, s, &row, err);
		if (good && row && sqlite3_column_int64(s, 0) > 0) {
			*known = true;
			*end_offset = db_u64(s, 1);
		}
		sqlite3_reset(s);
	}
	return writer_unlock(w, good, err);
}

bool store_writer_contents(struct store_writer *w, struct map *out, struct err *err)
{
	bool row = false;
	writer_lock(w);
	sqlite3_stmt *s = NULL;
	bool good = writer_ready(w, err) &&
	            (s = db_prepare(&w->db, "SELECT content, end_offset FROM extent WHERE state = 1", err)) != NULL;
	while (good && (good = db_step(&w->db, s, &row, err)) && row) {
		uint64_t content = db_u64(s, 0), bytes = db_u64(s, 1);
		if (content == 0)
			continue;
		uint64_t *at = map_put(out, content, NULL);
		*at = bytes > *at ? bytes : *at;
	}
	sqlite3_finalize(s);
	return writer_unlock(w, good, err);
}
