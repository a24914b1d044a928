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
/* Fewer additional calls than this for each request of the users are no load to speak of (a batch that came up). */
static const double least_more = 0.15;

/* Requests of each service in [from, to): n_services of them. */
static double *requests_between(const struct inquiry *q, int64_t from, int64_t to)
{
	double *all = arena_new_n(q->arena, double, q->f->n_services + 1);
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		ptrdiff_t service = s->kind == SERIES_HTTP ? facts_service(q->f, s->service) : -1;
		if (service >= 0)
			all[service] += series_between(s, from, to);
	}
	return all;
}

bool logs_success(const struct inquiry *q, ptrdiff_t service, int64_t from, int64_t to)
{
	double well = 0, all = 0;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_HTTP || facts_service(q->f, s->service) != service)
			continue;
		double n = series_between(s, from, to);
		all += n;
		well += s->code < 400 ? n : 0;
	}
	return well >= 0.5 * all;
}

/* Of the services behind the front, the one whose calls for each request of the users became most times as many. */
static ptrdiff_t most_multiplied(const struct inquiry *q, const double *before, const double *with, int64_t began_ns)
{
	double users_before = before[q->f->edge], users_with = with[q->f->edge], best = least_ratio;
	ptrdiff_t where = -1;
	for (size_t s = 0; s < q->f->n_services && users_before >= least_users && users_with >= least_users; s++) {
		const struct service *called = &q->f->services[s];
		if (!called->has_http || called->access || with[s] < least_calls || before[s] < 10 ||
		    !logs_success(q, (ptrdiff_t)s, began_ns - window_ns, began_ns))
			continue;
		double ratio = with[s] / users_with / (before[s] / users_before);
		if (with[s] / users_with - before[s] / users_before < least_more)
			continue;
		if (ratio > best || (ratio >= best && where < 0)) {
			best = ratio;
			where = (ptrdiff_t)s;
		}
	}
	return where;
}

/* Was a service asked about as often for each request of the users at another time before? Then that comes and goes without any change. */
static bool was_so(const struct inquiry *q, ptrdiff_t service, int64_t until, double rate)
{
	const int64_t longest = 24 * 3600 * NS_PER_S;
	int64_t step = window_ns;
	for (int64_t to = until; to - step >= q->f->from_ns && until - to < longest; to -= step) {
		struct arena_mark mark = arena_mark(q->arena);
		const double *n = requests_between(q, to - step, to);
		bool as_often = n[q->f->edge] >= least_users && n[service] / n[q->f->edge] >= 0.8 * rate;
		arena_rewind(q->arena, mark);
		if (as_often)
			return true;
	}
	return false;
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
	if (to - from < least_ns || q->o->end_ns < from || q->o->onset_from_ns > to + window_ns)
		return;
	const double *before = requests_between(q, act->begin_ns - window_ns, act->begin_ns), *with = requests_between(q, from, to);
	ptrdiff_t where = most_multiplied(q, before, with, act->begin_ns);
	if (where < 0)
		return;
	double rate_before = before[where] / before[q->f->edge], rate_with = with[where] / with[q->f->edge];
	if (was_so(q, where, act->begin_ns - window_ns, rate_with))
		return;
	struct str name = q->f->services[where].name;
	term_add(q, c, "calls", fmin(2.5, 1.3 * log(rate_with / rate_before) / log(2)), &act->refs, "for each request of the users %.*s was asked %.2f times before it, and %.2f times with it",
	         STR_ARG(name), rate_before, rate_with);
	if (!undo)
		return;
	int64_t undone = undo->end_ns + settle_ns;
	const double *after = requests_between(q, undone, undone + window_ns);
	double rate_after = after[where] / after[q->f->edge];
	if (after[q->f->edge] >= least_users && rate_after < rate_before + 0.25 * (rate_with - rate_before))
		term_add(q, c, "calls", 1.5, &undo->refs, "when it was taken back, %.*s was asked %.2f times again", STR_ARG(name), rate_after);
}
