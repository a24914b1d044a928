/*
 * history: earlier days as the baseline of a window that lies whole behind them. A store of months is not loaded for one day's sake: days
 * are read one after the other in the coarse cells a store keeps of each (store/nights.h), once for how long requests usually
 * take, and once more for those signals alone that left their own level, for what is usual at the hour (analyze/season.h).
 */
#ifndef ANALYZE_HISTORY_H
#define ANALYZE_HISTORY_H

#include "analyze/facts.h"

/* A day and the instants it covers. */
struct night_day { int32_t day; int64_t from_ns, to_ns; };

struct history {
	const struct facts *facts;
	const struct night_day *days; /* ascending */
	size_t n_days;
	struct grid grid;             /* over all of them, ten minutes a step */
	size_t known;                 /* days that have any requests */
	struct map usual;             /* hash of service and route → index into p95 */
	VEC(float *) p95;             /* 95th percentiles in ms, n_days each; 0 where there are too few requests */
	struct arena *arena;
};

/* A signal whose past is asked for: "k of n" over the history's grid. */
struct past { enum symptom_kind kind; size_t service; struct str route; double limit_ms; double *n, *k; };

/* Reads the days once. days[n] are of the facts' store; NULL and 0 give a history that knows nothing. */
NODISCARD bool history_load(struct history *h, const struct facts *f, const struct night_day *days, size_t n, struct err *err);
void history_release(struct history *h);
/* The 95th percentile (ms) that a third of the days stay below, of a service or a route of it; NAN with fewer than three days. */
double history_p95(const struct history *h, struct str service, struct str route);
/* Fills the n and k of all, which it allocates, in one pass over the days. */
NODISCARD bool history_fill(const struct history *h, struct past *all, size_t n, struct err *err);

#endif
