/*
 * nightly: how a day compares with the days before it, from the coarse series a store keeps of each (store/nights.h). What is new,
 * slower, more, or silent is so by a test against how much days differ (analyze/predict.h), under one limit for false discoveries a list
 * (Benjamini & Hochberg 1995): there are no ratios to be tuned, and nothing is said before there are days to compare with.
 */
#ifndef ANALYZE_NIGHTLY_H
#define ANALYZE_NIGHTLY_H

#include "analyze/families.h"
#include "analyze/history.h"
#include "core/night.h"
#include "store/reader.h"

struct nightly_request {
	struct night_day today;
	const struct night_day *earlier; /* that it may be compared with, ascending; those without data are passed over */
	size_t n_earlier;
	const struct families *families;
	struct str date, zone;           /* as they are to be shown */
};

enum {
	NIGHT_EARLIER_MAX = 400,
	/* Of the lists of a digest. */
	NIGHT_LINES_MAX = 60, NIGHT_FAMILIES_MAX = 20, NIGHT_QUERIES_MAX = 40, NIGHT_SOURCES_MAX = 200, NIGHT_INCIDENTS_MAX = 50,
};

/*
 * The digest of a day whose series are in the store, and whose findings are `c` (those of its incidents that end before the day are
 * left out; they belong to the night before). Memory belongs to `a`.
 */
NODISCARD bool nightly_compare(struct store *s, const struct nightly_request *r, const struct casefile *c, struct arena *a,
			       struct night *out, struct err *err);

#endif
