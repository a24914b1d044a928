/*
 * traces: requests followed through the services by the request or trace id that they log. Whoever takes no part in the
 * failing requests cannot make them fail (unless it is not reached at all, which its callers say). A service that is asked
 * while another one works on the same request is called by it; of the time that requests take, each service has for itself what
 * it does not spend waiting for those that it calls, and of the failing services of a request the one that calls no other
 * failing one is where the failing begins. A fixed share of the ids is looked at, chosen by their hash.
 */
#ifndef ANALYZE_TRACES_H
#define ANALYZE_TRACES_H

#include "analyze/outbreak.h"

struct traces {
	size_t n_services;
	double failed, good;   /* followed requests of the bad time that failed somewhere, and that did not */
	double *in_failed;     /* per service: how many of the failed ones it took part in */
	double *in_good;
	double *begins;        /* per service: in how many of the failed ones the failing begins there */
	double bad_timed, quiet_timed; /* requests with durations, in the bad time and in the quiet time before */
	double *own_bad_ms, *own_quiet_ms; /* per service: its own time in them, in all */
	double *calls;         /* [caller * n_services + called]: how often the one was seen working for the other */
};

NODISCARD bool traces_follow(const struct facts *f, const struct outbreak *o, struct traces *out, struct err *err);

/* Was `a` seen calling `b`? */
bool traces_call(const struct traces *t, ptrdiff_t a, ptrdiff_t b);

/* The service in which most of the failing requests begin to fail; -1 when there is none, or too few were followed. */
ptrdiff_t traces_origin(const struct traces *t);

/*
 * Share of the additional time of a bad request that a service spends by itself, 0 to 1; NAN when too few were followed, or when
 * they take no longer than before.
 */
double traces_delay_share(const struct traces *t, ptrdiff_t service);

#endif
