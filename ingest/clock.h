/*
 * clock: from what a line says to an instant. A line's own zone wins, else the user's rule for the
 * file, else the wall clock is kept as if it were UTC and the store looks for the shift later.
 *
 * Lines without a year (syslog) or without a date are walked: going back by more than a month means
 * that a new year has begun (by more than half a day: a new day), a jump ahead by nearly a whole one
 * that a straggler of the old one was written late. Where the walk begins is found by a first pass over the
 * file (clock_walk), which says how many years it spans, and an anchor that says in which it ends: the
 * date in the file's name, the time in the gzip header, the file's time, the span of the sources that
 * have dates. Never today's date.
 */
#ifndef INGEST_CLOCK_H
#define INGEST_CLOCK_H

#include "core/timestamp.h"

struct clock {
	const struct zone *zone; /* the user's rule; NULL none */
	bool day_first;          /* 05/03/2026 is the fifth of March */
	int64_t year;            /* of lines that do not say theirs */
	int64_t year_at_ns;      /* where in it the walk is; -1 nowhere yet */
	int64_t day;             /* since 1970, of lines with a time of day only */
	int64_t day_at_ns;
	int64_t dated_ns;        /* wall clock of a line with a date that came since; TIME_NONE */
};

enum { CLOCK_YEAR = 2000, CLOCK_DAY = 0 }; /* where a walk starts when nothing is known */

void clock_init(struct clock *c, const struct zone *zone, int64_t year, int64_t day);
/* What clock_instant does of timestamps that leave something out, or that can be read two ways. */
int64_t clock_instant_filled(struct clock *c, const struct timestamp *t);
/* Instant of a timestamp; moves the walk on. Lines with a year (a date) set it for those without. */
static inline int64_t clock_instant(struct clock *c, const struct timestamp *t)
{
	if (!t->has_date || !t->has_year || !t->has_zone || c->day_first)
		return clock_instant_filled(c, t);
	c->dated_ns = t->ns + t->offset_s * NS_PER_S;
	return t->ns;
}

/* What a first pass over a file finds out: a walk that starts in CLOCK_YEAR, on CLOCK_DAY. */
struct clock_walk {
	struct clock clock;
	uint64_t no_year, no_date; /* lines with a date only, with a time of day only */
	int64_t first_ns,
		last_ns; /* earliest and latest on the walk, of lines with dates if any; TIME_NONE */
};
void clock_walk_init(struct clock_walk *w);
void clock_walk_add(struct clock_walk *w, const struct timestamp *t);

/* Evidence for when a file ends, in order of trust. TIME_NONE: not known. */
struct clock_evidence {
	int64_t name_ns;                  /* date in the path */
	int64_t gzip_ns;                  /* of the gzip header */
	int64_t mtime_ns;                 /* of the file */
	int64_t span_from_ns, span_to_ns; /* of the sources that have years */
};

/* X(id, words) */
#define CLOCK_SOURCES(X)                                                          \
	X(CLOCK_FROM_NAME, "the date in its name")                                \
	X(CLOCK_FROM_GZIP, "the time in its gzip header")                         \
	X(CLOCK_FROM_MTIME, "the file's time")                                    \
	X(CLOCK_FROM_SPAN, "the span of the sources that have dates")             \
	X(CLOCK_UNKNOWN, "nothing: it is not known")
#define CLOCK_SOURCE_ENUM(id, words) id,
enum clock_source { CLOCK_SOURCES(CLOCK_SOURCE_ENUM) CLOCK_SOURCE_COUNT };
const char *clock_source_words(enum clock_source s);

/*
 * Would a wider span of the dated sources give another clock? Not when a better anchor places the lines, and that
 * place meets the span as known.
 */
bool clock_awaits_span(const struct clock_walk *w, const struct clock_evidence *e);
/* A clock for the file's second pass, that starts in the right year, on the right day. */
struct clock clock_resolve(const struct clock_walk *w, const struct clock_evidence *e,
			   const struct zone *zone, enum clock_source *source);

#endif
