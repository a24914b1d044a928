#include "core/str.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/ascii.h"
#include "core/digits.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline unsigned char lower(char c)
{
	unsigned char u = (unsigned char)c;
	return u >= 'A' && u <= 'Z' ? (unsigned char)(u | 0x20) : u;
}

static bool equal_nocase(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

bool str_eq_nocase(struct str a, struct str b)
{
	return a.len == b.len && equal_nocase(a.ptr, b.ptr, a.len);
}

bool str_starts_nocase(struct str s, struct str prefix)
{
	return s.len >= prefix.len && equal_nocase(s.ptr, prefix.ptr, prefix.len);
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
	return c ? c : (a.len > b.len) - (a.len < b.len);
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	if (needle.len == 0)
		return 0;
	if (needle.len > s.len)
		return -1;
	const char *p = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return p ? p - s.ptr : -1;
}

ptrdiff_t str_find_nocase(struct str s, struct str needle)
{
	if (needle.len == 0)
		return 0;
	if (needle.len > s.len)
		return -1;
	unsigned char first = lower(needle.ptr[0]);
	size_t i = 0;
#ifdef __SSE2__
	/* Where it can begin, sixteen places at a time. */
	const __m128i low = _mm_set1_epi8((char)first), up = _mm_set1_epi8((char)(first >= 'a' && first <= 'z' ? first ^ 0x20 : first));
	for (; i + needle.len + 15 <= s.len; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.ptr + i));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, low), _mm_cmpeq_epi8(v, up)));
		for (; hits; hits &= hits - 1) {
			size_t at = i + (unsigned)__builtin_ctz(hits);
			if (equal_nocase(s.ptr + at + 1, needle.ptr + 1, needle.len - 1))
				return (ptrdiff_t)at;
		}
	}
#endif
	for (; i + needle.len <= s.len; i++)
		if (lower(s.ptr[i]) == first && equal_nocase(s.ptr + i + 1, needle.ptr + 1, needle.len - 1))
			return (ptrdiff_t)i;
	return -1;
}

ptrdiff_t str_chr(struct str s, char c)
{
	const char *p = s.len ? memchr(s.ptr, c, s.len) : NULL;
	return p ? p - s.ptr : -1;
}

ptrdiff_t str_rchr(struct str s, char c)
{
	const char *p = s.len ? memrchr(s.ptr, c, s.len) : NULL;
	return p ? p - s.ptr : -1;
}

void bytes_clear(void *p, size_t n)
{
	memset(p, 0, n);
}

struct str str_trim_blanks(struct str s)
{
	while (s.len && str_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && str_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct str str_unquote(struct str s)
{
	if (s.len < 2 || s.ptr[0] != s.ptr[s.len - 1])
		return s;
	char q = s.ptr[0];
	return q == '"' || q == '\'' || q == '`' ? str_make(s.ptr + 1, s.len - 2) : s;
}

struct str str_cut(struct str s, char c, struct str *rest)
{
	ptrdiff_t at = str_chr(s, c);
	if (at < 0) {
		*rest = str_from(s, s.len);
		return s;
	}
	*rest = str_from(s, (size_t)at + 1);
	return str_head(s, (size_t)at);
}

struct str str_word(struct str *s)
{
	size_t from = 0;
	while (from < s->len && str_blank(s->ptr[from]))
		from++;
	size_t to = from;
#ifdef __SSE2__
	unsigned blanks = 0;
	for (; s->len - to >= 16; to += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s->ptr + to)), t = _mm_sub_epi8(v, _mm_set1_epi8('\t'));
		__m128i blank = _mm_cmpeq_epi8(_mm_min_epu8(t, _mm_set1_epi8('\r' - '\t')), t);
		blanks = (unsigned)_mm_movemask_epi8(_mm_or_si128(blank, _mm_cmpeq_epi8(v, _mm_set1_epi8(' '))));
		if (blanks)
			break;
	}
	if (blanks)
		to += (unsigned)__builtin_ctz(blanks);
#endif
	while (to < s->len && !str_blank(s->ptr[to]))
		to++;
	struct str word = str_head(str_from(*s, from), to - from);
	*s = str_from(*s, to);
	return word;
}

bool str_to_u64(struct str s, uint64_t *out)
{
	if (s.len == 0)
		return false;
	if (s.len <= 16)
		return digits_number(s.ptr, s.len, out);
	uint64_t v = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned d = (unsigned)(unsigned char)s.ptr[i] - '0';
		if (d > 9 || v > UINT64_MAX / 10 || (v == UINT64_MAX / 10 && d > UINT64_MAX % 10))
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
	uint64_t v;
	if (s.len - 1 < 16 && is_digit(s.ptr[0])) {
		if (!digits_number(s.ptr, s.len, &v))
			return false;
		*out = (int64_t)v;
		return true;
	}
	bool negative = s.len && s.ptr[0] == '-';
	if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
		s = str_from(s, 1);
	if (!str_to_u64(s, &v) || v > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

/* Digits of *s from *i on go into mantissa (19 are significant); returns how many stood there. */
static size_t take_digits(struct str s, size_t *i, uint64_t *mantissa, int *dropped)
{
	size_t from = *i;
	for (; *i < s.len && is_digit(s.ptr[*i]); ++*i) {
		if (*mantissa < UINT64_C(1000000000000000000))
			*mantissa = *mantissa * 10 + (unsigned)(s.ptr[*i] - '0');
		else if (*dropped < 100000)
			++*dropped;
	}
	return *i - from;
}

/* mantissa · 10^exponent, correctly rounded. */
static double scale(uint64_t mantissa, int exponent)
{
	static const double power[] = {
		1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
	};
	/* Both sides are exact doubles here, so one operation rounds once. */
	if (mantissa <= (UINT64_C(1) << 53) && exponent >= -22 && exponent <= 22)
		return exponent < 0 ? (double)mantissa / power[-exponent]
		                    : (double)mantissa * power[exponent];
	/* No decimal point in the text, so no locale can disagree. */
	char text[48];
	snprintf(text, sizeof text, "%llue%d", (unsigned long long)mantissa, exponent);
	return strtod(text, NULL);
}

/* "12.437": digits and a point, so few of them that all stand exactly in a double. */
static inline bool plain_double(struct str s, double *out)
{
	static const double power[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14 };
	enum { BYTES_MAX = sizeof power / sizeof power[0] };
	uint64_t v = 0;
	size_t i = 0, whole;
	if (s.len > BYTES_MAX || s.len == 0)
		return false;
	if (s.len <= 8) {
		unsigned n = (unsigned)s.len;
		return digits_real(digits_load(s.ptr, s.len), &n, out);
	}
	for (; i < s.len && is_digit(s.ptr[i]); i++)
		v = v * 10 + (unsigned)(s.ptr[i] - '0');
	whole = i;
	if (i < s.len && s.ptr[i] == '.') {
		for (i++; i < s.len && is_digit(s.ptr[i]); i++)
			v = v * 10 + (unsigned)(s.ptr[i] - '0');
	}
	if (i != s.len || s.len - whole == 1 || whole == 0)
		return false;
	*out = whole == s.len ? (double)v : (double)v / power[s.len - whole - 1];
	return true;
}

bool str_to_double(struct str s, double *out)
{
	if (plain_double(s, out))
		return true;
	size_t i = 0;
	bool negative = s.len && s.ptr[0] == '-';
	if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
		i++;
	uint64_t mantissa = 0;
	int whole_dropped = 0, fraction_dropped = 0;
	size_t n = take_digits(s, &i, &mantissa, &whole_dropped);
	size_t fraction = 0;
	if (i < s.len && s.ptr[i] == '.') {
		i++;
		fraction = take_digits(s, &i, &mantissa, &fraction_dropped);
	}
	if (n + fraction == 0)
		return false;
	if (fraction > 100000)
		return false;
	int exponent = whole_dropped - ((int)fraction - fraction_dropped);
	if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
		i++;
		bool down = i < s.len && s.ptr[i] == '-';
		if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+'))
			i++;
		int e = 0;
		size_t from = i;
		for (; i < s.len && is_digit(s.ptr[i]); i++)
			if (e < 100000)
				e = e * 10 + (s.ptr[i] - '0');
		if (i == from)
			return false;
		exponent += down ? -e : e;
	}
	if (i != s.len)
		return false;
	double v = mantissa ? scale(mantissa, exponent) : 0.0;
	*out = negative ? -v : v;
	return true;
}

/*
 * Does c match the class whose '[' is at p[*i - 1]? Moves *i behind the ']'. A class without an end
 * is an ordinary '['.
 */
static bool match_class(struct str p, size_t *i, char c)
{
	size_t j = *i;
	bool negate = j < p.len && (p.ptr[j] == '!' || p.ptr[j] == '^');
	if (negate)
		j++;
	size_t close = j + 1; /* a ']' in first place stands for itself */
	while (close < p.len && p.ptr[close] != ']')
		close++;
	if (close >= p.len)
		return c == '[';
	bool hit = false;
	unsigned char u = (unsigned char)c;
	while (j < close) {
		unsigned char from = (unsigned char)p.ptr[j], to = from;
		if (j + 2 < close && p.ptr[j + 1] == '-') {
			to = (unsigned char)p.ptr[j + 2];
			j += 2;
		}
		j++;
		hit |= u >= from && u <= to;
	}
	*i = close + 1;
	return hit != negate;
}

bool str_glob(struct str pattern, struct str s)
{
	size_t pi = 0, si = 0;
	size_t star = SIZE_MAX, star_si = 0; /* the last '*' passed and where it may end next */
	while (si < s.len) {
		size_t next = pi + 1;
		bool ok = false;
		if (pi < pattern.len) {
			char c = pattern.ptr[pi];
			if (c == '*') {
				star = pi++;
				star_si = si;
				continue;
			}
			if (c == '?')
				ok = true;
			else if (c == '[')
				ok = match_class(pattern, &next, s.ptr[si]);
			else
				ok = c == s.ptr[si];
		}
		if (ok) {
			pi = next;
			si++;
		} else if (star != SIZE_MAX) {
			/* Only the last star needs another try: what stands before it has matched already. */
			pi = star + 1;
			si = ++star_si;
		} else {
			return false;
		}
	}
	while (pi < pattern.len && pattern.ptr[pi] == '*')
		pi++;
	return pi == pattern.len;
}

size_t str_utf8_at(struct str s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.ptr + at;
	size_t left = s.len - at;
	unsigned char c = p[0];
	if (c < 0x80)
		return 1;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || left < n)
		return 0;
	/* The second byte's range keeps out overlong forms, surrogates and all beyond U+10FFFF. */
	unsigned char lo = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	unsigned char hi = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (p[1] < lo || p[1] > hi)
		return 0;
	for (size_t k = 2; k < n; k++)
		if (p[k] < 0x80 || p[k] > 0xbf)
			return 0;
	return n;
}

size_t str_printable_at(struct str s, size_t at)
{
	unsigned char c = (unsigned char)s.ptr[at];
	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	return c == 0xc2 && at + 1 < s.len && (unsigned char)s.ptr[at + 1] < 0xa0 ? 0 : str_utf8_at(s, at);
}

size_t str_utf8_put(uint32_t cp, char out[static 4])
{
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		cp = 0xfffd;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = n; i-- > 1; cp >>= 6)
		out[i] = (char)(unsigned char)(0x80 | (cp & 0x3f));
	out[0] = (char)(unsigned char)(lead[n] | cp);
	return n;
}

bool str_is_utf8(struct str s)
{
	for (size_t i = 0; i < s.len;) {
		if (s.len - i >= 8) {
			uint64_t eight;
			memcpy(&eight, s.ptr + i, sizeof eight);
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				i += 8;
				continue;
			}
		}
		size_t n = str_utf8_at(s, i);
		if (!n)
			return false;
		i += n;
	}
	return true;
}
