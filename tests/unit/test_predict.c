#include <criterion/criterion.h>
#include <math.h>

#include "analyze/predict.h"

/* Student's two-sided tail with two degrees of freedom is 1 - t / sqrt(2 + t^2). */
Test(predict, value_has_students_tail)
{
	static const double earlier[] = { -1, 0, 1 };

	for (double t = 0.25; t < 3000; t *= 3) {
		double today = t * sqrt(4.0 / 3), p = 1 - t / sqrt(2 + t * t);
		for (int side = -1; side <= 1; side += 2)
			cr_expect_float_eq(predict_value(side * today, earlier, 3, 0), log10(p), 1e-6 + 1e-4 * fabs(log10(p)), "t %g", t);
	}
	cr_expect_eq(predict_value(9, earlier, 2, 0), 0.0, "two days tell nothing");
	cr_expect_eq(predict_value(NAN, earlier, 3, 0), 0.0);
	cr_expect_eq(predict_value(0, earlier, 3, 0), 0.0);
}

/* The same days are no reason to believe that the next one must be the same. */
Test(predict, noise_bounds_the_variance)
{
	static const double same[] = { 5, 5, 5, 5, 5, 5, 5 }, counts[] = { 40, 40, 40, 40, 40, 40, 40 };

	cr_expect_eq(predict_value(6, same, 7, 0), 0.0);
	cr_expect_gt(predict_value(6, same, 7, 1), -1.0);
	cr_expect_lt(predict_value(60, same, 7, 1), -5.0);
	cr_expect_gt(predict_count(50, counts, 7), -1.5);
	cr_expect_lt(predict_count(400, counts, 7), -4.0);
}

Test(predict, presence_and_absence)
{
	static const double regular[] = { 10, 10, 11, 9, 10 }, bursts[] = { 0, 50, 0, 0, 0 };

	cr_expect_float_eq(predict_presence(4, 7), 4 * log10(1.0 / 8), 1e-12);
	cr_expect_eq(predict_presence(4, 0), 0.0, "nothing is new where nothing was known");
	cr_expect_eq(predict_dispersion(regular, 5), 1.0);
	cr_expect_gt(predict_dispersion(bursts, 5), 40.0);
	cr_expect_lt(predict_absence(50, 5, predict_dispersion(regular, 5)), -3.5);
	cr_expect_gt(predict_absence(50, 5, predict_dispersion(bursts, 5)), -0.5);
	cr_expect_eq(predict_absence(0, 0, 1), 0.0);
}

Test(predict, median)
{
	static const double v[] = { 5, 1, 4, 2 };

	cr_expect_eq(median_of(v, 4), 3.0);
	cr_expect_eq(median_of(v, 3), 4.0);
	cr_expect(isnan(median_of(v, 0)));
}
