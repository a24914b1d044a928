#include "store/aggregate.h"

#include <stdlib.h>

/* A cell's place in its part. */
struct place {
	uint32_t series;
	int32_t bucket;
	uint32_t cell;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

/*
 * Cells of a kind in the order of a part. Cells are made in the order of time, so sorting by series, stably,
 * mostly does it.
 */
static struct place *sorted_places(const struct aggregate *g, enum series_kind kind, struct arena *a,
				   size_t *n)
{
	uint32_t *starts = arena_new_n(a, uint32_t, g->series.n + 1);
	for (size_t i = 0; i < g->cells.n; i++)
		if (g->series.at[g->cells.at[i].series].kind == kind)
			starts[g->cells.at[i].series + 1]++;
	for (size_t i = 0; i < g->series.n; i++)
		starts[i + 1] += starts[i];
	*n = starts[g->series.n];
	struct place *places = arena_new_n(a, struct place, *n);
	for (size_t i = 0; i < g->cells.n; i++) {
		const struct agg_cell *cell = &g->cells.at[i];
		if (g->series.at[cell->series].kind == kind)
			places[starts[cell->series]++] =
				(struct place){ cell->series, cell->bucket, (uint32_t)i };
	}
	bool sorted = true;
	for (size_t i = 1; i < *n && sorted; i++)
		sorted = by_place(&places[i - 1], &places[i]) < 0;
	if (!sorted)
		qsort(places, *n, sizeof *places, by_place);
	return places;
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

/* Appends the histogram of n durations, which are put in order. */
static uint32_t put_few(uint8_t *buckets, uint32_t n, struct part_hist *out)
{
	uint32_t entries = 0;
	for (uint32_t i = 1; i < n; i++) {
		uint8_t b = buckets[i];
		uint32_t k = i;
		for (; k > 0 && buckets[k - 1] > b; k--)
			buckets[k] = buckets[k - 1];
		buckets[k] = b;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || buckets[i] != buckets[i - 1])
			out[entries++] = (struct part_hist){ buckets[i], 0 };
		out[entries - 1].count++;
	}
	return entries;
}

static uint32_t put_hist(uint8_t *buckets, uint32_t n, struct part_hist *out)
{
	enum { FEW = 24 };
	if (n <= FEW)
		return put_few(buckets, n, out);
	uint32_t counts[HIST_BUCKETS] = { 0 }, entries = 0;
	for (uint32_t i = 0; i < n; i++)
		counts[buckets[i]]++;
	for (unsigned b = 0; b < HIST_BUCKETS; b++)
		if (counts[b])
			out[entries++] = (struct part_hist){ (uint8_t)b, counts[b] };
	return entries;
}

static uint32_t put_registers(const struct hll *h, struct part_register *out)
{
	uint32_t n = 0;
	for (unsigned i = 0; i < HLL_REGISTERS; i++)
		if (h->reg[i])
			out[n++] = (struct part_register){ (uint8_t)i, h->reg[i] };
	return n;
}

bool aggregate_part(struct aggregate *g, enum series_kind kind, struct arena *a, struct cells_part *out)
{
	size_t n;
	struct place *places = sorted_places(g, kind, a, &n);
	*out = (struct cells_part){ .kind = kind, .n_cells = n };
	if (n == 0)
		return false;
	out->cells = arena_new_n(a, struct cell, n);
	out->more = arena_new_n(a, struct part_more, n);
	out->ids = arena_new_n(a, uint64_t, n);
	out->lengths = arena_new_n(a, uint32_t, n);
	uint32_t *starts = NULL;
	uint8_t *durations = NULL;
	if (kind_has_hist(kind)) {
		durations = durations_by_cell(g, a, &starts);
		out->hist = arena_new_n(a, struct part_hist, g->hist_log.n);
	}
	if (kind == SERIES_CLIENTS)
		out->regs = arena_new_n(a, struct part_register, g->sketches.n * HLL_REGISTERS);
	for (size_t i = 0; i < n; i++) {
		const struct agg_cell *cell = &g->cells.at[places[i].cell];
		if (i == 0 || places[i - 1].series != cell->series)
			out->ids[out->n_series++] = g->series.at[cell->series].id;
		out->lengths[out->n_series - 1]++;
		out->cells[i] = (struct cell){ cell->bucket, cell->count, cell->failed };
		struct part_more *p = &out->more[i];
		*p = (struct part_more){ .timed = cell->timed, .sum_us = cell->sum_us, .max_us = cell->max_us,
			.hist = (uint32_t)out->n_hist, .regs = (uint32_t)out->n_regs };
		if (durations && cell->timed)
			p->n_hist = put_hist(durations + starts[places[i].cell], cell->timed,
					     out->hist + out->n_hist);
		if (cell->sketch)
			p->n_regs = put_registers(&g->sketches.at[cell->sketch - 1], out->regs + out->n_regs);
		out->n_hist += p->n_hist;
		out->n_regs += p->n_regs;
	}
	return true;
}
