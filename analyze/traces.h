/*
 * traces: requests followed through the services by the request or trace id that they log.
 * Whoever takes no part in the failing requests cannot make them fail (unless it is not
 * reached at all, which its callers say). A fixed share of the ids is looked at, chosen by their hash.
 */
#ifndef ANALYZE_TRACES_H
#define ANALYZE_TRACES_H

#include "analyze/outbreak.h"

struct traces {
	double failed, good;   /* followed requests of the bad time that failed somewhere, and that did not */
	double *in_failed;     /* per service: how many of the failed ones it took part in */
	double *in_good;
};

NODISCARD bool traces_follow(const struct facts *f, const struct outbreak *o, struct traces *out, struct err *err);

#endif
