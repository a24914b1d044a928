#include "store/series_cells.h"

/* Entries of hist_block: hist_at has one more than there are cells. */
static size_t blocks_of(size_t n_cells)
{
	return n_cells / HIST_BLOCK + 1;
}

void cell_room_make(struct cell_room *r, enum series_kind kind, bool sums, bool is_wide, size_t n_series, size_t n_cells, size_t n_hist,
		    struct arena *a)
{
	bool hist = kind_has_hist(kind);
	*r = (struct cell_room){ .kind = kind, .is_wide = is_wide };
	if (is_wide)
		r->wide = arena_new_n(a, struct wide_cell, n_cells);
	else
		r->narrow = arena_new_n(a, struct narrow_cell, n_cells);
	if (hist)
		r->hist = arena_new_n(a, struct hist_entry, n_hist + 1);
	if (hist && is_wide)
		r->hist_wide = arena_new_n(a, uint32_t, n_cells + n_series);
	if (hist && !is_wide) {
		r->hist_narrow = arena_new_n(a, uint16_t, n_cells + n_series);
		r->hist_block = arena_new_n(a, uint32_t, n_cells / HIST_BLOCK + n_series);
	}
	if (kind_has_durations(kind) && sums) {
		r->sum_ms = arena_new_n(a, float, n_cells);
		r->max_ms = arena_new_n(a, float, n_cells);
	}
	if (kind_has_durations(kind) && !hist)
		r->timed = arena_new_n(a, uint32_t, n_cells);
	if (kind == SERIES_CLIENTS)
		r->distinct = arena_new_n(a, float, n_cells);
}

void cell_room_give(struct cell_room *r, struct series *s, size_t n_cells, size_t n_hist)
{
	s->is_wide = r->is_wide;
	if (r->is_wide) {
		s->wide = r->wide;
		r->wide += n_cells;
	} else {
		s->narrow = r->narrow;
		r->narrow += n_cells;
	}
	if (r->hist) {
		s->hist = r->hist;
		r->hist += n_hist;
	}
	if (r->hist_wide) {
		s->hist_at.wide = r->hist_wide;
		r->hist_wide += n_cells + 1;
	}
	if (r->hist_narrow) {
		s->hist_at.narrow = r->hist_narrow;
		r->hist_narrow += n_cells + 1;
		s->hist_block = r->hist_block;
		r->hist_block += blocks_of(n_cells);
	}
	if (r->sum_ms) {
		s->sum_ms = r->sum_ms;
		r->sum_ms += n_cells;
		s->max_ms = r->max_ms;
		r->max_ms += n_cells;
	}
	if (r->timed) {
		s->timed = r->timed;
		r->timed += n_cells;
	}
	if (r->distinct) {
		s->distinct = r->distinct;
		r->distinct += n_cells;
	}
}

/* Replaces the narrow arrays, in which so many beginnings of histograms are noted. */
static void widen(struct series *s, size_t n_begun, size_t room, struct arena *a)
{
	struct wide_cell *wide = arena_new_n(a, struct wide_cell, room);
	uint32_t *at = s->hist ? arena_new_n(a, uint32_t, room + 1) : NULL;
	for (size_t i = 0; i < s->n_cells; i++)
		wide[i] = (struct wide_cell){ s->first + s->narrow[i].bucket, s->narrow[i].count };
	for (size_t i = 0; at && i < n_begun; i++)
		at[i] = (uint32_t)cell_hist_at(s, i);
	s->is_wide = true;
	s->wide = wide;
	s->hist_at.wide = at;
	s->hist_block = NULL;
}

/* Notes where the histogram of a cell begins. */
static void begin_hist(struct series *s, size_t cell, size_t at, size_t room, struct arena *a)
{
	if (!s->hist)
		return;
	if (!s->is_wide && cell % HIST_BLOCK == 0)
		s->hist_block[cell / HIST_BLOCK] = (uint32_t)at;
	if (!s->is_wide && at - s->hist_block[cell / HIST_BLOCK] > UINT16_MAX)
		widen(s, cell, room, a);
	if (s->is_wide)
		s->hist_at.wide[cell] = (uint32_t)at;
	else
		s->hist_at.narrow[cell] = (uint16_t)(at - s->hist_block[cell / HIST_BLOCK]);
}

/* Where cells so far had all or none of their events fail, and this one has not, each says so for itself from here on. */
static void put_failed(struct series *s, size_t cell, const struct cell *c, size_t room, struct arena *a)
{
	if (cell == 0 && !s->failed)
		s->all_failed = c->failed == c->count;
	if (!s->failed && c->failed != (s->all_failed ? c->count : 0)) {
		uint32_t *failed = arena_new_n(a, uint32_t, room);
		for (size_t i = 0; i < cell; i++)
			failed[i] = series_cell(s, i).failed;
		s->failed = failed;
	}
	if (s->failed)
		s->failed[cell] = c->failed;
}

void series_put_cell(struct series *s, const struct cell *c, const struct part_more *more, size_t room, struct arena *a)
{
	size_t i = s->n_cells;
	if (i == 0)
		s->first = c->bucket;
	if (!s->is_wide && ((int64_t)c->bucket - s->first > UINT16_MAX || c->count > UINT16_MAX))
		widen(s, i, room, a);
	put_failed(s, i, c, room, a);
	if (s->is_wide)
		s->wide[i] = (struct wide_cell){ c->bucket, c->count };
	else
		s->narrow[i] = (struct narrow_cell){ (uint16_t)(c->bucket - s->first), (uint16_t)c->count };
	s->n_cells++;
	begin_hist(s, i, more->hist, room, a);
	if (s->sum_ms) {
		s->sum_ms[i] = (float)((double)more->sum_us / 1000);
		s->max_ms[i] = (float)((double)more->max_us / 1000);
	}
	if (s->timed)
		s->timed[i] = more->timed;
}

void series_end_cells(struct series *s, size_t n_hist, size_t room, struct arena *a)
{
	begin_hist(s, s->n_cells, n_hist, room, a);
}
