/*
 * detect: which format a text is in, told from many of its lines rather than from one: every
 * format classifies and decodes the same few hundred lines, and the most specific of those that
 * explain nearly the most of them is it. What a format explains is what it could decode, not what
 * its classify() claims.
 *
 * A line that one format takes for the continuation of a record and another for a record of its own
 * speaks for the other: else a format that accepts anything below its first line would always win.
 */
#ifndef INGEST_DETECT_H
#define INGEST_DETECT_H

#include "ingest/format.h"

enum {
	DETECT_LINES = 500,         /* looked at */
	DETECT_OTHERS = 8,          /* second chances */
	DETECT_SAMPLES = 3,
	DETECT_COVERAGE_PERCENT = 50, /* a format that explains less is none */
	DETECT_NEAR_PERCENT = 8,    /* coverages this near are equal: the more specific format wins */
};

/* What a format makes of the lines. */
struct candidate {
	const struct format *format;
	uint32_t starts;      /* records that were decoded */
	uint32_t continues;   /* further lines of these */
	uint32_t skips;       /* headers, blank lines */
	uint32_t undecoded;   /* lines of records that were not decoded */
	uint32_t aliens;      /* lines of no record */
	uint32_t unclaimed;   /* of the last resort: records that no other format decodes */
	double coverage;      /* share of lines explained, 0..1 */
	struct unmatched {
		size_t line;      /* 1-based */
		struct str text;  /* borrowed from the text */
		const char *why;  /* in words */
	} unmatched[DETECT_SAMPLES]; /* lines it does not explain */
	size_t n_unmatched;

	/* What its events say of time. */
	uint32_t timed, zoned, dated, with_year;
	uint32_t graded;           /* events with a severity */
	int64_t first_ns, last_ns; /* earliest and latest that states its year; TIME_NONE */

	/*
	 * Dates such as 05/03/2026. Read with the day first when some have a first number over 12 and none a second, or,
	 * when there are neither, when the lines are then less than a quarter as far apart.
	 */
	uint32_t order[4];         /* how many of each enum day_month */
	int64_t exchanged_first_ns, exchanged_last_ns; /* the same as above with the day first */
	bool day_first;
};

struct detection {
	const struct format *format;  /* the choice; NULL: not a log, or nothing there */
	bool forced;                  /* by the user's rule */
	const struct candidate *best; /* of `format`; NULL when forced and nothing of it was found */
	struct candidate *candidates; /* those that decoded at least one record, best first */
	size_t n_candidates;
	const struct format *others[DETECT_OTHERS]; /* second chances for lines that are alien to `format` */
	size_t n_others;
	size_t n_lines;               /* lines looked at */
};

/*
 * Looks at the lines of `head`; the last one only when the text is `whole`. `path` as in decode_ctx, `own` as in format_at(). `forced`
 * may be NULL. Results live in `a`, samples in `head`.
 */
void detect_format(struct str head, bool whole, struct str path, const struct format *const *own,
		   const struct format *forced, struct arena *a,
		   struct detection *out);
/* The best format that is no carrier for one record taken out of a carrier; NULL when none decodes it. */
const struct format *detect_payload(struct str payload, struct str path, const struct format *const *own,
				    struct arena *scratch);

#endif
