/*
 * All notations of timestamp_parse() beyond ISO 8601 and the common log format. The first
 * bytes decide which reader looks; each reader wants the whole of its notation, so that
 * numbers and words of a message are not taken for times.
 */
#include "core/digits.h"
#include "core/timestamp_parts.h"

static inline bool word_byte(char c)
{
	return ts_letter(c) || (unsigned char)c >= 0x80;
}

static struct str word_at(const char *p, const char *end)
{
	const char *q = p;
	while (q < end && q - p < 16 && word_byte(*q))
		q++;
	return str_make(p, (size_t)(q - p));
}

static const char *blanks(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

/* One or two digits; NULL when there are none or more. */
static const char *short_number(const char *p, const char *end, unsigned *out)
{
	unsigned v = 0;
	const char *from = p;
	for (; p < end && p - from < 3 && ts_digit(*p); p++)
		v = v * 10 + (unsigned)(*p - '0');
	*out = v;
	return p == from || p - from > 2 ? NULL : p;
}

static bool four(const char *p, const char *end, int64_t *year)
{
	if (end - p < 4 || ts_two(p) + ts_two(p + 2) >= TS_NOT_TWO || (end - p > 4 && ts_digit(p[4])))
		return false;
	*year = ts_two(p) * 100 + ts_two(p + 2);
	return true;
}

/* Two digits of a year: 70..99 are the last century's (POSIX says 69, no log is older than 1970). */
static int64_t full_year(unsigned yy)
{
	return yy < 70 ? 2000 + yy : 1900 + yy;
}

/* Year of four or two digits at p; NULL when there is none. */
static const char *year_at(const char *p, const char *end, int64_t *year)
{
	if (four(p, end, year))
		return p + 4;
	unsigned yy;
	const char *q = short_number(p, end, &yy);
	if (!q || q - p != 2)
		return NULL;
	*year = full_year(yy);
	return q;
}

/* What stands between date and time: blanks, "T", ":", "::", "_", "@", ", ", " at ", " - ". NULL when nothing does. */
static const char *separator(const char *p, const char *end)
{
	const char *from = p;
	if (p < end && *p == ',')
		p++;
	while (p < end && (*p == ' ' || *p == ':'))
		p++;
	if (end - p > 3 && p > from && p[-1] == ' ') {
		if (memcmp(p, "at ", 3) == 0 || memcmp(p, "-- ", 3) == 0)
			p += 3;
		else if (memcmp(p, "- ", 2) == 0)
			p += 2;
	}
	if (p == from && p < end && (*p == 'T' || *p == '_' || *p == '-' || *p == '@'))
		p++;
	return p == from ? NULL : p;
}

/* The rest of a timestamp whose date is read: separator, time, zone. */
static bool rest(struct ts_parts *t, struct str *s, const char *p, const char *end, unsigned flags,
                 struct timestamp *out)
{
	p = separator(p, end);
	if (p)
		p = ts_clock(t, p, end, flags | TS_SHORT_HOUR | TS_AM_PM);
	if (!p)
		return false;
	p = ts_zone(t, p, end);
	return ts_finish(t, s, p, out);
}

/* "17:43:00", without a date. */
static bool parse_time_only(struct str *s, struct timestamp *out)
{
	struct ts_parts t = { .year = -1, .time_only = true };
	const char *end = s->ptr + s->len;
	const char *p = ts_clock(&t, s->ptr, end, TS_SHORT_HOUR | TS_AM_PM);
	/* "17:43:00.123 2026.01.29": the date behind */
	if (p && end - p > 10 && *p == ' ' && four(p + 1, end, &t.year) && p[5] == p[8] && strchr("-/.", p[5]) &&
	    ts_two(p + 6) <= 12 && ts_two(p + 9) <= 31 && (end - p == 11 || !ts_digit(p[11]))) {
		t.month = ts_two(p + 6);
		t.day = ts_two(p + 9);
		t.time_only = false;
		return ts_finish(&t, s, p + 11, out);
	}
	t.year = -1;
	return p && ts_finish(&t, s, ts_zone(&t, p, end), out);
}

/*
 * "29/Jan/2026:…", "29 Jan 2026 …", "30 May 17:11:47.095", "29-Jan-2026 …", "16-Dec-05 …"; the day is
 * read, p behind it.
 */
static bool parse_day_first(struct str *s, const char *p, unsigned day, struct timestamp *out)
{
	const char *end = s->ptr + s->len;
	struct ts_parts t = { .year = -1, .day = day };
	char sep = *p++;
	if (sep == ' ')
		p = blanks(p, end);
	struct str word = word_at(p, end);
	t.month = ts_month(word);
	if (!t.month)
		return false;
	p += word.len;
	if (p < end && *p == '.')
		p++;
	if (sep == ' ') {
		const char *q = blanks(p, end);
		if (q > p && four(q, end, &t.year))
			p = q + 4;
	} else {
		if (p == end || *p != sep)
			return false;
		p = year_at(p + 1, end, &t.year);
		if (!p)
			return false;
	}
	return rest(&t, s, p, end, t.year >= 0 ? TS_NO_SECONDS : 0, out);
}

/*
 * Three numbers with '/', '-' or '.' between them, the year not in front in four digits; or, with
 * '-' or '.', month and day alone (Android). Which is which:
 *   a.b.yyyy     day first, always
 *   yy/mm/dd     when all have two digits and it can be one (Spark, Hadoop), but not when the last looks more like a
 *                year: 01/02/24 is of 2024, as Windows writes it, not of 2001
 *   a/b/yyyy     month first as in the US, day first when the month would be over 12
 */
static bool parse_numbers(struct str *s, const char *p, unsigned a, struct timestamp *out)
{
	const char *end = s->ptr + s->len;
	bool two_digits = p - s->ptr == 2;
	char sep = *p;
	unsigned b, c;
	const char *q = short_number(p + 1, end, &b);
	if (!q)
		return false;
	two_digits = two_digits && q - p == 3;
	struct ts_parts t = { .year = -1, .month = a, .day = b };
	if ((sep == '-' || sep == '.') && two_digits && q < end && *q == ' ')
		return rest(&t, s, q, end, 0, out);
	if (sep == '/' && two_digits && q < end && *q == '-') /* Snort: "01/29-17:43:00.123456" */
		return rest(&t, s, q, end, 0, out);
	if (q == end || *q != sep)
		return false;
	p = q + 1;
	bool short_year = !four(p, end, &t.year);
	if (short_year) {
		q = short_number(p, end, &c);
		if (!q || q - p != 2)
			return false;
		bool year_last = a >= 1 && a <= 12 && c > 12;
		if (sep == '/' && two_digits && b >= 1 && b <= 12 && c >= 1 && c <= 31 && !year_last) {
			t.year = full_year(a);
			t.month = b;
			t.day = c;
			struct str before = *s;
			if (rest(&t, s, q, end, 0, out))
				return true;
			*s = before;
			t = (struct ts_parts){ .month = a, .day = b };
		}
		t.year = full_year(c);
		p = q;
	} else {
		p += 4;
	}
	if (sep == '.' || a > 12) {
		t.month = b;
		t.day = a;
	}
	if (!rest(&t, s, p, end, TS_NO_SECONDS, out))
		return false;
	if (sep != '.')
		out->order = a > 12 ? DAY_MONTH_DAY : b > 12 ? DAY_MONTH_MONTH : a != b ? DAY_MONTH_OPEN : DAY_MONTH_SAID;
	return true;
}

int64_t timestamp_exchanged(int64_t ns)
{
	int64_t days = ns / (86400 * NS_PER_S) - (ns % (86400 * NS_PER_S) < 0), year;
	unsigned month, day;

	civil_from_days(days, &year, &month, &day);
	return ns + (days_from_civil(year, day, month) - days) * (86400 * NS_PER_S);
}

/*
 * "2026-1-9 8:05:02", "2026:01:09-08:05:02" (Astaro), "2005-06-03-15.42.50.675872" (DB2): what the strict ISO
 * reader leaves.
 */
static bool parse_year_first(struct str *s, struct timestamp *out)
{
	const char *p = s->ptr, *end = p + s->len;
	struct ts_parts t = { .year = -1 };
	if (!four(p, end, &t.year))
		return false;
	char sep = p[4];
	p = short_number(p + 5, end, &t.month);
	if (!p || p == end || *p != sep)
		return false;
	p = short_number(p + 1, end, &t.day);
	if (!p)
		return false;
	if (end - p > 9 && p[0] == '-' && p[3] == '.' && p[6] == '.') {
		char text[32];
		size_t n = (size_t)(end - p - 1) < sizeof text ? (size_t)(end - p - 1) : sizeof text;
		memcpy(text, p + 1, n);
		text[2] = text[5] = ':';
		const char *behind = ts_clock(&t, text, text + n, 0);
		return behind && ts_finish(&t, s, p + 1 + (behind - text), out);
	}
	return rest(&t, s, p, end, TS_NO_SECONDS, out);
}

/* "170000" */
static const char *packed_clock(struct ts_parts *t, const char *p, const char *end)
{
	if (end - p < 6 || ts_two(p) > 23 || ts_two(p + 2) > 59 || ts_two(p + 4) > 60 ||
	    (end - p > 6 && ts_digit(p[6])))
		return NULL;
	/* Through the ordinary reader, for its fraction. */
	char text[24] = { p[0], p[1], ':', p[2], p[3], ':', p[4], p[5] };
	size_t n = (size_t)(end - p - 6) < sizeof text - 8 ? (size_t)(end - p - 6) : sizeof text - 8;
	memcpy(text + 8, p + 6, n);
	const char *behind = ts_clock(t, text, text + 8 + n, 0);
	return behind ? p + (behind - text) - 2 : NULL;
}

/*
 * "161209 14:37:59", "081109 203615", "20260129 17:00:00", "20260129T170000Z", "20260129170000"; n digits
 * stand at the front.
 */
static bool parse_packed(struct str *s, size_t n, struct timestamp *out)
{
	const char *p = s->ptr, *end = p + s->len;
	struct ts_parts t = { .year = full_year(ts_two(p)) };
	p += 2;
	if (n != 6) {
		t.year = ts_two(s->ptr) * 100 + ts_two(p);
		p += 2;
	}
	t.month = ts_two(p);
	t.day = ts_two(p + 2);
	p += 4;
	if (t.year < 1970 || t.month < 1 || t.month > 12)
		return false;
	if (n != 14) {
		char sep = p < end ? *p++ : '\0';
		if (sep != ' ' && (n == 6 || (sep != 'T' && sep != '-' && sep != '_' && sep != ':')))
			return false;
		if (sep == ' ' && p < end && *p == ' ')
			p++; /* MySQL pads the hour */
	}
	const char *q = packed_clock(&t, p, end);
	if (!q && n != 14)
		q = ts_clock(&t, p, end, p[-1] == ' ' ? TS_SHORT_HOUR : 0);
	return q && ts_finish(&t, s, ts_zone(&t, q, end), out);
}

/* Epochs between 2001 and 2100 in seconds. */
enum { EPOCH_FIRST_S = 978307200, EPOCH_MS_DIGITS = 13 };
#define EPOCH_END_S INT64_C(4102444800)

/* n digits at *p, perhaps a fraction behind: moves *p. */
static bool epoch_at(const char **p, const char *end, size_t n, struct timestamp *out)
{
	uint64_t v;
	if (n < 9 || n > 19 || !str_to_u64(str_make(*p, n), &v))
		return false;
	/* Constants, for a division takes longer than all the rest. */
	bool s = n <= 10, ms = n <= 13, us = n <= 16;
	int64_t unit_ns = s ? NS_PER_S : ms ? NS_PER_MS : us ? 1000 : 1;
	int64_t per_s = s ? 1 : ms ? 1000 : us ? 1000000 : NS_PER_S;
	unsigned digits = s ? 0 : ms ? 3 : us ? 6 : 9;
	if (v < (uint64_t)(EPOCH_FIRST_S * per_s) || v >= (uint64_t)(EPOCH_END_S * per_s))
		return false;
	const char *q = *p + n;
	int64_t ns = (int64_t)v * unit_ns;
	if (end - q >= 2 && *q == '.' && ts_digit(q[1]))
		for (q++; q < end && ts_digit(*q); q++) {
			unit_ns /= 10;
			ns += unit_ns * (*q - '0');
			digits += digits < 9;
		}
	*out = (struct timestamp){
		.ns = ns, .digits = (uint8_t)digits, .has_zone = true, .has_year = true, .has_date = true
	};
	*p = q;
	return true;
}

static size_t count_digits(const char *p, const char *end)
{
	const char *q = p;
	while (q < end && q - p < 21 && ts_digit(*q))
		q++;
	return (size_t)(q - p);
}

bool timestamp_parse_epoch_ms(struct str s, struct timestamp *out)
{
	uint64_t ms;
	if (s.len != EPOCH_MS_DIGITS || !digits_number(s.ptr, EPOCH_MS_DIGITS, &ms) || ms < (uint64_t)EPOCH_FIRST_S * 1000 || ms >= (uint64_t)EPOCH_END_S * 1000)
		return false;
	*out = (struct timestamp){ .ns = (int64_t)ms * NS_PER_MS, .digits = 3, .has_zone = true, .has_year = true, .has_date = true };
	return true;
}

bool timestamp_parse_epoch(struct str s, struct timestamp *out)
{
	if (timestamp_parse_epoch_ms(s, out))
		return true;
	if (!s.len || !ts_digit(s.ptr[0]))
		return false;
	const char *p = s.ptr, *end = p + s.len;
	struct timestamp t;
	/* Nothing but digits, mostly: what reads them says whether they are. */
	if ((!epoch_at(&p, end, s.len, &t) && !epoch_at(&p, end, count_digits(p, end), &t)) || p != end)
		return false;
	*out = t;
	return true;
}

static bool parse_epoch(struct str *s, size_t n, struct timestamp *out)
{
	const char *p = s->ptr, *end = p + s->len;
	struct timestamp t;
	if (!epoch_at(&p, end, n, &t))
		return false;
	/* Part of an id, an address or a longer number. */
	if (p < end && (word_byte(*p) || *p == '_' || *p == '-' || *p == '.' || *p == '/'))
		return false;
	*out = t;
	*s = str_make(p, (size_t)(end - p));
	return true;
}

static bool parse_digits(struct str *s, struct timestamp *out)
{
	const char *p = s->ptr, *end = p + s->len;
	size_t n = count_digits(p, end);
	p += n;
	if (n == 6 || n == 8 || n == 14)
		return parse_packed(s, n, out);
	if (n >= 9)
		return parse_epoch(s, n, out);
	if (end - p < 4)
		return false;
	if (n == 4 && (*p == '-' || *p == '/' || *p == '.' || *p == ':'))
		return parse_year_first(s, out);
	unsigned first;
	if (n > 2 || !short_number(s->ptr, end, &first))
		return false;
	if (*p == ':')
		return parse_time_only(s, out);
	if ((*p == '/' || *p == '-' || *p == ' ') && (word_byte(p[1]) || p[1] == ' '))
		return parse_day_first(s, p, first, out);
	if (*p == '/' || *p == '-' || *p == '.')
		return parse_numbers(s, p, first, out);
	return false;
}

/* "Jan-29-26 17:43:00", "Jan-29-2026 17:43:00", "Jan-29 17:43:00.123"; the month is read, p at the day. */
static bool parse_month_first(struct ts_parts *t, struct str *s, const char *p, struct timestamp *out)
{
	const char *end = s->ptr + s->len;

	p = short_number(p, end, &t->day);
	if (p && p < end && *p == ' ')
		return rest(t, s, p, end, 0, out);
	if (!p || p == end || *p != '-')
		return false;
	p = year_at(p + 1, end, &t->year);
	return p && rest(t, s, p, end, TS_NO_SECONDS, out);
}

/*
 * "Jan 29 17:43:00", "Mar 4, 2012 8:51:36 AM", "Fri Dec 16 01:46:23.000000 2005",
 * "Fri, 16 Dec 2005 01:46:23 GMT"
 */
static bool parse_word(struct str *s, struct timestamp *out)
{
	const char *p = s->ptr, *end = p + s->len;
	struct str word = word_at(p, end);
	/* Most lines that begin with a word are no dates: what follows the word tells sooner than tables. */
	const char *next = p + word.len;
	if (next < end && (*next == '.' || *next == ','))
		next++;
	next = blanks(next, end);
	if (next == end || (!ts_digit(*next) && *next != '-' && !ts_weekday(word)))
		return false;
	struct ts_parts t = { .year = -1, .month = ts_month(word) };
	if (*next == '-')
		return t.month && parse_month_first(&t, s, next + 1, out);
	bool weekday = !t.month && ts_weekday(word);
	p += word.len;
	if (weekday) {
		if (p < end && (*p == ',' || *p == '.'))
			p++;
		p = blanks(p, end);
		if (p < end && ts_digit(*p)) {
			struct str date = { p, (size_t)(end - p) };
			const char *q = short_number(p, end, &t.day);
			if (!q || end - q < 4 || (*q != ' ' && *q != '-') ||
			    !parse_day_first(&date, q, t.day, out))
				return false;
			*s = date;
			return true;
		}
		word = word_at(p, end);
		t.month = ts_month(word);
		p += word.len;
	}
	if (!t.month)
		return false;
	if (p < end && *p == '.')
		p++;
	const char *q = blanks(p, end);
	if (q == p || !(p = short_number(q, end, &t.day)))
		return false;
	q = p < end && *p == ',' ? p + 1 : p;
	q = blanks(q, end);
	if (q > p && four(q, end, &t.year))
		p = q + 4;
	else if (p < end && *p == ',')
		return false;
	p = separator(p, end);
	if (p)
		p = ts_clock(&t, p, end, TS_SHORT_HOUR | TS_AM_PM | (t.year >= 0 ? TS_NO_SECONDS : 0));
	if (!p)
		return false;
	p = ts_zone(&t, p, end);
	/* ctime() has the year at the end; behind a bare syslog date a number belongs to the message. */
	if (weekday && t.year < 0 && end - p >= 5 && *p == ' ' && four(p + 1, end, &t.year)) {
		p += 5;
		if (!t.has_zone)
			p = ts_zone(&t, p, end); /* "2026 -04:00": Oracle */
	}
	return ts_finish(&t, s, p, out);
}

/* "@4000000037c219bf2ef02e94" (daemontools): TAI seconds by its convention of UTC + 10 s, and nanoseconds. */
static bool parse_tai64n(struct str *s, struct timestamp *out)
{
	enum { HEX_DIGITS = 24, TAI_AHEAD_S = 10 };
	if (s->len < 1 + HEX_DIGITS)
		return false;
	uint64_t part[2] = { 0, 0 };
	for (int i = 0; i < HEX_DIGITS; i++) {
		char c = s->ptr[1 + i];
		unsigned d = ts_digit(c) ? (unsigned)(c - '0') : (unsigned)(c | 0x20) - 'a' + 10;
		if (d > 15)
			return false;
		part[i >= 16] = part[i >= 16] << 4 | d;
	}
	int64_t at_s = (int64_t)(part[0] - (UINT64_C(1) << 62)) - TAI_AHEAD_S;
	if (at_s < 0 || at_s >= EPOCH_END_S || part[1] >= (uint64_t)NS_PER_S)
		return false;
	*out = (struct timestamp){ .ns = at_s * NS_PER_S + (int64_t)part[1],
		                   .digits = 9,
		                   .has_zone = true,
		                   .has_year = true,
		                   .has_date = true };
	*s = str_from(*s, 1 + HEX_DIGITS);
	return true;
}

bool timestamp_parse(struct str *s, struct timestamp *out)
{
	if (s->len < sizeof "9:46:45" - 1)
		return false;
	char c = s->ptr[0];
	if (ts_digit(c))
		return timestamp_parse_iso(s, out) || timestamp_parse_clf(s, out) || parse_digits(s, out);
	if (c == '@')
		return parse_tai64n(s, out);
	return word_byte(c) && parse_word(s, out);
}
