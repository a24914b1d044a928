/*
 * The notations of the hot path (ISO 8601 and the common log format), and the pieces that
 * all notations share.
 */
#include "core/timestamp_parts.h"

int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
	/* Years that begin on 1 March have their leap day at the end; 400 of them are 146,097 days. */
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	unsigned year_of_era = (unsigned)(year - era * 400);
	unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + (int64_t)day_of_era - 719468;
}

void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	unsigned day_of_era = (unsigned)(days - era * 146097);
	unsigned year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	unsigned m = (5 * day_of_year + 2) / 153; /* 0 = March */
	*day = day_of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = (int64_t)year_of_era + era * 400 + (*month <= 2);
}

static unsigned days_in_month(int64_t year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* int64 nanoseconds reach from 1677 to 2262; a log's year is well inside. */
enum { FIRST_YEAR = 1900, LAST_YEAR = 2200, YEARLESS = 2000 };

bool ts_finish(const struct ts_parts *t, struct str *s, const char *p, struct timestamp *out)
{
	int64_t days = 0;
	bool has_year = t->year >= 0;
	if (!t->time_only) {
		int64_t year = has_year ? t->year : YEARLESS;
		if (year < FIRST_YEAR || year > LAST_YEAR || t->month < 1 || t->month > 12 ||
		    t->day < 1 || (t->day > 28 && t->day > days_in_month(year, t->month)))
			return false;
		days = days_from_civil(year, t->month, t->day);
	}
	*out = (struct timestamp){
		.ns = (days * 86400 - t->offset_s) * NS_PER_S + t->clock_ns,
		.offset_s = t->offset_s,
		.digits = t->digits,
		.has_zone = t->has_zone,
		.has_year = has_year,
		.has_date = !t->time_only,
	};
	s->len -= (size_t)(p - s->ptr);
	s->ptr = p;
	return true;
}

/*
 * p is at what may begin a fraction. Up to 9 digits count, more are read over. A comma with
 * another comma behind its digits separates columns (CSV), it is no fraction; a colon must be
 * followed by just three digits (WebSphere) or six (SSSD).
 */
static const char *fraction(struct ts_parts *t, const char *p, const char *end)
{
	static const uint32_t scale[] = { 1000000000, 100000000, 10000000, 1000000, 100000,
		                          10000,      1000,      100,      10,      1 };
	if (end - p < 2 || !ts_digit(p[1]) || (*p != '.' && *p != ',' && *p != ':'))
		return p;
	const char *from = p + 1, *q = from;
	uint32_t v = 0;
	unsigned n = 0;
	for (; q < end && ts_digit(*q); q++)
		if (n < 9) {
			v = v * 10 + (unsigned)(*q - '0');
			n++;
		}
	if (*p == ',' && q < end && *q == ',')
		return p;
	if (*p == ':' && ((q - from != 3 && q - from != 6) || (q < end && *q == '.')))
		return p;
	t->clock_ns += (int64_t)v * scale[n];
	t->digits = (uint8_t)n;
	return q;
}

/* " AM", "pm", also behind the narrow space that newer Java puts there. */
static const char *am_pm(const char *p, const char *end, unsigned *hour)
{
	const char *q = p;
	if (end - q >= 3 && memcmp(q, "\xe2\x80\xaf", 3) == 0)
		q += 3;
	else if (end - q >= 2 && memcmp(q, "\xc2\xa0", 2) == 0)
		q += 2;
	else if (q < end && *q == ' ')
		q++;
	if (end - q < 2 || (q[1] | 0x20) != 'm' || ((q[0] | 0x20) != 'a' && (q[0] | 0x20) != 'p') ||
	    (end - q > 2 && (ts_letter(q[2]) || ts_digit(q[2]))) || *hour < 1 || *hour > 12)
		return p;
	*hour = *hour % 12 + ((q[0] | 0x20) == 'p' ? 12 : 0);
	return q + 2;
}

const char *ts_clock(struct ts_parts *t, const char *p, const char *end, unsigned flags)
{
	if (end - p < 4)
		return NULL;
	unsigned hour = ts_two(p);
	if (hour <= 24) {
		p += 2;
	} else if (flags & TS_SHORT_HOUR && ts_digit(*p) && p[1] == ':') {
		hour = (unsigned)(*p - '0');
		p++;
	} else {
		return NULL;
	}
	if (end - p < 3 || *p != ':')
		return NULL;
	unsigned minute = ts_two(p + 1), second = 0;
	if (minute > 59)
		return NULL;
	p += 3;
	t->clock_ns = 0;
	t->digits = 0;
	if (end - p >= 3 && *p == ':' && (second = ts_two(p + 1)) <= 60)
		p = fraction(t, p + 3, end);
	else if (!(flags & TS_NO_SECONDS) || (p < end && *p == ':' && (end - p < 2 || p[1] != ' ')))
		return NULL;
	else
		second = 0; /* "16:43: text" ends at its minutes */
	if (p < end && (ts_digit(*p) || (*p == ':' && end - p > 1 && ts_digit(p[1]))))
		return NULL; /* a longer number, or six colons of a MAC address */
	if (hour == 24 && (minute || second || t->clock_ns))
		return NULL;
	if (flags & TS_AM_PM)
		p = am_pm(p, end, &hour);
	t->clock_ns += (int64_t)(hour * 3600 + minute * 60 + second) * NS_PER_S;
	return p;
}

/* ±hh, ±hhmm, ±hh:mm, and ±h when `one` may be enough; NULL when it is none of these. */
static const char *offset_at(const char *p, const char *end, bool one, int32_t *offset_s)
{
	bool west = *p++ == '-';
	unsigned hour = end - p >= 2 ? ts_two(p) : TS_NOT_TWO, minute = 0;
	if (hour <= 15) {
		p += 2;
		if (end - p >= 2 && ts_two(p) < 60) {
			minute = ts_two(p);
			p += 2;
		} else if (end - p >= 3 && *p == ':' && ts_two(p + 1) < 60) {
			minute = ts_two(p + 1);
			p += 3;
		}
	} else if (one && p < end && ts_digit(*p)) {
		hour = (unsigned)(*p++ - '0');
	} else {
		return NULL;
	}
	if (p < end && (ts_letter(*p) || ts_digit(*p)))
		return NULL;
	int32_t s = (int32_t)(hour * 3600 + minute * 60);
	*offset_s = west ? -s : s;
	return p;
}

/* An abbreviation at p: the letters must end there. */
static const char *abbreviation_at(struct ts_parts *t, const char *p, const char *end)
{
	const char *q = p;
	while (q < end && q - p < 8 && *q >= 'A' && *q <= 'Z')
		q++;
	if (q < end && (ts_letter(*q) || ts_digit(*q) || *q == '_'))
		return NULL;
	if (!zone_abbreviation(str_make(p, (size_t)(q - p)), &t->offset_s))
		return NULL;
	t->has_zone = true;
	if (t->offset_s == 0 && q - p == 3 && end - q >= 2 && (*q == '+' || *q == '-')) {
		/* "UTC+2", "GMT-05:00" */
		const char *behind = offset_at(q, end, true, &t->offset_s);
		if (behind)
			return behind;
	}
	return q;
}

const char *ts_zone(struct ts_parts *t, const char *p, const char *end)
{
	if (p == end)
		return p;
	if ((*p == 'Z' || *p == 'z') && (end - p == 1 || !(ts_letter(p[1]) || ts_digit(p[1])))) {
		t->has_zone = true;
		return p + 1;
	}
	const char *q = *p == ' ' ? p + 1 : p;
	if (q == end)
		return p;
	if (*q >= 'A' && *q <= 'Z') {
		const char *behind = abbreviation_at(t, q, end);
		if (behind)
			return behind;
		if (end - q >= 7 && memcmp(q, "Etc/", 4) == 0) {
			behind = abbreviation_at(t, q + 4, end);
			if (behind)
				return behind;
		}
		return p;
	}
	if (*q != '+' && *q != '-')
		return p;
	const char *behind = offset_at(q, end, false, &t->offset_s);
	if (!behind)
		return p;
	t->has_zone = true;
	if (behind < end && *behind == '[') {
		/* Java adds the zone's name: "+01:00[Europe/Berlin]". */
		const char *name = behind + 1;
		while (name < end && name - behind < 40 &&
		       (ts_letter(*name) || *name == '/' || *name == '_' || *name == '-'))
			name++;
		if (name < end && *name == ']' && memchr(behind, '/', (size_t)(name - behind)))
			return name + 1;
	}
	return behind;
}

bool timestamp_parse_iso(struct str *s, struct timestamp *out)
{
	if (s->len < sizeof "2026-01-29T22:05" - 1)
		return false;
	const char *p = s->ptr, *end = p + s->len;
	unsigned century = ts_two(p), years = ts_two(p + 2);
	char c = p[4];
	if (century + years >= TS_NOT_TWO || (c != '-' && c != '/' && c != '.') || p[7] != c)
		return false;
	char between = p[10];
	if (between != 'T' && between != ' ' && between != 't' && between != '_')
		return false;
	struct ts_parts t = { .year = century * 100 + years, .month = ts_two(p + 5), .day = ts_two(p + 8) };
	if (t.month - 1 > 11)
		return false;
	/* A second blank: apt puts it before every hour, MySQL before those of one digit. */
	bool padded = between == ' ' && p[11] == ' ';
	p = ts_clock(&t, p + 11 + padded, end, TS_NO_SECONDS | (padded ? TS_SHORT_HOUR : 0));
	if (!p)
		return false;
	p = ts_zone(&t, p, end);
	return ts_finish(&t, s, p, out);
}

unsigned ts_month3(const char *p)
{
	uint32_t key = (uint32_t)((unsigned char)p[0] | 0x20) << 16 |
	               (uint32_t)((unsigned char)p[1] | 0x20) << 8 | ((unsigned char)p[2] | 0x20);
#define MONTH3(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))
	switch (key) {
	case MONTH3('j', 'a', 'n'):
		return 1;
	case MONTH3('f', 'e', 'b'):
		return 2;
	case MONTH3('m', 'a', 'r'):
		return 3;
	case MONTH3('a', 'p', 'r'):
		return 4;
	case MONTH3('m', 'a', 'y'):
		return 5;
	case MONTH3('j', 'u', 'n'):
		return 6;
	case MONTH3('j', 'u', 'l'):
		return 7;
	case MONTH3('a', 'u', 'g'):
		return 8;
	case MONTH3('s', 'e', 'p'):
		return 9;
	case MONTH3('o', 'c', 't'):
		return 10;
	case MONTH3('n', 'o', 'v'):
		return 11;
	case MONTH3('d', 'e', 'c'):
		return 12;
	default:
		return 0;
	}
#undef MONTH3
}

bool timestamp_parse_clf(struct str *s, struct timestamp *out)
{
	if (s->len < sizeof "29/Jan/2026:17:35:00" - 1)
		return false;
	const char *p = s->ptr, *end = p + s->len;
	unsigned century = ts_two(p + 7), years = ts_two(p + 9);
	if (p[2] != '/' || p[6] != '/' || p[11] != ':' || century + years >= TS_NOT_TWO)
		return false;
	struct ts_parts t = { .year = century * 100 + years, .month = ts_month3(p + 3), .day = ts_two(p) };
	if (!t.month)
		return false;
	p = ts_clock(&t, p + 12, end, 0);
	if (!p)
		return false;
	p = ts_zone(&t, p, end);
	return ts_finish(&t, s, p, out);
}
