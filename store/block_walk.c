#include "store/block_walk.h"

#include "store/schema.h"

bool block_walk_init(struct block_walk *w, struct store *s, const struct extent_list *extents, struct arena *a,
		     struct err *err)
{
	*w = (struct block_walk){ .store = s, .extents = extents, .dict_id = -1 };
	block_init(&w->block, a);
	dict_init(&w->dict);
	block_walk_seek(w, TIME_NONE, INT64_MAX);
	w->st = db_prepare(&s->db, "SELECT first_ns, last_ns, id FROM block WHERE id >= ?1 AND id < ?2 ORDER BY id", err);
	w->data = w->st ? db_prepare(&s->db, "SELECT data FROM block WHERE id = ?1", err) : NULL;
	w->news = w->data ? db_prepare(&s->db, "SELECT data FROM dict WHERE id > ?1 AND id <= ?2 ORDER BY id", err) : NULL;
	return w->news != NULL;
}

void block_walk_end(struct block_walk *w)
{
	sqlite3_finalize(w->st);
	sqlite3_finalize(w->data);
	sqlite3_finalize(w->news);
	dict_release(&w->dict);
	w->st = w->data = w->news = NULL;
}

void block_walk_seek(struct block_walk *w, int64_t from_ns, int64_t to_ns)
{
	sqlite3_reset(w->st);
	w->from_ns = from_ns;
	w->to_ns = to_ns;
	w->path = STR_NONE;
	w->at = 0;
	w->inside = false;
}

const struct extent_row *block_walk_extent(const struct block_walk *w)
{
	return &w->extents->at[w->at];
}

int64_t block_walk_time(const struct block_walk *w, size_t i)
{
	return shifted(w->block.time_ns[i], block_walk_extent(w)->shift_ns);
}

/*
 * Could the block the statement stands on have anything in the window? A block of lines with and without times
 * may hold some of the latter: a window open to the left wants them all.
 */
static bool overlaps(const struct block_walk *w)
{
	int64_t shift_ns = block_walk_extent(w)->shift_ns;
	return w->from_ns == TIME_NONE || (shifted(db_time(w->st, 1), shift_ns) >= w->from_ns &&
					   shifted(db_time(w->st, 0), shift_ns) < w->to_ns);
}

/* Brings the dictionary up to the block that is to be decoded. */
static bool read_news(struct block_walk *w, struct err *err)
{
	struct db *db = &w->store->db;
	int64_t first = block_walk_extent(w)->id << EXTENT_SHIFT;
	bool row, good;
	if (w->dict_id < first || w->dict_id > w->block_id) {
		dict_clear(&w->dict);
		w->dict_id = first - 1;
	}
	sqlite3_bind_int64(w->news, 1, w->dict_id);
	sqlite3_bind_int64(w->news, 2, w->block_id);
	while ((good = db_step(db, w->news, &row, err)) && row) {
		good = dict_read_news(&w->dict, &w->store->coder, db_blob(w->news, 0)) ||
		       db_damaged(db, "a dictionary of events does not match its checksum", err);
		if (!good)
			break;
	}
	sqlite3_reset(w->news);
	w->dict_id = good ? w->block_id : -1;
	return good;
}

static bool decode_block(struct block_walk *w, struct err *err)
{
	struct db *db = &w->store->db;
	bool row;
	block_clear(&w->block); /* what it refers to may go */
	if (!read_news(w, err))
		return false;
	sqlite3_reset(w->data);
	sqlite3_bind_int64(w->data, 1, w->block_id);
	if (!db_step(db, w->data, &row, err))
		return false;
	bool good = row && block_decode(&w->block, &w->dict, &w->store->coder, db_blob(w->data, 0));
	sqlite3_reset(w->data);
	return good || db_damaged(db, "a block of events does not match its checksum", err);
}

/* The next block in the window of the extent the walk stands in. */
static bool next_inside(struct block_walk *w, bool *any, struct err *err)
{
	struct db *db = &w->store->db;
	while (db_step(db, w->st, any, err)) {
		if (!*any)
			return true;
		if (!overlaps(w))
			continue;
		w->block_id = sqlite3_column_int64(w->st, 2);
		return decode_block(w, err);
	}
	return false;
}

bool block_walk_next(struct block_walk *w, bool *any, struct err *err)
{
	*any = false;
	while (w->at < w->extents->n) {
		if (!w->inside) {
			if (w->path.ptr && !str_eq(block_walk_extent(w)->path, w->path)) {
				w->at++;
				continue;
			}
			sqlite3_bind_int64(w->st, 1, block_walk_extent(w)->id << EXTENT_SHIFT);
			sqlite3_bind_int64(w->st, 2, (block_walk_extent(w)->id + 1) << EXTENT_SHIFT);
			w->inside = true;
		}
		if (!next_inside(w, any, err))
			return false;
		if (*any)
			return true;
		sqlite3_reset(w->st);
		w->inside = false;
		w->at++;
	}
	return true;
}
