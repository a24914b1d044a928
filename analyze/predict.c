#include "analyze/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 512, FRACTION_STEPS = 300 };

/* Continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8, by Lentz's method). */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m <= FRACTION_STEPS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		for (int half = 0; half < 2; half++) {
			double term = half ? odd : even;
			d = 1 + term * d;
			c = 1 + term / c;
			d = 1 / (fabs(d) < tiny ? tiny : d);
			c = fabs(c) < tiny ? tiny : c;
			h *= d * c;
		}
		if (fabs(d * c - 1) < 1e-12)
			break;
	}
	return h;
}

/* log of the incomplete beta function, for x on the side where the fraction converges. */
static double log_beta_tail(double a, double b, double x)
{
	return a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b) - log(a) + log(beta_fraction(a, b, x));
}

/* log10 of the two-sided tail of Student's distribution: I(df / (df + t^2); df / 2, 1/2). */
static double student_log10_p(double t, double df)
{
	double x = df / (df + t * t), a = df / 2, b = 0.5, log_p;

	if (!(t * t > 0))
		return 0;
	if (x < (a + 1) / (a + b + 2))
		log_p = log_beta_tail(a, b, x);
	else
		log_p = log1p(-fmin(exp(log_beta_tail(b, a, 1 - x)), 1 - 1e-15));
	return fmin(log_p / log(10), 0);
}

double predict_value(double today, const double *earlier, size_t n, double noise)
{
	double mean = 0, square = 0;

	if (n < 3 || isnan(today))
		return 0;
	for (size_t i = 0; i < n; i++)
		mean += earlier[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		square += (earlier[i] - mean) * (earlier[i] - mean) / (double)(n - 1);
	double scale = sqrt(fmax(square, noise) * (1 + 1 / (double)n));
	return scale > 0 ? student_log10_p((today - mean) / scale, (double)n - 1) : 0;
}

double predict_count(double today, const double *earlier, size_t n)
{
	double logs[VALUES_MAX] = { 0 }, sum = 0;

	n = n < VALUES_MAX ? n : VALUES_MAX;
	for (size_t i = 0; i < n; i++) {
		logs[i] = log(earlier[i] + 0.5);
		sum += earlier[i];
	}
	return n ? predict_value(log(today + 0.5), logs, n, 1 / (sum / (double)n + 0.5)) : 0;
}

double predict_absence(double total, size_t n, double dispersion)
{
	return n ? (total / dispersion + 0.5) * log10((double)n / (double)(n + 1)) : 0;
}

double predict_presence(double k, size_t n)
{
	return -k * log10((double)n + 1);
}

double predict_dispersion(const double *counts, size_t n)
{
	double mean = 0, square = 0;

	for (size_t i = 0; i < n; i++)
		mean += counts[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		square += (counts[i] - mean) * (counts[i] - mean);
	return n > 1 && mean > 0 ? fmax(1, square / (double)(n - 1) / mean) : 1;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median_of(const double *v, size_t n)
{
	double sorted[VALUES_MAX];

	n = n < VALUES_MAX ? n : VALUES_MAX;
	if (n == 0)
		return NAN;
	memcpy(sorted, v, n * sizeof *v);
	qsort(sorted, n, sizeof *sorted, ascending);
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}
