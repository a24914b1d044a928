/*
 * detectable: when an alert could have fired: the first instant at which what was logged until then suffices to say that
 * something is wrong. Nothing behind that instant is looked at: the usual level, its spread, what counts as slow and how
 * many comparisons were made all come from the time before, so more logs at the end never change the answer.
 *
 * At the end of each 10 seconds, intervals of ten lengths that end there are compared with the time before them: the
 * log-likelihood ratio of the scan (analyze/scan.h), divided by the overdispersion so far, must exceed the logarithm of all
 * comparisons made so far over 0.01 (Bonferroni: at most one false alarm in a hundred archives).
 */
#ifndef ANALYZE_DETECTABLE_H
#define ANALYZE_DETECTABLE_H

#include "analyze/symptoms.h"

/* k of n per 10 seconds, as running sums that are only ever read up to the present. */
struct watch {
	enum symptom_kind kind;
	struct str service, route;  /* route empty: all */
	double *n, *k;              /* sums over steps [0, i), steps + 1 of them */
	double *nb, *kb, *sq;       /* over whole blocks of 5 minutes up to step i: n, k, k^2 / n */
	uint32_t *blocks;           /* how many such blocks up to step i */
	size_t steps;
};

/* From the counts of each step. */
void watch_init(struct watch *w, const double *n, const double *k, size_t steps, struct arena *a);

struct alarm_at {
	size_t step;         /* evidence of steps [0, step) suffices */
	size_t window;       /* of which the last so many are bad */
	double n, k, usual;  /* in them, and the rate before */
};
/* Does the evidence of steps [0, step) suffice? `watches`: how many series are looked at. */
bool watch_alarm(const struct watch *w, size_t step, size_t watches, struct alarm_at *out);

struct detectable {
	int64_t time_ns;            /* TIME_NONE: never */
	enum symptom_kind kind;
	struct str service, route;
	double n, k, usual;
	int64_t window_ns;
	size_t false_alarms;        /* stretches before the incident in which the same rule would have fired */
};

/*
 * For an incident of a store: the first alarm from shortly before its onset on. At most half a day before the onset and
 * six hours behind it are looked at. Strings live as long as the store.
 */
NODISCARD bool detectable_find(struct store *s, const struct casefile *file, const struct incident *in, struct arena *a, struct detectable *out,
			       struct err *err);

#endif
