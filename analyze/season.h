/*
 * season: what is usual at an hour. Load and what follows from it have a daily and a weekly shape: a nightly batch that makes
 * requests slow every night, a peak every evening, are no incidents, while the same at another hour is one. Where the store
 * has the same time of day on three days or more (the same time of the week in three weeks), the level that two thirds of
 * them reach is taken as usual for it.
 *
 * Two thirds and not the mean: an incident that lasts for more than a day, or comes back once, must not become usual. And only
 * what is higher than the level of most hours counts: what is bad around the clock has no hour.
 */
#ifndef ANALYZE_SEASON_H
#define ANALYZE_SEASON_H

#include "analyze/facts.h"

enum { SEASON_LEAST = 3 }; /* days (weeks) with data at an hour */

struct season {
	int32_t slot;      /* buckets */
	size_t n;          /* slots of a period, the first beginning at a multiple of the period since 1970 UTC */
	double *excess;    /* share above the baseline that is usual in a slot, with room for how days differ */
	size_t days;       /* most days that a slot is known from */
	double base;       /* share of hits at other hours */
};

/*
 * The shape of "k of n" over a grid whose baseline share is `base`; NULL when the store is too short or nothing
 * recurs. In the arena.
 */
const struct season *season_find(const struct grid *g, const double *n, const double *k, double base, struct arena *a);

/* Usual excess at an instant; 0 without a season. */
double season_excess(const struct season *s, int64_t ns);

/* The largest usual excess of any hour. */
double season_most(const struct season *s);

/*
 * Raises the trials of every step so that the baseline share of them is what is usual at its hour: statistics that know one
 * baseline only then expect the peak in the peak hour. NULL leaves them as they are.
 */
void season_weigh(const struct season *s, const struct grid *g, double *n);

/*
 * What the steps [from, to) of a series held at the same time of earlier days: the median of its sums over days whose window
 * lies whole before `from` and inside the grid; NAN when there are fewer than two.
 */
double season_earlier(const struct grid *g, const double *v, size_t from, size_t to);

#endif
