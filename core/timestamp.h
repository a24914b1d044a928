/*
 * timestamp: reading and writing instants. An instant is int64 nanoseconds since
 * 1970-01-01T00:00:00 UTC ("_ns"). A log line often says less than an instant: no zone,
 * no year. struct timestamp says what was said; ingest/clock.h turns it into an instant
 * with what the source's neighbours know, never with today's date or the host's zone.
 */
#ifndef CORE_TIMESTAMP_H
#define CORE_TIMESTAMP_H

#include "core/arena.h"
#include "core/err.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define TIME_NONE INT64_MIN /* no time */

struct timestamp {
	int64_t ns;      /* the instant when has_zone, else the wall clock read as UTC */
	int32_t offset_s; /* offset of the stated zone, seconds east; 0 when none */
	uint8_t digits;  /* digits of the fraction that were there: 0..9 */
	bool has_zone;   /* the line says its zone (or is an epoch) */
	bool has_year;   /* the line says its year; else ns is in year 2000 (a leap year) */
	bool has_date;   /* false: only a time of day, on 1970-01-01 */
	uint8_t order;   /* enum day_month: of a date in numbers with the year at its end */
};

/* "05/03/2026" says not which of the two is the month; the month is taken to be first, as in the US. */
enum day_month {
	DAY_MONTH_SAID,  /* by the notation */
	DAY_MONTH_OPEN,  /* both can be the month */
	DAY_MONTH_DAY,   /* the first is over 12: it is the day */
	DAY_MONTH_MONTH, /* the second is */
};
/* An instant (or wall clock) with its month and day exchanged; both must be up to 12. */
int64_t timestamp_exchanged(int64_t ns);

/*
 * Days since 1970-01-01 of a proleptic Gregorian date, month 1..12. (Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms".)
 */
int64_t days_from_civil(int64_t year, unsigned month, unsigned day);
void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);

/*
 * Reads a timestamp at the start of *s and moves *s past it. Understands, without being told:
 *   2026-01-29T22:05:02[.,fraction][Z|±hh[:mm]|±hhmm]   also with a space for T, '/' or '.' for '-', and a
 *     zone abbreviation or name after a space (UTC, GMT, CET, JST, ...; an unknown word is left unread)
 *   29/Jan/2026:17:35:00 -0500      29 Jan 2026 17:11:47.095      29-Jan-2026 10:00:00.000 [zone]
 *   Jan 29 17:43:00   Jan  9 2026 17:43:00.123   Fri Dec 16 01:46:23[.000000] [zone] 2005
 *   Fri, 16 Dec 2005 01:46:23 GMT    161209 14:37:59   20260129 17:00:00   20260129T170000Z
 *   1773540005 / 1773540005.115 / 1773540005115 / µs / ns  (epoch by magnitude, 2001..2100 only)
 *   Mar 4, 2012 8:51:36 AM    12/31/2025 11:22:33 PM    27/11/2020 10:00:00 (day first when the month were
 *     over 12)    29.01.2026 17:00:00    17/06/09 20:10:40 (yy/mm/dd)    03-17 16:13:38.811
 *   17:43:00 (no date)    @4000000037c219bf2ef02e94 (TAI64N)
 * Month names in English, and the common French, German and Spanish ones. 24:00:00 and :60 are accepted and
 * carried.
 * False, *s and *out untouched, when no timestamp stands there.
 */
bool timestamp_parse(struct str *s, struct timestamp *out);
/* Only the ISO family (first row above): the hot path; the same contract. */
bool timestamp_parse_iso(struct str *s, struct timestamp *out);
/*
 * The form of the last timestamp of a source: the next one is nearly always the same but for its time of day. Zeroed: none.
 */
struct timestamp_last {
	char text[40];
	uint8_t len;            /* 0: none */
	char after;             /* what stood behind it: a blank, or NUL for the end of the text */
	struct timestamp time;  /* its ns is that of midnight in the zone it says */
};
/* What timestamp_parse_iso would do, if the text has the form of the last one; else false, and nothing has happened. */
bool timestamp_recall(const struct timestamp_last *last, struct str *s, struct timestamp *out);
/* Remembers the form of what timestamp_parse_iso has read: the first n bytes of s, which said *t. */
void timestamp_remember(struct timestamp_last *last, struct str s, size_t n, const struct timestamp *t);
/* "29/Jan/2026:17:35:00 -0500" without brackets: the hot path of access logs. */
bool timestamp_parse_clf(struct str *s, struct timestamp *out);
/* Thirteen digits: the milliseconds that most libraries write. False for whatever else. */
bool timestamp_parse_epoch_ms(struct str s, struct timestamp *out);
/* An epoch number in s, ms, µs or ns by magnitude; fraction allowed; whole slice. */
bool timestamp_parse_epoch(struct str s, struct timestamp *out);
/*
 * The whole of s in a notation given with strptime's conversions: %Y %y %m %d %e %b %B %a %A %H %k %I %l %M %S %p %z %Z
 * %s %F %T %D %R, and %L %f %N for a fraction's digits, %i for an epoch in any unit (lnav's words, too). A blank stands
 * for any number of them. False when it is not in it.
 */
bool timestamp_parse_pattern(struct str s, struct str pattern, struct timestamp *out);
/* Duration words: "12ms", "1.5s", "1m2.5s", "850µs", "0:03:10.887", "3h". In milliseconds; whole slice. */
bool duration_parse_ms(struct str s, double *out_ms);

/* Seconds east of UTC of an abbreviation ("CET" 3600, "JST" 32400); false when unknown or of no use. */
bool zone_abbreviation(struct str name, int32_t *offset_s);
/* The same of a name in words: "India Standard Time" 19800, any case. */
bool zone_long_name(struct str name, int32_t *offset_s);

/*
 * zone: rules of a zone given by a user: "UTC", "+02:00", "-0500", an abbreviation, or an IANA name read
 * from the system's tzdata (TZif, RFC 8536), never through libc's TZ.
 */
struct zone {
	struct str name;           /* as given */
	int64_t *from_s;           /* n transitions, UTC seconds, ascending */
	int32_t *offset_s;         /* offset from there on */
	size_t n;
	int32_t first_offset_s;    /* before the first transition */
	struct str posix_tail;     /* TZif footer or empty; up to 2200 it is part of the transitions */
};
NODISCARD bool zone_open(struct zone *z, struct arena *a, struct str name, struct err *err);
/* Offset at an instant, and at a wall clock read as UTC (a fold takes the earlier, a gap the later one). */
int32_t zone_offset_at(const struct zone *z, int64_t utc_ns);
int32_t zone_offset_of_wall(const struct zone *z, int64_t wall_ns);

enum { TIME_TEXT_BYTES = 40 };
/* "2026-01-29T22:05:02.123Z" with `digits` (0..9) of fraction. Returns out. */
char *time_format(int64_t ns, unsigned digits, char out[static TIME_TEXT_BYTES]);
/* The same in a zone: "2026-01-29 17:05:02 -05:00". */
char *time_format_zone(int64_t ns, const struct zone *z, char out[static TIME_TEXT_BYTES]);
/* "2 h 37 min", "45 s", "1 d 3 h": for people. Returns out. */
char *duration_format(int64_t ns, char out[static TIME_TEXT_BYTES]);

#endif
