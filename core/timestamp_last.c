/*
 * Reading a timestamp by the one before it. The notations of the ISO family that a log writes are all of one length and
 * differ in the digits of the time of day; whatever else differs, the ordinary reader decides.
 */
#include "core/digits.h"
#include "core/timestamp_parts.h"

enum { CLOCK_AT = 11, SECONDS_END = 19 }; /* "2026-01-29T22:05:02" */

static const uint32_t fraction_ns[] = { 1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1 };

/* "22:05:02" at p in seconds; negative when it is none that an ordinary day has. */
static inline int64_t clock_seconds(const char *p)
{
	uint64_t v = digits_load(p, 8) ^ UINT64_C(0x30303a30303a3030);
	if (digits_above(v, UINT64_C(0x76767f76767f7676)))
		return -1;
	v = v * 10 + (v >> 8); /* every byte with the one behind it: no pair of digits is above 99 */
	unsigned hour = v & 0xff, minute = v >> 24 & 0xff, second = v >> 48 & 0xff;
	return hour > 23 || minute > 59 || second > 59 ? -1 : (int64_t)(hour * 3600 + minute * 60 + second);
}

/* The `n` digits (1..9) that end at `end`, behind eight bytes at least. */
static inline bool fraction_before(const char *end, unsigned n, uint64_t *value)
{
	if (n > 8)
		return str_to_u64(str_make(end - n, n), value);
	uint64_t v = digits_load(end - 8, 8) >> (8 * (8 - n));
	if (digits_count(v) < n)
		return false;
	*value = digits_value(v, n);
	return true;
}

bool timestamp_recall(const struct timestamp_last *last, struct str *s, struct timestamp *out)
{
	const char *p = s->ptr;
	size_t n = last->len, tail = SECONDS_END;
	if (n == 0 || s->len < n || (s->len > n ? last->after != ' ' || p[n] != ' ' : last->after != '\0') ||
	    memcmp(p, last->text, 8) != 0 || memcmp(p + CLOCK_AT - 4, last->text + CLOCK_AT - 4, 4) != 0)
		return false;
	int64_t ns = clock_seconds(p + CLOCK_AT);
	if (ns < 0)
		return false;
	ns *= NS_PER_S;
	if (last->time.digits > 0) {
		uint64_t v;
		if (p[tail] != '.' || !fraction_before(p + tail + 1 + last->time.digits, last->time.digits, &v))
			return false;
		tail += 1u + last->time.digits;
		ns += (int64_t)v * fraction_ns[last->time.digits];
	}
	for (; tail < n; tail++)
		if (p[tail] != last->text[tail])
			return false;
	*out = last->time;
	out->ns += ns;
	*s = str_make(p + n, s->len - n);
	return true;
}

void timestamp_remember(struct timestamp_last *last, struct str s, size_t n, const struct timestamp *t)
{
	last->len = 0;
	if (n < SECONDS_END || n > sizeof last->text || !t->has_year || !t->has_date || t->order != DAY_MONTH_SAID)
		return;
	/* What may stand behind it decides whether it ends there: nothing, or a blank behind a zone. */
	if (n < s.len ? s.ptr[n] != ' ' || !t->has_zone : false)
		return;
	int64_t clock_s = clock_seconds(s.ptr + CLOCK_AT);
	size_t digits = 0;
	if (clock_s < 0 || !ts_digit(s.ptr[0]) || (s.ptr[10] != 'T' && s.ptr[10] != ' '))
		return;
	if (n > SECONDS_END + 1 && s.ptr[SECONDS_END] == '.')
		while (SECONDS_END + 1 + digits < n && ts_digit(s.ptr[SECONDS_END + 1 + digits]))
			digits++;
	/* Another mark before the fraction than a point, or a longer one, is left to the ordinary reader. */
	if (digits != t->digits)
		return;
	int64_t ns = clock_s * NS_PER_S;
	for (size_t i = 0; i < digits; i++)
		ns += (int64_t)(s.ptr[SECONDS_END + 1 + i] - '0') * fraction_ns[i + 1];
	memcpy(last->text, s.ptr, n);
	last->len = (uint8_t)n;
	last->after = n < s.len ? ' ' : '\0';
	last->time = *t;
	last->time.ns -= ns;
}
