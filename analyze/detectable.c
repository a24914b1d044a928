#include "analyze/detectable.h"

#include <math.h>
#include <stdlib.h>

enum {
	BLOCK_STEPS = 30,    /* of 10 seconds: what the spread is measured over */
	ROUTES_MAX = 48,     /* of a service; further ones count in its sum only */
	WATCHES_MAX = 400,
	LIMIT_STEPS = 90,    /* how often what counts as slow is fixed anew */
	LIMIT_LAG = 180,     /* steps before now that do not count for it */
	LOOK_BACK_S = 12 * 3600,
	LOOK_ON_S = 6 * 3600,
};

/* Lengths of the intervals that end now, in steps. */
static const size_t windows[] = { 1, 2, 3, 6, 9, 12, 18, 30, 60, 180 };
enum { WINDOWS = sizeof windows / sizeof *windows };

static const int64_t step_ns = BUCKET_S * NS_PER_S;

/* ---- one series ---- */

void watch_init(struct watch *w, const double *n, const double *k, size_t steps, struct arena *a)
{
	double bn = 0, bk = 0;

	w->steps = steps;
	w->n = arena_new_n(a, double, steps + 1);
	w->k = arena_new_n(a, double, steps + 1);
	w->nb = arena_new_n(a, double, steps + 1);
	w->kb = arena_new_n(a, double, steps + 1);
	w->sq = arena_new_n(a, double, steps + 1);
	w->blocks = arena_new_n(a, uint32_t, steps + 1);
	for (size_t i = 0; i < steps; i++) {
		w->n[i + 1] = w->n[i] + n[i];
		w->k[i + 1] = w->k[i] + k[i];
		w->nb[i + 1] = w->nb[i];
		w->kb[i + 1] = w->kb[i];
		w->sq[i + 1] = w->sq[i];
		w->blocks[i + 1] = w->blocks[i];
		bn += n[i];
		bk += k[i];
		if ((i + 1) % BLOCK_STEPS)
			continue;
		if (bn > 0) {
			w->nb[i + 1] += bn;
			w->kb[i + 1] += bk;
			w->sq[i + 1] += bk * bk / bn;
			w->blocks[i + 1]++;
		}
		bn = bk = 0;
	}
}

/* Pearson's chi-square per degree of freedom of the blocks before `end`, at least 1. */
static double dispersion_until(const struct watch *w, size_t end, double p)
{
	double chi = (w->sq[end] - 2 * p * w->kb[end] + p * p * w->nb[end]) / (p * (1 - p));
	uint32_t blocks = w->blocks[end];

	return blocks > 3 ? fmin(30, fmax(1, chi / (blocks - 1))) : 1;
}

/* Worth being woken for, before it is known how long it will last. */
static bool is_material(enum symptom_kind kind, double excess, double rate, double usual, double seconds)
{
	bool errors = kind == SYMPTOM_ERRORS || kind == SYMPTOM_LOG_ERRORS;

	return symptom_matters(kind, excess, rate, usual, 2.5 * usual) && (errors || seconds >= 30);
}

bool watch_alarm(const struct watch *w, size_t step, size_t watches, struct alarm_at *out)
{
	double comparisons = (double)watches * (double)(step + 1) * WINDOWS, limit = fmax(12, log(comparisons / 0.01));

	for (size_t i = 0; i < WINDOWS; i++) {
		size_t length = windows[i];

		if (length * 2 > step)
			return false;
		/* The time before: not what lies next to the interval, where a slow beginning may hide, if there is enough else. */
		size_t gap = step / 4 < 180 ? step / 4 : 180, end = step - (length > gap ? length : gap);
		double n0 = w->n[end], k0 = w->k[end];
		double n = w->n[step] - w->n[step - length], k = w->k[step] - w->k[step - length];
		if (n0 < 30 || end < 60 || k <= 0)
			continue;
		double p = fmin(0.9, (k0 + 0.5) / (n0 + 1)), excess = k - n * p;
		if (!is_material(w->kind, excess, k / n, p, (double)length * BUCKET_S))
			continue;
		if (llr_binomial(n, k, p) / dispersion_until(w, end, p) < limit)
			continue;
		*out = (struct alarm_at){ .step = step, .window = length, .n = n, .k = k, .usual = p };
		return true;
	}
	return false;
}

/* ---- the series of a store ---- */

/* Series of one service, or of one route of it. */
struct scope { struct str service, route; VEC(const struct series *) parts; };
typedef VEC(struct scope) scopes;

/* NULL for a route too many. Series come in the order of their first event: what comes later takes no place from what was. */
static struct scope *scope_of(scopes *all, struct str service, struct str route, struct arena *a)
{
	size_t of_service = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct scope *s = &all->at[i];

		if (str_eq(s->service, service) && str_eq(s->route, route))
			return s;
		of_service += str_eq(s->service, service);
	}
	if (route.len > 0 && of_service > ROUTES_MAX)
		return NULL;
	struct scope *s = vec_push(a, all);
	*s = (struct scope){ .service = service, .route = route };
	return s;
}

/* What is watched, from bucket `first` on. */
struct present {
	int32_t first;
	size_t steps;
	struct arena *arena;
	VEC(struct watch) watches;
	size_t first_request;    /* step of the first request: before that, error lines are all there is */
	double *trials, *hits;   /* of the watch that is being made */
};

static bool step_of(const struct present *p, int32_t bucket, size_t *step)
{
	if (bucket < p->first)
		return false;
	*step = (size_t)(bucket - p->first);
	return *step < p->steps;
}

static void add_watch(struct present *p, enum symptom_kind kind, const struct scope *s)
{
	struct watch *w = vec_push(p->arena, &p->watches);

	w->kind = kind;
	w->service = s->service;
	w->route = s->route;
	watch_init(w, p->trials, p->hits, p->steps, p->arena);
}

static void clear(struct present *p)
{
	memset(p->trials, 0, p->steps * sizeof *p->trials);
	memset(p->hits, 0, p->steps * sizeof *p->hits);
}

static void watch_statuses(struct present *p, const struct scope *s, enum symptom_kind kind)
{
	double any = 0;

	clear(p);
	for (size_t i = 0; i < s->parts.n; i++) {
		const struct series *x = s->parts.at[i];
		bool hit = symptom_status(kind, x->code);

		for (size_t c = 0, t; c < x->n_cells; c++) {
			const struct cell cell = series_cell(x, c);
			if (!step_of(p, cell.bucket, &t))
				continue;
			p->trials[t] += cell.count;
			p->hits[t] += hit ? cell.count : 0;
			any += hit ? cell.count : 0;
		}
	}
	if (any > 0)
		add_watch(p, kind, s);
}

/*
 * Slow requests: over twice the usual 95th percentile, and 80 ms above it. Usual is what was seen until half an hour ago,
 * fixed every quarter of an hour; before that nothing counts as slow.
 */
static void watch_latency(struct present *p, const struct scope *s)
{
	uint32_t past[HIST_BUCKETS] = { 0 };
	size_t *now = arena_new_n(p->arena, size_t, s->parts.n + 1), *then = arena_new_n(p->arena, size_t, s->parts.n + 1);
	double limit = INFINITY, seen = 0, any = 0;

	clear(p);
	for (size_t t = 0; t < p->steps; t++) {
		int32_t bucket = p->first + (int32_t)t;

		for (size_t i = 0; i < s->parts.n; i++) {
			const struct series *x = s->parts.at[i];

			for (; then[i] < x->n_cells && series_cell(x, then[i]).bucket < bucket - LIMIT_LAG; then[i]++) {
				size_t n;
				const struct hist_entry *hist = cell_hist(x, then[i], &n);

				for (size_t h = 0; series_cell(x, then[i]).bucket >= p->first && h < n; h++) {
					past[hist[h].bucket] += hist[h].count;
					seen += hist[h].count;
				}
			}
			if (t % LIMIT_STEPS == 0 && i + 1 == s->parts.n && seen >= 200) {
				double usual = hist_quantile_ms(past, 0.95);
				limit = fmax(2 * usual, usual + 80);
			}
			for (; now[i] < x->n_cells && series_cell(x, now[i]).bucket <= bucket; now[i]++) {
				size_t n;
				const struct hist_entry *hist = cell_hist(x, now[i], &n);

				if (series_cell(x, now[i]).bucket != bucket || isinf(limit))
					continue;
				p->trials[t] += cell_times(x, now[i]).timed;
				for (size_t h = 0; h < n; h++)
					p->hits[t] += hist_middle_ms(hist[h].bucket) > limit ? hist[h].count : 0;
			}
		}
		any += p->hits[t];
	}
	if (any > 0)
		add_watch(p, SYMPTOM_LATENCY, s);
}

/* Error lines of all lines of a service: what there is while nobody logs requests. */
static void watch_lines(struct present *p, const struct scope *s)
{
	double any = 0;

	clear(p);
	for (size_t i = 0; i < s->parts.n; i++) {
		const struct series *x = s->parts.at[i];

		for (size_t c = 0, t; c < x->n_cells; c++) {
			const struct cell cell = series_cell(x, c);
			if (step_of(p, cell.bucket, &t)) {
				p->trials[t] += cell.count;
				p->hits[t] += cell.failed;
				any += cell.failed;
			}
		}
	}
	if (any > 0)
		add_watch(p, SYMPTOM_LOG_ERRORS, s);
}

static int by_first(const void *x, const void *y)
{
	const struct series *const *a = x, *const *b = y;
	int32_t p = series_cell(*a, 0).bucket, q = series_cell(*b, 0).bucket;

	if (p != q)
		return p < q ? -1 : 1;
	return *a < *b ? -1 : *a > *b; /* the store's canonical order */
}

static void make_watches(struct present *p, const struct series *series, size_t n)
{
	scopes requests = { 0 }, lines = { 0 };
	VEC(const struct series *) order = { 0 };

	for (size_t i = 0; i < n; i++)
		if (series[i].n_cells > 0 && (series[i].kind == SERIES_HTTP || series[i].kind == SERIES_LINE))
			*vec_push(p->arena, &order) = &series[i];
	if (order.n)
		qsort(order.at, order.n, sizeof *order.at, by_first);
	for (size_t i = 0; i < order.n; i++) {
		const struct series *x = order.at[i];
		bool http = x->kind == SERIES_HTTP;
		struct scope *s = scope_of(http ? &requests : &lines, x->service, STR_NONE, p->arena);
		size_t step;

		*vec_push(p->arena, &s->parts) = x;
		if (http && x->key_text.len && (s = scope_of(&requests, x->service, x->key_text, p->arena)))
			*vec_push(p->arena, &s->parts) = x;
		int32_t first = series_cell(x, 0).bucket;
		if (http && step_of(p, first > p->first ? first : p->first, &step) && step < p->first_request)
			p->first_request = step;
	}
	for (size_t i = 0; i < requests.n; i++) {
		watch_statuses(p, &requests.at[i], SYMPTOM_ERRORS);
		watch_statuses(p, &requests.at[i], SYMPTOM_AUTH);
		watch_statuses(p, &requests.at[i], SYMPTOM_REJECTED);
		watch_latency(p, &requests.at[i]);
	}
	for (size_t i = 0; i < lines.n; i++)
		watch_lines(p, &lines.at[i]);
}

/* The first watch that raises an alarm on what was logged before `step`. */
static const struct watch *alarm_before(const struct present *p, size_t step, struct alarm_at *hit)
{
	for (size_t i = 0; i < p->watches.n; i++) {
		const struct watch *w = &p->watches.at[i];

		if (w->kind == SYMPTOM_LOG_ERRORS && step > p->first_request)
			continue;
		if (watch_alarm(w, step, WATCHES_MAX, hit))
			return w;
	}
	return NULL;
}

bool detectable_find(struct store *s, const struct casefile *file, const struct incident *in, struct arena *a, struct detectable *out,
                     struct err *err)
{
	int64_t begin_ns = in->onset_from_ns - LOOK_BACK_S * NS_PER_S, end_ns = in->recovered_ns != TIME_NONE ? in->recovered_ns : file->to_ns;
	struct series *series;
	struct present p = { .arena = a, .first_request = SIZE_MAX };
	struct alarm_at hit;
	size_t n;

	*out = (struct detectable){ .time_ns = TIME_NONE };
	if (!store_load_series(s, a, &series, &n, err))
		return false;
	begin_ns = begin_ns > file->from_ns ? begin_ns : file->from_ns;
	if (end_ns > in->onset_to_ns + LOOK_ON_S * NS_PER_S)
		end_ns = in->onset_to_ns + LOOK_ON_S * NS_PER_S;
	if (end_ns <= begin_ns)
		return true;
	p.first = (int32_t)(begin_ns / step_ns);
	p.steps = (size_t)((end_ns - begin_ns) / step_ns) + 1;
	p.trials = arena_new_n(a, double, p.steps);
	p.hits = arena_new_n(a, double, p.steps);
	make_watches(&p, series, n);
	/* A minute before the stated onset is still it: an onset is an interval. */
	int64_t from_ns = in->onset_from_ns - 60 * NS_PER_S;
	bool ringing = false;
	for (size_t step = 1; step <= p.steps; step++) {
		int64_t now_ns = ((int64_t)p.first + (int64_t)step) * step_ns;
		const struct watch *w = alarm_before(&p, step, &hit);

		if (w && now_ns > from_ns && (!ringing || now_ns > in->onset_to_ns)) {
			*out = (struct detectable){ now_ns, w->kind, w->service, w->route, hit.n, hit.k, hit.usual, (int64_t)hit.window * step_ns,
						    out->false_alarms };
			return true;
		}
		out->false_alarms += w && !ringing && now_ns <= from_ns;
		ringing = w != NULL;
	}
	return true;
}
