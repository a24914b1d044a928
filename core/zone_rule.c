#include "core/zone_rule.h"

#include "core/timestamp.h"

static char peek(struct str s)
{
	return s.len ? s.ptr[0] : '\0';
}

static bool take(struct str *s, char c)
{
	if (peek(*s) != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool number(struct str *s, unsigned most, unsigned *out)
{
	unsigned v = 0;
	size_t n = 0;
	while (n < s->len && n < 4 && s->ptr[n] >= '0' && s->ptr[n] <= '9')
		v = v * 10 + (unsigned)(s->ptr[n++] - '0');
	*s = str_from(*s, n);
	*out = v;
	return n && v <= most;
}

/* A name of three letters or more, or anything in <>. */
static bool name(struct str *s)
{
	size_t n = 0;
	if (take(s, '<')) {
		ptrdiff_t close = str_chr(*s, '>');
		if (close < 0)
			return false;
		*s = str_from(*s, (size_t)close + 1);
		return true;
	}
	while (n < s->len && (unsigned char)((s->ptr[n] | 0x20) - 'a') < 26)
		n++;
	*s = str_from(*s, n);
	return n >= 3;
}

/* [+-]h[:mm[:ss]] */
static bool clock_value(struct str *s, unsigned most_hours, int32_t *out)
{
	bool negative = take(s, '-');
	unsigned h, m = 0, sec = 0;
	if (!negative)
		take(s, '+');
	if (!number(s, most_hours, &h) || (take(s, ':') && !number(s, 59, &m)) ||
	    (take(s, ':') && !number(s, 59, &sec)))
		return false;
	int32_t v = (int32_t)(h * 3600 + m * 60 + sec);
	*out = negative ? -v : v;
	return true;
}

static bool change(struct str *s, struct zone_change *c)
{
	*c = (struct zone_change){ .form = 'D', .time_s = 7200 };
	if (!take(s, ','))
		return false;
	if (take(s, 'M')) {
		c->form = 'M';
		if (!number(s, 12, &c->month) || !c->month || !take(s, '.') || !number(s, 5, &c->week) ||
		    !c->week || !take(s, '.') || !number(s, 6, &c->day))
			return false;
	} else if (take(s, 'J')) {
		c->form = 'J';
		if (!number(s, 365, &c->day) || !c->day)
			return false;
	} else if (!number(s, 365, &c->day)) {
		return false;
	}
	return !take(s, '/') || clock_value(s, 167, &c->time_s);
}

bool zone_rule_parse(struct zone_rule *r, struct str s)
{
	*r = (struct zone_rule){ 0 };
	if (!name(&s) || !clock_value(&s, 24, &r->standard_s))
		return false;
	r->standard_s = -r->standard_s; /* POSIX counts west */
	r->summer_s = r->standard_s;
	if (!s.len)
		return true;
	r->has_summer = true;
	if (!name(&s))
		return false;
	r->summer_s = r->standard_s + 3600;
	if (peek(s) != ',') {
		if (!clock_value(&s, 24, &r->summer_s))
			return false;
		r->summer_s = -r->summer_s;
	}
	return change(&s, &r->to_summer) && change(&s, &r->to_standard) && !s.len;
}

/* The change's wall clock in a year, as seconds since 1970 read as UTC. */
static int64_t change_at(const struct zone_change *c, int64_t year)
{
	int64_t days;
	if (c->form == 'M') {
		int64_t first = days_from_civil(year, c->month, 1);
		unsigned weekday = (unsigned)(((first + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
		days = first + (c->day + 7 - weekday) % 7 + (int64_t)(c->week - 1) * 7;
		int64_t next = c->month == 12 ? days_from_civil(year + 1, 1, 1)
		                              : days_from_civil(year, c->month + 1, 1);
		while (days >= next)
			days -= 7;
	} else if (c->form == 'J') {
		/* As in a year without 29 February: 60 is always 1 March. */
		days = c->day < 60 ? days_from_civil(year, 1, 1) + c->day - 1
		                   : days_from_civil(year, 3, 1) + c->day - 60;
	} else {
		days = days_from_civil(year, 1, 1) + c->day;
	}
	return days * 86400 + c->time_s;
}

void zone_rule_changes(const struct zone_rule *r, int64_t year, int64_t *to_summer_s, int64_t *to_standard_s)
{
	*to_summer_s = change_at(&r->to_summer, year) - r->standard_s;
	*to_standard_s = change_at(&r->to_standard, year) - r->summer_s;
}
