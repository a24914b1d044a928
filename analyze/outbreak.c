#include "analyze/outbreak.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/dense.h"

/* Segments nearer than this are one, whatever they hit. */
static const int64_t touch_ns = 90 * NS_PER_S;
/* With the same routes hit, pauses up to three times the longer side are one, within these bounds. */
static const int64_t pause_min_ns = 30 * 60 * NS_PER_S, pause_max_ns = 3 * 3600 * NS_PER_S;

/* What is no longer than this and has less than this share of another incident's failures is a blip beside that one. */
static const double blip_share = 0.25;
static const int64_t blip_ns = 360 * NS_PER_S;

/* What a restart takes to settle, and how many failures it may cost. */
static const int64_t restart_ns = 60 * NS_PER_S;
static const double restart_failures = 40;

/* Quiet time ends this long before the onset, and begins twice as long after the end. */
static const int64_t guard_ns = 120 * NS_PER_S;
static const int64_t enough_before_ns = 25 * 60 * NS_PER_S;

struct cluster { size_t first, last; int64_t from_ns, to_ns; double llr, excess; }; /* parts [first, last); excess of the largest */

static int by_from(const void *x, const void *y)
{
	const struct sick_part *a = x, *b = y;
	if (a->segment.from != b->segment.from)
		return a->segment.from < b->segment.from ? -1 : 1;
	return a->signal < b->signal ? -1 : a->signal > b->signal;
}

/* ---- bursts that only hurt themselves ---- */

/*
 * Refused requests that come and go with the traffic of one agent family or one network are that client's trouble.
 * True when one facet's surplus of requests accounts for most of the segment's surplus of refusals.
 */
static bool self_inflicted(const struct facts *f, const struct signal *s, const struct segment *g)
{
	int64_t from = grid_ns(&f->grid, g->from), to = grid_ns(&f->grid, g->to);
	double inside_s = (double)(to - from) / (double)NS_PER_S;
	double outside_s = (double)(f->to_ns - f->from_ns) / (double)NS_PER_S - inside_s;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *q = &f->series[i];
		if (q->kind != SERIES_FACET || (q->code != FACET_AGENT && q->code != FACET_CLIENT_NET) ||
		    !str_eq(q->service, f->services[s->service].name))
			continue;
		double inside = series_between(q, from, to);
		double all = series_between(q, f->from_ns, f->to_ns);
		double expected = outside_s > 0 ? (all - inside) * inside_s / outside_s : 0;
		if (inside >= 3 * expected && inside - expected >= 0.6 * g->excess)
			return true;
	}
	return false;
}

/*
 * Refused requests that come on top: as many are let in as before, so that hardly one of the refused is somebody who used to get in. Only where
 * the missing of half of them would show. The usual number is that of the times next to the segment, as long as it on each side.
 */
static bool on_top(const struct facts *f, const struct signal *s, const struct segment *g)
{
	size_t length = g->to - g->from, before = g->from > length ? g->from - length : 0, after = g->to + length < f->grid.n ? g->to + length : f->grid.n;
	double steps = (double)(g->from - before + after - g->to), in = g->n - g->k;
	if (steps < 0.5 * (double)length)
		return false;
	double beside = dense_total(s->n, before, g->from) + dense_total(s->n, g->to, after) - dense_total(s->k, before, g->from) - dense_total(s->k, g->to, after);
	double scale = (double)length / steps, missing = beside * scale - in, variance = in + beside * scale * scale;
	/* Ten times as likely with none of them missing as with all of them (both normal), and most of them surely there. */
	return missing < 0.5 * g->excess && g->excess * (g->excess - 2 * missing) > 2 * log(10) * variance;
}

/* ---- clusters ---- */

/* How alike two clusters are in what they hit: cosine over the surplus of failures by signal of a route. */
static double alike_over(const struct facts *f, const struct signals *all, int64_t a_from, int64_t a_to, int64_t b_from, int64_t b_to)
{
	double ab = 0, aa = 0, bb = 0;
	size_t a0 = grid_step(&f->grid, a_from), a1 = grid_step(&f->grid, a_to - 1) + 1;
	size_t b0 = grid_step(&f->grid, b_from), b1 = grid_step(&f->grid, b_to - 1) + 1;
	for (size_t i = 0; i < all->n; i++) {
		const struct signal *s = &all->at[i];
		if (!s->user_facing || (!s->route.len && s->kind != SYMPTOM_LOG_ERRORS))
			continue;
		double weight = s->kind == SYMPTOM_LATENCY ? 0.3 : 1;
		/* Square roots: which routes are hit matters more than which of them is asked for most. */
		double x = sqrt(weight * fmax(0, dense_total(s->k, a0, a1) - s->scan.base * dense_total(s->n, a0, a1)));
		double y = sqrt(weight * fmax(0, dense_total(s->k, b0, b1) - s->scan.base * dense_total(s->n, b0, b1)));
		ab += x * y;
		aa += x * x;
		bb += y * y;
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* Over all of both, or over the hours next to the pause: a long incident spreads to further routes. */
static double alike(const struct facts *f, const struct signals *all, const struct cluster *a, const struct cluster *b)
{
	int64_t near = 2 * 3600 * NS_PER_S;
	int64_t a_from = a->to_ns - a->from_ns > near ? a->to_ns - near : a->from_ns;
	int64_t b_to = b->to_ns - b->from_ns > near ? b->from_ns + near : b->to_ns;
	return fmax(alike_over(f, all, a->from_ns, a->to_ns, b->from_ns, b->to_ns), alike_over(f, all, a_from, a->to_ns, b->from_ns, b_to));
}

/* Short, and with a small part of another's failures. */
static bool is_blip(const struct cluster *c, const struct cluster *beside)
{
	return c->excess < blip_share * beside->excess && c->to_ns - c->from_ns <= blip_ns && beside->to_ns - beside->from_ns > c->to_ns - c->from_ns;
}

static size_t join_clusters(const struct facts *f, const struct signals *all, struct cluster *c, size_t n)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i + 1 < n && !again; i++) {
			struct cluster *a = &c[i], *b = &c[i + 1];
			int64_t pause = b->from_ns - a->to_ns;
			int64_t longer = a->to_ns - a->from_ns > b->to_ns - b->from_ns ? a->to_ns - a->from_ns : b->to_ns - b->from_ns;
			int64_t allowed = 3 * longer;
			if (allowed < pause_min_ns)
				allowed = pause_min_ns;
			if (allowed > pause_max_ns)
				allowed = pause_max_ns;
			/* A blip (a restart's handful of failures) some minutes before does not begin what follows. */
			bool blip = is_blip(a, b) || is_blip(b, a);
			if (pause > touch_ns && (pause > allowed || blip || alike(f, all, a, b) < 0.6))
				continue;
			a->last = b->last;
			a->to_ns = a->to_ns > b->to_ns ? a->to_ns : b->to_ns;
			a->llr = a->llr > b->llr ? a->llr : b->llr;
			a->excess = fmax(a->excess, b->excess);
			memmove(b, b + 1, (n - i - 2) * sizeof *c);
			n--;
			again = true;
		}
	}
	return n;
}

/* Short bursts beside an incident many times their size are no incidents of their own. */
static size_t drop_blips(struct cluster *c, size_t n, struct arena *a)
{
	struct cluster *all = arena_new_n(a, struct cluster, n);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		bool beside = false;
		for (size_t j = 0; j < n; j++)
			beside |= i != j && is_blip(&c[i], &c[j]) && c[i].from_ns < c[j].to_ns + pause_min_ns && c[i].to_ns > c[j].from_ns - pause_min_ns;
		if (!beside)
			all[kept++] = c[i];
	}
	memcpy(c, all, kept * sizeof *c);
	return kept;
}

/* The deployment or restart within whose minute [from, to) lies, in which it takes its service down and up again; NULL when there is none. */
static const struct act *while_restarting(const struct facts *f, int64_t from, int64_t to)
{
	for (size_t i = 0; i < f->n_acts; i++) {
		const struct act *act = &f->acts[i];
		bool restarts = act->kind == CHANGE_DEPLOYMENT || act->kind == CHANGE_ROLLBACK || act->kind == CHANGE_RESTART || act->kind == CHANGE_PACKAGE;
		if (restarts && from >= act->begin_ns - 20 * NS_PER_S && to <= act->end_ns + restart_ns)
			return act;
	}
	return NULL;
}

/* The few failures of a restart that goes well are no incident, with or without another one beside them. */
static size_t drop_restarts(const struct facts *f, struct cluster *c, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (c[i].to_ns - c[i].from_ns > restart_ns || c[i].excess > restart_failures || !while_restarting(f, c[i].from_ns, c[i].to_ns))
			c[kept++] = c[i];
	return kept;
}

/* ---- times ---- */

struct first_hit { const struct signal *s; uint64_t service, route; int64_t first_ns, last_ns; };

static bool note_hit(void *self, const struct scan_row *r)
{
	struct first_hit *h = self;
	if (r->kind != EV_HTTP || r->service != h->service || (h->route && r->route_id != h->route))
		return true;
	bool hit = h->s->kind != SYMPTOM_LATENCY ? symptom_status(h->s->kind, r->status)
	                                         : r->duration_us != UINT32_MAX && r->duration_us / 1000.0 > h->s->limit_ms;
	if (!hit)
		return true;
	if (h->first_ns == TIME_NONE || r->time_ns < h->first_ns)
		h->first_ns = r->time_ns;
	if (h->last_ns == TIME_NONE || r->time_ns > h->last_ns)
		h->last_ns = r->time_ns;
	return true;
}

static struct first_hit hit_of(const struct facts *f, const struct signal *s)
{
	return (struct first_hit){ s, hash64(f->services[s->service].name), s->route.len ? hash64(s->route) : 0, TIME_NONE, TIME_NONE };
}

/* First and last event of a signal in [from, to): sharper than any bucket. */
static bool hits_between(const struct facts *f, const struct signal *s, int64_t from, int64_t to, struct first_hit *h, struct err *err)
{
	*h = hit_of(f, s);
	return s->kind == SYMPTOM_LOG_ERRORS || store_scan(f->store, from, to, 0, note_hit, h, err);
}

/* How far from its begin a segment must be followed until it is significant by itself: from five minutes to half an hour. */
static int64_t first_stretch(const struct facts *f, const struct signal *s, int64_t start, int64_t end)
{
	for (int64_t minutes = 5; minutes < 30; minutes *= 2) {
		int64_t to = start + minutes * 60 * NS_PER_S;
		if (to >= end)
			return end;
		size_t from = grid_step(&f->grid, start), until = grid_step(&f->grid, to);
		if (llr_binomial(dense_total(s->n, from, until), dense_total(s->k, from, until), s->scan.base) / s->scan.dispersion > 15)
			return to;
	}
	int64_t longest = start + 1800 * NS_PER_S;
	return longest < end ? longest : end;
}

/* Where one part of an outbreak begins: by its buckets, and its first event in them. */
struct beginning { int64_t from_ns, best_ns, to_ns; struct first_hit hit; };
struct beginnings { struct beginning *at; size_t n, cap; };

/* How far behind the interval of an onset its first event is looked for. */
static const int64_t first_within_ns = 120 * NS_PER_S;

static bool note_beginnings(void *self, const struct scan_row *r)
{
	struct beginnings *all = self;
	for (size_t i = 0; i < all->n; i++)
		if (r->time_ns >= all->at[i].best_ns && r->time_ns < all->at[i].to_ns + first_within_ns)
			note_hit(&all->at[i].hit, r);
	return true;
}

/* Change point of a part on a 10-second grid, not before `bound`. */
static struct beginning beginning_of(const struct facts *f, const struct signal *s, const struct sick_part *p, int64_t bound)
{
	int64_t start = grid_ns(&f->grid, p->segment.from);
	int64_t lead = 6 * grid_step_ns(&f->grid) + 180 * NS_PER_S;
	int64_t lo = start - lead > bound ? start - lead : bound;
	if (start < bound)
		start = bound;
	/* The first minutes place the beginning, of a ramp above all; a longer stretch would only average it away. */
	int64_t stretch = first_stretch(f, s, start, grid_ns(&f->grid, p->segment.to));
	struct grid fine = grid_over(lo, stretch, 1);
	double *n = arena_new_n(f->arena, double, fine.n), *k = arena_new_n(f->arena, double, fine.n);
	signal_dense(f, s, &fine, n, k);
	season_weigh(s->season, &fine, n);
	size_t from, best, to;
	scan_onset(n, k, s->scan.base, 0, fine.n, fine.n, &from, &best, &to);
	return (struct beginning){ grid_ns(&fine, from), grid_ns(&fine, best), grid_ns(&fine, to), hit_of(f, s) };
}

/*
 * Onset: the earliest change point among the parts that carry the outbreak, on a 10-second grid and not before `bound`, then the first
 * failing event at or after it. The events are read once for all parts: reading is what costs.
 */
static bool find_onset(const struct facts *f, const struct signals *all, struct outbreak *o, int64_t bound, struct err *err)
{
	double top = 0;
	int64_t earliest = INT64_MAX, until = INT64_MIN;
	struct beginnings b = { 0 };
	for (size_t i = 0; i < o->n_parts; i++)
		top = fmax(top, o->parts[i].segment.llr);
	for (size_t i = 0; i < o->n_parts; i++) {
		const struct sick_part *p = &o->parts[i];
		if (p->segment.llr < 0.08 * top && p->segment.llr < 60)
			continue;
		if (earliest != INT64_MAX && grid_ns(&f->grid, p->segment.from) - 120 * NS_PER_S > earliest + BUCKET_S * NS_PER_S)
			continue;
		if (grid_ns(&f->grid, p->segment.to) <= bound)
			continue;
		struct beginning x = beginning_of(f, &all->at[p->signal], p, bound);
		*vec_push(f->arena, &b) = x;
		earliest = x.best_ns < earliest ? x.best_ns : earliest;
		if (x.hit.s->kind != SYMPTOM_LOG_ERRORS && x.to_ns + first_within_ns > until)
			until = x.to_ns + first_within_ns;
	}
	if (until > earliest && !store_scan(f->store, earliest, until, 0, note_beginnings, &b, err))
		return false;
	o->onset_best_ns = INT64_MAX;
	for (size_t i = 0; i < b.n; i++) {
		const struct beginning *x = &b.at[i];
		bool seen = x->hit.s->kind != SYMPTOM_LOG_ERRORS && x->hit.first_ns != TIME_NONE;
		int64_t best_ns = seen ? x->hit.first_ns : x->best_ns;
		if (best_ns >= o->onset_best_ns)
			continue;
		o->onset_best_ns = best_ns;
		o->onset_from_ns = x->from_ns < best_ns ? x->from_ns : best_ns;
		o->onset_to_ns = x->to_ns > best_ns ? x->to_ns : best_ns;
	}
	return true;
}

/*
 * Where an outbreak seems to begin within the minute of a restart: the end of a pause between a few failures and the rest, which those
 * of the restart then do not begin; else the begin of the archive. A pause is no pause where failures are as far apart anyway.
 */
static int64_t after_restart(const struct facts *f, const struct signals *all, const struct outbreak *o)
{
	const struct act *act = while_restarting(f, o->onset_best_ns, o->onset_best_ns);
	int64_t until = o->onset_best_ns + 5 * restart_ns < o->end_ns ? o->onset_best_ns + 5 * restart_ns : o->end_ns;
	if (!act || until - o->onset_best_ns < 2 * restart_ns)
		return f->from_ns;
	struct grid g = grid_over(o->onset_best_ns, until, 1);
	struct arena_mark mark = arena_mark(f->arena);
	double *n = arena_new_n(f->arena, double, g.n), *k = arena_new_n(f->arena, double, g.n), *one = arena_new_n(f->arena, double, g.n);
	/* A failure is a hit of its route and of the whole: the largest count of a step, not the sum. */
	for (size_t i = 0; i < o->n_parts; i++) {
		memset(one, 0, g.n * sizeof *one);
		signal_dense(f, &all->at[o->parts[i].signal], &g, n, one);
		for (size_t t = 0; t < g.n; t++)
			k[t] = fmax(k[t], one[t]);
	}
	size_t pause = 0, end = 0;
	double before = 0;
	for (size_t t = 0; t < g.n && !end; t++) {
		if (k[t] > 0 && pause >= 2 && grid_ns(&g, t - pause) <= act->end_ns + restart_ns / 2) {
			double rest = dense_total(k, t, g.n) / (double)(g.n - t);
			/* With as many failures as in the rest, a pause as long has less than one chance in a hundred. */
			if (rest * (double)pause > 4.6 && before <= restart_failures)
				end = t;
		}
		pause = k[t] > 0 ? 0 : pause + 1;
		before += k[t];
	}
	arena_rewind(f->arena, mark);
	return end ? grid_ns(&g, end) : f->from_ns;
}

static bool find_end(const struct facts *f, const struct signals *all, struct outbreak *o, struct err *err)
{
	const struct sick_part *last = &o->parts[0];
	for (size_t i = 0; i < o->n_parts; i++)
		if (o->parts[i].segment.to > last->segment.to ||
		    (o->parts[i].segment.to == last->segment.to && o->parts[i].segment.llr > last->segment.llr))
			last = &o->parts[i];
	o->end_ns = grid_ns(&f->grid, last->segment.to);
	o->ongoing = o->end_ns + 3 * grid_step_ns(&f->grid) >= f->to_ns;
	if (o->ongoing) {
		o->end_ns = f->to_ns;
		return true;
	}
	struct first_hit h;
	if (!hits_between(f, &all->at[last->signal], o->end_ns - 2 * grid_step_ns(&f->grid), o->end_ns, &h, err))
		return false;
	if (h.last_ns != TIME_NONE)
		o->end_ns = h.last_ns + NS_PER_MS;
	return true;
}

static void find_peak(const struct facts *f, const struct signals *all, struct outbreak *o)
{
	const struct signal *s = &all->at[o->lead];
	size_t window = (size_t)(60 / (BUCKET_S * f->grid.width)) + 1;
	double best = -1;
	for (size_t t = 0; t + window <= f->grid.n; t++) {
		if (!o->bad[t])
			continue;
		double n = dense_total(s->n, t, t + window), k = dense_total(s->k, t, t + window);
		if (n >= 10 && k / n > best) {
			best = k / n;
			o->peak_ns = grid_ns(&f->grid, t);
		}
	}
	o->peak_rate = best < 0 ? 0 : best;
	if (best < 0)
		o->peak_ns = o->onset_best_ns;
}

bool outbreak_quiet_step(const struct outbreak *o, const struct grid *g, size_t step)
{
	int64_t from = grid_ns(g, step), to = grid_ns(g, step + 1);
	int64_t before = o->onset_from_ns - grid_ns(g, 0);
	if (to <= o->onset_from_ns - guard_ns)
		return true;
	/* After the incident its causes may still be at work: that time counts only when there is too little before. */
	return before < enough_before_ns && from >= o->end_ns + 2 * guard_ns;
}

double outbreak_bad_sum(const struct outbreak *o, const struct grid *g, const double *v)
{
	double sum = 0;
	for (size_t i = 0; i < g->n; i++)
		if (o->bad[i])
			sum += v[i];
	return sum;
}

double outbreak_quiet_sum(const struct outbreak *o, const struct grid *g, const double *v)
{
	double sum = 0;
	for (size_t i = 0; i < g->n; i++)
		if (outbreak_quiet_step(o, g, i))
			sum += v[i];
	return sum;
}

static bool complete(const struct facts *f, const struct signals *all, struct outbreak *o, struct err *err)
{
	double top = 0;
	o->bad = arena_new_n(f->arena, bool, f->grid.n + 1);
	for (size_t i = 0; i < o->n_parts; i++) {
		const struct sick_part *p = &o->parts[i];
		/* The lead is a whole-service signal where there is one: routes share its failures. */
		double weight = p->segment.llr * (all->at[p->signal].route.len ? 0.3 : 1);
		if (weight > top) {
			top = weight;
			o->lead = p->signal;
		}
		for (size_t t = p->segment.from; t < p->segment.to; t++)
			o->bad[t] = true;
	}
	if (!find_onset(f, all, o, f->from_ns, err) || !find_end(f, all, o, err))
		return false;
	int64_t bound = after_restart(f, all, o);
	if (bound > f->from_ns && !find_onset(f, all, o, bound, err))
		return false;
	/* What came before the onset is no bad time of this outbreak. */
	for (size_t t = 0; bound > f->from_ns && t < f->grid.n && grid_ns(&f->grid, t + 1) <= bound; t++)
		o->bad[t] = false;
	double step_s = (double)grid_step_ns(&f->grid) / (double)NS_PER_S;
	for (size_t t = 0; t < f->grid.n; t++) {
		o->degraded_s += o->bad[t] ? step_s : 0;
		o->baseline_s += outbreak_quiet_step(o, &f->grid, t) ? step_s : 0;
	}
	double span = (double)(o->end_ns - o->onset_best_ns) / (double)NS_PER_S;
	if (o->degraded_s > span)
		o->degraded_s = span;
	find_peak(f, all, o);
	return true;
}

struct outbreaks outbreaks_find(const struct facts *f, const struct signals *all, struct err *err)
{
	struct outbreaks out = { 0 };
	VEC(struct sick_part) parts = { 0 };
	for (size_t i = 0; i < all->n; i++) {
		const struct signal *s = &all->at[i];
		for (size_t j = 0; s->user_facing && j < s->scan.n_segments; j++) {
			const struct segment *g = &s->scan.segments[j];
			bool refusal = s->kind == SYMPTOM_AUTH || s->kind == SYMPTOM_REJECTED;
			if (!refusal || (!self_inflicted(f, s, g) && !on_top(f, s, g)))
				*vec_push(f->arena, &parts) = (struct sick_part){ i, s->scan.segments[j] };
		}
	}
	if (!parts.n)
		return out;
	qsort(parts.at, parts.n, sizeof *parts.at, by_from);
	struct cluster *c = arena_new_n(f->arena, struct cluster, parts.n);
	size_t n = 0;
	for (size_t i = 0; i < parts.n; i++) {
		int64_t from = grid_ns(&f->grid, parts.at[i].segment.from), to = grid_ns(&f->grid, parts.at[i].segment.to);
		if (n && from <= c[n - 1].to_ns + touch_ns) {
			c[n - 1].last = i + 1;
			if (to > c[n - 1].to_ns)
				c[n - 1].to_ns = to;
		} else {
			c[n++] = (struct cluster){ i, i + 1, from, to, 0, 0 };
		}
		c[n - 1].llr = fmax(c[n - 1].llr, parts.at[i].segment.llr);
		c[n - 1].excess = fmax(c[n - 1].excess, parts.at[i].segment.excess);
	}
	n = join_clusters(f, all, c, n);
	n = drop_blips(c, n, f->arena);
	n = drop_restarts(f, c, n);
	if (!n)
		return out;
	out.at = arena_new_n(f->arena, struct outbreak, n);
	for (size_t i = 0; i < n; i++) {
		struct outbreak *o = &out.at[out.n++];
		o->parts = parts.at + c[i].first;
		o->n_parts = c[i].last - c[i].first;
		if (!complete(f, all, o, err)) {
			out.n = 0;
			return out;
		}
	}
	return out;
}
