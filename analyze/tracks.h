/*
 * tracks: what is followed from day to day: sources, lines, statements, and the requests as a whole. Days are read one after the other, so
 * that only one day's series are in memory at a time. Private to analyze/nightly*.c.
 */
#ifndef ANALYZE_TRACKS_H
#define ANALYZE_TRACKS_H

#include "analyze/nightly.h"
#include "core/hash.h"
#include "core/sketch.h"

/* One thing with its counts by day: those of the earlier days that are known, then today. */
struct track {
	struct str service, host, text;
	uint8_t role;                /* sources: enum format_role */
	enum severity severity;      /* lines: the highest */
	double *counts;              /* n_days + 1 */
	double *lull;                /* sources: events of an earlier day later than the time of day at which today's end */
	double *ms;                  /* statements: median duration, NAN where none is timed */
	double sum_ms;               /* statements: of today */
	uint32_t *now;               /* statements: histogram of the day that is being read */
	double *hist[2];             /* statements: of all earlier days, of today */
	int64_t *ends_ns;            /* sources: of every day, from its beginning to the end of the last coarse cell with an event; 0 none */
	int64_t end_ns;              /* sources: end of today's last coarse cell with an event, TIME_NONE none */
	int64_t last_ns;             /* sources: the same over all days */
};

struct track_list { struct map by_key; VEC(struct track) list; };

/* The requests and lines of a whole day. */
struct day_total { double events, requests, failed, error_lines; uint32_t hist[HIST_BUCKETS]; double p50_ms, p95_ms; int64_t from_ns; };

struct tracks {
	struct arena *arena;
	size_t n_days;               /* earlier days that are known */
	struct day_total *days;      /* n_days + 1 */
	int32_t *numbers;            /* of the days, likewise */
	struct track_list sources, lines, queries;
	struct night_hour *hours;    /* of today */
	size_t n_hours;
	int64_t last_ns;             /* end of the last coarse cell with any event today; TIME_NONE none */
};

NODISCARD bool tracks_gather(struct tracks *t, struct store *s, const struct nightly_request *r, struct arena *a, struct err *err);
void tracks_release(struct tracks *t);

/* The lists of the digest, each in a file of its own. */
void nightly_lines(const struct tracks *t, const struct nightly_request *r, struct night *out);
void nightly_queries(const struct tracks *t, struct night *out);
void nightly_sources(const struct tracks *t, struct night *out);

#endif
