#include "store/nights.h"

#include <stdlib.h>

#include "store/schema.h"
#include "store/series_cells.h"
#include "store/series_list.h"
#include "store/store_impl.h"

bool nights_tables(struct db *db, struct err *err)
{
	for (const char *const *sql = schema_night_sql; *sql; sql++)
		if (!db_exec(db, *sql, err))
			return false;
	return true;
}

/* Stores without a night have none of the tables. */
static bool has_nights(struct store *s, bool *has, struct err *err)
{
	sqlite3_stmt *st = db_prepare(&s->db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'day_agg'", err);
	bool good = st && db_step(&s->db, st, has, err);

	sqlite3_finalize(st);
	return good;
}

/* ---- digests ---- */

bool store_save_night(const char *path, int32_t day, struct str json, struct err *err)
{
	struct arena arena;
	struct db db;
	sqlite3_stmt *st = NULL;

	arena_init(&arena);
	bool good = db_open_write(&db, arena_str(&arena, str_of(path)), false, err) && nights_tables(&db, err) &&
		    (st = db_prepare(&db, "INSERT OR REPLACE INTO night VALUES(?1, ?2)", err)) != NULL;
	if (good) {
		sqlite3_bind_int(st, 1, day);
		db_bind_text(st, 2, json);
		good = db_run(&db, st, err);
	}
	sqlite3_finalize(st);
	good = good && db_sync(&db, err);
	db_close(&db);
	arena_release(&arena);
	return good;
}

bool store_load_nights(struct store *s, struct arena *a, struct stored_night **out, size_t *n, struct err *err)
{
	VEC(struct stored_night) list = { 0 };
	bool row = false, has, good = has_nights(s, &has, err);
	sqlite3_stmt *st = NULL;

	*out = NULL;
	*n = 0;
	if (!good || !has)
		return good;
	good = (st = db_prepare(&s->db, "SELECT day, json FROM night ORDER BY day", err)) != NULL;
	while (good && (good = db_step(&s->db, st, &row, err)) && row)
		*vec_push(a, &list) = (struct stored_night){ sqlite3_column_int(st, 0), column_copy(st, 1, a) };
	sqlite3_finalize(st);
	*out = list.at;
	*n = good ? list.n : 0;
	return good;
}

/* ---- coarse series ---- */

/* What a series is, by its id. */
static bool describe(struct store *s, sqlite3_stmt *st, uint64_t id, enum series_kind kind, struct series *out, struct err *err)
{
	bool row = false;

	db_bind_u64(st, 1, id);
	bool good = db_step(&s->db, st, &row, err);
	if (good && (!row || sqlite3_column_int(st, 0) != (int)kind))
		good = db_damaged(&s->db, "cells of an unknown series", err);
	if (good)
		*out = (struct series){
			.id = id, .kind = kind, .service = store_name(s, db_u64(st, 1)), .host = store_name(s, db_u64(st, 2)),
			.key = db_u64(st, 3), .key_text = store_name(s, db_u64(st, 3)), .code = sqlite3_column_int(st, 4),
			.role = (uint8_t)sqlite3_column_int(st, 5),
		};
	sqlite3_reset(st);
	return good;
}

/* Entries of the histogram of a cell: a count that does not fit into one takes several. */
static size_t put_hist(const struct cells_part *part, const struct part_more *m, struct hist_entry *out)
{
	size_t n = 0;

	for (uint32_t i = 0; i < m->n_hist; i++) {
		const struct part_hist *h = &part->hist[m->hist + i];
		uint32_t left = h->count;
		for (; left > UINT8_MAX; left -= UINT8_MAX, n++)
			if (out)
				out[n] = (struct hist_entry){ h->bucket, UINT8_MAX };
		if (out)
			out[n] = (struct hist_entry){ h->bucket, (uint8_t)left };
		n++;
	}
	return n;
}

/* The cells of one series out of a part. */
static void take_cells(const struct cells_part *part, size_t from, size_t n, struct arena *a, struct series *out)
{
	struct cell_room room;
	size_t n_hist = 0;

	for (size_t i = 0; i < n && kind_has_hist(part->kind); i++)
		n_hist += put_hist(part, &part->more[from + i], NULL);
	cell_room_make(&room, part->kind, true, false, 1, n, n_hist, a);
	cell_room_give(&room, out, n, n_hist);
	n_hist = 0;
	for (size_t i = 0; i < n; i++) {
		struct part_more more = part->more[from + i];
		more.hist = (uint32_t)n_hist;
		series_put_cell(out, &part->cells[from + i], &more, n, a);
		if (out->hist)
			n_hist += put_hist(part, &part->more[from + i], out->hist + n_hist);
	}
	series_end_cells(out, n_hist, n, a);
}

typedef VEC(struct series) series_list;

static bool read_part(struct store *s, sqlite3_stmt *st, sqlite3_stmt *series, struct arena *a, series_list *list, struct err *err)
{
	enum series_kind kind = (enum series_kind)sqlite3_column_int(st, 0);
	struct cells_part *part = arena_new(a, struct cells_part);
	size_t at = 0;

	if (kind >= SERIES_KIND_COUNT || !cells_decode(db_blob(st, 1), kind, &s->coder, a, part))
		return db_damaged(&s->db, "cells do not match their checksum", err);
	for (size_t i = 0; i < part->n_series; i++) {
		struct series *to = vec_push(a, list);
		if (!describe(s, series, part->ids[i], kind, to, err))
			return false;
		take_cells(part, at, part->lengths[i], a, to);
		at += part->lengths[i];
	}
	return true;
}

bool store_load_day(struct store *s, int32_t day, unsigned kinds, struct arena *a, struct series **out, size_t *n, struct err *err)
{
	series_list list = { 0 };
	bool row = false, has, good = has_nights(s, &has, err);
	sqlite3_stmt *st = NULL, *series = NULL;

	*out = NULL;
	*n = 0;
	if (!good || !has)
		return good;
	good = (st = db_prepare(&s->db, "SELECT kind, cells FROM day_agg WHERE id >= ?1 AND id < ?2 ORDER BY id", err)) != NULL &&
	       (series = db_prepare(&s->db, "SELECT kind, service, host, key, code, role FROM series WHERE id = ?1", err)) != NULL;
	if (good) {
		sqlite3_bind_int64(st, 1, (int64_t)day << DAY_SHIFT);
		sqlite3_bind_int64(st, 2, ((int64_t)day + 1) << DAY_SHIFT);
	}
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		int kind = sqlite3_column_int(st, 0);
		if (kind >= 0 && kind < SERIES_KIND_COUNT && kinds >> kind & 1)
			good = read_part(s, st, series, a, &list, err);
	}
	sqlite3_finalize(st);
	sqlite3_finalize(series);
	if (list.n > 1)
		qsort(list.at, list.n, sizeof *list.at, series_by_place);
	*out = list.at;
	*n = good ? list.n : 0;
	return good;
}
