/* Durations, as logs write them and as people read them. */
#include <inttypes.h>
#include <stdio.h>

#include "core/ascii.h"
#include "core/timestamp.h"

struct unit_word {
	const char *word;
	double ms;
};

static const struct unit_word unit_words[] = {
	{ "ms", 1 },           { "s", 1e3 },           { "us", 1e-3 },         { "\xc2\xb5s", 1e-3 },
	{ "\xce\xbcs", 1e-3 }, { "ns", 1e-6 },         { "m", 6e4 },           { "min", 6e4 },
	{ "h", 3.6e6 },        { "d", 8.64e7 },        { "sec", 1e3 },         { "secs", 1e3 },
	{ "second", 1e3 },     { "seconds", 1e3 },     { "msec", 1 },          { "msecs", 1 },
	{ "usec", 1e-3 },      { "usecs", 1e-3 },      { "nsec", 1e-6 },       { "millisecond", 1 },
	{ "milliseconds", 1 }, { "millis", 1 },        { "microseconds", 1e-3 }, { "nanoseconds", 1e-6 },
	{ "mins", 6e4 },       { "minute", 6e4 },      { "minutes", 6e4 },     { "hr", 3.6e6 },
	{ "hrs", 3.6e6 },      { "hour", 3.6e6 },      { "hours", 3.6e6 },     { "day", 8.64e7 },
	{ "days", 8.64e7 },
};

/* The number at the front, digits with at most one point; moves *s. */
static bool number(struct str *s, double *out)
{
	size_t n = 0;
	while (n < s->len && (is_digit(s->ptr[n]) || s->ptr[n] == '.'))
		n++;
	if (n == 0 || !str_to_double(str_head(*s, n), out))
		return false;
	*s = str_from(*s, n);
	return true;
}

/* "h:mm:ss.fff" or "mm:ss.fff" */
static bool parse_colons(struct str s, double *out_ms)
{
	double seconds = 0;
	for (int fields = 0; fields < 3; fields++) {
		struct str rest, field = str_cut(s, ':', &rest);
		bool last = field.len == s.len;
		double v;
		struct str left = field;
		if (!number(&left, &v) || left.len || (!last && str_chr(field, '.') >= 0) ||
		    (fields > 0 && v >= 61))
			return false;
		seconds = seconds * 60 + v;
		if (last) {
			*out_ms = seconds * 1e3;
			return fields > 0;
		}
		s = rest;
	}
	/* A time with a unit behind it ("00:00.053s") has lost that before. */
	return false;
}

bool duration_parse_ms(struct str s, double *out_ms)
{
	s = str_trim(s);
	if (str_chr(s, ':') >= 0)
		return parse_colons(str_ends(s, STR("s")) ? str_head(s, s.len - 1) : s, out_ms);
	double total = 0;
	bool any = false;
	while (s.len) {
		double v;
		if (!number(&s, &v))
			return false;
		s = str_trim(s);
		size_t n = 0;
		while (n < s.len && !is_digit(s.ptr[n]) && s.ptr[n] != ' ' && s.ptr[n] != '.')
			n++;
		struct str word = str_head(s, n);
		size_t i = 0;
		while (i < sizeof unit_words / sizeof unit_words[0] &&
		       !str_eq_nocase(word, str_of(unit_words[i].word)))
			i++;
		if (i == sizeof unit_words / sizeof unit_words[0])
			return false;
		total += v * unit_words[i].ms;
		any = true;
		s = str_trim(str_from(s, n));
	}
	if (any)
		*out_ms = total;
	return any;
}

char *duration_format(int64_t ns, char out[static TIME_TEXT_BYTES])
{
	const char *sign = ns < 0 ? "-" : "";
	uint64_t n = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	uint64_t ms = (n + 500000) / 1000000;
	if (ms == 0 && n) {
		snprintf(out, TIME_TEXT_BYTES, "%s%.3g ms", sign, (double)n / 1e6);
		return out;
	}
	if (ms && ms < 1000) {
		snprintf(out, TIME_TEXT_BYTES, "%s%" PRIu64 " ms", sign, ms);
		return out;
	}
	uint64_t s = (n + 500000000) / 1000000000;
	uint64_t big, small;
	const char *big_unit, *small_unit;
	if (s < 60) {
		snprintf(out, TIME_TEXT_BYTES, "%s%" PRIu64 " s", sign, s);
		return out;
	}
	/* Two units at most, rounded to the smaller one; rounding may carry into the next pair. */
	uint64_t minutes = (s + 30) / 60, hours = (s + 1800) / 3600;
	if (s < 3600) {
		big = s / 60;
		small = s % 60;
		big_unit = "min";
		small_unit = "s";
	} else if (minutes < 24 * 60) {
		big = minutes / 60;
		small = minutes % 60;
		big_unit = "h";
		small_unit = "min";
	} else {
		big = hours / 24;
		small = hours % 24;
		big_unit = "d";
		small_unit = "h";
	}
	if (small)
		snprintf(out, TIME_TEXT_BYTES, "%s%" PRIu64 " %s %" PRIu64 " %s", sign, big, big_unit, small,
		         small_unit);
	else
		snprintf(out, TIME_TEXT_BYTES, "%s%" PRIu64 " %s", sign, big, big_unit);
	return out;
}
