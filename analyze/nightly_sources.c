/* nightly_sources: who logged how much, and who stopped. */
#include <math.h>
#include <stdlib.h>

#include "analyze/predict.h"
#include "analyze/significance.h"
#include "analyze/tracks.h"

enum { WEEK = 7 };
static const double false_discoveries = 0.01;
/* A source that was silent before is called gone below this chance: others merely have little to say. */
static const double gone_log10_p = -3;

/* A source with the test of its silence. */
struct judged { struct night_source s; bool candidate; };

static bool alive_on(const struct track *k, size_t day)
{
	return k->counts[day] > 0;
}

/* Index of the latest earlier day. */
static size_t latest_day(const struct tracks *t)
{
	size_t latest = 0;

	for (size_t d = 1; d < t->n_days; d++)
		if (t->numbers[d] > t->numbers[latest])
			latest = d;
	return latest;
}

/* On the latest day that is known it ended earlier than on any other: it fell silent then, and today is no news. */
static bool silent_already(const struct tracks *t, const struct track *k)
{
	size_t latest = latest_day(t);

	if (!alive_on(k, latest))
		return true;
	for (size_t d = 0; d < t->n_days; d++)
		if (d != latest && alive_on(k, d) && k->ends_ns[d] <= k->ends_ns[latest])
			return false;
	return t->n_days > 1;
}

/* How surprising a day without a source is, by the days from its first to its last. */
static double absence_log10_p(const struct tracks *t, const struct track *k)
{
	double counts[NIGHT_EARLIER_MAX], total = 0;
	size_t n = 0, alive = 0;

	for (size_t d = 0; d < t->n_days && n < NIGHT_EARLIER_MAX; d++) {
		if (n == 0 && !alive_on(k, d))
			continue;
		counts[n++] = k->counts[d];
		alive = alive_on(k, d) ? n : alive;
	}
	for (size_t d = 0; d < alive; d++)
		total += counts[d];
	return predict_absence(total, alive, predict_dispersion(counts, alive));
}

/*
 * How surprising it is that nothing came after the last event, by what came at that time on the earlier days on which the source was
 * there. What was silent then on the same weekday before is silent by habit.
 */
static double silence_log10_p(const struct tracks *t, const struct track *k)
{
	double lulls[NIGHT_EARLIER_MAX], total = 0;
	size_t n = 0;

	for (size_t d = 0; d < t->n_days && n < NIGHT_EARLIER_MAX; d++) {
		bool same_weekday = (t->numbers[t->n_days] - t->numbers[d]) % WEEK == 0;
		if (same_weekday && k->lull[d] <= 0)
			return 0;
		/* From its first day on: before that it did not exist. */
		if (n || alive_on(k, d)) {
			lulls[n++] = k->lull[d];
			total += k->lull[d];
		}
	}
	return n && total > 0 ? predict_absence(total, n, predict_dispersion(lulls, n)) : 0;
}

static struct judged judge(const struct tracks *t, const struct track *k)
{
	struct judged j = { .s = { .service = k->service, .host = k->host, .log = k->role == ROLE_ACCESS ? STR("access") : STR_NONE, .events = (uint64_t)k->counts[t->n_days],
				   .usual = median_of(k->counts, t->n_days), .last_ns = k->last_ns } };
	bool before = false;

	for (size_t d = 0; d < t->n_days; d++)
		before = before || alive_on(k, d);
	if (!before) {
		j.s.state = t->n_days ? STR("new") : STR_NONE;
		return j;
	}
	/* When everything ends early, that is a matter of the archive and of no single source. */
	if (t->last_ns == TIME_NONE || (k->end_ns != TIME_NONE && k->end_ns >= t->last_ns))
		return j;
	if (k->end_ns == TIME_NONE && silent_already(t, k)) {
		if (absence_log10_p(t, k) < gone_log10_p)
			j.s.state = STR("gone");
		return j;
	}
	j.s.log10_p = silence_log10_p(t, k);
	j.candidate = true;
	return j;
}

static int by_p(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int by_events(const void *a, const void *b)
{
	const struct night_source *x = a, *y = b;
	int d = str_eq(y->state, STR("silent")) - str_eq(x->state, STR("silent"));

	if (!d)
		d = (y->events > x->events) - (y->events < x->events);
	if (!d)
		d = str_cmp(x->service, y->service);
	if (!d)
		d = str_cmp(x->log, y->log);
	return d ? d : str_cmp(x->host, y->host);
}

void nightly_sources(const struct tracks *t, struct night *out)
{
	size_t n = t->sources.list.n, tests = 0;
	struct judged *all = arena_new_n(t->arena, struct judged, n + 1);
	double *p = arena_new_n(t->arena, double, n + 1), limit = 1;

	for (size_t i = 0; i < n; i++) {
		all[i] = judge(t, &t->sources.list.at[i]);
		if (all[i].candidate)
			p[tests++] = all[i].s.log10_p;
	}
	if (tests) {
		qsort(p, tests, sizeof *p, by_p);
		size_t found = discoveries(p, tests, n, false_discoveries);
		limit = found ? p[found - 1] : 1;
	}
	out->sources = arena_new_n(t->arena, struct night_source, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct night_source *s = &out->sources[out->n_sources++];
		*s = all[i].s;
		if (all[i].candidate && limit < 0 && s->log10_p <= limit) {
			s->state = STR("silent");
			out->silent++;
		}
	}
	if (out->n_sources > 1)
		qsort(out->sources, out->n_sources, sizeof *out->sources, by_events);
	if (out->n_sources > NIGHT_SOURCES_MAX)
		out->n_sources = NIGHT_SOURCES_MAX;
}
