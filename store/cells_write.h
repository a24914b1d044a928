/*
 * cells_write: the bytes of a part, cell by cell: each column grows as the cells come, and is packed at the end. The cells
 * need not lie anywhere in the order they are written in.
 *
 *	cells_begin(w, kind, layout, n_cells);
 *	for each series: cells_series(w, id), and for each of its cells, ascending by bucket:
 *		cells_add(w, bucket, count, failed, timed, sum_us, max_us);
 *		cells_hist(w, bucket, count) for each entry of its histogram, cells_register(w, index, rank) of its sketch
 *		cells_end(w);
 *	cells_finish(w, coder, out);
 */
#ifndef STORE_CELLS_WRITE_H
#define STORE_CELLS_WRITE_H

#include "store/cells.h"

/*
 * In layout 2 the histograms of cells with one or two durations are left out: these are the largest one and what it leaves of the
 * sum; of how many entries the head speaks is a bound then. Sums that were rounded (cells of cells, store/roll.h) may say otherwise;
 * such a part has layout 1, which has all histograms, but for how many entries a single duration makes.
 */
enum cells_layout { LAYOUT_ALL = 1, LAYOUT_FEW_KNOWN = 2 };

/* Up to how many durations of a cell are not counted in its histogram: their number, and the entries themselves. */
static inline uint32_t cells_uncounted(enum cells_layout layout)
{
	return layout == LAYOUT_ALL ? 1 : KNOWN_DURATIONS;
}

static inline uint32_t cells_unlisted(enum cells_layout layout)
{
	return layout == LAYOUT_ALL ? 0 : KNOWN_DURATIONS;
}

struct cells_writer {
	struct arena arena;        /* of all columns; kept from part to part */
	enum series_kind kind;
	enum cells_layout layout;
	bool durations, hist, sketches; /* what cells of the kind have */
	size_t n_series, n_cells, n_sums, n_maxima, n_hist;
	size_t room;               /* cells there is room for */
	uint64_t *ids;
	uint32_t *lengths;
	int32_t base, last_bucket; /* bucket of the first cell; of the one before in its series */
	uint32_t *steps, *counts, *failed, *untimed;
	uint64_t *sums, *maxima;
	uint32_t timed, entries;   /* of the cell that is being added */
	int last_entry;            /* bucket or index of its last entry; -1 none */
	VEC(uint8_t) lengths_hist, hist_steps; /* a histogram has up to 208 entries */
	VEC(uint32_t) hist_counts;
	VEC(uint16_t) lengths_regs;
	VEC(uint8_t) reg_steps, ranks;
};

/* The histogram of a cell with one or two durations, by those. Returns its entries. */
uint32_t cells_known_hist(const struct part_more *m, struct part_hist *out);

void cells_writer_init(struct cells_writer *w);
void cells_writer_release(struct cells_writer *w);
/* Starts a part of at most n_cells cells. */
void cells_begin(struct cells_writer *w, enum series_kind kind, enum cells_layout layout, size_t n_cells);
/* Appends the part's bytes to out. */
void cells_finish(struct cells_writer *w, struct column_coder *c, struct buf *out);

static inline void cells_series(struct cells_writer *w, uint64_t id)
{
	w->ids[w->n_series] = id;
	w->lengths[w->n_series++] = 0;
}

/* A cell with one duration needs no largest one. */
static inline void cells_add(struct cells_writer *w, int32_t bucket, uint32_t count, uint32_t failed, uint32_t timed, uint64_t sum_us,
			     uint64_t max_us)
{
	size_t i = w->n_cells++;
	if (i == 0)
		w->base = bucket;
	/* No two buckets are as far apart as 2^31: they are of times. */
	w->steps[i] = w->lengths[w->n_series - 1]++ ? (uint32_t)bucket - (uint32_t)w->last_bucket :
	                                             (uint32_t)zigzag((int64_t)bucket - w->base);
	w->last_bucket = bucket;
	w->counts[i] = count - 1;
	w->failed[i] = failed;
	w->untimed[i] = count - timed;
	w->sums[w->n_sums] = sum_us;
	w->n_sums += timed > 0;
	w->maxima[w->n_maxima] = max_us;
	w->n_maxima += timed > 1;
	w->timed = timed;
	w->entries = 0;
	w->last_entry = -1;
}

/* Entries ascend by bucket; those that are known need not be given. */
static inline void cells_hist(struct cells_writer *w, unsigned bucket, uint32_t count)
{
	w->entries++;
	if (w->timed <= cells_unlisted(w->layout))
		return;
	*vec_push(&w->arena, &w->hist_steps) = (uint8_t)((int)bucket - w->last_entry - 1);
	if (w->timed > cells_uncounted(w->layout))
		*vec_push(&w->arena, &w->hist_counts) = count - 1;
	w->last_entry = (int)bucket;
}

/* Registers ascend by index. */
static inline void cells_register(struct cells_writer *w, unsigned index, uint8_t rank)
{
	w->entries++;
	*vec_push(&w->arena, &w->reg_steps) = (uint8_t)((int)index - w->last_entry - 1);
	*vec_push(&w->arena, &w->ranks) = rank;
	w->last_entry = (int)index;
}

static inline void cells_end(struct cells_writer *w)
{
	if (w->sketches)
		*vec_push(&w->arena, &w->lengths_regs) = (uint16_t)w->entries;
	if (!w->hist)
		return;
	if (w->timed > cells_uncounted(w->layout))
		*vec_push(&w->arena, &w->lengths_hist) = (uint8_t)w->entries;
	w->n_hist += w->timed > cells_unlisted(w->layout) ? w->entries : w->timed;
}

#endif
