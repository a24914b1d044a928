/*
 * significance: how surprising a difference between two windows is. All give log10 of a p-value, since these are often far
 * below what a double can hold; 0 means no surprise at all.
 */
#ifndef ANALYZE_SIGNIFICANCE_H
#define ANALYZE_SIGNIFICANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * G-test (likelihood ratio, Wilks 1938; chi-square with one degree of freedom) that a share k/n is the same as K/N, both
 * samples counted. dispersion (>= 1) divides the statistic: the variance of the counts in units of the binomial one.
 */
double g_test(double k, double n, double K, double N, double dispersion);

/* Fisher's exact test, one-sided: P(at least k of n by chance) when K of N in all others. For small samples; whole numbers. */
double fisher_test(unsigned k, unsigned n, unsigned K, unsigned N);

/*
 * Mann-Whitney rank-sum test of two histograms over the same buckets, ties corrected, normal approximation, two-sided.
 * *above: probability that a value of `bad` is above one of `good`, ties halved (0.5: no difference; the test's effect size).
 */
double rank_test(const double *bad, const double *good, size_t buckets, double dispersion, double *above);

/* The cut that separates two histograms best: values in buckets >= *cut against those below (largest difference of shares). */
void best_cut(const double *bad, const double *good, size_t buckets, size_t *cut);

/*
 * Benjamini & Hochberg 1995: given log10 p-values in ascending order of m tests in all (m >= n), how many of the first may
 * be called discoveries at a false-discovery rate.
 */
size_t discoveries(const double *log10_p, size_t n, size_t m, double rate);

/*
 * Pearson's chi-square per degree of freedom of k[i] of n[i] over blocks of one window, neighbours joined until about
 * three hits are expected; at least 1, and 1 where there are too few blocks to tell.
 */
double block_dispersion(const double *k, const double *n, size_t blocks);

#endif
