/*
 * effect: what a step changed. The failure rate before it, after it and until the end says
 * whether it cured (at once or slowly), helped for a while, or did nothing.
 */
#ifndef ANALYZE_EFFECT_H
#define ANALYZE_EFFECT_H

#include "analyze/outbreak.h"

enum effect_kind {
	EFFECT_UNKNOWN,  /* too near to an end of the data or of the outbreak to tell */
	EFFECT_NONE,     /* failures went on */
	EFFECT_RELIEF,   /* they fell, and came back */
	EFFECT_CURE,     /* they fell, and stayed down */
	EFFECT_SLOW_CURE, /* they began to fall and were over soon, in relation to how long they had lasted */
	EFFECT_AFTER,    /* it came when the failures were over */
	EFFECT_KEPT_AWAY, /* it came in a pause of failures that come and go, and they never came back */
};

struct effect {
	enum effect_kind kind;
	double before, after; /* share of failures, above the baseline */
	int64_t until_end_ns; /* from the end of the step to the end of the outbreak; negative: it came later */
};

/* A step that lasted from begin to end. */
struct effect effect_of(const struct facts *f, const struct signals *all, const struct outbreak *o, int64_t begin_ns, int64_t end_ns);

/* Share of hits above the baseline, of the outbreak's lead signal, over [from, to); NAN when there are too few requests. */
double failing_share(const struct facts *f, const struct signals *all, const struct outbreak *o, int64_t from_ns, int64_t to_ns);

#endif
