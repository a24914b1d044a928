/*
 * outbreak: one incident as the symptoms show it, before anybody asks why: which signals
 * left their baseline, when it began (an interval, never an instant), peaked, ended, and in
 * which steps it was really bad. Segments that overlap in time are one outbreak; so are
 * those with a pause between that hit the same routes (intermittent faults, a restart that helped for a while).
 */
#ifndef ANALYZE_OUTBREAK_H
#define ANALYZE_OUTBREAK_H

#include "analyze/symptoms.h"

struct sick_part { size_t signal; struct segment segment; };

struct outbreak {
	struct sick_part *parts; size_t n_parts; /* ascending by begin */
	size_t lead;           /* the signal with the largest ratio */
	int64_t onset_from_ns, onset_best_ns, onset_to_ns;
	int64_t end_ns;        /* end of the last bad step */
	bool ongoing;          /* bad until the data ends */
	int64_t peak_ns;
	double peak_rate;      /* share of failures at the peak, of the lead signal */
	bool *bad;             /* per step of the grid */
	double degraded_s;
	double baseline_s;     /* how much quiet time there is to compare with */
};

struct outbreaks {
	struct outbreak *at; size_t n;
};

struct outbreaks outbreaks_find(const struct facts *f, const struct signals *signals, struct err *err);

/* Sum over the bad steps, and over the quiet steps away from the outbreak (guarded by the onset interval). */
double outbreak_bad_sum(const struct outbreak *o, const struct grid *g, const double *v);
double outbreak_quiet_sum(const struct outbreak *o, const struct grid *g, const double *v);
/* Is a step neither bad nor within the guard around the outbreak? */
bool outbreak_quiet_step(const struct outbreak *o, const struct grid *g, size_t step);

#endif
