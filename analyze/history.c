#include "analyze/history.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/dense.h"
#include "analyze/predict.h"
#include "analyze/season.h"
#include "analyze/symptoms.h"

enum { LEAST_REQUESTS = 40 }; /* of a scope in a day, for a percentile */

static uint64_t text_key(struct str s)
{
	return s.len ? hash64(s) : 1;
}

static uint64_t scope_key(struct str service, struct str route)
{
	return hash64_mix(text_key(service), text_key(route));
}

/* Durations of a scope in the day that is being read. */
struct day_scope { uint32_t hist[HIST_BUCKETS]; uint64_t n; };

static void add_durations(struct day_scope *scope, const struct series *s)
{
	size_t n;
	const struct hist_entry *hist = series_hist(s, &n);

	for (size_t i = 0; i < n; i++) {
		scope->hist[hist[i].bucket] += hist[i].count;
		scope->n += hist[i].count;
	}
}

static void put_p95(struct history *h, uint64_t key, size_t day, const struct day_scope *scope)
{
	bool is_new;
	uint64_t *at = map_put(&h->usual, key, &is_new);

	if (is_new) {
		*at = h->p95.n;
		*vec_push(h->arena, &h->p95) = arena_new_n(h->arena, float, h->n_days);
	}
	h->p95.at[*at][day] = scope->n >= LEAST_REQUESTS ? (float)hist_quantile_ms(scope->hist, 0.95) : 0;
}

static int by_service_and_route(const void *a, const void *b)
{
	const struct series *x = a, *y = b;
	int d = str_cmp(x->service, y->service);

	return d ? d : str_cmp(x->key_text, y->key_text);
}

/* The series of one day, by service and route. */
static void note_day(struct history *h, size_t day, struct series *series, size_t n)
{
	struct day_scope all = { .n = 0 };

	if (n > 1)
		qsort(series, n, sizeof *series, by_service_and_route);
	for (size_t i = 0; i < n;) {
		struct day_scope route = { .n = 0 };
		size_t to = i;

		for (; to < n && by_service_and_route(&series[i], &series[to]) == 0; to++) {
			add_durations(&route, &series[to]);
			add_durations(&all, &series[to]);
		}
		if (series[i].key_text.len)
			put_p95(h, scope_key(series[i].service, series[i].key_text), day, &route);
		if (to == n || !str_eq(series[to].service, series[i].service)) {
			put_p95(h, scope_key(series[i].service, STR_NONE), day, &all);
			all = (struct day_scope){ .n = 0 };
		}
		i = to;
	}
	h->known += n > 0;
}

bool history_load(struct history *h, const struct facts *f, const struct night_day *days, size_t n, struct err *err)
{
	struct arena a;
	bool good = true;

	*h = (struct history){ .facts = f, .days = days, .n_days = n, .arena = f->arena };
	map_init(&h->usual);
	if (n == 0)
		return true;
	h->grid = grid_over(days[0].from_ns, days[n - 1].to_ns, DAY_HTTP_WIDTH);
	arena_init(&a);
	for (size_t i = 0; good && i < n; i++) {
		struct series *series;
		size_t n_series;

		arena_reset(&a);
		good = store_load_day(f->store, days[i].day, 1 << SERIES_HTTP, &a, &series, &n_series, err);
		if (good)
			note_day(h, i, series, n_series);
	}
	arena_release(&a);
	return good;
}

void history_release(struct history *h)
{
	map_release(&h->usual);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double history_p95(const struct history *h, struct str service, struct str route)
{
	const uint64_t *at = h->n_days ? map_get(&h->usual, scope_key(service, route)) : NULL;
	double *known = arena_new_n(h->arena, double, h->n_days + 1);
	size_t n = 0;

	for (size_t i = 0; at && i < h->n_days; i++)
		if (h->p95.at[*at][i] > 0)
			known[n++] = (double)h->p95.at[*at][i];
	if (n < SEASON_LEAST)
		return NAN;
	qsort(known, n, sizeof *known, ascending);
	return known[n / 3];
}

/* ---- the past of signals ---- */

bool history_fill(const struct history *h, struct past *all, size_t n, struct err *err)
{
	struct arena a;
	unsigned kinds = 1 << SERIES_HTTP;
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		all[i].n = arena_new_n(h->arena, double, h->grid.n);
		all[i].k = arena_new_n(h->arena, double, h->grid.n);
		kinds |= all[i].kind == SYMPTOM_LOG_ERRORS ? 1u << SERIES_LINE : 0;
	}
	arena_init(&a);
	for (size_t d = 0; good && d < h->n_days; d++) {
		struct series *series;
		size_t n_series;

		arena_reset(&a);
		good = store_load_day(h->facts->store, h->days[d].day, kinds, &a, &series, &n_series, err);
		const struct series_span day = { series, good ? n_series : 0, h->days[d].from_ns, h->days[d].to_ns };
		for (size_t i = 0; i < day.n; i++)
			for (size_t k = 0; k < n; k++) {
				const struct signal of = { .kind = all[k].kind, .service = all[k].service, .route = all[k].route, .limit_ms = all[k].limit_ms };
				signal_count(h->facts, &of, &day, &series[i], &h->grid, all[k].n, all[k].k);
			}
	}
	arena_release(&a);
	return good;
}
