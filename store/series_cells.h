/*
 * series_cells: the cells of a series on their way into memory, as small as they can be kept (struct series). Room for
 * all series of a kind is made at once and given out to them: thousands of small arrays would leave gaps.
 */
#ifndef STORE_SERIES_CELLS_H
#define STORE_SERIES_CELLS_H

#include "store/cells.h"

/* What is left of the arrays of a kind. */
struct cell_room {
	enum series_kind kind;
	bool is_wide;
	struct narrow_cell *narrow;
	struct wide_cell *wide;
	uint16_t *hist_narrow;
	uint32_t *hist_wide, *hist_block, *timed;
	struct hist_entry *hist;
	float *sum_ms, *max_ms, *distinct;
};

/* For so many series with at most so many cells and entries of histograms in all. */
void cell_room_make(struct cell_room *r, enum series_kind kind, bool sums, bool is_wide, size_t n_series, size_t n_cells, size_t n_hist,
		    struct arena *a);
/* Gives a series room for its cells and entries. */
void cell_room_give(struct cell_room *r, struct series *s, size_t n_cells, size_t n_hist);
/*
 * The next cell, whose bucket is above that of the one before; more->hist is where its entries begin in the series' own. `room`: how
 * many cells the series has room for. What does not fit as it is kept gets other arrays, in the arena.
 */
void series_put_cell(struct series *s, const struct cell *c, const struct part_more *more, size_t room, struct arena *a);
/* After the last cell: how many entries of histograms there are. */
void series_end_cells(struct series *s, size_t n_hist, size_t room, struct arena *a);

#endif
