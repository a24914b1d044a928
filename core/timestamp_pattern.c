/*
 * Times in a notation that a user states, with strptime's conversions: for formats of one's own, whose times no
 * reader of core/timestamp_parse.c knows. English month names only; the locale never matters.
 */
#include "core/timestamp_parts.h"

struct pattern_reader {
	struct ts_parts t;
	const char *p, *end;
	unsigned hour, minute, second;
	bool pm, am, epoch;
	int64_t epoch_ns;
};

/* Up to `most` digits. */
static bool number(struct pattern_reader *r, unsigned most, unsigned *out)
{
	unsigned n = 0, v = 0;

	while (n < most && r->p < r->end && ts_digit(*r->p)) {
		v = v * 10 + (unsigned)(*r->p++ - '0');
		n++;
	}
	*out = v;
	return n > 0;
}

static void fraction(struct pattern_reader *r)
{
	int64_t ns = 0;
	unsigned n = 0;

	for (; r->p < r->end && ts_digit(*r->p); r->p++, n++)
		if (n < 9)
			ns = ns * 10 + (*r->p - '0');
	r->t.digits = (uint8_t)(n < 9 ? n : 9);
	for (; n < 9; n++)
		ns *= 10;
	r->t.clock_ns = ns;
}

static bool epoch(struct pattern_reader *r)
{
	const char *from = r->p;
	struct timestamp t;

	while (r->p < r->end && (ts_digit(*r->p) || *r->p == '.'))
		r->p++;
	if (!timestamp_parse_epoch(str_make(from, (size_t)(r->p - from)), &t))
		return false;
	r->epoch = true;
	r->epoch_ns = t.ns;
	r->t.digits = t.digits;
	return true;
}

static bool month_name(struct pattern_reader *r)
{
	const char *from = r->p;

	while (r->p < r->end && ts_letter(*r->p))
		r->p++;
	r->t.month = ts_month(str_make(from, (size_t)(r->p - from)));
	return r->t.month > 0;
}

static bool skip_word(struct pattern_reader *r)
{
	const char *from = r->p;

	while (r->p < r->end && ts_letter(*r->p))
		r->p++;
	return r->p > from;
}

static bool half_day(struct pattern_reader *r)
{
	if (r->end - r->p < 2 || (r->p[1] | 0x20) != 'm' || ((r->p[0] | 0x20) != 'a' && (r->p[0] | 0x20) != 'p'))
		return false;
	r->pm = (r->p[0] | 0x20) == 'p';
	r->am = !r->pm;
	r->p += 2;
	return true;
}

static bool year(struct pattern_reader *r, bool whole)
{
	unsigned v;

	if (!number(r, whole ? 4 : 2, &v))
		return false;
	r->t.year = whole ? v : v < 70 ? 2000 + v : 1900 + v;
	return true;
}

static bool zone(struct pattern_reader *r)
{
	const char *behind = ts_zone(&r->t, r->p, r->end);

	if (behind == r->p)
		return skip_word(r);
	r->p = behind;
	return true;
}

static bool conversion(struct pattern_reader *r, char c)
{
	switch (c) {
	case 'Y':
		return year(r, true);
	case 'y':
		return year(r, false);
	case 'm':
		return number(r, 2, &r->t.month);
	case 'd':
	case 'e':
		while (r->p < r->end && *r->p == ' ')
			r->p++;
		return number(r, 2, &r->t.day);
	case 'b':
	case 'B':
	case 'h':
		return month_name(r);
	case 'a':
	case 'A':
		return skip_word(r);
	case 'H':
	case 'k':
	case 'I':
	case 'l':
		while (r->p < r->end && *r->p == ' ')
			r->p++;
		return number(r, 2, &r->hour);
	case 'M':
		return number(r, 2, &r->minute);
	case 'S':
		return number(r, 2, &r->second);
	case 'L':
	case 'f':
	case 'N':
		fraction(r);
		return true;
	case 'p':
		return half_day(r);
	case 's':
	case 'i':
	case '6':
	case '9':
		return epoch(r);
	case 'z':
	case 'Z':
		return zone(r);
	default:
		return false;
	}
}

static bool walk(struct pattern_reader *r, struct str pattern)
{
	static const struct { char of; const char *is; } short_for[] = {
		{ 'F', "%Y-%m-%d" }, { 'T', "%H:%M:%S" }, { 'D', "%m/%d/%y" }, { 'R', "%H:%M" },
	};

	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.ptr[i];
		bool known = false;

		if (c == ' ') {
			while (r->p < r->end && *r->p == ' ')
				r->p++;
			continue;
		}
		if (c != '%' || i + 1 == pattern.len || pattern.ptr[i + 1] == '%') {
			i += c == '%' && i + 1 < pattern.len;
			if (r->p == r->end || *r->p++ != c)
				return false;
			continue;
		}
		c = pattern.ptr[++i];
		for (size_t k = 0; k < sizeof short_for / sizeof *short_for; k++) {
			if (short_for[k].of != c)
				continue;
			known = true;
			if (!walk(r, str_of(short_for[k].is)))
				return false;
		}
		if (!known && !conversion(r, c))
			return false;
	}
	return true;
}

bool timestamp_parse_pattern(struct str s, struct str pattern, struct timestamp *out)
{
	struct pattern_reader r = { .t = { .year = -1 }, .p = s.ptr, .end = s.ptr + s.len };

	if (!walk(&r, pattern) || r.p != r.end)
		return false;
	if (r.epoch) {
		*out = (struct timestamp){ .ns = r.epoch_ns, .digits = r.t.digits, .has_zone = true, .has_year = true,
					   .has_date = true };
		return true;
	}
	if (r.pm || r.am)
		r.hour = r.hour % 12 + (r.pm ? 12 : 0);
	if (r.hour > 24 || r.minute > 59 || r.second > 60)
		return false;
	r.t.clock_ns += ((int64_t)r.hour * 3600 + (int64_t)r.minute * 60 + (int64_t)r.second) * NS_PER_S;
	r.t.time_only = r.t.month == 0 && r.t.day == 0;
	return ts_finish(&r.t, &s, r.p, out);
}
