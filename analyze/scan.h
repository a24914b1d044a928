/*
 * scan: where a series leaves its own baseline. One statistic for everything that can be
 * written as "k of n in a step" (failed of served, slow of timed, error lines of all lines)
 * or "k in a step" (arrivals, statements, lines of a template).
 *
 * The log-likelihood ratio of intervals against the baseline is maximised (Kulldorff 1997): for a
 * fixed alternative rate all maximal segments come out of one pass (Ruzzo & Tompa 1999); the
 * alternatives are a geometric grid, and the one whose segments together explain the series best wins.
 * The baseline starts as the quieter part of the series and is what remains after the segments are
 * taken out, to a fixed point; its
 * overdispersion (Pearson's chi-square per degree of freedom on blocks) divides every ratio, so that
 * bursty background does not look like an incident.
 */
#ifndef ANALYZE_SCAN_H
#define ANALYZE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

struct segment {
	size_t from, to;   /* steps [from, to) */
	double n, k;       /* trials and hits inside */
	double excess;     /* k less what the baseline expects */
	double rate;       /* k / n, or k per step */
	double llr;        /* log-likelihood ratio against the baseline, after overdispersion */
};

struct scan {
	double base;       /* baseline rate: k / n, or k per step */
	double dispersion; /* >= 1 */
	struct segment *segments; /* disjoint, ascending, each with llr >= the limit asked for */
	size_t n_segments;
	double best_llr;   /* largest llr of any segment found, 0 when none */
};

/* Hits among trials. Steps without trials say nothing. limit: smallest llr of a segment. */
struct scan scan_binomial(const double *n, const double *k, size_t steps, double limit, struct arena *a);

/*
 * Counts alone against `expected` (same length; NULL: a constant estimated from the data). up: rises, else falls.
 * With `expected`, base is the mean ratio k/expected of the quiet part.
 */
struct scan scan_poisson(const double *k, const double *expected, size_t steps, bool up, double limit, struct arena *a);

/* Log-likelihood ratio of k of n at rate k/n against p0 (0 when k/n <= p0). */
double llr_binomial(double n, double k, double p0);
/* Of count k against expectation m: 2-sided sign ignored, 0 when k <= m. */
double llr_poisson(double k, double m);

/*
 * Change point of k of n from rate p0 to a higher one inside [lo, hi): the step that maximises the likelihood
 * (*best), and the interval of all steps within 1.92 of it (95 %, Wilks). `end` is where the bad interval ends.
 */
void scan_onset(const double *n, const double *k, double p0, size_t lo, size_t hi, size_t end, size_t *from, size_t *best, size_t *to);

#endif
