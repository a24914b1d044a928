#include <inttypes.h>
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

static int clock_text(int64_t ns, char between, char *out, size_t size, int64_t *fraction_ns)
{
	int64_t in_day, year;
	unsigned month, day;
	civil_from_days(split(ns, 86400 * NS_PER_S, &in_day), &year, &month, &day);
	unsigned second = (unsigned)split(in_day, NS_PER_S, fraction_ns);
	return snprintf(out, size, "%04d-%02u-%02u%c%02u:%02u:%02u", (int)year, month, day, between,
	                second / 3600, second / 60 % 60, second % 60);
}

char *time_format(int64_t ns, unsigned digits, char out[static TIME_TEXT_BYTES])
{
	int64_t fraction;
	size_t n = (size_t)clock_text(ns, 'T', out, TIME_TEXT_BYTES, &fraction);
	if (digits > 9)
		digits = 9;
	if (digits) {
		char text[16];
		snprintf(text, sizeof text, ".%09" PRId64, fraction);
		memcpy(out + n, text, digits + 1);
		n += digits + 1;
	}
	out[n] = 'Z';
	out[n + 1] = '\0';
	return out;
}

char *time_format_zone(int64_t ns, const struct zone *z, char out[static TIME_TEXT_BYTES])
{
	int32_t offset = zone_offset_at(z, ns);
	int64_t wall, fraction;
	if (__builtin_add_overflow(ns, offset * NS_PER_S, &wall))
		wall = ns;
	size_t n = (size_t)clock_text(wall, ' ', out, TIME_TEXT_BYTES, &fraction);
	/* Offsets before the age of zones have seconds; a minute is enough for a reader. */
	unsigned minutes = (unsigned)(offset < 0 ? -offset : offset) / 60 % 6000;
	snprintf(out + n, TIME_TEXT_BYTES - n, " %c%02u:%02u", offset < 0 ? '-' : '+', minutes / 60,
	         minutes % 60);
	return out;
}
