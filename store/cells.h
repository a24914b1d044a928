/*
 * cells: the bytes of 10-second cells. A part holds the cells of all series of one kind that one
 * file brought in one go, series by series, ascending in time; durations and client sketches stand
 * in columns of their own. Many series share a part, because most have a handful of cells and a
 * blob per series would be mostly its own head.
 *
 * Cells of the same series and bucket may turn up several times, in one part or in several of one file or of
 * many; they add up in any order: counts and microseconds are whole numbers, the sketch takes the maximum.
 */
#ifndef STORE_CELLS_H
#define STORE_CELLS_H

#include "store/column.h"
#include "store/reader.h"

/* Seed of the checksum: these bytes never pass for another kind of blob. */
#define CELLS_SEED UINT64_C(0x63656c6c73) /* "cells" */

enum {
	PART_CELLS_MAX = 1 << 16,
	PART_HIST_MAX = 1 << 18,
	PART_REGISTERS_MAX = 1 << 20,
	PART_BYTES_MAX = 16 << 20,
	KNOWN_DURATIONS = 2, /* so many durations follow from their sum and the largest */
};

/* What a cell has beside its counts. */
struct part_more {
	uint32_t timed;          /* see struct cell_times */
	uint64_t sum_us, max_us; /* of the timed ones */
	uint32_t hist, n_hist;   /* entries in cells_part.hist */
	uint32_t regs, n_regs;   /* entries in cells_part.regs */
};

struct part_hist { uint8_t bucket; uint32_t count; }; /* hist_bucket() */
struct part_register { uint8_t index, rank; }; /* a register of struct hll that is not 0 */

struct cells_part {
	enum series_kind kind;
	size_t n_series, n_cells, n_hist, n_regs;
	uint64_t *ids;                /* n_series */
	uint32_t *lengths;            /* cells of each series, at least 1 each */
	struct cell *cells;           /* series after series, each ascending by bucket, before the zone's shift; one may occur twice */
	struct part_more *more;       /* per cell; NULL when only the counts were unpacked */
	struct part_hist *hist;      /* per cell ascending by bucket, counts at least 1 */
	struct part_register *regs;   /* per cell ascending by index, ranks at least 1 */
};

/* Do cells of this kind have durations, a histogram of them, a sketch? */
bool kind_has_durations(enum series_kind kind);
bool kind_has_hist(enum series_kind kind);

/* Appends the part's bytes to out. */
void cells_encode(const struct cells_part *p, struct column_coder *c, struct buf *out);
/* The part of the given kind from its bytes, in the arena; false when they are damaged. */
bool cells_decode(struct str bytes, enum series_kind kind, struct column_coder *c, struct arena *a,
                  struct cells_part *out);
/* The same, without what a cell has beside its counts. */
bool cells_decode_counts(struct str bytes, enum series_kind kind, struct column_coder *c, struct arena *a,
			 struct cells_part *out);
/* How large a part is: its series, their lengths and, in *hist, at most how many entries (struct
 * hist_entry) the histograms of each have; no cells. */
bool cells_sizes(struct str bytes, enum series_kind kind, struct column_coder *c, struct arena *a,
		 struct cells_part *out, uint32_t **hist);
/* Only which series a part is about, and how many cells each has. */
bool cells_head(struct str bytes, enum series_kind kind, struct column_coder *c, struct arena *a, struct cells_part *out);

#endif
