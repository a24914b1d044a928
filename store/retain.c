/*
 * retain: what is old goes out of a store in one transaction. A file whose events are gone keeps its row: by its content
 * the archive is recognised and not read again.
 */
#include <stdio.h>

#include "store/cells.h"
#include "store/nights.h"
#include "store/schema.h"
#include "store/store_impl.h"

enum { EMPTY_SHARE = 5 }; /* of the pages, one in so many empty ones makes packing worth it */

static const char *const event_tables[] = { "block", "dict", "kept", "db_event", NULL };
static const char *const cell_tables[] = { "agg", "statement", "change", NULL };

static bool number(struct db *db, const char *sql, int64_t *out, struct err *err)
{
	bool row = false;
	sqlite3_stmt *st = db_prepare(db, sql, err);
	bool good = st && db_step(db, st, &row, err);

	*out = good && row ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_finalize(st);
	return good;
}

/* Runs a statement with up to three numbers; *changed counts the rows. */
static bool run(struct db *db, const char *sql, const int64_t numbers[static 3], uint64_t *changed, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, sql, err);

	for (int i = 1; st && i <= 3 && i <= sqlite3_bind_parameter_count(st); i++)
		sqlite3_bind_int64(st, i, numbers[i - 1]);
	bool good = st && db_run(db, st, err);
	if (good && changed)
		*changed += (uint64_t)sqlite3_changes64(db->handle);
	sqlite3_finalize(st);
	return good;
}

static bool delete_facts(struct db *db, const char *const *tables, int64_t extent, uint64_t *changed, struct err *err)
{
	const int64_t range[] = { extent << EXTENT_SHIFT, (extent + 1) << EXTENT_SHIFT, 0 };
	char sql[96];

	for (; *tables; tables++) {
		snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id >= ?1 AND id < ?2", *tables);
		if (!run(db, sql, range, changed, err))
			return false;
	}
	return true;
}

static bool count_events(struct db *db, const int64_t range[static 3], struct retained *out, struct err *err)
{
	bool row = false;
	sqlite3_stmt *st = db_prepare(db, "SELECT count(*), coalesce(sum(events), 0) FROM block WHERE id >= ?1 AND id < ?2 AND"
					  " (last_ns < ?3 OR last_ns IS NULL)", err);

	for (int i = 0; st && i < 3; i++)
		sqlite3_bind_int64(st, i + 1, range[i]);
	bool good = st && db_step(db, st, &row, err);
	if (good && row) {
		out->blocks += db_u64(st, 0);
		out->events += db_u64(st, 1);
	}
	sqlite3_finalize(st);
	return good;
}

/* A file wholly before the limit loses all that is about single events; of one that reaches over it, old blocks go. */
static bool drop_events(struct db *db, const struct extent_row *x, int64_t before_ns, struct retained *out, struct err *err)
{
	bool whole = x->last_ns < before_ns;
	int64_t limit = whole ? INT64_MAX : before_ns - x->shift_ns;
	const int64_t range[] = { x->id << EXTENT_SHIFT, (x->id + 1) << EXTENT_SHIFT, limit }, id[] = { x->id, 0, 0 };
	uint64_t changed = 0;
	bool good = count_events(db, range, out, err);

	if (good && whole)
		good = delete_facts(db, event_tables, x->id, &changed, err) && run(db, "DELETE FROM checkpoint WHERE extent = ?1", id, &changed, err);
	else if (good)
		good = run(db, "DELETE FROM block WHERE id >= ?1 AND id < ?2 AND last_ns < ?3", range, &changed, err);
	if (!good || !changed)
		return good;
	out->files++;
	return run(db, "INSERT OR IGNORE INTO note SELECT ?1, 0, 1 + coalesce(max(seq), 0), 'old events were dropped from the store' FROM"
		       " note WHERE extent = ?1 AND sample = 0 AND NOT EXISTS (SELECT 1 FROM note WHERE extent = ?1 AND text = 'old events"
		       " were dropped from the store')", id, NULL, err);
}

/* Whether any part went: then series and names may be left over. */
static bool drop_extents(struct db *db, const struct retention *r, struct retained *out, bool *parts, struct err *err)
{
	struct arena a;
	struct extent_list extents;

	arena_init(&a);
	bool good = extents_load(db, &a, &extents, err);
	for (size_t i = 0; good && i < extents.n; i++) {
		const struct extent_row *x = &extents.at[i];
		const int64_t id[] = { x->id, 0, 0 };
		uint64_t changed = 0;

		if (x->first_ns == TIME_NONE)
			continue;
		if (r->events_ns != TIME_NONE && x->first_ns < r->events_ns)
			good = drop_events(db, x, r->events_ns, out, err);
		if (good && r->cells_ns != TIME_NONE && x->last_ns < r->cells_ns)
			good = delete_facts(db, cell_tables, x->id, &changed, err) &&
			       run(db, "DELETE FROM note WHERE extent = ?1", id, NULL, err) &&
			       run(db, "DELETE FROM zone_offset WHERE extent = ?1", id, NULL, err);
		*parts = *parts || changed;
	}
	extents_release(&extents);
	arena_release(&a);
	return good;
}

static bool drop_days(struct db *db, int32_t before, struct retained *out, bool *parts, struct err *err)
{
	const int64_t limit[] = { (int64_t)before << DAY_SHIFT, 0, 0 }, day[] = { before, 0, 0 };
	uint64_t changed = 0;
	bool good = before == INT32_MIN || (run(db, "DELETE FROM day_agg WHERE id < ?1", limit, &changed, err) &&
					    run(db, "DELETE FROM night WHERE day < ?1", day, &out->days, err));

	*parts = *parts || changed;
	return good;
}

/* Ids of series that cells are about, into temp.used. */
static bool note_used(struct db *db, const char *table, struct err *err)
{
	struct arena a;
	struct column_coder coder;
	char sql[64];
	bool row = false, good;

	snprintf(sql, sizeof sql, "SELECT cells, kind FROM %s", table);
	sqlite3_stmt *st = db_prepare(db, sql, err), *put = st ? db_prepare(db, "INSERT OR IGNORE INTO temp.used VALUES(?1)", err) : NULL;
	good = put != NULL;
	arena_init(&a);
	column_coder_init(&coder);
	while (good && (good = db_step(db, st, &row, err)) && row) {
		struct cells_part part;

		arena_reset(&a);
		if (!cells_head(db_blob(st, 0), (enum series_kind)sqlite3_column_int(st, 1), &coder, &a, &part))
			good = db_damaged(db, "cells do not match their checksum", err);
		for (size_t i = 0; good && i < part.n_series; i++) {
			db_bind_u64(put, 1, part.ids[i]);
			good = db_run(db, put, err);
		}
	}
	sqlite3_finalize(st);
	sqlite3_finalize(put);
	column_coder_release(&coder);
	arena_release(&a);
	return good;
}

/* Every name that rows and blobs mention is one of a series, a template or a statement. */
static bool drop_unused(struct db *db, struct err *err)
{
	return db_exec(db, "CREATE TEMP TABLE used(id INTEGER PRIMARY KEY)", err) && note_used(db, "agg", err) &&
	       note_used(db, "day_agg", err) && db_exec(db, "DELETE FROM series WHERE id NOT IN (SELECT id FROM temp.used)", err) &&
	       db_exec(db, "DELETE FROM template WHERE id NOT IN (SELECT key FROM series)", err) &&
	       db_exec(db, "DELETE FROM name WHERE id NOT IN (SELECT service FROM series UNION SELECT host FROM series UNION"
			   " SELECT key FROM series UNION SELECT fingerprint FROM statement UNION SELECT service FROM statement UNION"
			   " SELECT host FROM statement UNION SELECT db FROM statement)", err);
}

/* Empty pages are used again by the next night, so that a store that is dropped from every night keeps its size by itself. */
static bool pack(struct db *db, struct err *err)
{
	int64_t pages, empty;

	if (!number(db, "PRAGMA page_count", &pages, err) || !number(db, "PRAGMA freelist_count", &empty, err))
		return false;
	return empty < pages / EMPTY_SHARE || db_exec(db, "VACUUM", err);
}

static bool size_of(struct db *db, int64_t *bytes, struct err *err)
{
	int64_t pages, page;
	bool good = number(db, "PRAGMA page_count", &pages, err) && number(db, "PRAGMA page_size", &page, err);

	*bytes = good ? pages * page : 0;
	return good;
}

bool store_retain(const char *path, const struct retention *r, struct retained *out, struct err *err)
{
	struct arena a;
	struct db db = { 0 };
	bool parts = false;

	*out = (struct retained){ 0 };
	arena_init(&a);
	/* Read first: a path that is no store must not become one. */
	bool good = db_open_read(&db, arena_str(&a, str_of(path)), err);
	db_close(&db);
	good = good && db_open_write(&db, arena_str(&a, str_of(path)), true, err) && nights_tables(&db, err) &&
	       size_of(&db, &out->before_bytes, err) && db_exec(&db, "BEGIN IMMEDIATE", err) && drop_extents(&db, r, out, &parts, err) &&
	       drop_days(&db, r->days, out, &parts, err) && (!parts || drop_unused(&db, err)) && db_exec(&db, "COMMIT", err) &&
	       pack(&db, err) && size_of(&db, &out->after_bytes, err) && db_sync(&db, err);
	db_close(&db);
	arena_release(&a);
	return good;
}
