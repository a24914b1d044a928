/*
 * A day of ten million events has four million cells, so they are not gathered first and merged then. The blobs of a kind
 * are unpacked one at a time, in the order of time, and each series grows by what they bring; its last cell stays open,
 * since the next blob often brings more of the same bucket. How much room each needs is known before from a look at
 * the sizes. Only series whose blobs overlap in time (two logs of one host and service) are gathered and sorted.
 */
#include <stdlib.h>

#include "store/series_cells.h"
#include "store/series_list.h"

/* A cell with its exact sums. */
struct exact {
	struct cell cell;
	struct part_more more;
	const struct part_hist *hist;      /* of its own, more.n_hist */
	const struct part_register *regs;  /* more.n_regs */
};

/* A series while its cells come. */
struct growing {
	struct series *series;
	size_t room_cells, room_hist;
	struct arena *out;        /* of the cells */
	struct exact open;        /* the last cell, to which more of its bucket is added; count 0: none yet */
	size_t n_hist;            /* entries so far: those of the open cell are the last */
	struct hll *sketch;       /* of the open cell; NULL where there are none */
	bool unsorted;            /* its blobs are not in the order of time */
	VEC(struct exact) gathered; /* all of its cells, then */
};

struct loading {
	struct store *store;
	struct series_list list;
	struct growing *growing;  /* per series of the list */
	struct arena *out;        /* cells */
	bool is_wide;             /* narrow cells are not even tried */
	struct arena rows;        /* until all is loaded */
	struct arena part;        /* one blob */
	struct arena kind;        /* what one kind needs */
};

static uint32_t add_u32(uint32_t a, uint32_t b)
{
	uint32_t sum;
	return __builtin_add_overflow(a, b, &sum) ? UINT32_MAX : sum;
}

static void put_entries(struct growing *g, unsigned bucket, uint64_t count)
{
	for (; count > UINT8_MAX; count -= UINT8_MAX)
		g->series->hist[g->n_hist++] = (struct hist_entry){ (uint8_t)bucket, UINT8_MAX };
	g->series->hist[g->n_hist++] = (struct hist_entry){ (uint8_t)bucket, (uint8_t)count };
}

/* Adds to the entries of the open cell, which stand at the end. */
static void add_hist(struct growing *g, const struct part_hist *from, uint32_t n)
{
	const struct hist_entry *open = g->series->hist + g->open.more.hist;
	size_t n_open = g->n_hist - g->open.more.hist;
	for (uint32_t i = 0; i < n && n_open == 0; i++)
		put_entries(g, from[i].bucket, from[i].count);
	if (n_open == 0)
		return;
	uint64_t counts[HIST_BUCKETS] = { 0 };
	for (size_t i = 0; i < n_open; i++)
		counts[open[i].bucket] += open[i].count;
	for (uint32_t i = 0; i < n; i++)
		counts[from[i].bucket] += from[i].count;
	g->n_hist = g->open.more.hist;
	for (unsigned b = 0; b < HIST_BUCKETS; b++)
		if (counts[b])
			put_entries(g, b, counts[b]);
}

/* The open cell is whole. */
static void close_cell(struct growing *g)
{
	struct series *s = g->series;
	const struct part_more *m = &g->open.more;
	if (g->open.cell.count == 0)
		return;
	if (s->distinct) {
		s->distinct[s->n_cells] = (float)hll_count(g->sketch);
		*g->sketch = (struct hll){ { 0 } };
	}
	series_put_cell(s, &g->open.cell, m, g->room_cells, g->out);
	g->open = (struct exact){ 0 };
}

/* The next cell of the series, or more of the open one. */
static void add_cell(struct growing *g, const struct exact *e)
{
	if (g->open.cell.count == 0 || g->open.cell.bucket != e->cell.bucket) {
		close_cell(g);
		g->open.cell.bucket = e->cell.bucket;
		g->open.more.hist = (uint32_t)g->n_hist;
	}
	struct cell *c = &g->open.cell;
	c->count = add_u32(c->count, e->cell.count);
	c->failed = add_u32(c->failed, e->cell.failed);
	struct part_more *m = &g->open.more;
	m->timed = add_u32(m->timed, e->more.timed);
	m->sum_us += e->more.sum_us;
	m->max_us = e->more.max_us > m->max_us ? e->more.max_us : m->max_us;
	if (e->more.n_hist)
		add_hist(g, e->hist, e->more.n_hist);
	for (uint32_t i = 0; i < e->more.n_regs; i++)
		if (e->regs[i].rank > g->sketch->reg[e->regs[i].index])
			g->sketch->reg[e->regs[i].index] = e->regs[i].rank;
}

static struct exact cell_of(const struct cells_part *part, size_t i, int32_t shift)
{
	struct exact e = { part->cells[i], part->more[i], part->hist + part->more[i].hist, part->regs + part->more[i].regs };
	e.cell.bucket += shift;
	return e;
}

/* A cell that outlives its blob. */
static struct exact kept_cell(struct exact e, struct arena *a)
{
	struct part_hist *hist = arena_new_n(a, struct part_hist, e.more.n_hist);
	struct part_register *regs = arena_new_n(a, struct part_register, e.more.n_regs);
	if (e.more.n_hist)
		memcpy(hist, e.hist, e.more.n_hist * sizeof *hist);
	if (e.more.n_regs)
		memcpy(regs, e.regs, e.more.n_regs * sizeof *regs);
	e.hist = hist;
	e.regs = regs;
	return e;
}

/* Makes room for a kind's cells; false when a blob is damaged. */
static bool measure(struct loading *l, const struct cells_part *part, const uint32_t *hist)
{
	size_t at;
	for (size_t i = 0; i < part->n_series; i++) {
		if (!series_list_find(&l->list, part, i, &at))
			return false;
		l->growing[at].room_cells += part->lengths[i];
		l->growing[at].room_hist += hist[i];
	}
	return true;
}

/* One array for all cells of a kind, and so on: thousands of small ones would leave gaps. */
static void make_room(struct loading *l, enum series_kind kind, bool sums)
{
	size_t n_cells = 0, n_hist = 0, n_series = 0;
	for (size_t i = 0; i < l->list.list.n; i++) {
		n_series += l->growing[i].series->kind == kind;
		n_cells += l->growing[i].series->kind == kind ? l->growing[i].room_cells : 0;
		n_hist += l->growing[i].series->kind == kind ? l->growing[i].room_hist : 0;
	}
	struct cell_room room;
	cell_room_make(&room, kind, sums, l->is_wide, n_series, n_cells, n_hist, l->out);
	for (size_t i = 0; i < l->list.list.n; i++) {
		struct growing *g = &l->growing[i];
		if (g->series->kind != kind || g->room_cells == 0)
			continue;
		cell_room_give(&room, g->series, g->room_cells, g->room_hist);
		if (g->series->distinct)
			g->sketch = arena_new(&l->kind, struct hll);
	}
}

/* Adds what a blob has of a series, unless that turns out to be unsorted. */
static void grow(struct growing *g, const struct cells_part *part, size_t from, size_t n, int32_t shift)
{
	struct exact e = cell_of(part, from, shift);
	if (g->open.cell.count && e.cell.bucket < g->open.cell.bucket)
		g->unsorted = true;
	for (size_t i = 0; i < n && !g->unsorted; i++) {
		e = cell_of(part, from + i, shift);
		add_cell(g, &e);
	}
}

static void gather(struct loading *l, struct growing *g, const struct cells_part *part, size_t from, size_t n, int32_t shift)
{
	for (size_t i = 0; i < n; i++)
		*vec_push(&l->kind, &g->gathered) = kept_cell(cell_of(part, from + i, shift), &l->kind);
}

/* What is done with the blobs of a kind, one time after the other. */
enum pass { PASS_MEASURE, PASS_GROW, PASS_GATHER };

static bool take_part(struct loading *l, enum pass pass, const struct cells_part *part, int32_t shift)
{
	size_t at, start = 0;
	for (size_t i = 0; i < part->n_series; start += part->lengths[i++]) {
		size_t from = start, n = part->lengths[i];
		if (!series_list_find(&l->list, part, i, &at))
			return false;
		struct growing *g = &l->growing[at];
		series_list_limit(l->store, part, shift, &from, &n);
		if (n == 0)
			continue;
		if (pass == PASS_GROW)
			grow(g, part, from, n, shift);
		else if (g->unsorted)
			gather(l, g, part, from, n, shift);
	}
	return true;
}

static bool run_pass(struct loading *l, enum pass pass, enum series_kind kind, const struct part_refs *parts, struct err *err)
{
	for (size_t p = 0; p < parts->n; p++) {
		struct cells_part part;
		struct str bytes;
		uint32_t *hist = NULL;
		arena_reset(&l->part);
		if (!series_list_bytes(&l->list, l->store, &parts->at[p], &bytes, err))
			return false;
		bool good = pass == PASS_MEASURE ? cells_sizes(bytes, kind, &l->store->coder, &l->part, &part, &hist) && measure(l, &part, hist) :
		                                   cells_decode(bytes, kind, &l->store->coder, &l->part, &part) && take_part(l, pass, &part, parts->at[p].shift);
		if (!good)
			return series_list_damaged(l->store, err);
	}
	return true;
}

static int by_bucket(const void *a, const void *b)
{
	const struct exact *x = a, *y = b;
	return (x->cell.bucket > y->cell.bucket) - (x->cell.bucket < y->cell.bucket);
}

/* The cells of an unsorted series, once more from the beginning. */
static void grow_sorted(struct growing *g)
{
	g->series->n_cells = g->n_hist = 0;
	g->open = (struct exact){ 0 };
	if (g->sketch)
		*g->sketch = (struct hll){ { 0 } };
	qsort(g->gathered.at, g->gathered.n, sizeof *g->gathered.at, by_bucket);
	for (size_t i = 0; i < g->gathered.n; i++)
		add_cell(g, &g->gathered.at[i]);
}

static bool load_kind(struct loading *l, enum series_kind kind, bool sums, struct err *err)
{
	struct part_refs parts;
	bool unsorted = false;
	arena_reset(&l->kind);
	if (!series_list_parts(&l->list, l->store, kind, &l->kind, &parts, err) || !run_pass(l, PASS_MEASURE, kind, &parts, err))
		return false;
	make_room(l, kind, sums);
	if (!run_pass(l, PASS_GROW, kind, &parts, err))
		return false;
	for (size_t i = 0; i < l->list.list.n; i++)
		unsorted |= l->growing[i].unsorted && l->growing[i].series->kind == kind;
	if (unsorted && !run_pass(l, PASS_GATHER, kind, &parts, err))
		return false;
	for (size_t i = 0; i < l->list.list.n; i++) {
		struct growing *g = &l->growing[i];
		if (g->series->kind != kind)
			continue;
		if (g->unsorted)
			grow_sorted(g);
		close_cell(g);
		if (g->room_cells)
			series_end_cells(g->series, g->n_hist, g->room_cells, g->out);
	}
	return true;
}

/* Do files span more buckets than narrow cells reach? */
static bool longer_than_narrow(const struct extent_list *l)
{
	int64_t first = INT64_MAX, last = INT64_MIN;
	for (size_t i = 0; i < l->n; i++) {
		if (l->at[i].first_ns == TIME_NONE)
			continue;
		first = l->at[i].first_ns < first ? l->at[i].first_ns : first;
		last = l->at[i].last_ns > last ? l->at[i].last_ns : last;
	}
	return first < last && last / (BUCKET_S * NS_PER_S) - first / (BUCKET_S * NS_PER_S) > UINT16_MAX;
}

bool store_load_series_of(struct store *s, unsigned kinds, struct arena *a, struct series **out, size_t *n, struct err *err)
{
	struct loading l = { .store = s, .out = a };
	arena_init(&l.rows);
	arena_init(&l.part);
	arena_init(&l.kind);
	bool good = series_list_open(&l.list, s, kinds, &l.rows, a, err);
	size_t n_all = good ? l.list.list.n : 0;
	l.growing = arena_new_n(&l.rows, struct growing, n_all);
	for (size_t i = 0; i < n_all; i++)
		l.growing[i] = (struct growing){ .series = &l.list.list.at[i], .out = a };
	l.is_wide = good && longer_than_narrow(&l.list.extents);
	for (unsigned kind = 0; good && kind < SERIES_KIND_COUNT; kind++)
		if (kinds & 1U << kind)
			good = load_kind(&l, (enum series_kind)kind, kind != SERIES_HTTP || !(kinds & SERIES_NO_SUMS), err);
	*out = good ? arena_new_n(a, struct series, n_all) : NULL;
	*n = 0;
	/* Series of lines without a time, or of extents that do not count, have no cells. */
	for (size_t i = 0; good && i < n_all; i++)
		if (l.list.list.at[i].n_cells)
			(*out)[(*n)++] = l.list.list.at[i];
	if (*n > 1)
		qsort(*out, *n, sizeof **out, series_by_place);
	series_list_close(&l.list);
	arena_release(&l.rows);
	arena_release(&l.part);
	arena_release(&l.kind);
	return good;
}

bool store_load_series(struct store *s, struct arena *a, struct series **out, size_t *n, struct err *err)
{
	return store_load_series_of(s, SERIES_ALL & ~(1U << SERIES_TOTAL), a, out, n, err);
}
