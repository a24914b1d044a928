/*
 * spark: a series as one row of block characters, with a row of marks below it that shows
 * where changes, the onset and the recovery stand. Each column is the greatest value of its
 * part, so a short burst is not averaged away.
 */
#ifndef REPORT_SPARK_H
#define REPORT_SPARK_H

#include "core/arena.h"
#include "core/casefile.h"

struct spark {
	const struct plot *plot; /* in: not empty */
	unsigned columns;        /* in: at most; fewer when the series has fewer values */
	struct str bars, marks;  /* out: in the arena; every column of bars is one character */
	bool *bad;               /* out: whether a column lies in the degraded time */
	double top;              /* out: the value of a full bar */
};

void spark_draw(struct spark *s, const struct incident *in, struct arena *a);

#endif
