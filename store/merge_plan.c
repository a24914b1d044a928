#include "store/merge_plan.h"

#include <stdlib.h>

#include "core/timestamp.h"
#include "store/schema.h"

static bool interrupted(const struct db *db, struct err *err)
{
	return err_set(err, "%s: its ingest was interrupted; run it again, it goes on where it stopped", db->path.ptr);
}

/* Cells and blocks add up only where they have one size. */
static bool check_sizes(struct db *db, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT count(*) FROM meta WHERE (key, value) IN"
					  " (VALUES('bucket_s', '10'), ('block_events', '16384'))", err);
	bool row, good = st != NULL && db_step(db, st, &row, err);

	if (good && sqlite3_column_int(st, 0) != 2)
		good = db_damaged(db, "its cells and blocks have sizes of their own", err);
	sqlite3_finalize(st);
	return good;
}

static bool load_extents(struct db *db, size_t part, struct arena *a, struct merge_plan *p, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT id, content, end_offset, lines, events, first_ns, path, state"
					  " FROM extent ORDER BY id", err);
	bool row, good = st != NULL;

	while (good && (good = db_step(db, st, &row, err)) && row) {
		struct merge_extent x = {
			.store = part,
			.id = sqlite3_column_int64(st, 0),
			.content = db_u64(st, 1),
			.end_offset = db_u64(st, 2),
			.lines = db_u64(st, 3),
			.events = db_u64(st, 4),
			.first_ns = db_time(st, 5),
			.path = arena_str(a, db_text(st, 6)),
		};

		if (x.id <= 0 || x.id >= EXTENTS_MAX)
			good = db_damaged(db, "an extent makes no sense", err);
		else if (sqlite3_column_int(st, 7) != EXTENT_DONE)
			good = interrupted(db, err);
		if (good)
			*vec_push(a, p) = x;
	}
	sqlite3_finalize(st);
	return good;
}

/* Nights are not joined; whoever had them in a part must know. */
static bool remark_nights(struct db *db, struct arena *a, struct merge_plan *p, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'night'", err);
	bool row = false, good = st != NULL && db_step(db, st, &row, err);

	sqlite3_finalize(st);
	if (good && row)
		*vec_push(a, &p->remarks) = arena_printf(a, "%s: the digests of its nights stay there", db->path.ptr);
	return good;
}

bool merge_load(struct db *db, size_t part, struct arena *a, struct merge_plan *p, struct err *err)
{
	size_t from = p->shards.n;

	if (!check_sizes(db, err) || !load_extents(db, part, a, p, err) || !shards_load(db, a, &p->shards, err) ||
	    (part > 0 && !remark_nights(db, a, p, err)))
		return false;
	for (size_t i = from; i < p->shards.n; i++) {
		if (!p->shards.at[i].done)
			return interrupted(db, err);
		if (part > 0)
			*vec_push(a, &p->new_shards) = p->shards.at[i];
	}
	return true;
}

/* A stored text has an id; what has none is told by all that is known of it. */
static uint64_t text_id(const struct merge_extent *x)
{
	if (x->content)
		return x->content;
	return hash64_mix(hash64_mix(hash64(x->path), x->end_offset), hash64_mix(x->lines, (uint64_t)x->first_ns));
}

static int by_text(const void *pa, const void *pb)
{
	const struct merge_extent *a = pa, *b = pb;
	uint64_t x = text_id(a), y = text_id(b);

	if (x != y)
		return x < y ? -1 : 1;
	if (a->store != b->store)
		return a->store < b->store ? -1 : 1;
	if (a->end_offset != b->end_offset)
		return a->end_offset < b->end_offset ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* Is what one store has of a text, ending with `a`, to be preferred to what another has? Equals are not. */
static bool is_better(const struct merge_extent *a, const struct merge_extent *b)
{
	if (a->end_offset != b->end_offset)
		return a->end_offset > b->end_offset;
	return str_cmp(a->path, b->path) < 0;
}

/* The extents of one text, from..to: those of one store are taken. */
static void decide_text(struct merge_extent *at, size_t from, size_t to)
{
	size_t best = from, best_end = from;

	for (size_t i = from, end; i < to; i = end) {
		for (end = i; end < to && at[end].store == at[i].store;)
			end++;
		if (i > from && !is_better(&at[end - 1], &at[best_end - 1]))
			continue;
		best = i;
		best_end = end;
	}
	for (size_t i = best; i < best_end; i++)
		at[i].taken = true;
}

/*
 * Shares of two listings with none of them whole: a file may have been in both or in neither, because the archive
 * changed from one run to the next.
 */
static bool check_listings(const struct shard_list *all, const struct shard_list *new, struct err *err)
{
	const struct shard_row *open = NULL;

	for (size_t i = 0; i < new->n; i++) {
		const struct shard_row *r = &new->at[i];
		struct map numbers;

		map_init(&numbers);
		for (size_t k = 0; k < all->n; k++)
			if (all->at[k].listing == r->listing && all->at[k].of == r->of)
				map_put(&numbers, all->at[k].number, NULL);
		bool whole = numbers.n == r->of;

		map_release(&numbers);
		if (whole)
			continue;
		if (open && (open->listing != r->listing || open->of != r->of))
			return err_set(err, "shard %u of %u and shard %u of %u were not split from the same files with the same "
					    "options; read them again, from files that nobody writes to",
				       open->number, open->of, r->number, r->of);
		open = r;
	}
	return true;
}

bool merge_decide(struct merge_plan *p, struct err *err)
{
	if (p->n > 1)
		qsort(p->at, p->n, sizeof *p->at, by_text);
	for (size_t i = 0, to; i < p->n; i = to) {
		for (to = i; to < p->n && text_id(&p->at[to]) == text_id(&p->at[i]);)
			to++;
		decide_text(p->at, i, to);
	}
	return check_listings(&p->shards, &p->new_shards, err);
}
