/*
 * sketch: small summaries that add up: a log-spaced histogram of durations and a
 * HyperLogLog of distinct clients. Merging two is the same as having fed one with both,
 * whatever the order.
 */
#ifndef CORE_SKETCH_H
#define CORE_SKETCH_H

#include <stdint.h>

/*
 * Bucket i holds durations in (0.01 ms · 1.1^(i-1), 0.01 ms · 1.1^i]: its middle is at most 5 % off. The
 * last one ends at about an hour.
 */
enum { HIST_BUCKETS = 208 };
unsigned hist_bucket(double ms);          /* 0 .. HIST_BUCKETS-1 */
double hist_middle_ms(unsigned bucket);   /* geometric middle */
double hist_upper_ms(unsigned bucket);
/* The q-quantile (0..1) of counts[HIST_BUCKETS] in ms, interpolated by rank in its bucket; 0 when empty. */
double hist_quantile_ms(const uint32_t *counts, double q);

/* HyperLogLog (Flajolet et al. 2007), 2^8 registers: standard error 6.5 %; linear counting when small. */
enum { HLL_REGISTERS = 256 };
struct hll { uint8_t reg[HLL_REGISTERS]; };
static inline void hll_add(struct hll *h, uint64_t hash)
{
	unsigned index = (unsigned)(hash >> 56);
	uint64_t rest = hash << 8;
	uint8_t rank = rest ? (uint8_t)(__builtin_clzll(rest) + 1) : 57;
	if (rank > h->reg[index])
		h->reg[index] = rank;
}
void hll_merge(struct hll *into, const struct hll *from);
double hll_count(const struct hll *h);

#endif
