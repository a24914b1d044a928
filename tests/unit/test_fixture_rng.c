/* Random numbers that are the same on every machine. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "fixtures/rng.h"

Test(fixture_rng, functions_agree_with_libm)
{
	for (double x = 1e-9; x < 1e9; x *= 1.37) {
		cr_expect_lt(fabs(det_log(x) - log(x)), 1e-12 * (1 + fabs(log(x))), "log %g", x);
		cr_expect_lt(fabs(det_cos(x < 100 ? x : 0) - cos(x < 100 ? x : 0)), 1e-11, "cos %g", x);
	}
	for (double x = -40; x < 40; x += 0.173)
		cr_expect_lt(fabs(det_exp(x) / exp(x) - 1), 1e-12, "exp %g", x);
}

Test(fixture_rng, first_numbers_are_fixed_for_all_time)
{
	struct rng r = rng_seed(7, 3);
	cr_expect_eq(rng_mix(1, 2), rng_mix(1, 2));
	cr_expect_neq(rng_mix(1, 2), rng_mix(2, 1));
	uint64_t first = rng_next(&r), second = rng_next(&r);
	r = rng_seed(7, 3);
	cr_expect_eq(rng_next(&r), first);
	cr_expect_eq(rng_next(&r), second);
	r = rng_seed(7, 4);
	cr_expect_neq(rng_next(&r), first);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

Test(fixture_rng, distributions_have_their_moments)
{
	enum { N = 40000 };
	static double v[N];
	struct rng r = rng_seed(1, 1);
	double sum = 0, squares = 0, exponential = 0;
	for (size_t i = 0; i < N; i++) {
		double x = rng_normal(&r);
		sum += x;
		squares += x * x;
		exponential += rng_exponential(&r, 5);
		v[i] = rng_lognormal(&r, 12, 0.5);
	}
	qsort(v, N, sizeof *v, ascending);
	cr_expect_lt(fabs(sum / N), 0.02);
	cr_expect_lt(fabs(squares / N - 1), 0.03);
	cr_expect_lt(fabs(exponential / N - 5), 0.1);
	cr_expect_lt(fabs(v[N / 2] - 12), 0.2);
	cr_expect_lt(fabs(v[(size_t)(N * 0.8413)] / 12 - exp(0.5)), 0.04, "one sigma up");
}
