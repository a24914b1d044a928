#include "analyze/terms.h"

#include <math.h>

/* Terms of requests that were followed by their ids (analyze/traces.h): nothing where services log none. */

enum { LEAST_FAILED = 20 };

/* Does it take part in the failing requests? Only where requests carry ids through the services. */
void term_path(struct inquiry *q, struct candidate *c)
{
	const struct traces *t = &q->traces;
	if (c->service_index < 0 || t->failed < LEAST_FAILED || t->in_good[c->service_index] + t->in_failed[c->service_index] < 20 ||
	    !logs_success(q, c->service_index, q->f->from_ns, q->f->to_ns))
		return;
	double part = t->in_failed[c->service_index] / t->failed, usual = t->good > 0 ? t->in_good[c->service_index] / t->good : 0;
	if (part < 0.1) {
		/* A service that is not reached leaves no trace either; then its callers name it. */
		for (size_t i = 0; i < q->n_emergent; i++)
			if (q->emergent[i].trouble && q->emergent[i].names == c->service_index)
				return;
		term_add(q, c, "path", -2.5, NULL, "%.*s takes part in %.0f %% of the failing requests (by request id), and in %.0f %% of the others",
		         STR_ARG(c->service), 100 * part, 100 * usual);
	} else if (part > 0.8 && part > usual + 0.2) {
		term_add(q, c, "path", 0.8, NULL, "%.*s takes part in %.0f %% of the failing requests (by request id), and in %.0f %% of the others",
		         STR_ARG(c->service), 100 * part, 100 * usual);
	}
}

/* Of the slow requests: who takes the time, and who only waits for others. */
static void term_delay(struct inquiry *q, struct candidate *c, bool told)
{
	const struct traces *t = &q->traces;
	double share = traces_delay_share(t, c->service_index);
	if (isnan(share))
		return;
	double now = t->own_bad_ms[c->service_index] / t->bad_timed, usual = t->own_quiet_ms[c->service_index] / t->quiet_timed;
	char each[TIME_TEXT_BYTES], before[TIME_TEXT_BYTES];

	if (share >= 0.5 && !told)
		term_add(q, c, "depth", 0.6, NULL, "of the additional time of requests %.*s takes %.0f %% by itself (by request id: %s each, %s before)", STR_ARG(c->service),
		         100 * share, term_ms(now, each), term_ms(usual, before));
	else if (share < 0.05 && t->in_failed[c->service_index] + t->in_good[c->service_index] >= 0.5 * (t->failed + t->good))
		term_add(q, c, "depth", -0.8, NULL, "of the additional time of requests %.*s takes %.0f %% by itself (by request id); it waits for others", STR_ARG(c->service), 100 * share);
}

/* Do the service's error lines, as far as they are new, speak of something it calls that has no log here? Half of the failures, or more. */
static bool calls_outside(const struct inquiry *q, ptrdiff_t service)
{
	double lines = 0;
	for (size_t i = 0; i < q->n_emergent; i++) {
		const struct emergence *e = &q->emergent[i];
		if (e->trouble && e->outside.len && (ptrdiff_t)e->voice->service == service)
			lines += e->bad - e->expected;
	}
	return lines >= 0.5 * q->failures;
}

void term_origin(struct inquiry *q, struct candidate *c)
{
	const struct traces *t = &q->traces;
	/* What callers say of it, they say of whatever stands behind it, too: a database has no ids. */
	bool told = c->family && c->family->nature == NATURE_CALLER;
	if (c->service_index < 0)
		return;
	if (q->signals->at[q->o->lead].kind == SYMPTOM_LATENCY) {
		term_delay(q, c, told || calls_outside(q, c->service_index));
		return;
	}
	if (t->failed < LEAST_FAILED)
		return;
	double share = t->begins[c->service_index] / t->failed, part = t->in_failed[c->service_index] / t->failed;
	/* What it calls outside leaves no ids here: the failing may well begin there. */
	told |= calls_outside(q, c->service_index);
	if (share >= 0.5 && !told)
		term_add(q, c, "depth", 0.6, NULL, "of the failing requests %.0f %% begin to fail in %.*s (by request id): nothing that it calls for them fails", 100 * share, STR_ARG(c->service));
	else if (share < 0.05 && part >= 0.5)
		term_add(q, c, "depth", -0.8, NULL, "%.*s takes part in %.0f %% of the failing requests, and only passes on what fails behind it (by request id)", STR_ARG(c->service), 100 * part);
}
