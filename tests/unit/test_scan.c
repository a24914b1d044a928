#include "analyze/scan.h"

#include <criterion/criterion.h>
#include <math.h>

/* A fixed stream of pseudo-random numbers: the tests must not depend on a library's generator. */
static uint64_t next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static double uniform(uint64_t *state)
{
	return ((double)next(state) + 0.5) / 2147483648.0;
}

/* Binomial draw by counting. */
static double draw(uint64_t *state, int n, double p)
{
	int k = 0;
	for (int i = 0; i < n; i++)
		k += uniform(state) < p;
	return k;
}

enum { STEPS = 600 };

struct series_made { double n[STEPS], k[STEPS]; };

static void quiet(struct series_made *m, uint64_t seed, int trials, double p)
{
	for (size_t i = 0; i < STEPS; i++) {
		m->n[i] = trials;
		m->k[i] = draw(&seed, trials, p);
	}
}

Test(scan, quiet_series_have_no_segments)
{
	struct arena a;
	arena_init(&a);
	static struct series_made m;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		quiet(&m, seed, 50, seed % 2 ? 0.002 : 0.03);
		struct scan s = scan_binomial(m.n, m.k, STEPS, 16, &a);
		cr_assert_eq(s.n_segments, 0, "seed %d: a segment of llr %.1f in a quiet series", (int)seed, s.n_segments ? s.segments[0].llr : 0);
	}
	arena_release(&a);
}

Test(scan, a_step_is_found_with_its_ends)
{
	struct arena a;
	arena_init(&a);
	static struct series_made m;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		quiet(&m, seed, 40, 0.003);
		uint64_t state = seed + 1000;
		for (size_t i = 200; i < 320; i++)
			m.k[i] = draw(&state, 40, 0.15);
		struct scan s = scan_binomial(m.n, m.k, STEPS, 16, &a);
		cr_assert_eq(s.n_segments, 1);
		cr_assert(s.segments[0].from >= 196 && s.segments[0].from <= 203, "begin at %zu", s.segments[0].from);
		cr_assert(s.segments[0].to >= 317 && s.segments[0].to <= 324, "end at %zu", s.segments[0].to);
		cr_assert_float_eq(s.base, 0.003, 0.0015);
		size_t from, best, to;
		scan_onset(m.n, m.k, s.base, 150, 260, 320, &from, &best, &to);
		cr_assert(best >= 198 && best <= 202, "onset at %zu", best);
		cr_assert(from <= best && best < to);
	}
	arena_release(&a);
}

Test(scan, a_long_incident_does_not_become_the_baseline)
{
	struct arena a;
	arena_init(&a);
	static struct series_made m;
	uint64_t state = 7;
	quiet(&m, 3, 40, 0.004);
	for (size_t i = 150; i < 550; i++)
		m.k[i] = draw(&state, 40, 0.2);
	struct scan s = scan_binomial(m.n, m.k, STEPS, 16, &a);
	cr_assert_eq(s.n_segments, 1);
	cr_assert_lt(s.base, 0.01);
	cr_assert_geq(s.segments[0].to - s.segments[0].from, 380);
	arena_release(&a);
}

Test(scan, bursts_with_pauses_are_separate_segments)
{
	struct arena a;
	arena_init(&a);
	static struct series_made m;
	uint64_t state = 11;
	quiet(&m, 5, 60, 0.002);
	for (size_t b = 0; b < 4; b++)
		for (size_t i = 100 + b * 110; i < 140 + b * 110; i++)
			m.k[i] = draw(&state, 60, 0.3);
	struct scan s = scan_binomial(m.n, m.k, STEPS, 16, &a);
	cr_assert_eq(s.n_segments, 4, "%zu segments", s.n_segments);
	arena_release(&a);
}

Test(scan, bursty_background_raises_the_bar)
{
	struct arena a;
	arena_init(&a);
	static struct series_made m;
	/* Every seventh step is ten times worse: that is how this series is, not an incident. */
	uint64_t state = 13;
	for (size_t i = 0; i < STEPS; i++) {
		m.n[i] = 50;
		m.k[i] = draw(&state, 50, i % 7 ? 0.01 : 0.1);
	}
	struct scan s = scan_binomial(m.n, m.k, STEPS, 16, &a);
	cr_assert_eq(s.n_segments, 0);
	arena_release(&a);
}

Test(scan, steps_without_trials_say_nothing)
{
	struct arena a;
	arena_init(&a);
	static struct series_made m;
	quiet(&m, 17, 50, 0.01);
	for (size_t i = 250; i < 400; i++)
		m.n[i] = m.k[i] = 0;
	struct scan s = scan_binomial(m.n, m.k, STEPS, 16, &a);
	cr_assert_eq(s.n_segments, 0);
	s = scan_binomial(m.n, m.k, 0, 16, &a);
	cr_assert_eq(s.n_segments, 0);
	arena_release(&a);
}

Test(scan, counts_that_rise_and_fall)
{
	struct arena a;
	arena_init(&a);
	static double k[STEPS];
	uint64_t state = 19;
	for (size_t i = 0; i < STEPS; i++)
		k[i] = draw(&state, 200, i >= 300 && i < 360 ? 0.25 : 0.1);
	struct scan up = scan_poisson(k, NULL, STEPS, true, 16, &a);
	cr_assert_eq(up.n_segments, 1);
	cr_assert(up.segments[0].from >= 297 && up.segments[0].from <= 303);
	for (size_t i = 0; i < STEPS; i++)
		k[i] = draw(&state, 200, i >= 300 && i < 360 ? 0.02 : 0.1);
	struct scan down = scan_poisson(k, NULL, STEPS, false, 16, &a);
	cr_assert_eq(down.n_segments, 1);
	cr_assert(down.segments[0].to >= 357 && down.segments[0].to <= 363);
	arena_release(&a);
}

Test(scan, likelihood_ratios)
{
	cr_assert_eq(llr_binomial(100, 1, 0.02), 0);
	cr_assert_float_eq(llr_binomial(100, 10, 0.05), 10 * log(2.0) + 90 * log(0.9 / 0.95), 1e-9);
	cr_assert_float_eq(llr_poisson(20, 10), 20 * log(2.0) - 10, 1e-9);
	cr_assert_eq(llr_poisson(5, 10), 0);
	cr_assert_eq(llr_binomial(0, 0, 0.1), 0);
}
