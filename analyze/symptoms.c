#include "analyze/symptoms.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/dense.h"
#include "analyze/history.h"

enum { MAX_ROUTES = 40, LATENCY_BLOCKS = 24, MIN_ROUTE_REQUESTS = 40 };

/* Smallest ratio of a segment: exp(-12) over the few million intervals a scan looks at, further controlled below. */
static const double min_llr = 12;

/* The part of the slow requests that must be felt. */
static const double felt_share = 0.2;

struct route_total { struct str route; uint64_t requests; };

static int by_requests(const void *x, const void *y)
{
	const struct route_total *a = x, *b = y;
	if (a->requests != b->requests)
		return a->requests > b->requests ? -1 : 1;
	return str_cmp(a->route, b->route);
}

static bool of_scope(const struct facts *f, const struct series *s, size_t service, struct str route)
{
	return s->kind == SERIES_HTTP && str_eq(s->service, f->services[service].name) &&
	       (!route.len || str_eq(s->key_text, route));
}

static int cmp_double(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return a < b ? -1 : a > b;
}

/*
 * The usual 95th percentile of this scope, in ms; infinite where nothing is timed. "Usual" is the lower third over blocks of the archive, so an incident shorter than two thirds of it does not move it;
 * where earlier days are known, not more than the lower third of those, so that a day that is bad throughout does not, either.
 */
static double usual_p95(const struct facts *f, const struct history *h, size_t service, struct str route)
{
	uint32_t (*hist)[HIST_BUCKETS] = arena_alloc_n(f->arena, LATENCY_BLOCKS, sizeof *hist, _Alignof(uint32_t));
	double total[LATENCY_BLOCKS] = { 0 };
	size_t span = f->grid.n * (size_t)f->grid.width;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (!of_scope(f, s, service, route))
			continue;
		for (size_t c = 0; c < s->n_cells; c++) {
			int32_t at = series_cell(s, c).bucket - f->grid.first;
			if (at < 0 || (size_t)at >= span)
				continue;
			size_t block = (size_t)at * LATENCY_BLOCKS / span;
			size_t entries;
			const struct hist_entry *e = cell_hist(s, c, &entries);
			for (size_t k = 0; k < entries; k++) {
				hist[block][e[k].bucket] += e[k].count;
				total[block] += e[k].count;
			}
		}
	}
	double p95[LATENCY_BLOCKS];
	size_t n = 0;
	for (size_t b = 0; b < LATENCY_BLOCKS; b++)
		if (total[b] >= 20)
			p95[n++] = hist_quantile_ms(hist[b], 0.95);
	if (!n)
		return INFINITY;
	qsort(p95, n, sizeof *p95, cmp_double);
	return fmin(p95[n / 3], history_p95(h, f->services[service].name, route));
}

/*
 * What is slow: twice the usual, and at least 150 ms above it. What is felt: four times the usual (where Apdex, technical specification 1.1, 2007,
 * calls a waiting user frustrated), or a second more (J. Nielsen, Usability Engineering, 1993, ch. 5), whichever is less.
 */
static void limits(struct signal *s, double usual)
{
	s->limit_ms = fmax(2 * usual, usual + 150);
	s->felt_ms = fmax(s->limit_ms, fmin(usual + 1000, 4 * usual));
}

/*
 * A refusal is a symptom on routes that otherwise let people in. What is always forbidden (scanners asking for /.env) says
 * nothing about users.
 */
static bool lets_in(const struct series_span *among, const struct series *refused, enum symptom_kind kind)
{
	double in = 0, out = 0;
	for (size_t i = 0; i < among->n; i++) {
		const struct series *s = &among->at[i];
		if (s->kind != SERIES_HTTP || s->key != refused->key || !str_eq(s->service, refused->service))
			continue;
		double n = series_between(s, among->from_ns, among->to_ns);
		if (s->code >= 200 && s->code < 400)
			in += n;
		else if (symptom_status(kind, s->code))
			out += n;
	}
	return in > out;
}

/*
 * Error lines among all lines. Of a server in front, alerts alone, among its lines and requests: it has requests to tell of
 * errors, but what it turns away before it is a request (no connections left for it) only its alerts tell.
 */
static void count_lines(const struct facts *f, size_t service, const struct series *s, const struct grid *g, double *n, double *k)
{
	bool front = f->services[service].has_http, request = front && s->kind == SERIES_HTTP;
	if ((s->kind != SERIES_LINE && !request) || facts_service(f, s->service) != (ptrdiff_t)service)
		return;
	dense_count(g, s, n);
	if (!request && s->code >= (front ? SEV_FATAL : SEV_ERROR))
		dense_count(g, s, k);
}

void signal_count(const struct facts *f, const struct signal *of, const struct series_span *among, const struct series *s, const struct grid *g,
                  double *n, double *k)
{
	if (of->kind == SYMPTOM_LOG_ERRORS) {
		count_lines(f, of->service, s, g, n, k);
		return;
	}
	if (!of_scope(f, s, of->service, of->route))
		return;
	if (of->kind == SYMPTOM_LATENCY) {
		if (!status_client_left(s->code))
			dense_slow(g, s, of->limit_ms, k, n);
		return;
	}
	bool hit = symptom_status(of->kind, s->code);
	if (hit && of->kind != SYMPTOM_ERRORS && !lets_in(among, s, of->kind))
		return;
	dense_count(g, s, n);
	if (hit)
		dense_count(g, s, k);
}

void signal_dense(const struct facts *f, const struct signal *s, const struct grid *g, double *n, double *k)
{
	const struct series_span all = { f->series, f->n_series, f->from_ns, f->to_ns };
	for (size_t i = 0; i < all.n; i++)
		signal_count(f, s, &all, &all.at[i], g, n, k);
}

/* What is usual at the hours of a segment, above the baseline of all hours. */
static double mean_excess(const struct facts *f, const struct signal *s, const struct segment *g)
{
	double sum = 0;
	for (size_t i = g->from; s->season && i < g->to; i++)
		sum += season_excess(s->season, grid_ns(&f->grid, i));
	return sum / (double)(g->to - g->from);
}

/*
 * Do lines that say what is wrong (a full disk, a refused password) come with a segment, which nobody logs otherwise? Then a few
 * failures are enough.
 */
static bool told_by_lines(const struct facts *f, const struct segment *g)
{
	int64_t from = grid_ns(&f->grid, g->from) - 60 * NS_PER_S, to = grid_ns(&f->grid, g->to);
	for (size_t i = 0; i < f->n_voices; i++) {
		const struct voice *v = &f->voices[i];
		if (!v->family || v->family->nature != NATURE_CAUSE || v->severity < SEV_ERROR)
			continue;
		double inside = 0;
		for (size_t p = 0; p < v->n_parts; p++)
			inside += series_between(v->parts[p], from, to);
		double outside = (double)v->total - inside, others = (double)(f->to_ns - f->from_ns - (to - from));
		if (inside >= 3 && inside * others > 20 * outside * (double)(to - from))
			return true;
	}
	return false;
}

bool symptom_matters(enum symptom_kind kind, double excess, double rate, double usual, double more)
{
	if (kind == SYMPTOM_ERRORS || kind == SYMPTOM_LOG_ERRORS)
		return excess >= 12 && rate >= 0.005 && rate >= more;
	if (kind == SYMPTOM_AUTH)
		return excess >= 25 && rate >= usual + 0.03 && rate >= 1.8 * usual;
	/* Clients send nonsense all the time: a route has to be all but closed to some of them. */
	if (kind == SYMPTOM_REJECTED)
		return excess >= 30 && rate >= usual + 0.15 && rate >= 2.5 * usual;
	return excess >= 25 && rate >= usual + 0.08 && rate >= more;
}

/* Do enough of the slow requests of a segment take so long that it is felt? Busy minutes make many requests a little slower. */
static bool felt(const struct facts *f, const struct signal *s, const struct segment *g)
{
	struct arena_mark mark = arena_mark(f->arena);
	struct grid part = grid_over(grid_ns(&f->grid, g->from), grid_ns(&f->grid, g->to), f->grid.width);
	struct signal slower = *s;
	double *n = arena_new_n(f->arena, double, part.n), *k = arena_new_n(f->arena, double, part.n);
	slower.limit_ms = s->felt_ms;
	signal_dense(f, &slower, &part, n, k);
	double hits = dense_total(k, 0, part.n);
	arena_rewind(f->arena, mark);
	return hits >= 12 && hits >= felt_share * g->excess;
}

/* Is a segment worth a person's attention, and long enough for it? */
static bool material(const struct facts *f, const struct signal *s, const struct segment *g)
{
	double seconds = (double)(g->to - g->from) * (double)grid_step_ns(&f->grid) / (double)NS_PER_S;
	double base = s->scan.base + mean_excess(f, s, g), more = fmin(2.5 * base, (1 + base) / 2);
	if (s->kind == SYMPTOM_ERRORS || s->kind == SYMPTOM_LOG_ERRORS) {
		/* A route that few ask for and that answers nobody any more. */
		bool closed = g->excess >= 8 && g->rate >= 0.4 && seconds >= 120;
		bool told = g->excess >= 6 && g->rate >= 0.1 && seconds >= 45 && told_by_lines(f, g);
		if ((closed || told) && g->rate >= more)
			return true;
		return symptom_matters(s->kind, g->excess, g->rate, base, more) && (seconds >= 45 || g->excess >= 60);
	}
	/* Slowness with which the archive begins has nothing before it to be slower than. */
	bool slow = s->kind == SYMPTOM_LATENCY;
	if (slow && grid_ns(&f->grid, g->from) < f->from_ns + 60 * NS_PER_S)
		return false;
	return symptom_matters(s->kind, g->excess, g->rate, base, more) && seconds >= (slow ? 90 : 60) && (!slow || felt(f, s, g));
}

static void keep_material(const struct facts *f, struct signal *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->scan.n_segments; i++)
		if (material(f, s, &s->scan.segments[i]))
			s->scan.segments[n++] = s->scan.segments[i];
	s->scan.n_segments = n;
}

/* The segments' own sums: the scan was made with other trials. */
static void recount(struct signal *s)
{
	for (size_t i = 0; i < s->scan.n_segments; i++) {
		struct segment *g = &s->scan.segments[i];
		g->n = dense_total(s->n, g->from, g->to);
		g->excess = g->k - g->n * s->scan.base;
		g->rate = g->n > 0 ? g->k / g->n : 0;
	}
}

/* Scans again with what is usual at an hour; what goes away is noted, not hidden. */
static void heed_season(const struct facts *f, struct signals *all, struct signal *s)
{
	size_t before = s->scan.n_segments;
	double base = s->scan.base;
	if (!s->season)
		return;
	struct segment first = s->scan.segments[0];
	double *n = arena_new_n(f->arena, double, f->grid.n);
	memcpy(n, s->n, f->grid.n * sizeof *n);
	season_weigh(s->season, &f->grid, n);
	s->scan = scan_binomial(n, s->k, f->grid.n, min_llr, f->arena);
	recount(s);
	keep_material(f, s);
	if (s->route.len || !s->user_facing || s->scan.n_segments >= before)
		return;
	char words[TIME_TEXT_BYTES];
	*vec_push(f->arena, &all->notes) = arena_printf(f->arena, "%s of %.*s at the same hours of %zu days (as from %s) were taken as usual: their normal share there is up to %.0f %%.",
	                                               symptom_kind_words(s->kind), STR_ARG(f->services[s->service].name), s->season->days,
	                                               time_format(grid_ns(&f->grid, first.from), 0, words), 100 * (base + season_most(s->season)));
}

/*
 * The season of every signal that left its level, where the window or the days before it are long enough to know one. The days are read
 * once for all of them.
 */
static bool heed_seasons(const struct facts *f, const struct history *h, struct signals *all, struct err *err)
{
	struct past *past = arena_new_n(f->arena, struct past, all->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++) {
		const struct signal *s = &all->at[i];
		if (s->scan.n_segments && h->known >= SEASON_LEAST)
			past[n++] = (struct past){ .kind = s->kind, .service = s->service, .route = s->route, .limit_ms = s->limit_ms };
	}
	if (n && !history_fill(h, past, n, err))
		return false;
	n = 0;
	for (size_t i = 0; i < all->n; i++) {
		struct signal *s = &all->at[i];
		if (!s->scan.n_segments)
			continue;
		if (h->known >= SEASON_LEAST) {
			s->season = season_find(&h->grid, past[n].n, past[n].k, s->scan.base, f->arena);
			n++;
		} else {
			s->season = season_find(&f->grid, s->n, s->k, s->scan.base, f->arena);
		}
		heed_season(f, all, s);
	}
	return true;
}

static void add_signal(const struct facts *f, const struct history *h, struct signals *all, size_t *cap, enum symptom_kind kind, size_t service,
                       struct str route, bool user_facing)
{
	struct signal s = { .kind = kind, .service = service, .route = route, .user_facing = user_facing };
	struct arena_mark mark = arena_mark(f->arena);
	if (kind == SYMPTOM_LATENCY) {
		double usual = usual_p95(f, h, service, route);
		if (isinf(usual))
			return;
		limits(&s, usual);
	}
	s.n = arena_new_n(f->arena, double, f->grid.n);
	s.k = arena_new_n(f->arena, double, f->grid.n);
	signal_dense(f, &s, &f->grid, s.n, s.k);
	if (dense_total(s.k, 0, f->grid.n) < 8) {
		arena_rewind(f->arena, mark); /* the steps of a day are two arrays of 70 kB, and most signals end here */
		return;
	}
	s.scan = scan_binomial(s.n, s.k, f->grid.n, min_llr, f->arena);
	keep_material(f, &s);
	/* Of a route behind the front only its own departures are told; where users are, routes tell incidents apart. */
	if (route.len && !user_facing && !s.scan.n_segments) {
		arena_rewind(f->arena, mark);
		return;
	}
	if (all->n == *cap)
		all->at = arena_grow(f->arena, all->at, all->n, cap, sizeof *all->at, _Alignof(struct signal));
	all->at[all->n++] = s;
}

static void service_signals(const struct facts *f, const struct history *h, struct signals *all, size_t *cap, size_t service, bool front, bool timed)
{
	static const enum symptom_kind kinds[] = { SYMPTOM_ERRORS, SYMPTOM_AUTH, SYMPTOM_REJECTED, SYMPTOM_LATENCY };
	VEC(struct route_total) routes = { 0 };
	struct map index;
	map_init(&index);
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (!of_scope(f, s, service, STR_NONE))
			continue;
		bool is_new;
		uint64_t *slot = map_put(&index, s->key ? s->key : 1, &is_new);
		if (is_new) {
			*slot = routes.n;
			*vec_push(f->arena, &routes) = (struct route_total){ s->key_text, 0 };
		}
		for (size_t c = 0; c < s->n_cells; c++)
			routes.at[*slot].requests += series_cell(s, c).count;
	}
	map_release(&index);
	if (routes.n)
		qsort(routes.at, routes.n, sizeof *routes.at, by_requests);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		bool user_facing = kinds[k] == SYMPTOM_LATENCY ? timed : front;
		add_signal(f, h, all, cap, kinds[k], service, STR_NONE, user_facing);
		for (size_t r = 0; r < routes.n && r < MAX_ROUTES; r++)
			if (routes.at[r].route.len && routes.at[r].requests >= MIN_ROUTE_REQUESTS)
				add_signal(f, h, all, cap, kinds[k], service, routes.at[r].route, user_facing);
	}
}

struct p_value { double p; size_t signal, segment; };

static int by_p(const void *x, const void *y)
{
	const struct p_value *a = x, *b = y;
	if (a->p < b->p || a->p > b->p)
		return a->p < b->p ? -1 : 1;
	return a->signal != b->signal ? (a->signal < b->signal ? -1 : 1) : (a->segment < b->segment ? -1 : 1);
}

/*
 * False-discovery control over all segments of all signals (Benjamini & Hochberg 1995). The p-value of a maximised
 * ratio L over T steps is bounded by T^2 exp(-L).
 */
static void control_discoveries(const struct facts *f, struct signals *all, double rate)
{
	VEC(struct p_value) ps = { 0 };
	double log_intervals = 2 * log((double)f->grid.n + 1);
	for (size_t i = 0; i < all->n; i++)
		for (size_t j = 0; j < all->at[i].scan.n_segments; j++)
			*vec_push(f->arena, &ps) = (struct p_value){ log_intervals - all->at[i].scan.segments[j].llr, i, j };
	if (!ps.n)
		return;
	qsort(ps.at, ps.n, sizeof *ps.at, by_p);
	/* Signals without any segment count as tests, too. */
	double tests = (double)(all->n + ps.n);
	size_t passed = 0;
	for (size_t i = 0; i < ps.n; i++)
		if (ps.at[i].p <= log(rate * (double)(i + 1) / tests))
			passed = i + 1;
	for (size_t i = passed; i < ps.n; i++)
		all->at[ps.at[i].signal].scan.segments[ps.at[i].segment].llr = 0;
	for (size_t i = 0; i < all->n; i++) {
		struct scan *s = &all->at[i].scan;
		size_t n = 0;
		for (size_t j = 0; j < s->n_segments; j++)
			if (s->segments[j].llr > 0)
				s->segments[n++] = s->segments[j];
		s->n_segments = n;
	}
}

static bool has_durations(const struct facts *f, size_t service)
{
	for (size_t i = 0; i < f->n_series; i++)
		for (size_t c = 0; of_scope(f, &f->series[i], service, STR_NONE) && c < f->series[i].n_cells; c++)
			if (cell_times(&f->series[i], c).timed)
				return true;
	return false;
}

/*
 * Whose durations tell what users wait: those of the servers in front, or, where these log none (the combined format), of the
 * service behind them that serves most. -1 for the servers in front.
 */
static ptrdiff_t latency_front(const struct facts *f)
{
	ptrdiff_t best = -1;
	for (size_t i = 0; i < f->n_services; i++) {
		const struct service *v = &f->services[i];
		if (!v->has_http || !has_durations(f, i))
			continue;
		if (v->access || (ptrdiff_t)i == f->edge)
			return -1;
		if (best < 0 || v->requests > f->services[best].requests)
			best = (ptrdiff_t)i;
	}
	return best;
}

struct signals symptoms_find(const struct facts *f, const struct history *h, struct err *err)
{
	struct signals all = { 0 };
	size_t cap = 0;
	bool any_access = f->edge >= 0 && f->services[f->edge].access;
	ptrdiff_t timed = latency_front(f);
	for (size_t i = 0; i < f->n_services; i++) {
		const struct service *v = &f->services[i];
		bool front = any_access ? v->access : (ptrdiff_t)i == f->edge;
		if (v->has_http)
			service_signals(f, h, &all, &cap, i, front, timed < 0 ? front : (ptrdiff_t)i == timed);
	}
	if (f->edge >= 0 && f->services[f->edge].access)
		add_signal(f, h, &all, &cap, SYMPTOM_LOG_ERRORS, (size_t)f->edge, STR_NONE, true);
	/* Without any requests, error lines are the only thing users' trouble can be read from. */
	if (f->edge < 0)
		for (size_t i = 0; i < f->n_services; i++)
			if (f->services[i].lines)
				add_signal(f, h, &all, &cap, SYMPTOM_LOG_ERRORS, i, STR_NONE, true);
	if (heed_seasons(f, h, &all, err))
		control_discoveries(f, &all, 0.01);
	return all;
}
