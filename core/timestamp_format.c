#include <stdio.h>

#include "core/timestamp.h"

/* Splits at unit, rounding down: the remainder is never negative. */
static int64_t split(int64_t ns, int64_t unit, int64_t *remainder)
{
	int64_t q = ns / unit, r = ns % unit;
	if (r < 0) {
		r += unit;
		q--;
	}
	*remainder = r;
	return q;
}

static char *put_digits(char *out, uint64_t v, unsigned n)
{
	for (unsigned i = n; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
	return out + n;
}

/* A query formats a time a row: printf would take longer than all else. Years in nanoseconds are 1677 to 2262. */
static char *clock_text(int64_t ns, char between, char *out, int64_t *fraction_ns)
{
	int64_t in_day, year;
	unsigned month, day;
	civil_from_days(split(ns, 86400 * NS_PER_S, &in_day), &year, &month, &day);
	unsigned second = (unsigned)split(in_day, NS_PER_S, fraction_ns);
	const struct { unsigned value; char behind; } parts[] = {
		{ month, '-' }, { day, between }, { second / 3600, ':' }, { second / 60 % 60, ':' }, { second % 60, '\0' },
	};
	out = put_digits(out, (uint64_t)year, 4);
	*out++ = '-';
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		out = put_digits(out, parts[i].value, 2);
		*out++ = parts[i].behind;
	}
	return out - 1;
}

char *time_format(int64_t ns, unsigned digits, char out[static TIME_TEXT_BYTES])
{
	int64_t fraction;
	char *end = clock_text(ns, 'T', out, &fraction);
	if (digits > 9)
		digits = 9;
	if (digits) {
		*end = '.';
		put_digits(end + 1, (uint64_t)fraction, 9);
		end += digits + 1;
	}
	end[0] = 'Z';
	end[1] = '\0';
	return out;
}

char *time_format_zone(int64_t ns, const struct zone *z, char out[static TIME_TEXT_BYTES])
{
	int32_t offset = zone_offset_at(z, ns);
	int64_t wall, fraction;
	if (__builtin_add_overflow(ns, offset * NS_PER_S, &wall))
		wall = ns;
	size_t n = (size_t)(clock_text(wall, ' ', out, &fraction) - out);
	/* Offsets before the age of zones have seconds; a minute is enough for a reader. */
	unsigned minutes = (unsigned)(offset < 0 ? -offset : offset) / 60 % 6000;
	snprintf(out + n, TIME_TEXT_BYTES - n, " %c%02u:%02u", offset < 0 ? '-' : '+', minutes / 60,
	         minutes % 60);
	return out;
}
