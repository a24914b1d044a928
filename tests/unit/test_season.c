/* What recurs at its hour is usual; what happens once at that hour, or lasts around the clock, is not. */
#include "analyze/season.h"

#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/world.h"

#define DAYS(d) ((int64_t)((d) * 86400e9))

enum { STEPS_A_DAY = 24 * 60, N_DAYS = 4 };

/* Requests a minute over four days: 100, of which 1 % are hits, and more in an hour of some days. */
static const struct season *shape(struct arena *a, const int *bad_days, size_t n_bad, int from_h, int hours, double share)
{
	struct grid g = { .first = (int32_t)(DAYS(20000) / (BUCKET_S * NS_PER_S)), .width = 6, .n = N_DAYS * STEPS_A_DAY };
	double *n = arena_new_n(a, double, g.n), *k = arena_new_n(a, double, g.n);

	for (size_t i = 0; i < g.n; i++) {
		n[i] = 100;
		k[i] = 1;
	}
	for (size_t d = 0; d < n_bad; d++)
		for (int m = from_h * 60; m < (from_h + hours) * 60; m++)
			k[(size_t)(bad_days[d] * STEPS_A_DAY + m)] = 100 * share;
	return season_find(&g, n, k, 0.01, a);
}

Test(season, an_hour_of_most_days_has_a_level_of_its_own)
{
	static const struct { int days[N_DAYS]; size_t n; int from_h, hours; double want_18h, want_3h; } rows[] = {
		{ { 0, 1, 2, 3 }, 4, 18, 1, 0.3, 0 },  /* every evening */
		{ { 0, 1, 3 }, 3, 18, 1, 0.3, 0 },     /* three of four */
		{ { 0, 3 }, 2, 18, 1, 0, 0 },          /* twice is no habit */
		{ { 2 }, 1, 18, 1, 0, 0 },
		{ { 0, 1, 2, 3 }, 4, 0, 24, 0, 0 },    /* around the clock: no hour of its own */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena a;
		arena_init(&a);
		const struct season *s = shape(&a, rows[i].days, rows[i].n, rows[i].from_h, rows[i].hours, 0.31);
		double at_18h = season_excess(s, DAYS(20002) + MIN(18.5 * 60)), at_3h = season_excess(s, DAYS(20001) + MIN(3.5 * 60));
		cr_expect(rows[i].want_18h > 0 ? at_18h >= rows[i].want_18h && at_18h <= 2 * rows[i].want_18h : at_18h <= 0, "row %zu: %.3f", i, at_18h);
		cr_expect(at_3h <= 0, "row %zu: %.3f", i, at_3h);
		if (s) {
			struct grid hour = { .first = (int32_t)((DAYS(20001) + MIN(18 * 60)) / (BUCKET_S * NS_PER_S)), .width = 6, .n = 60 };
			double trials[60];
			for (size_t m = 0; m < 60; m++)
				trials[m] = 100;
			season_weigh(s, &hour, trials);
			cr_expect(trials[30] * 0.01 >= 31, "expects at least what is usual: %.1f", trials[30] * 0.01);
		}
		arena_release(&a);
	}
	cr_expect(season_excess(NULL, 0) <= 0);
}

Test(season, a_batch_of_every_week_needs_three_weeks)
{
	for (int weeks = 2; weeks <= 4; weeks++) {
		struct grid g = { .first = (int32_t)(DAYS(20000) / (BUCKET_S * NS_PER_S)), .width = 60, .n = (size_t)(weeks * 7 * 144) };
		struct arena a;
		arena_init(&a);
		double *n = arena_new_n(&a, double, g.n), *k = arena_new_n(&a, double, g.n);
		for (size_t i = 0; i < g.n; i++) {
			n[i] = 500;
			k[i] = i % (7 * 144) / 12 == 30 ? 200 : 5; /* two hours of the third day of each week */
		}
		const struct season *s = season_find(&g, n, k, 0.01, &a);
		double then = season_excess(s, DAYS(20002) + MIN(13 * 60)), next_day = season_excess(s, DAYS(20003) + MIN(13 * 60));
		cr_expect(weeks < 3 ? then <= 0 : then > 0.35, "%d weeks: %.3f", weeks, then);
		cr_expect(next_day <= 0, "%d weeks: %.3f", weeks, next_day);
		arena_release(&a);
	}
}

Test(season, the_same_time_of_earlier_days)
{
	struct grid g = { .first = 0, .width = 60, .n = 144 * 4 };
	double v[144 * 4];

	for (size_t i = 0; i < g.n; i++)
		v[i] = 10 + (double)(i / 144);
	cr_expect_float_eq(season_earlier(&g, v, 144 * 3 + 10, 144 * 3 + 16), 66, 1e-9);
	cr_expect(isnan(season_earlier(&g, v, 144 + 10, 144 + 16)), "one day is no rule");
}

/* Four days of a shop with a peak from 18:00 to 19:00 of each: four times the load, and slow requests. */
static void busy_evenings(struct world *w, int incident_day, double incident_h)
{
	struct extent_writer *x = file_begin(w, "shop", ROLE_ACCESS);
	const int64_t midnight = DAYS(20600);
	for (double t = 0; t < 4 * 24 * 60;) {
		double hour = fmod(t / 60, 24), day = floor(t / (24 * 60));
		bool peak = hour >= 18 && hour < 19;
		bool bad = (int)day == incident_day && hour >= incident_h && hour < incident_h + 0.4 && uniform(w) < 0.9;
		bool slow = bad || uniform(w) < (peak ? 0.25 + 0.06 * uniform(w) : 0.005);
		request(w, x, "shop", midnight + MIN(t), "GET /", 200, slow ? 900 + 300 * uniform(w) : 20 + 20 * uniform(w));
		t += (peak ? 0.01 : 0.08) * (0.5 + uniform(w));
	}
	file_end(w, x);
}

Test(season, a_peak_of_every_evening_is_no_incident_and_a_real_one_in_it_is_found)
{
	static const struct { int day; double hour; } rows[] = { { -1, 0 }, { 2, 18.2 }, { 3, 18.3 }, { 0, 18.2 }, { 1, 3 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world w;
		struct arena a;
		struct casefile c;
		world_open(&w, 500 + i);
		busy_evenings(&w, rows[i].day, rows[i].hour);
		look(&w, &a, &c);
		cr_expect_eq(c.n_incidents, rows[i].day >= 0, "row %zu: %zu incidents", i, c.n_incidents);
		if (rows[i].day >= 0 && c.n_incidents) {
			int64_t off = c.incidents[0].onset_best_ns - (DAYS(20600 + rows[i].day) + MIN(rows[i].hour * 60));
			cr_expect(off > -MIN(2) && off < MIN(2), "row %zu: onset %lld s off", i, (long long)(off / NS_PER_S));
		}
		bool noted = false;
		for (size_t k = 0; k < c.n_notes; k++)
			noted |= str_find(c.notes[k], STR("taken as usual")) >= 0;
		cr_expect(noted, "row %zu: what was taken as usual must be said", i);
		arena_release(&a);
	}
}
