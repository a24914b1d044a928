/*
 * predict: is today like the days before it? Earlier days are the sample, so that how much days differ by themselves counts, which
 * a ratio or a test within the day would take for a change. All give log10 of a p-value, 0 where there is nothing to tell from.
 */
#ifndef ANALYZE_PREDICT_H
#define ANALYZE_PREDICT_H

#include <stddef.h>

/*
 * Two-sided test of one more value of a normal sample: (today - mean) / (s sqrt(1 + 1/n)) has Student's distribution with n - 1
 * degrees of freedom (prediction interval, Fisher 1935). `noise` is the least variance to be believed: of what is counted, or of
 * the resolution. Needs three days.
 */
double predict_value(double today, const double *earlier, size_t n, double noise);
/* The same for counts, on the scale log(k + 1/2), whose variance is at least 1 / (k + 1/2) of the usual count. */
double predict_count(double today, const double *earlier, size_t n);
/*
 * That something that was counted `total` times in n days, by a variance of `dispersion` (>= 1) times the mean, is not there at all
 * on the next: (n / (n + 1))^(total / dispersion + 1/2), the negative binomial that a Poisson rate with Jeffreys' prior predicts.
 */
double predict_absence(double total, size_t n, double dispersion);
/* That something that was never there in n days turns up k times on the next: (n + 1)^-k, by the same prediction. */
double predict_presence(double k, size_t n);
/* Variance by mean of counts, at least 1. */
double predict_dispersion(const double *counts, size_t n);
/* The middle value (of an even number, the mean of the two); NAN of none. Sorts a copy of up to 512. */
double median_of(const double *v, size_t n);

#endif
