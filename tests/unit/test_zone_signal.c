#include <criterion/criterion.h>
#include <math.h>

#include "store/zone_signal.h"

/* Counts that jump about, some buckets without any. */
static void draw(struct zone_signal *s, struct arena *a, int32_t from, size_t n, uint64_t seed)
{
	*s = (struct zone_signal){ 0 };
	for (size_t i = 0; i < n; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
		uint64_t count = (seed >> 33) % 23;
		if (count > 4)
			*vec_push(a, &s->tallies) = (struct zone_tally){ from + (int32_t)i, { count, count / 9 } };
	}
	signal_finish(s);
	for (unsigned m = 0; m < MEASURE_COUNT; m++)
		signal_roughen(s, (enum zone_measure)m, a);
}

/* The correlation by its definition. */
static double plain_match(const struct zone_signal *x, int32_t shift, const struct zone_signal *y, enum zone_measure m, size_t *together)
{
	double n = 0, mu = 0, mv = 0, uu = 0, vv = 0, uv = 0;
	*together = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (int32_t at = x->from; at < x->to; at++) {
			if (at + shift < y->from || at + shift >= y->to)
				continue;
			double u = (double)x->rough[m][at - x->from], v = (double)y->rough[m][at + shift - y->from];
			if (pass == 0) {
				n++;
				mu += u;
				mv += v;
				*together += u > 0 && v > 0;
				continue;
			}
			uu += (u - mu / n) * (u - mu / n);
			vv += (v - mv / n) * (v - mv / n);
			uv += (u - mu / n) * (v - mv / n);
		}
	}
	return n < 30 ? 0 : atanh(uv / sqrt(uu * vv)) * sqrt(n - 3);
}

Test(zone_signal, match_is_the_correlation)
{
	static const size_t lengths[] = { 31, 64, 128, 129, 640, 1000 };
	struct arena a;
	struct zone_signal x, y;
	arena_init(&a);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
			draw(&x, &a, 1000, lengths[i], i * 31 + k);
			draw(&y, &a, 1017, lengths[k], i + k * 57);
			for (int32_t shift = -700; shift <= 700; shift += 13) {
				for (unsigned m = 0; m < MEASURE_COUNT; m++) {
					size_t together;
					double z = plain_match(&x, shift, &y, (enum zone_measure)m, &together);
					if (isnan(z))
						continue;
					cr_expect_float_eq(signal_match(&x, shift, &y, (enum zone_measure)m), z, 1e-6, "%zu %zu %d", lengths[i], lengths[k], shift);
					if (z != 0)
						cr_expect_eq(signal_together(&x, shift, &y, (enum zone_measure)m), together);
				}
			}
		}
	}
	arena_release(&a);
}

Test(zone_signal, a_signal_is_itself_where_it_is_not_shifted)
{
	struct arena a;
	struct zone_signal x;
	arena_init(&a);
	draw(&x, &a, -500, 2000, 3);
	double own = signal_match(&x, 0, &x, MEASURE_ALL);
	cr_assert(own > 100, "%f", own);
	for (int32_t shift = 1; shift < 40; shift++)
		cr_expect(signal_match(&x, shift, &x, MEASURE_ALL) < own / 10);
	cr_assert_eq(signal_match(&x, 1980, &x, MEASURE_ALL), 0, "too little in common");
	arena_release(&a);
}
