#include "store/zone_signal.h"

/* Comparing two logs at every offset is what placing logs costs: let it use vector instructions. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include <math.h>
#include <stdlib.h>

enum {
	BUCKETS_MAX = 7 * 8640, /* a week of 10-second buckets */
	HALF_WINDOW = 15,       /* buckets on each side of the moving average: 5 minutes in all */
	OUTLIERS_PER_MILLE = 5, /* on each side: a wrong year in one line must not stretch the span */
	BUCKETS_MIN = 30,       /* overlap that is worth a comparison */
};

static int by_bucket(const void *a, const void *b)
{
	const struct zone_tally *x = a, *y = b;
	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

void signal_finish(struct zone_signal *s)
{
	size_t n = 0;
	uint64_t all = 0, seen = 0;
	if (s->tallies.n == 0)
		return;
	qsort(s->tallies.at, s->tallies.n, sizeof *s->tallies.at, by_bucket);
	for (size_t i = 0; i < s->tallies.n; i++) {
		struct zone_tally t = s->tallies.at[i];
		all += t.counts[MEASURE_ALL];
		if (n && s->tallies.at[n - 1].bucket == t.bucket) {
			for (unsigned m = 0; m < MEASURE_COUNT; m++)
				s->tallies.at[n - 1].counts[m] += t.counts[m];
		} else {
			s->tallies.at[n++] = t;
		}
	}
	s->tallies.n = n;
	uint64_t outliers = all / 1000 * OUTLIERS_PER_MILLE;
	size_t first = 0, last = n - 1;
	while (first < last && (seen += s->tallies.at[first].counts[MEASURE_ALL]) <= outliers)
		first++;
	seen = 0;
	while (last > first && (seen += s->tallies.at[last].counts[MEASURE_ALL]) <= outliers)
		last--;
	s->from = s->tallies.at[first].bucket;
	s->to = s->tallies.at[last].bucket + 1;
}

/* Roots of the counts: a burst of a thousand lines is not a thousand times the evidence of one line. */
static float *dense(const struct zone_signal *s, enum zone_measure m, int32_t from, size_t n, struct arena *a)
{
	float *v = arena_new_n(a, float, n);
	for (size_t i = 0; i < s->tallies.n; i++) {
		const struct zone_tally *t = &s->tallies.at[i];
		if (t->bucket >= from && t->bucket < s->to)
			v[t->bucket - from] = sqrtf((float)t->counts[m]);
	}
	return v;
}

static inline void add_value(struct zone_sums *s, float v)
{
	s->plain += (double)v;
	s->squares += (double)v * (double)v;
}

void signal_roughen(struct zone_signal *s, enum zone_measure m, struct arena *a)
{
	if (s->rough[m] || s->tallies.n == 0)
		return;
	if (s->to - s->from > BUCKETS_MAX)
		s->from = s->to - BUCKETS_MAX;
	size_t n = (size_t)(s->to - s->from);
	float *v = dense(s, m, s->from, n, a), *out = arena_new_n(a, float, n);
	struct zone_sums *sums = arena_new_n(a, struct zone_sums, n / SIGNAL_STRIDE + 1), all = { 0, 0 };
	double sum = 0;
	for (size_t i = 0; i < n && i < HALF_WINDOW; i++)
		sum += (double)v[i];
	for (size_t i = 0; i < n; i++) {
		size_t lo = i > HALF_WINDOW ? i - HALF_WINDOW : 0;
		size_t hi = i + HALF_WINDOW < n ? i + HALF_WINDOW + 1 : n;
		if (i + HALF_WINDOW < n)
			sum += (double)v[i + HALF_WINDOW];
		if (i > HALF_WINDOW)
			sum -= (double)v[lo - 1];
		out[i] = (float)((double)v[i] - sum / (double)(hi - lo));
		if (i % SIGNAL_STRIDE == 0)
			sums[i / SIGNAL_STRIDE] = all;
		add_value(&all, out[i]);
	}
	if (n % SIGNAL_STRIDE == 0)
		sums[n / SIGNAL_STRIDE] = all;
	s->rough[m] = out;
	s->sums[m] = sums;
}

/* Where x, shifted, and y overlap: n values of each. */
struct shared { size_t x, y, n; };

static struct shared shared_of(const struct zone_signal *x, int32_t shift, const struct zone_signal *y, enum zone_measure m)
{
	int64_t from = (int64_t)x->from + shift, to = (int64_t)x->to + shift;
	from = from > y->from ? from : y->from;
	to = to < y->to ? to : y->to;
	if (!x->rough[m] || !y->rough[m] || to - from < BUCKETS_MIN)
		return (struct shared){ 0, 0, 0 };
	return (struct shared){ (size_t)(from - shift - x->from), (size_t)(from - y->from), (size_t)(to - from) };
}

/* Of the first n values. */
static struct zone_sums sums_before(const struct zone_signal *s, enum zone_measure m, size_t n)
{
	struct zone_sums sums = s->sums[m][n / SIGNAL_STRIDE];
	for (size_t i = n - n % SIGNAL_STRIDE; i < n; i++)
		add_value(&sums, s->rough[m][i]);
	return sums;
}

/* Of n values from one on: their sum, and how far their squares lie apart from those of their mean. */
static struct zone_sums sums_of(const struct zone_signal *s, enum zone_measure m, size_t from, size_t n)
{
	struct zone_sums a = sums_before(s, m, from), b = sums_before(s, m, from + n);
	double sum = b.plain - a.plain;
	return (struct zone_sums){ sum, b.squares - a.squares - sum * sum / (double)n };
}

/* The sum of products, in lanes that do not wait for each other: always the same ones, so that every machine sums alike. */
static double products(const float *u, const float *v, size_t n)
{
	enum { LANES = 8 };
	double sums[LANES] = { 0 }, sum = 0;
	size_t i = 0;
	for (; i + LANES <= n; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			sums[k] += (double)u[i + k] * (double)v[i + k];
	for (; i < n; i++)
		sum += (double)u[i] * (double)v[i];
	for (size_t k = 0; k < LANES; k++)
		sum += sums[k];
	return sum;
}

double signal_match(const struct zone_signal *x, int32_t shift, const struct zone_signal *y, enum zone_measure m)
{
	struct shared s = shared_of(x, shift, y, m);
	if (!s.n)
		return 0;
	struct zone_sums of_x = sums_of(x, m, s.x, s.n), of_y = sums_of(y, m, s.y, s.n);
	double count = (double)s.n, var = of_x.squares * of_y.squares;
	if (!(var > 1e-9))
		return 0;
	double r = (products(x->rough[m] + s.x, y->rough[m] + s.y, s.n) - of_x.plain * of_y.plain / count) / sqrt(var);
	r = r > 0.999 ? 0.999 : r < -0.999 ? -0.999 : r;
	return atanh(r) * sqrt(count - 3);
}

size_t signal_together(const struct zone_signal *x, int32_t shift, const struct zone_signal *y, enum zone_measure m)
{
	struct shared s = shared_of(x, shift, y, m);
	size_t together = 0;
	for (size_t i = 0; i < s.n; i++)
		together += x->rough[m][s.x + i] > 0 && y->rough[m][s.y + i] > 0;
	return together;
}
