#include "ingest/mysql.h"

#include "core/ascii.h"

static size_t digits(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && is_digit(s.ptr[at + n]))
		n++;
	return n;
}

/* " 9:46:45" at `at`: bytes it takes, 0 when it is none. */
static size_t clock_length(struct str s, size_t at)
{
	size_t from = at, n;

	if (at < s.len && s.ptr[at] == ' ')
		at++;
	n = digits(s, at);
	if (n < 1 || n > 2 || at + n + 6 > s.len || s.ptr[at + n] != ':' || digits(s, at + n + 1) != 2 ||
	    s.ptr[at + n + 3] != ':' || digits(s, at + n + 4) != 2)
		return 0;
	return at + n + 6 - from;
}

static int two(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

bool mysql_time(struct str *s, struct timestamp *out)
{
	struct str rest = *s;
	size_t n = digits(rest, 0), clock, at;
	int year, month, day, hour;

	if (n != 6 && n != 4)
		return false;
	if (n == 4) {
		/* One-digit hours are the only thing the ISO reader does not know. */
		if (rest.len > 12 && rest.ptr[10] == ' ' && rest.ptr[11] == ' ') {
			if (rest.ptr[4] != '-' || rest.ptr[7] != '-' || digits(rest, 5) != 2 ||
			    digits(rest, 8) != 2)
				return false;
			year = two(rest.ptr) * 100 + two(rest.ptr + 2);
			month = two(rest.ptr + 5);
			day = two(rest.ptr + 8);
			at = 11;
		} else {
			if (!timestamp_parse_iso(&rest, out) || !out->has_date)
				return false;
			*s = rest;
			return true;
		}
	} else {
		if (rest.len < 15 || rest.ptr[6] != ' ')
			return false;
		year = 2000 + two(rest.ptr);
		month = two(rest.ptr + 2);
		day = two(rest.ptr + 4);
		at = 7;
	}
	clock = clock_length(rest, at);
	if (clock == 0 || year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	if (rest.ptr[at] == ' ')
		at++, clock--;
	hour = clock == 8 ? two(rest.ptr + at) : rest.ptr[at] - '0';
	at += clock - 5;
	*out = (struct timestamp){ .has_year = true, .has_date = true };
	out->ns = (days_from_civil(year, (unsigned)month, (unsigned)day) * 86400 + hour * 3600 +
		   two(rest.ptr + at) * 60 + two(rest.ptr + at + 3)) *
		  NS_PER_S;
	*s = str_from(rest, at + 5);
	return true;
}
