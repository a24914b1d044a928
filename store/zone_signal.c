#include "store/zone_signal.h"

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

void signal_roughen(struct zone_signal *s, enum zone_measure m, struct arena *a)
{
	if (s->rough[m] || s->tallies.n == 0)
		return;
	if (s->to - s->from > BUCKETS_MAX)
		s->from = s->to - BUCKETS_MAX;
	size_t n = (size_t)(s->to - s->from);
	float *v = dense(s, m, s->from, n, a), *out = arena_new_n(a, float, n);
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
	}
	s->rough[m] = out;
}

struct zone_match signal_match(const struct zone_signal *x, enum zone_measure mx, int32_t shift,
                               const struct zone_signal *y, enum zone_measure my)
{
	struct zone_match match = { 0, 0 };
	int64_t from = (int64_t)x->from + shift, to = (int64_t)x->to + shift;
	from = from > y->from ? from : y->from;
	to = to < y->to ? to : y->to;
	if (!x->rough[mx] || !y->rough[my] || to - from < BUCKETS_MIN)
		return match;
	const float *u = x->rough[mx] + (from - shift - x->from), *v = y->rough[my] + (from - y->from);
	size_t n = (size_t)(to - from);
	double su = 0, sv = 0, suu = 0, svv = 0, suv = 0;
	for (size_t i = 0; i < n; i++) {
		double a = (double)u[i], b = (double)v[i];
		su += a;
		sv += b;
		suu += a * a;
		svv += b * b;
		suv += a * b;
		match.together += a > 0 && b > 0;
	}
	double count = (double)n;
	double var = (suu - su * su / count) * (svv - sv * sv / count);
	if (!(var > 1e-9))
		return match;
	double r = (suv - su * sv / count) / sqrt(var);
	r = r > 0.999 ? 0.999 : r < -0.999 ? -0.999 : r;
	match.z = atanh(r) * sqrt(count - 3);
	return match;
}
