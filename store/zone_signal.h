/*
 * zone_signal: a log's activity as counts per 10 seconds, and whether two logs' activities agree
 * when one of them is shifted. The requests a server logs twice (access and error log, proxy and
 * application) rise and fall together within seconds, while the hours of a day look alike from log to log;
 * so only what is left after the moving average of five minutes is compared.
 */
#ifndef STORE_ZONE_SIGNAL_H
#define STORE_ZONE_SIGNAL_H

#include "core/arena.h"

enum zone_measure {
	MEASURE_ALL, /* all events */
	MEASURE_BAD, /* warnings and worse, requests answered with 4xx or 5xx */
	MEASURE_COUNT,
};

struct zone_tally {
	int32_t bucket;
	uint64_t counts[MEASURE_COUNT];
};

/* Of values, and of their squares. */
struct zone_sums { double plain, squares; };
enum { SIGNAL_STRIDE = 64 };

struct zone_signal {
	VEC(struct zone_tally) tallies; /* after signal_finish: ascending, each bucket once */
	int32_t from, to; /* buckets [from, to) that hold all but the outermost half percent on each side */
	float *rough[MEASURE_COUNT]; /* to - from values: roots of counts, less their moving average */
	struct zone_sums *sums[MEASURE_COUNT]; /* of all before every SIGNAL_STRIDE-th of them */
};

/* Puts the tallies in order and finds the span. */
void signal_finish(struct zone_signal *s);
/* Readies a measure for comparing; only the last week counts. Memory from the arena. */
void signal_roughen(struct zone_signal *s, enum zone_measure m, struct arena *a);
/*
 * How well a measure of x, shifted by so many buckets, and that of y agree: Fisher's z of their correlation in standard errors;
 * 0 when nothing can be said. Both must be ready.
 */
double signal_match(const struct zone_signal *x, int32_t shift, const struct zone_signal *y, enum zone_measure m);
/* In how many buckets both have something above their average. */
size_t signal_together(const struct zone_signal *x, int32_t shift, const struct zone_signal *y, enum zone_measure m);

#endif
