#include "analyze/significance.h"

#include <math.h>

enum { FEWEST_BLOCKS = 4, LEAST_EXPECTED = 3 };

/* log10 of the two-sided tail beyond |z| of a normal distribution. */
static double log10_tail(double z)
{
	z = fabs(z);
	if (z < 30)
		return log10(fmax(erfc(z / sqrt(2)), 1e-300));
	/* Mills' ratio: 2 phi(z) / z. */
	return (-z * z / 2 - log(z) + 0.5 * log(2 / M_PI)) / log(10);
}

static double xlog(double x, double ratio)
{
	return x > 0 ? x * log(ratio) : 0;
}

double g_test(double k, double n, double K, double N, double dispersion)
{
	if (n <= 0 || N <= 0)
		return 0;
	double all = (k + K) / (n + N), a = k / n, b = K / N;
	if (all <= 0 || all >= 1)
		return 0;
	double llr = xlog(k, a / all) + xlog(n - k, (1 - a) / (1 - all)) + xlog(K, b / all) + xlog(N - K, (1 - b) / (1 - all));
	return llr > 0 ? log10_tail(sqrt(2 * llr / fmax(1, dispersion))) : 0;
}

static double log_choose(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

double fisher_test(unsigned k, unsigned n, unsigned K, unsigned N)
{
	unsigned marked = k + K, most = n < marked ? n : marked;
	double top = -INFINITY, sum = 0, whole = log_choose((double)n + N, marked);
	for (unsigned x = k; x <= most; x++) {
		if (marked - x > N)
			continue;
		double l = log_choose(n, x) + log_choose(N, marked - x) - whole;
		if (l > top) {
			sum = sum * exp(top - l) + 1;
			top = l;
		} else {
			sum += exp(l - top);
		}
	}
	return sum > 0 ? fmin(0, (top + log(sum)) / log(10)) : 0;
}

double rank_test(const double *bad, const double *good, size_t buckets, double dispersion, double *above)
{
	double n = 0, m = 0, u = 0, ties = 0;
	for (size_t i = 0; i < buckets; i++) {
		/* Every value here beats all good ones below and half of those beside it. */
		u += bad[i] * (m + good[i] / 2);
		double t = bad[i] + good[i];
		ties += t * t * t - t;
		n += bad[i];
		m += good[i];
	}
	*above = n > 0 && m > 0 ? u / (n * m) : 0.5;
	double all = n + m, var = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
	if (n < 1 || m < 1 || all < 3 || var <= 0)
		return 0;
	return log10_tail((u - n * m / 2) / sqrt(var * fmax(1, dispersion)));
}

void best_cut(const double *bad, const double *good, size_t buckets, size_t *cut)
{
	double n = 0, m = 0, below_bad = 0, below_good = 0, best = 0;
	for (size_t i = 0; i < buckets; i++) {
		n += bad[i];
		m += good[i];
	}
	*cut = 0;
	for (size_t i = 0; i + 1 < buckets && n > 0 && m > 0; i++) {
		below_bad += bad[i];
		below_good += good[i];
		double d = fabs(below_bad / n - below_good / m);
		if (d > best) {
			best = d;
			*cut = i + 1;
		}
	}
}

size_t discoveries(const double *log10_p, size_t n, size_t m, double rate)
{
	size_t passed = 0;
	for (size_t i = 0; i < n; i++)
		if (log10_p[i] <= log10(rate * (double)(i + 1) / (double)m))
			passed = i + 1;
	return passed;
}

double block_dispersion(const double *k, const double *n, size_t blocks)
{
	double hits = 0, trials = 0, chi = 0, bk = 0, bn = 0;
	size_t used = 0;
	for (size_t i = 0; i < blocks; i++) {
		hits += k[i];
		trials += n[i];
	}
	double p = trials > 0 ? hits / trials : 0;
	if (p <= 0 || p >= 1)
		return 1;
	for (size_t i = 0; i < blocks; i++) {
		bk += k[i];
		bn += n[i];
		if (bn * p < LEAST_EXPECTED || bn * (1 - p) < LEAST_EXPECTED)
			continue;
		chi += (bk - bn * p) * (bk - bn * p) / (bn * p * (1 - p));
		used++;
		bk = bn = 0;
	}
	return used < FEWEST_BLOCKS ? 1 : fmax(1, chi / (double)(used - 1));
}
