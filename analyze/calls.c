#include "analyze/terms.h"

#include <math.h>

#include "analyze/dense.h"

/*
 * Calls that multiply. How often a service behind the front is asked, for each request that users make, is a property of the
 * code and the settings of those who call it: it does not follow the hour, the load or who is ill. When it leaves its level with a
 * change and returns with its undoing, the change made somebody ask again and again (a retry without end, a loop, a query for
 * each row), whoever then breaks.
 */

/* How long before and after the change counts, what a restart needs to settle, and how many requests say anything. */
static const int64_t window_ns = 1200 * NS_PER_S, settle_ns = 45 * NS_PER_S, least_ns = 60 * NS_PER_S;
static const double least_calls = 60, least_users = 40, least_ratio = 1.8;

static double requests_between(const struct inquiry *q, ptrdiff_t service, int64_t from, int64_t to)
{
	double n = 0;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind == SERIES_HTTP && facts_service(q->f, s->service) == service)
			n += series_between(s, from, to);
	}
	return n;
}

/* Calls of a service for each request of the users; NAN when there are too few. */
static double calls_each(const struct inquiry *q, ptrdiff_t service, int64_t from, int64_t to, double *calls)
{
	*calls = 0;
	if (to - from < least_ns)
		return NAN;
	double users = requests_between(q, q->f->edge, from, to);
	*calls = requests_between(q, service, from, to);
	return users >= least_users ? *calls / users : NAN;
}

void term_calls(struct inquiry *q, struct candidate *c, const struct act *act)
{
	if (q->f->edge < 0 || !q->f->services[q->f->edge].access || c->service_index == q->f->edge)
		return;
	const struct act *undo = act->undone_by >= 0 ? &q->f->acts[act->undone_by] : NULL;
	int64_t from = act->end_ns + settle_ns, to = from + window_ns;
	if (undo && undo->begin_ns < to)
		to = undo->begin_ns;
	/* The failures must fall into the time in which it was in force. */
	if (q->o->end_ns < from || q->o->onset_from_ns > to + window_ns)
		return;
	double best = 0, rate_before = 0, rate_with = 0;
	ptrdiff_t where = -1;
	for (size_t s = 0; s < q->f->n_services; s++) {
		const struct service *called = &q->f->services[s];
		if (!called->has_http || called->access || (ptrdiff_t)s == q->f->edge)
			continue;
		double n_before, n_with;
		double before = calls_each(q, (ptrdiff_t)s, act->begin_ns - window_ns, act->begin_ns, &n_before);
		double with = calls_each(q, (ptrdiff_t)s, from, to, &n_with);
		if (isnan(before) || isnan(with) || n_with < least_calls || n_before < 10)
			continue;
		double ratio = with / before;
		if (ratio > best) {
			best = ratio;
			where = (ptrdiff_t)s;
			rate_before = before;
			rate_with = with;
		}
	}
	if (best < least_ratio)
		return;
	struct str name = q->f->services[where].name;
	term_add(q, c, "calls", fmin(2.5, 1.3 * log(best) / log(2)), &act->refs, "for each request of the users %.*s was asked %.2f times before it, and %.2f times with it",
	         STR_ARG(name), rate_before, rate_with);
	if (!undo)
		return;
	double n_after, after = calls_each(q, where, undo->end_ns + settle_ns, undo->end_ns + settle_ns + window_ns, &n_after);
	if (!isnan(after) && after < rate_before + 0.25 * (rate_with - rate_before))
		term_add(q, c, "calls", 1.5, &undo->refs, "when it was taken back, %.*s was asked %.2f times again", STR_ARG(name), after);
}
