#include "analyze/significance.h"

#include <criterion/criterion.h>
#include <math.h>

Test(significance, g_test_gives_known_values)
{
	/* 60 of 100 against 40 of 100: G = 8.0541..., p = 0.00454 of chi-square with one degree of freedom. */
	cr_expect_float_eq(pow(10, g_test(60, 100, 40, 100, 1)), 0.004540, 2e-5);
	cr_expect_float_eq(g_test(60, 100, 40, 100, 1), g_test(40, 100, 60, 100, 1), 1e-9, "the direction does not matter");
	cr_expect_float_eq(g_test(50, 100, 50, 100, 1), 0, 1e-9);
	cr_expect_gt(g_test(60, 100, 40, 100, 4), g_test(60, 100, 40, 100, 1), "what is dispersed surprises less");
	cr_expect_lt(g_test(90000, 100000, 100, 100000, 1), -10000, "beyond what a double holds");
	cr_expect_float_eq(g_test(0, 0, 5, 10, 1), 0, 1e-9);
	cr_expect_float_eq(g_test(10, 10, 10, 10, 1), 0, 1e-9);
}

Test(significance, fisher_test_gives_known_values)
{
	/* The lady tasting tea: all four of four, none of the other four: 1/70; three of four: 17/70. */
	cr_expect_float_eq(pow(10, fisher_test(4, 4, 0, 4)), 1.0 / 70, 1e-9);
	cr_expect_float_eq(pow(10, fisher_test(3, 4, 1, 4)), 17.0 / 70, 1e-9);
	cr_expect_float_eq(fisher_test(0, 4, 4, 4), 0, 1e-9, "at least none is certain");
	cr_expect_lt(fisher_test(400, 400, 0, 400), -200);
}

Test(significance, rank_test_sees_shifts_and_nothing_else)
{
	double low[8] = { 10, 20, 30, 20, 10 }, same[8] = { 20, 40, 60, 40, 20 }, high[8] = { 0, 0, 5, 10, 20, 30, 20, 5 }, above;

	cr_expect_float_eq(rank_test(low, same, 8, 1, &above), 0, 1e-6);
	cr_expect_float_eq(above, 0.5, 1e-9);
	cr_expect_lt(rank_test(high, low, 8, 1, &above), -10);
	cr_expect(above > 0.9);
	cr_expect_lt(rank_test(low, high, 8, 1, &above), -10);
	cr_expect(above < 0.1);
	cr_expect_gt(rank_test(high, low, 8, 9, &above), rank_test(high, low, 8, 1, &above));
	size_t cut;
	best_cut(high, low, 8, &cut);
	cr_expect_eq(cut, 4);
	double none[8] = { 0 };
	cr_expect_float_eq(rank_test(none, low, 8, 1, &above), 0, 1e-9);
}

Test(significance, discoveries_follow_benjamini_and_hochberg)
{
	/* The example of their paper: 15 p-values, 4 discoveries at 5 %. */
	double p[] = { 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0 };

	for (size_t i = 0; i < 15; i++)
		p[i] = log10(p[i]);
	cr_expect_eq(discoveries(p, 15, 15, 0.05), 4);
	cr_expect_eq(discoveries(p, 15, 1500, 0.05), 0, "more tests, fewer discoveries");
	cr_expect_eq(discoveries(p, 0, 15, 0.05), 0);
}

Test(significance, dispersion_is_one_for_binomial_counts_and_large_for_bursts)
{
	double n[16], even[16], bursts[16];

	for (int i = 0; i < 16; i++) {
		n[i] = 1000;
		even[i] = 100 + (i % 2 ? 6 : -6);
		bursts[i] = i % 8 ? 0 : 800;
	}
	cr_expect_float_eq(block_dispersion(even, n, 16), 1, 1e-9);
	cr_expect_gt(block_dispersion(bursts, n, 16), 100);
	cr_expect_float_eq(block_dispersion(n, n, 16), 1, 1e-9, "all of all does not vary");
}
