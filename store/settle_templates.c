#include "store/settle.h"

#include "core/template_group.h"
#include "store/cells.h"
#include "store/store_impl.h"

/*
 * So many are compared with each other, at some 1.3 kB each: real archives have fewer. What goes beyond stays as it
 * is, each in a group of its own. Ids are hashes, so the choice depends on the templates alone.
 */
enum { GROUPED_MAX = 24000 };

/* Templates by id, with what they are told apart by. */
struct templates {
	VEC(struct template_entry) list;
	struct map by_id;     /* template → index + 1 into list */
	struct map by_series; /* series of lines → index + 1 into list */
};

static bool load_templates(struct db *db, struct arena *a, struct templates *t, struct err *err)
{
	sqlite3_stmt *st = db_prepare(
		db, "SELECT t.id, n.text FROM template t JOIN name n ON n.id = t.id ORDER BY t.id LIMIT ?1", err);
	bool row, good = st != NULL;
	if (good)
		sqlite3_bind_int(st, 1, GROUPED_MAX);
	while (good && (good = db_step(db, st, &row, err)) && row) {
		if (db_u64(st, 0) == 0)
			continue; /* no hash of ours */
		*vec_push(a, &t->list) =
			(struct template_entry){ .id = db_u64(st, 0), .text = column_copy(st, 1, a) };
		*map_put(&t->by_id, db_u64(st, 0), NULL) = t->list.n;
	}
	sqlite3_finalize(st);
	return good;
}

static bool load_lines(struct db *db, struct templates *t, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT id, key FROM series WHERE kind = ?1", err);
	bool row, good = st != NULL;
	if (good)
		sqlite3_bind_int(st, 1, SERIES_LINE);
	while (good && (good = db_step(db, st, &row, err)) && row) {
		const uint64_t *at = map_get(&t->by_id, db_u64(st, 1));
		if (at && db_u64(st, 0))
			*map_put(&t->by_series, db_u64(st, 0), NULL) = *at;
	}
	sqlite3_finalize(st);
	return good;
}

/* How many lines each template stands for. */
static bool count_lines(struct db *db, struct arena *scratch, struct templates *t, struct err *err)
{
	struct column_coder coder;
	column_coder_init(&coder);
	sqlite3_stmt *st = db_prepare(db, "SELECT g.cells FROM agg g JOIN extent x ON x.id = g.id >> 24"
	                                  " WHERE g.kind = ?1 AND x.state = 1", err);
	bool row, good = st != NULL;
	if (good)
		sqlite3_bind_int(st, 1, SERIES_LINE);
	while (good && (good = db_step(db, st, &row, err)) && row) {
		struct cells_part part;
		arena_reset(scratch);
		if (!cells_decode_counts(db_blob(st, 0), SERIES_LINE, &coder, scratch, &part)) {
			good = db_damaged(db, "cells do not match their checksum", err);
			break;
		}
		const struct cell *cell = part.cells;
		for (size_t i = 0; i < part.n_series; i++) {
			const uint64_t *at = map_get(&t->by_series, part.ids[i]);
			for (uint32_t k = 0; k < part.lengths[i]; k++, cell++)
				if (at)
					t->list.at[*at - 1].count += cell->count;
		}
	}
	sqlite3_finalize(st);
	column_coder_release(&coder);
	return good;
}

static bool store_groups(struct db *db, const struct templates *t, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "UPDATE template SET grp = ?2, grp_text = ?3 WHERE id = ?1"
	                                  " AND (grp <> ?2 OR grp_text <> ?3)", err);
	bool good = st != NULL;
	for (size_t i = 0; good && i < t->list.n; i++) {
		db_bind_u64(st, 1, t->list.at[i].id);
		db_bind_u64(st, 2, t->list.at[i].group);
		db_bind_text(st, 3, t->list.at[i].group_text);
		good = db_run(db, st, err);
	}
	sqlite3_finalize(st);
	return good;
}

/* Those beyond may have been grouped while there were fewer. */
static bool ungroup_rest(struct db *db, const struct templates *t, struct err *err)
{
	if (t->list.n < GROUPED_MAX)
		return true;
	sqlite3_stmt *st = db_prepare(db, "UPDATE template SET grp = id, grp_text = ''"
	                                  " WHERE id > ?1 AND grp_text <> ''", err);
	if (!st)
		return false;
	db_bind_u64(st, 1, t->list.at[t->list.n - 1].id);
	bool good = db_run(db, st, err);
	sqlite3_finalize(st);
	return good;
}

bool settle_templates(struct store_writer *w, struct arena *a, struct err *err)
{
	struct templates t = { 0 };
	struct arena scratch;
	arena_init(&scratch);
	map_init(&t.by_id);
	map_init(&t.by_series);
	bool good = load_templates(&w->db, a, &t, err) && load_lines(&w->db, &t, err) &&
	            count_lines(&w->db, &scratch, &t, err);
	if (good && t.list.n)
		template_group(t.list.at, t.list.n, a);
	good = good && store_groups(&w->db, &t, err) && ungroup_rest(&w->db, &t, err);
	map_release(&t.by_id);
	map_release(&t.by_series);
	arena_release(&scratch);
	return good;
}
