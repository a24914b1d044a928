/* nightly_queries: statements that no earlier day had, and those that take longer than they did. */
#include <math.h>
#include <stdlib.h>

#include "analyze/predict.h"
#include "analyze/significance.h"
#include "analyze/tracks.h"

static const double false_discoveries = 0.01;
/* Buckets of durations are 10 % wide: what medians differ by alone. */
static const double duration_noise = 0.05 * 0.05;

static int by_total(const void *a, const void *b)
{
	const struct night_query *x = a, *y = b;

	if (x->total_s > y->total_s || x->total_s < y->total_s)
		return x->total_s > y->total_s ? -1 : 1;
	int d = str_cmp(x->text, y->text);
	return d ? d : str_cmp(x->service, y->service);
}

/*
 * Slower: the day's median is not one of the earlier days' medians (which heeds how much days differ), and its durations are not
 * those of the earlier days taken together (which heeds how many there are). Both must hold, so the weaker of the two counts.
 */
static double slower_log10_p(const struct tracks *t, const struct track *k)
{
	double logs[NIGHT_EARLIER_MAX], above = 0;
	size_t n = 0;

	for (size_t d = 0; d < t->n_days && n < NIGHT_EARLIER_MAX; d++)
		if (!isnan(k->ms[d]) && k->ms[d] > 0)
			logs[n++] = log(k->ms[d]);
	if (n < 3 || isnan(k->ms[t->n_days]))
		return 0;
	double by_days = predict_value(log(k->ms[t->n_days]), logs, n, duration_noise);
	double by_rank = rank_test(k->hist[1], k->hist[0], HIST_BUCKETS, 1, &above);
	return above > 0.5 ? fmax(by_days, by_rank) : 0;
}

static struct night_query describe(const struct tracks *t, const struct track *k, double log10_p)
{
	double medians[NIGHT_EARLIER_MAX];
	size_t n = 0;
	bool before = false;

	for (size_t d = 0; d < t->n_days && n < NIGHT_EARLIER_MAX; d++) {
		before = before || k->counts[d] > 0;
		if (!isnan(k->ms[d]))
			medians[n++] = k->ms[d];
	}
	return (struct night_query){
		.change = before ? STR("slower") : STR("new"), .service = k->service, .text = k->text,
		.calls = (uint64_t)k->counts[t->n_days], .usual_calls = median_of(k->counts, t->n_days), .ms = k->ms[t->n_days],
		.usual_ms = median_of(medians, n), .total_s = k->sum_ms / 1e3, .log10_p = log10_p,
	};
}

static int by_p(const void *a, const void *b)
{
	const struct night_query *x = a, *y = b;

	return (x->log10_p > y->log10_p) - (x->log10_p < y->log10_p);
}

void nightly_queries(const struct tracks *t, struct night *out)
{
	VEC(struct night_query) list = { 0 };
	size_t tests = 0, found = 0;

	for (size_t i = 0; t->n_days && i < t->queries.list.n; i++) {
		const struct track *k = &t->queries.list.at[i];
		double calls = k->counts[t->n_days], earlier = 0;

		for (size_t d = 0; d < t->n_days; d++)
			earlier += k->counts[d];
		if (calls <= 0 || !k->text.len)
			continue;
		tests++;
		double log10_p = earlier > 0 ? slower_log10_p(t, k) : predict_presence(calls, t->n_days);
		if (log10_p < 0)
			*vec_push(t->arena, &list) = describe(t, k, log10_p);
	}
	if (list.n) {
		qsort(list.at, list.n, sizeof *list.at, by_p);
		double *p = arena_new_n(t->arena, double, list.n);
		for (size_t i = 0; i < list.n; i++)
			p[i] = list.at[i].log10_p;
		found = discoveries(p, list.n, tests, false_discoveries);
	}
	if (found > 1)
		qsort(list.at, found, sizeof *list.at, by_total);
	out->queries = list.at;
	out->n_queries = found < NIGHT_QUERIES_MAX ? found : NIGHT_QUERIES_MAX;
}
