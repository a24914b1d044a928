/*
 * analyze: a store in, a case file out: incidents, ranked causes, what was ruled out and
 * why, timeline, impact, quality. Pure in the store: same store and options, same result.
 */
#ifndef ANALYZE_ANALYZE_H
#define ANALYZE_ANALYZE_H

#include "core/casefile.h"
#include "core/err.h"

struct store;
struct families;
struct night_day;

struct analyze_options {
	int64_t since_ns, until_ns; /* TIME_NONE: no limit */
	const struct families *families; /* error families; NULL: the built-in ones */
	/* Days before the window, ascending, that the store keeps in coarse cells (store/nights.h): what is usual, beside the window itself. */
	const struct night_day *earlier;
	size_t n_earlier;
};

NODISCARD bool analyze_run(struct store *s, const struct analyze_options *o, struct arena *a, struct casefile *out, struct err *err);

#endif
