/* Histograms of durations and counts of distinct things. */
#include <criterion/criterion.h>
#include <math.h>

#include "core/hash.h"
#include "core/sketch.h"

Test(sketch, buckets_hold_what_they_say)
{
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		double upper = hist_upper_ms(i);
		cr_expect_float_eq(upper / (0.01 * pow(1.1, i)), 1, 1e-12);
		cr_expect_eq(hist_bucket(upper), i, "bucket %u has its upper bound", i);
		if (i + 1 < HIST_BUCKETS)
			cr_expect_eq(hist_bucket(nextafter(upper, INFINITY)), i + 1);
		cr_expect_eq(hist_bucket(hist_middle_ms(i)), i);
	}
	cr_expect_eq(hist_bucket(0), 0u);
	cr_expect_eq(hist_bucket(-5), 0u);
	cr_expect_eq(hist_bucket(NAN), 0u);
	cr_expect_eq(hist_bucket(1e300), HIST_BUCKETS - 1u);
	cr_expect_eq(hist_bucket(INFINITY), HIST_BUCKETS - 1u);
	for (double ms = 0.011; ms < 3.6e6; ms *= 1.0037)
		cr_expect(fabs(hist_middle_ms(hist_bucket(ms)) / ms - 1) <= 0.05, "%g", ms);
}

Test(sketch, quantiles)
{
	uint32_t counts[HIST_BUCKETS] = { 0 };
	cr_expect_eq(hist_quantile_ms(counts, 0.5), 0);
	for (int ms = 1; ms <= 1000; ms++)
		counts[hist_bucket(ms)]++;
	cr_expect(fabs(hist_quantile_ms(counts, 0.5) / 500 - 1) < 0.05);
	cr_expect(fabs(hist_quantile_ms(counts, 0.95) / 950 - 1) < 0.05);
	cr_expect(hist_quantile_ms(counts, 0) <= 1);
	cr_expect(hist_quantile_ms(counts, 1) >= 1000 && hist_quantile_ms(counts, 1) < 1100);
	cr_expect(hist_quantile_ms(counts, 0.25) < hist_quantile_ms(counts, 0.26));
	cr_expect_eq(hist_quantile_ms(counts, 7), hist_quantile_ms(counts, 1));
}

Test(sketch, counts_distinct_and_merges)
{
	for (uint64_t n = 1; n <= 100000; n *= 10) {
		struct hll all = { 0 }, odd = { 0 }, even = { 0 };
		for (uint64_t i = 0; i < n; i++) {
			uint64_t h = hash64(str_make((const char *)&i, sizeof i));
			hll_add(&all, h);
			hll_add(&all, h);
			hll_add(i & 1 ? &odd : &even, h);
		}
		cr_expect(fabs(hll_count(&all) / (double)n - 1) < 0.2, "%lu: %g", (unsigned long)n,
		          hll_count(&all));
		hll_merge(&odd, &even);
		cr_expect_eq(memcmp(&odd, &all, sizeof all), 0);
	}
	struct hll none = { 0 };
	cr_expect_eq(hll_count(&none), 0);
}
