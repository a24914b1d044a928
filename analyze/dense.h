/*
 * dense: series as arrays over a grid, which is what the statistics work on. The grid may
 * be finer or coarser than the analysis' own.
 */
#ifndef ANALYZE_DENSE_H
#define ANALYZE_DENSE_H

#include "analyze/facts.h"

/* Adds the counts of a series to out[grid.n]; cells outside the grid are left out. */
void dense_count(const struct grid *g, const struct series *s, double *out);
/* Of series that have sums: those of requests are not loaded. */
void dense_sum_ms(const struct grid *g, const struct series *s, double *out);
/* Requests with a duration above limit_ms (slow), and requests with a duration at all (timed). */
void dense_slow(const struct grid *g, const struct series *s, double limit_ms, double *slow, double *timed);

/* Sums over [from, to) steps. */
double dense_total(const double *v, size_t from, size_t to);

/* Count of a series in [from_ns, to_ns), by its 10-second buckets. */
double series_between(const struct series *s, int64_t from_ns, int64_t to_ns);
/* First and last instant (bucket start and end) with a count in [from_ns, to_ns); TIME_NONE when none. */
int64_t series_first(const struct series *s, int64_t from_ns, int64_t to_ns);

/* A grid of `width` buckets a step over [from_ns, to_ns). */
struct grid grid_over(int64_t from_ns, int64_t to_ns, int32_t width);

#endif
