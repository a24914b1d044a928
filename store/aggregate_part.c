#include "store/aggregate.h"

#include <stdlib.h>

enum { AHEAD = 12 };

static int by_bucket(const void *a, const void *b)
{
	const struct agg_order *x = a, *y = b;
	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

/*
 * The cells series by series, once for the parts of all kinds: those of series i are order[starts[i] .. starts[i + 1]). Cells are
 * mostly made in the order of time: then putting them with their series, in turn, sorts them.
 */
static void order_cells(struct aggregate *g)
{
	size_t n = g->series.n;
	if (!g->order) {
		g->order = arena_new_n(&g->arena, struct agg_order, AGG_CELLS_MAX);
		g->starts = arena_new_n(&g->arena, uint32_t, AGG_SERIES_MAX + AGG_SERIES_EXTRA + 2);
	}
	memset(g->starts, 0, (n + 2) * sizeof *g->starts);
	for (size_t i = 0; i < g->heads.n; i++)
		g->starts[g->heads.at[i].series + 2]++;
	for (size_t i = 0; i < n; i++)
		g->starts[i + 2] += g->starts[i + 1];
	for (size_t i = 0; i < g->heads.n; i++) {
		const struct agg_cell_head *head = &g->heads.at[i];
		g->order[g->starts[head->series + 1]++] = (struct agg_order){ head->bucket, (uint32_t)i };
	}
	for (size_t i = 0; i < n && g->unsorted; i++) {
		bool sorted = true;
		for (size_t k = g->starts[i] + 1; k < g->starts[i + 1] && sorted; k++)
			sorted = by_bucket(&g->order[k - 1], &g->order[k]) < 0;
		if (!sorted)
			qsort(g->order + g->starts[i], g->starts[i + 1] - g->starts[i], sizeof *g->order, by_bucket);
	}
	g->n_ordered = g->cells.n;
}

/*
 * Durations of each cell side by side (*starts says where), out of the log, which is in the order
 * of events.
 */
static uint8_t *durations_by_cell(const struct aggregate *g, struct arena *a, uint32_t **starts)
{
	uint32_t *at = arena_new_n(a, uint32_t, g->cells.n + 2);
	for (size_t i = 0; i < g->hist_log.n; i++)
		at[(g->hist_log.at[i] >> 8) + 2]++;
	for (size_t i = 0; i < g->cells.n; i++)
		at[i + 2] += at[i + 1];
	uint8_t *buckets = arena_new_n(a, uint8_t, g->hist_log.n + 1);
	for (size_t i = 0; i < g->hist_log.n; i++)
		buckets[at[(g->hist_log.at[i] >> 8) + 1]++] = (uint8_t)g->hist_log.at[i];
	*starts = at;
	return buckets;
}

/* The histogram of n durations, which are put in order. */
static void put_few(uint8_t *buckets, uint32_t n, struct cells_writer *out)
{
	for (uint32_t i = 1; i < n; i++) {
		uint8_t b = buckets[i];
		uint32_t k = i;
		for (; k > 0 && buckets[k - 1] > b; k--)
			buckets[k] = buckets[k - 1];
		buckets[k] = b;
	}
	for (uint32_t i = 0, same; i < n; i += same) {
		for (same = 1; i + same < n && buckets[i + same] == buckets[i];)
			same++;
		cells_hist(out, buckets[i], same);
	}
}

/* Many durations are counted; which buckets there are is told by bits. */
static void put_many(const uint8_t *buckets, uint32_t n, struct cells_writer *out)
{
	enum { WORDS = (HIST_BUCKETS + 63) / 64 };
	uint32_t counts[HIST_BUCKETS] = { 0 };
	uint64_t there[WORDS] = { 0 };
	for (uint32_t i = 0; i < n; i++) {
		counts[buckets[i]]++;
		there[buckets[i] / 64] |= UINT64_C(1) << buckets[i] % 64;
	}
	for (unsigned w = 0; w < WORDS; w++)
		for (uint64_t left = there[w]; left; left &= left - 1) {
			unsigned b = 64 * w + (unsigned)__builtin_ctzll(left);
			cells_hist(out, b, counts[b]);
		}
}

static void put_hist(uint8_t *buckets, uint32_t n, struct cells_writer *out)
{
	enum { FEW = 9 };
	if (n <= FEW)
		put_few(buckets, n, out);
	else
		put_many(buckets, n, out);
}

static void put_registers(const struct hll *h, struct cells_writer *out)
{
	for (unsigned i = 0; i < HLL_REGISTERS; i++)
		if (h->reg[i])
			cells_register(out, i, h->reg[i]);
}

static size_t cells_of_kind(const struct aggregate *g, enum series_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < g->series.n; i++)
		n += g->series.at[i].kind == kind ? g->starts[i + 1] - g->starts[i] : 0;
	return n;
}

/* A cell as the next one of the part; durations (NULL: not of this kind) as durations_by_cell gives them. */
static inline void put_cell(const struct aggregate *g, struct agg_order o, uint8_t *durations, const uint32_t *starts, struct cells_writer *out)
{
	const struct agg_cell *cell = &g->cells.at[o.cell];
	cells_add(out, o.bucket, (uint32_t)cell->events, (uint32_t)(cell->events >> 32), cell->timed, cell->sum_us, cell->max_us);
	if (durations && cell->timed > KNOWN_DURATIONS)
		put_hist(durations + starts[o.cell], cell->timed, out);
	if (cell->sketch)
		put_registers(&g->sketches.at[cell->sketch - 1], out);
	cells_end(out);
}

bool aggregate_part(struct aggregate *g, enum series_kind kind, struct arena *a, struct cells_writer *out)
{
	aggregate_settle(g);
	if (g->n_ordered != g->cells.n)
		order_cells(g);
	size_t n = g->cells.n ? cells_of_kind(g, kind) : 0;
	if (n == 0)
		return false;
	uint32_t *starts = NULL;
	uint8_t *durations = NULL;
	if (kind_has_hist(kind))
		durations = durations_by_cell(g, a, &starts);
	cells_begin(out, kind, kind_has_hist(kind) ? LAYOUT_FEW_KNOWN : LAYOUT_ALL, n);
	for (size_t i = 0; i < g->series.n; i++) {
		if (g->series.at[i].kind != kind || g->starts[i] == g->starts[i + 1])
			continue;
		cells_series(out, g->series.at[i].id);
		for (size_t k = g->starts[i]; k < g->starts[i + 1]; k++) {
			/* The cells of a series lie far apart: ask for them while others are put. */
			__builtin_prefetch(&g->cells.at[g->order[k + AHEAD < g->n_ordered ? k + AHEAD : k].cell]);
			put_cell(g, g->order[k], durations, starts, out);
		}
	}
	return true;
}
