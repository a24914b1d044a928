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
		/* What the store counts as "(other)" has nothing in common. */
		if (s->kind != SERIES_FACET || s->code != (int32_t)facet || !str_eq(s->service, service) || str_starts(s->key_text, STR("(")))
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

/* ---- bursts of one client group ---- */

enum { MAX_BURSTS = 8 };
struct burst { int64_t from_ns, to_ns; struct str agent, net; double surplus; };

static void note_burst(struct burst *all, size_t *n, const struct series *s, int64_t from, int64_t to, double surplus)
{
	struct burst *same = NULL;
	for (size_t i = 0; i < *n && !same; i++)
		if (from < all[i].to_ns && to > all[i].from_ns)
			same = &all[i];
	if (!same) {
		if (*n == MAX_BURSTS)
			return;
		same = &all[(*n)++];
		*same = (struct burst){ .from_ns = from, .to_ns = to };
	}
	struct str *name = s->code == FACET_AGENT ? &same->agent : &same->net;
	if (surplus > same->surplus || !name->len)
		*name = s->key_text;
	if (surplus > same->surplus) {
		same->surplus = surplus;
		same->from_ns = from;
		same->to_ns = to;
	}
}

/* Times in which one agent family or one network asks many times more than it otherwise does. */
static size_t find_bursts(const struct inquiry *q, struct str service, struct burst *all)
{
	/* Networks are counted by the minute. */
	struct grid minutes = grid_over(q->f->from_ns, q->f->to_ns, q->f->grid.width > 6 ? q->f->grid.width : 6);
	const struct grid *g = &minutes;
	size_t n = 0;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_FACET || (s->code != FACET_AGENT && s->code != FACET_CLIENT_NET) || !str_eq(s->service, service) ||
		    series_between(s, q->f->from_ns, q->f->to_ns) < 100)
			continue;
		struct arena_mark mark = arena_mark(q->arena);
		double *v = arena_new_n(q->arena, double, g->n);
		dense_count(g, s, v);
		struct scan found = scan_poisson(v, NULL, g->n, true, 60, q->arena);
		for (size_t j = 0; j < found.n_segments; j++) {
			const struct segment *seg = &found.segments[j];
			if (seg->excess >= 100 && seg->k >= 4 * (seg->k - seg->excess))
				note_burst(all, &n, s, grid_ns(g, seg->from), grid_ns(g, seg->to), seg->excess);
		}
		arena_rewind(q->arena, mark);
	}
	return n;
}

/* Route that a burst asks for most. */
static struct str burst_route(const struct inquiry *q, struct str service, const struct burst *b)
{
	struct str best = STR_NONE;
	double most = 0, inside_s = (double)(b->to_ns - b->from_ns) / 1e9, outside_s = (double)(q->f->to_ns - q->f->from_ns) / 1e9 - inside_s;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_HTTP || !str_eq(s->service, service))
			continue;
		double inside = series_between(s, b->from_ns, b->to_ns), all = series_between(s, q->f->from_ns, q->f->to_ns);
		double more = inside - (outside_s > 0 ? (all - inside) * inside_s / outside_s : 0);
		if (more > most) {
			most = more;
			best = s->key_text;
		}
	}
	return best;
}

/* Bursts that are not the onset's own are suspects by their noise alone; they are acquitted by time or by whom they hurt. */
static void raise_bursts(struct inquiry *q, struct str service)
{
	struct burst all[MAX_BURSTS];
	size_t n = find_bursts(q, service, all);
	for (size_t i = 0; i < n; i++) {
		const struct burst *b = &all[i];
		char words[TIME_TEXT_BYTES];
		bool before = b->to_ns < q->o->onset_from_ns, after = b->from_ns > q->o->onset_to_ns;
		if (!before && !after)
			continue;
		struct str route = burst_route(q, service, b);
		struct str who = b->agent.len && b->net.len ? arena_printf(q->arena, "%.*s (%.*s)", STR_ARG(b->agent), STR_ARG(b->net)) : b->agent.len ? b->agent : b->net;
		struct candidate *c = inquiry_raise(q, CAUSE_TRAFFIC_SURGE, service, arena_printf(q->arena, "bots: %.*s, %.*s", STR_ARG(who), STR_ARG(route)), b->from_ns);
		if (!c)
			return;
		c->herring = true;
		c->what = arena_printf(q->arena, "the burst of requests by %.*s, mostly %.*s", STR_ARG(who), STR_ARG(route));
		for (size_t k = 0; k < q->f->n_kept && c->refs.n < 2; k++) {
			const struct kept_line *line = &q->f->kept[k];
			if (line->time_ns >= b->from_ns && line->time_ns < b->to_ns && line->kind == EV_HTTP && str_find(line->ref.text, b->agent.len ? b->agent : b->net) >= 0)
				*vec_push(q->arena, &c->refs) = line->ref;
		}
		if (before)
			term_add(q, c, "precedence", -4, &c->refs, "%.0f requests more than usual, over %s before the failures began", b->surplus,
			         duration_format(q->o->onset_best_ns - b->to_ns, words));
		else
			term_add(q, c, "precedence", -4, &c->refs, "%.0f requests more than usual, but only from %s after the failures began", b->surplus,
			         duration_format(b->from_ns - q->o->onset_best_ns, words));
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

/* Whatever else most of the additional requests have in common, in the words of the candidate. */
static void describe(const struct inquiry *q, struct candidate *c, struct str service, double surplus, struct str said)
{
	static const struct { enum facet facet; const char *words; } facets[] = {
		{ FACET_CAMPAIGN, "campaign" }, { FACET_REFERRER, "referrer" }, { FACET_CLIENT_NET, "network" }, { FACET_AGENT, "agent" },
	};
	for (size_t i = 0; i < sizeof facets / sizeof *facets; i++) {
		double share;
		const struct series *s = strongest_facet(q, facets[i].facet, service, surplus, &share);
		if (s && share >= 0.25 && s->key_text.len && !str_eq(s->key_text, said))
			c->what = arena_printf(q->arena, "%.*s, %s %.*s (%.0f %%)", STR_ARG(c->what), facets[i].words, STR_ARG(s->key_text), 100 * fmin(1, share));
	}
	struct burst b = { .from_ns = q->o->onset_from_ns, .to_ns = q->o->end_ns };
	struct str route = burst_route(q, service, &b);
	if (route.len)
		c->what = arena_printf(q->arena, "%.*s, mostly %.*s", STR_ARG(c->what), STR_ARG(route));
}

/* "client=app-7.4.1": a parameter that at least half of the failing requests share, and others hardly ever have. */
static struct str parameter(const struct inquiry *q, struct str service, double *share)
{
	for (size_t i = 0; i < q->contrasts.n; i++) {
		const struct contrast *x = &q->contrasts.at[i];
		if (!str_eq(x->kind, STR("key")) || !str_eq(x->service, service) || x->share_bad < 0.5 || !x->refs.n)
			continue;
		struct str pair = arena_printf(q->arena, "%.*s=%.*s", STR_ARG(x->field), STR_ARG(x->value));
		ptrdiff_t at = str_find(x->refs.at[0].text, pair);
		if (at < 1 || (x->refs.at[0].text.ptr[at - 1] != '?' && x->refs.at[0].text.ptr[at - 1] != '&'))
			continue;
		*share = x->share_bad;
		return pair;
	}
	return STR_NONE;
}

static void raise_traffic_surge(struct inquiry *q)
{
	if (q->f->edge < 0)
		return;
	struct str service = q->f->services[q->f->edge].name;
	raise_bursts(q, service);
	const struct grid *g = &q->f->grid;
	double *v = arena_new_n(q->arena, double, g->n);
	for (size_t i = 0; i < q->f->n_series; i++)
		if (q->f->series[i].kind == SERIES_HTTP && str_eq(q->f->series[i].service, service))
			dense_count(g, &q->f->series[i], v);
	/* Against the hour before the onset, or all quiet time when there is less of it: load has a daily shape. */
	size_t onset = grid_step(g, q->o->onset_from_ns), hour = (size_t)(3600 / (BUCKET_S * g->width)) + 1;
	size_t from = onset > hour ? onset - hour : 0;
	double before_s = (double)(onset - from) * g->width * BUCKET_S;
	double span_s = (double)(q->o->end_ns - q->o->onset_from_ns) / (double)NS_PER_S;
	double daily = season_earlier(g, v, onset, grid_step(g, q->o->end_ns - 1) + 1) / span_s;
	double usual = before_s >= 300 ? dense_total(v, from, onset) / before_s
	             : q->o->baseline_s > 0 ? outbreak_quiet_sum(q->o, g, v) / q->o->baseline_s : 0;
	/* A peak that every day has at this hour is no surge. */
	usual = fmax(usual, daily);
	double bad = outbreak_bad_sum(q->o, g, v), now = q->o->degraded_s > 0 ? bad / q->o->degraded_s : 0;
	if (usual <= 0 || now < 1.3 * usual)
		return;
	int64_t rise = rise_of(q, v);
	double surplus = bad - usual * q->o->degraded_s, share = 0;
	static const struct { enum facet facet; double least; } kinds[] = {
		{ FACET_CAMPAIGN, 0.3 }, { FACET_REFERRER, 0.3 }, { FACET_CLIENT_NET, 0.5 }, { FACET_AGENT, 0.75 },
	};
	struct str carries = STR_NONE;
	bool of_failing = false;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !carries.len; k++) {
		const struct series *facet = strongest_facet(q, kinds[k].facet, service, surplus, &share);
		if (share >= kinds[k].least)
			carries = facet->key_text;
		/* A parameter that the failing requests have and others do not says more than where they come from. */
		if (!carries.len && kinds[k].facet == FACET_REFERRER) {
			carries = parameter(q, service, &share);
			of_failing = carries.len > 0;
		}
	}
	struct candidate *c = inquiry_raise(q, CAUSE_TRAFFIC_SURGE, service, carries.len ? carries : str_of("requests"), rise);
	if (!c)
		return;
	c->what = arena_printf(q->arena, "a surge of requests (%.1f times the usual)%s%.*s", now / usual, carries.len ? " with " : "", STR_ARG(carries));
	for (size_t i = 0; i < q->f->n_kept && c->refs.n < 3; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->time_ns >= rise && k->kind == EV_HTTP && str_eq(k->service, service) && (!carries.len || str_find(k->ref.text, carries) >= 0))
			*vec_push(q->arena, &c->refs) = k->ref;
	}
	term_add(q, c, "signal", fmin(3.2, 1.5 * log(now / usual) / log(1.5)), &c->refs, "%.1f requests a second in the bad time, %.1f before it: %.1f times",
	         now, usual, now / usual);
	if (carries.len)
		term_add(q, c, "contrast", 0.8, &c->refs, "%.0f %% of the %s requests carry \"%.*s\"", 100 * fmin(1, share), of_failing ? "failing" : "additional",
		         STR_ARG(carries));
	describe(q, c, service, surplus, carries);
}

/* What the system bore for so long is not what it broke under. */
static const int64_t borne_ns = 2700 * NS_PER_S;

static void test_traffic_surge(struct inquiry *q, struct candidate *c)
{
	if (c->herring)
		return;
	char words[TIME_TEXT_BYTES];
	int64_t lead = q->o->onset_best_ns - c->time_ns;
	term_prior(q, c);
	/* The onset is an interval: a rise within it is not late. */
	if (lead < 0 && c->time_ns <= q->o->onset_to_ns)
		lead = 0;
	if (lead > borne_ns)
		term_add(q, c, "timing", -1, NULL, "arrivals had risen %s before the first failures, and were borne", duration_format(lead, words));
	else if (lead >= -20 * NS_PER_S)
		term_add(q, c, "timing", lead > 20 * NS_PER_S ? 1.2 : 0.6, NULL, "arrivals rise %s before the first failures",
		         duration_format(lead < 0 ? 0 : lead, words));
	else
		term_add(q, c, "timing", -2, NULL, "arrivals rise %s after the first failures: users and clients that try again", duration_format(-lead, words));
}

const struct cause_rule cause_traffic_surge = { CAUSE_TRAFFIC_SURGE, "more requests than the system can serve", raise_traffic_surge,
	                                        test_traffic_surge };
