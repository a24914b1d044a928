/*
 * timestamp_parts: what the parsers of core/timestamp.h share: the pieces of a date and
 * time as read so far, and readers for the pieces all notations have in common (time of
 * day, zone). Private to core/timestamp_*.c. Readers take a position and return the
 * position behind what they read.
 */
#ifndef CORE_TIMESTAMP_PARTS_H
#define CORE_TIMESTAMP_PARTS_H

#include "core/timestamp.h"

struct ts_parts {
	int64_t year;      /* -1: not said */
	unsigned month;    /* 1..12 */
	unsigned day;
	int64_t clock_ns;  /* since midnight; beyond a day for 24:00 and :60 */
	int32_t offset_s;  /* of the stated zone */
	uint8_t digits;    /* of the fraction */
	bool has_zone;
	bool time_only;    /* there is no date */
};

enum ts_clock_flags {
	TS_SHORT_HOUR = 1,  /* "9:46:45" */
	TS_NO_SECONDS = 2,  /* "17:35" */
	TS_AM_PM = 4,       /* " PM" may follow */
};

/* "17:35:00.123": NULL when no time of day stands there. */
const char *ts_clock(struct ts_parts *t, const char *p, const char *end, unsigned flags);
/* "Z", "+01:00", " -0500", " CET", " UTC+2": returns p itself when no zone stands there. */
const char *ts_zone(struct ts_parts *t, const char *p, const char *end);
/* Month of an English three-letter name at p (three bytes readable), any case; 0 when none. */
unsigned ts_month3(const char *p);
/* Month of a whole word, any case and of any length; 0 when it names none. */
unsigned ts_month(struct str word);
/* Is it the English name of a weekday? */
bool ts_weekday(struct str word);
/* Checks the date; fills *out and moves *s to p. */
bool ts_finish(const struct ts_parts *t, struct str *s, const char *p, struct timestamp *out);

enum { TS_NOT_TWO = 1000 };

/* Two decimal digits; TS_NOT_TWO or more when they are not. */
static inline unsigned ts_two(const char *p)
{
	unsigned a = (unsigned)(unsigned char)p[0] - '0', b = (unsigned)(unsigned char)p[1] - '0';
	return a <= 9 && b <= 9 ? a * 10 + b : TS_NOT_TWO;
}

static inline bool ts_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ts_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

#endif
