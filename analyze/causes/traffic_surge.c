#include <math.h>

#include "analyze/dense.h"
#include "analyze/terms.h"

/*
 * Arrivals at the edge leave their baseline before, or with, the failures. What kind of surge it is, the facets tell:
 * a campaign or referrer that most of the surplus carries, one agent or network (bots), or the services' own addresses.
 */
static const struct series *strongest_facet(const struct inquiry *q, enum facet facet, struct str service, double surplus, double *share)
{
	const struct series *best = NULL;
	int64_t from = q->o->onset_from_ns, to = q->o->end_ns;
	double inside_s = (double)(to - from) / 1e9, outside_s = (double)(q->f->to_ns - q->f->from_ns) / 1e9 - inside_s;
	*share = 0;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_FACET || s->code != (int32_t)facet || !str_eq(s->service, service))
			continue;
		double inside = series_between(s, from, to), all = series_between(s, q->f->from_ns, q->f->to_ns);
		double more = inside - (outside_s > 0 ? (all - inside) * inside_s / outside_s : 0);
		if (more / surplus > *share) {
			*share = more / surplus;
			best = s;
		}
	}
	return best;
}

static void raise_bursts(struct inquiry *q)
{
	for (size_t i = 0; i < q->outbreaks->n_bursts; i++) {
		const struct burst *b = &q->outbreaks->bursts[i];
		struct str entity = arena_printf(q->arena, "%.*s %.*s", STR_ARG(b->who), STR_ARG(b->what));
		struct candidate *c = inquiry_raise(q, CAUSE_TRAFFIC_SURGE, q->f->services[b->service].name, entity, b->from_ns);
		if (!c)
			return;
		char words[TIME_TEXT_BYTES];
		bool before = b->to_ns < q->o->onset_best_ns;
		c->herring = true;
		c->what = arena_printf(q->arena, "the burst of requests by %.*s", STR_ARG(b->who));
		term_add(q, c, before ? "precedence" : "place", -4, NULL, "%.0f refused requests (%.*s) from %.*s, which hurt nobody else%s%s", b->count,
		         STR_ARG(b->what), STR_ARG(b->who), before ? "; over before the failures began, by " : "",
		         before ? duration_format(q->o->onset_best_ns - b->to_ns, words) : "");
	}
}

/* When the arrivals left their level, in or before the outbreak. */
static int64_t rise_of(const struct inquiry *q, const double *v)
{
	const struct grid *g = &q->f->grid;
	struct scan s = scan_poisson(v, NULL, g->n, true, 20, q->arena);
	for (size_t i = 0; i < s.n_segments; i++)
		if (grid_ns(g, s.segments[i].to) > q->o->onset_from_ns && grid_ns(g, s.segments[i].from) < q->o->end_ns)
			return grid_ns(g, s.segments[i].from);
	return q->o->onset_best_ns;
}

static void raise_traffic_surge(struct inquiry *q)
{
	raise_bursts(q);
	if (q->f->edge < 0)
		return;
	struct str service = q->f->services[q->f->edge].name;
	const struct grid *g = &q->f->grid;
	double *v = arena_new_n(q->arena, double, g->n);
	for (size_t i = 0; i < q->f->n_series; i++)
		if (q->f->series[i].kind == SERIES_HTTP && str_eq(q->f->series[i].service, service))
			dense_count(g, &q->f->series[i], v);
	/* Against the hour before the onset, or all quiet time when there is less of it: load has a daily shape. */
	size_t onset = grid_step(g, q->o->onset_from_ns), hour = (size_t)(3600 / (BUCKET_S * g->width)) + 1;
	size_t from = onset > hour ? onset - hour : 0;
	double before_s = (double)(onset - from) * g->width * BUCKET_S;
	double usual = before_s >= 300 ? dense_total(v, from, onset) / before_s
	             : q->o->baseline_s > 0 ? outbreak_quiet_sum(q->o, g, v) / q->o->baseline_s : 0;
	double bad = outbreak_bad_sum(q->o, g, v), now = q->o->degraded_s > 0 ? bad / q->o->degraded_s : 0;
	if (usual <= 0 || now < 1.3 * usual)
		return;
	int64_t rise = rise_of(q, v);
	double surplus = bad - usual * q->o->degraded_s, share = 0;
	static const struct { enum facet facet; double least; } kinds[] = {
		{ FACET_CAMPAIGN, 0.3 }, { FACET_REFERRER, 0.3 }, { FACET_CLIENT_NET, 0.5 }, { FACET_AGENT, 0.75 },
	};
	const struct series *facet = NULL;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !facet; k++) {
		facet = strongest_facet(q, kinds[k].facet, service, surplus, &share);
		if (share < kinds[k].least)
			facet = NULL;
	}
	struct str carries = facet ? facet->key_text : STR_NONE;
	struct candidate *c = inquiry_raise(q, CAUSE_TRAFFIC_SURGE, service, facet ? carries : str_of("requests"), rise);
	if (!c)
		return;
	c->what = arena_printf(q->arena, "a surge of requests (%.1f times the usual)%s%.*s", now / usual, facet ? " with " : "", STR_ARG(carries));
	for (size_t i = 0; i < q->f->n_kept && c->refs.n < 3; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->time_ns >= rise && k->kind == EV_HTTP && str_eq(k->service, service) && (!facet || str_find(k->ref.text, carries) >= 0))
			*vec_push(q->arena, &c->refs) = k->ref;
	}
	term_add(q, c, "signal", fmin(3.2, 1.5 * log(now / usual) / log(1.5)), &c->refs, "%.1f requests a second in the bad time, %.1f before it: %.1f times",
	         now, usual, now / usual);
	if (facet)
		term_add(q, c, "contrast", 0.8, &c->refs, "%.0f %% of the additional requests carry \"%.*s\"", 100 * fmin(1, share), STR_ARG(carries));
}

static void test_traffic_surge(struct inquiry *q, struct candidate *c)
{
	if (c->herring)
		return;
	char words[TIME_TEXT_BYTES];
	int64_t lead = q->o->onset_best_ns - c->time_ns;
	term_prior(q, c);
	if (lead >= -20 * NS_PER_S)
		term_add(q, c, "timing", lead > 20 * NS_PER_S ? 1.2 : 0.6, NULL, "arrivals rise %s before the first failures",
		         duration_format(lead < 0 ? 0 : lead, words));
	else
		term_add(q, c, "timing", -2, NULL, "arrivals rise %s after the first failures: users and clients that try again", duration_format(-lead, words));
}

const struct cause_rule cause_traffic_surge = { CAUSE_TRAFFIC_SURGE, "more requests than the system can serve", raise_traffic_surge,
	                                        test_traffic_surge };
