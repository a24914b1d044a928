#include "analyze/season.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/dense.h"
#include "analyze/scan.h"

enum {
	DAY = 86400 / BUCKET_S,  /* buckets */
	WEEK = 7 * DAY,
	SLOT = 600 / BUCKET_S,
	LEAST_TRIALS = 20,       /* of a slot and its neighbours on one day */
	MAX_PERIODS = 400,
	MAX_EARLIER = 60,
};
/* Days differ: what is half as much again as the usual excess is still usual. */
static const double room = 1.5;
/* Smallest ratio of the pooled hits of a slot against the baseline, as for segments. */
static const double least_llr = 12;

static int cmp_double(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return a < b ? -1 : a > b;
}

static int32_t floor_div(int32_t a, int32_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Trials and hits by period and slot. */
struct table { size_t periods, slots; int32_t period, slot; double *n, *k; };

static struct table tabulate(const struct grid *g, const double *n, const double *k, int32_t period, int32_t slot, struct arena *a)
{
	int32_t first = floor_div(g->first, period), last = floor_div(g->first + (int32_t)(g->n * (size_t)g->width) - 1, period);
	struct table t = { .periods = (size_t)(last - first + 1), .slots = (size_t)(period / slot), .period = period, .slot = slot };
	if (t.periods > MAX_PERIODS)
		t.periods = MAX_PERIODS;
	t.n = arena_new_n(a, double, t.periods * t.slots);
	t.k = arena_new_n(a, double, t.periods * t.slots);
	for (size_t i = 0; i < g->n; i++) {
		int32_t bucket = g->first + (int32_t)i * g->width, p = floor_div(bucket, period);
		size_t at = (size_t)(p - first) * t.slots + (size_t)((bucket - p * period) / slot);
		if ((size_t)(p - first) < t.periods) {
			t.n[at] += n[i];
			t.k[at] += k[i];
		}
	}
	return t;
}

/* Sums of a slot and its neighbours (around midnight, too) in one period. */
static void pool(const struct table *t, size_t period, size_t slot, double *n, double *k)
{
	*n = *k = 0;
	for (size_t j = 0; j < 3; j++) {
		size_t at = period * t->slots + slot + j;
		if (at < 1 || at > t->periods * t->slots)
			continue;
		*n += t->n[at - 1];
		*k += t->k[at - 1];
	}
}

/* The share that two thirds of the periods reach in a slot; NAN when fewer than three are known. */
static double usual_share(const struct table *t, size_t slot, double base, size_t *known, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	double *rates = arena_new_n(a, double, t->periods), n, k, all_n = 0, all_k = 0, share = NAN;
	size_t m = 0;
	for (size_t p = 0; p < t->periods; p++) {
		pool(t, p, slot, &n, &k);
		if (n < LEAST_TRIALS)
			continue;
		rates[m++] = k / n;
		all_n += n;
		all_k += k;
	}
	if (m >= SEASON_LEAST) {
		qsort(rates, m, sizeof *rates, cmp_double);
		share = llr_binomial(all_n, all_k, base) >= least_llr ? rates[(m - 1) / 3] : base;
	}
	arena_rewind(a, mark);
	*known = m;
	return share;
}

/* Adds the excess of one period's shape to a season whose table is as long or a multiple of it. */
static bool add_shape(struct season *s, const struct table *t, double base, struct arena *a)
{
	double *shares = arena_new_n(a, double, t->slots), *sorted = arena_new_n(a, double, t->slots);
	size_t m = 0, known;
	bool any = false;
	for (size_t i = 0; i < t->slots; i++) {
		shares[i] = usual_share(t, i, base, &known, a);
		if (known > s->days)
			s->days = known;
		if (!isnan(shares[i]))
			sorted[m++] = shares[i];
	}
	if (!m)
		return false;
	qsort(sorted, m, sizeof *sorted, cmp_double);
	double level = fmax(base, sorted[m / 2]);
	for (size_t i = 0; i < s->n; i++) {
		double more = shares[i % t->slots] - level;
		if (more > 0 && room * more > s->excess[i])
			s->excess[i] = room * more;
		any |= s->excess[i] > 0;
	}
	return any;
}

const struct season *season_find(const struct grid *g, const double *n, const double *k, double base, struct arena *a)
{
	size_t span = g->n * (size_t)g->width;
	int32_t slot = g->width > SLOT ? g->width : SLOT;
	if (span < (SEASON_LEAST - 1) * DAY || base <= 0 || DAY % slot)
		return NULL;
	bool weekly = span >= (SEASON_LEAST - 1) * WEEK;
	struct season *s = arena_new(a, struct season);
	*s = (struct season){ .slot = slot, .n = (size_t)((weekly ? WEEK : DAY) / slot), .base = base };
	s->excess = arena_new_n(a, double, s->n);
	struct table days = tabulate(g, n, k, DAY, slot, a);
	bool any = add_shape(s, &days, base, a);
	if (weekly) {
		struct table weeks = tabulate(g, n, k, WEEK, slot, a);
		any |= add_shape(s, &weeks, base, a);
	}
	return any ? s : NULL;
}

double season_excess(const struct season *s, int64_t ns)
{
	if (!s)
		return 0;
	int32_t bucket = (int32_t)(ns / (BUCKET_S * NS_PER_S)), period = (int32_t)s->n * s->slot;
	return s->excess[(size_t)((bucket - floor_div(bucket, period) * period) / s->slot)];
}

double season_most(const struct season *s)
{
	double most = 0;
	for (size_t i = 0; i < s->n; i++)
		most = fmax(most, s->excess[i]);
	return most;
}

void season_weigh(const struct season *s, const struct grid *g, double *n)
{
	for (size_t i = 0; s && i < g->n; i++)
		n[i] *= (s->base + season_excess(s, grid_ns(g, i))) / s->base;
}

double season_earlier(const struct grid *g, const double *v, size_t from, size_t to)
{
	double sums[MAX_EARLIER];
	size_t m = 0, day = (size_t)(DAY / g->width);
	for (size_t back = day; day && back <= from && to - from <= day && m < MAX_EARLIER; back += day)
		sums[m++] = dense_total(v, from - back, to - back);
	if (m < 2)
		return NAN;
	qsort(sums, m, sizeof *sums, cmp_double);
	return m % 2 ? sums[m / 2] : (sums[m / 2 - 1] + sums[m / 2]) / 2;
}
