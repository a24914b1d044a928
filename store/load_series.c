#include "store/store_impl.h"

#include <stdlib.h>

#include "store/cells.h"

/* Cells of one series out of one part. */
struct run {
	struct run *next;          /* of the same series */
	const struct cells_part *part;
	const struct part_cell *cells;
	size_t n;
	int32_t shift;             /* buckets to be added */
};

/* A series with what the parts brought for it. */
struct gathered {
	struct series series;
	struct run *runs;          /* newest first; the order does not matter, cells add up */
	size_t n_cells, n_runs;
};

/* One cell of a run, while runs are merged. */
struct cell_ref {
	int32_t bucket;
	const struct part_cell *cell;
	const struct cells_part *part;
};

struct gathering {
	VEC(struct gathered) list;
	struct map by_id;          /* series → index + 1 into list */
};

/* Kinds, roles and most codes index tables: none may be beyond. */
static bool makes_sense(int64_t kind, int64_t code, int64_t role)
{
	static const int codes[SERIES_KIND_COUNT] = {
		[SERIES_HTTP] = 1000, [SERIES_LINE] = SEVERITY_COUNT, [SERIES_QUERY] = 1,
		[SERIES_EVENT] = EVENT_KIND_COUNT, [SERIES_FACET] = FACET_COUNT, [SERIES_CLIENTS] = 1,
	};
	return kind >= 0 && kind < SERIES_KIND_COUNT && role >= 0 && role <= ROLE_TEXT && code >= 0 &&
	       code < codes[kind];
}

/* The rows of the series; their words go where the result is, for that outlives the store. */
static bool load_rows(struct store *s, struct arena *a, struct arena *words, struct gathering *g,
		      struct err *err)
{
	sqlite3_stmt *st =
		db_prepare(&s->db, "SELECT id, kind, service, host, key, code, role FROM series", err);
	bool row, good = st != NULL;
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		int64_t kind = sqlite3_column_int64(st, 1);
		uint64_t id = db_u64(st, 0);
		if (id == 0 || !makes_sense(kind, sqlite3_column_int64(st, 5), sqlite3_column_int64(st, 6))) {
			good = db_damaged(&s->db, "a series makes no sense", err);
			break;
		}
		struct series series = {
			.id = id,
			.kind = (enum series_kind)kind,
			.service = name_copy(s, db_u64(st, 2), words),
			.host = name_copy(s, db_u64(st, 3), words),
			.key = db_u64(st, 4),
			.code = sqlite3_column_int(st, 5),
			.role = (uint8_t)sqlite3_column_int(st, 6),
		};
		series.key_text = name_copy(s, series.key, words);
		*vec_push(a, &g->list) = (struct gathered){ .series = series };
		*map_put(&g->by_id, id, NULL) = g->list.n;
	}
	sqlite3_finalize(st);
	return good;
}

static bool add_part(struct store *s, struct arena *a, struct gathering *g, const struct cells_part *part,
                     int32_t shift, struct err *err)
{
	const struct part_cell *cells = part->cells;
	for (size_t i = 0; i < part->n_series; i++) {
		const uint64_t *at = map_get(&g->by_id, part->ids[i]);
		struct gathered *to = at ? &g->list.at[*at - 1] : NULL;
		if (!to || to->series.kind != part->kind)
			return db_damaged(&s->db, "cells of an unknown series", err);
		struct run *run = arena_new(a, struct run);
		*run = (struct run){ to->runs, part, cells, part->lengths[i], shift };
		to->runs = run;
		to->n_cells += run->n;
		to->n_runs++;
		cells += run->n;
	}
	return true;
}

/* Gathers the parts of one kind, in the arena. */
static bool load_parts(struct store *s, sqlite3_stmt *st, enum series_kind kind,
		       const struct extent_list *extents, struct arena *a, struct gathering *g,
		       struct err *err)
{
	bool row, good = true;
	sqlite3_bind_int(st, 1, (int)kind);
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		const struct extent_row *x = extent_of_fact(extents, sqlite3_column_int64(st, 0));
		struct cells_part *part = arena_new(a, struct cells_part);
		if (!x)
			continue;
		if (!cells_decode(db_blob(st, 1), kind, &s->coder, a, part))
			good = db_damaged(&s->db, "cells do not match their checksum", err);
		else
			good = add_part(s, a, g, part, (int32_t)(x->shift_ns / (BUCKET_S * NS_PER_S)), err);
	}
	sqlite3_reset(st);
	return good;
}

static int by_bucket(const void *a, const void *b)
{
	const struct cell_ref *x = a, *y = b;
	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

static struct cell_ref *sorted_cells(const struct gathered *g, struct arena *a)
{
	struct cell_ref *refs = arena_new_n(a, struct cell_ref, g->n_cells);
	size_t end = g->n_cells;
	bool sorted = true;
	/* The list has the newest run first: filled from the end, files in order need no sorting. */
	for (const struct run *run = g->runs; run; run = run->next) {
		end -= run->n;
		for (size_t i = 0; i < run->n; i++)
			refs[end + i] = (struct cell_ref){ run->cells[i].bucket + run->shift, &run->cells[i],
							  run->part };
		size_t last = end + run->n - 1;
		sorted = sorted && (last + 1 == g->n_cells || refs[last].bucket <= refs[last + 1].bucket);
	}
	if (!sorted)
		qsort(refs, g->n_cells, sizeof *refs, by_bucket);
	return refs;
}

static uint32_t add_u32(uint32_t a, uint32_t b)
{
	uint32_t sum;
	return __builtin_add_overflow(a, b, &sum) ? UINT32_MAX : sum;
}

static void put_hist(struct series *s, struct cell *cell, const struct cell_ref *refs, size_t n,
		     size_t *n_hist)
{
	cell->hist = (uint32_t)*n_hist;
	if (n == 1) {
		const struct hist_entry *from = refs->part->hist + refs->cell->hist;
		for (uint32_t i = 0; i < refs->cell->n_hist; i++)
			s->hist[(*n_hist)++] = from[i];
	} else {
		uint32_t counts[256] = { 0 };
		for (size_t k = 0; k < n; k++)
			for (uint32_t i = 0; i < refs[k].cell->n_hist; i++) {
				const struct hist_entry *h = &refs[k].part->hist[refs[k].cell->hist + i];
				counts[h->bucket] = add_u32(counts[h->bucket], h->count);
			}
		for (unsigned b = 0; b < HIST_BUCKETS; b++)
			if (counts[b])
				s->hist[(*n_hist)++] = (struct hist_entry){ (uint8_t)b, counts[b] };
	}
	cell->n_hist = (uint16_t)(*n_hist - cell->hist);
}

static float distinct_of(const struct cell_ref *refs, size_t n)
{
	struct hll h = { { 0 } };
	for (size_t k = 0; k < n; k++)
		for (uint32_t i = 0; i < refs[k].cell->n_regs; i++) {
			const struct part_register *r = &refs[k].part->regs[refs[k].cell->regs + i];
			if (r->rank > h.reg[r->index])
				h.reg[r->index] = r->rank;
		}
	return (float)hll_count(&h);
}

/* The cells of a series, those of one bucket joined. */
static void merge(struct gathered *g, struct arena *a, struct arena *scratch)
{
	struct series *s = &g->series;
	const struct cell_ref *refs = sorted_cells(g, scratch);
	size_t hist = 0, at = 0;
	for (size_t i = 0; i < g->n_cells; i++)
		hist += refs[i].cell->n_hist;
	s->cells = arena_new_n(a, struct cell, g->n_cells);
	s->hist = arena_new_n(a, struct hist_entry, hist);
	size_t n_hist = 0;
	while (at < g->n_cells) {
		struct cell *cell = &s->cells[s->n_cells++];
		uint64_t sum_us = 0, max_us = 0;
		size_t n = 0;
		cell->bucket = refs[at].bucket;
		for (; at + n < g->n_cells && refs[at + n].bucket == cell->bucket; n++) {
			const struct part_cell *p = refs[at + n].cell;
			cell->count = add_u32(cell->count, p->count);
			cell->failed = add_u32(cell->failed, p->failed);
			cell->timed = add_u32(cell->timed, p->timed);
			sum_us += p->sum_us;
			max_us = p->max_us > max_us ? p->max_us : max_us;
		}
		cell->sum_ms = (float)((double)sum_us / 1000);
		cell->max_ms = (float)((double)max_us / 1000);
		put_hist(s, cell, refs + at, n, &n_hist);
		if (s->kind == SERIES_CLIENTS)
			cell->distinct = distinct_of(refs + at, n);
		at += n;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct series *x = a, *y = b;
	int d = (x->kind > y->kind) - (x->kind < y->kind);
	if (!d)
		d = str_cmp(x->service, y->service);
	if (!d)
		d = str_cmp(x->host, y->host);
	if (!d)
		d = (x->code > y->code) - (x->code < y->code);
	if (!d)
		d = str_cmp(x->key_text, y->key_text);
	if (!d)
		d = (x->role > y->role) - (x->role < y->role);
	return d ? d : (x->id > y->id) - (x->id < y->id);
}

/* Kind by kind, so that the parts of one kind only are in memory at a time. */
static bool load_kinds(struct store *s, struct arena *a, struct gathering *g, struct err *err)
{
	struct arena parts, scratch, rows;
	struct extent_list extents;
	arena_init(&parts);
	arena_init(&scratch);
	arena_init(&rows);
	bool good = extents_load(&s->db, &rows, &extents, err);
	sqlite3_stmt *st =
		good ? db_prepare(&s->db, "SELECT id, cells FROM agg WHERE kind = ?1 ORDER BY id", err)
		     : NULL;
	good = st != NULL;
	for (unsigned kind = 0; good && kind < SERIES_KIND_COUNT; kind++) {
		arena_reset(&parts);
		good = load_parts(s, st, (enum series_kind)kind, &extents, &parts, g, err);
		for (size_t i = 0; good && i < g->list.n; i++) {
			if (g->list.at[i].series.kind != kind || g->list.at[i].n_cells == 0)
				continue;
			merge(&g->list.at[i], a, &scratch);
			arena_reset(&scratch);
		}
	}
	sqlite3_finalize(st);
	extents_release(&extents);
	arena_release(&parts);
	arena_release(&scratch);
	arena_release(&rows);
	return good;
}

bool store_load_series(struct store *s, struct arena *a, struct series **out, size_t *n, struct err *err)
{
	struct arena rows;
	struct gathering g = { 0 };
	arena_init(&rows);
	map_init(&g.by_id);
	bool good = names_ready(s, err) && load_rows(s, &rows, a, &g, err) && load_kinds(s, a, &g, err);
	*out = good ? arena_new_n(a, struct series, g.list.n) : NULL;
	*n = 0;
	/* Series of lines without a time, or of extents that do not count, have no cells. */
	for (size_t i = 0; good && i < g.list.n; i++)
		if (g.list.at[i].series.n_cells)
			(*out)[(*n)++] = g.list.at[i].series;
	if (*n > 1)
		qsort(*out, *n, sizeof **out, by_place);
	map_release(&g.by_id);
	arena_release(&rows);
	return good;
}
