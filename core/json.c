#include "core/json.h"

#include "core/ascii.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline const char *skip_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

#ifndef __SSE2__
/* High bit of every byte of v that is zero; the lowest one found is exact, higher ones may be false. */
static inline uint64_t zero_bytes(uint64_t v)
{
	return (v - UINT64_C(0x0101010101010101)) & ~v & UINT64_C(0x8080808080808080);
}
#endif

/* p is behind the opening quote. Returns the closing quote, NULL when there is none. */
static const char *scan_string(const char *p, const char *end, bool *escape)
{
	for (;;) {
#ifdef __SSE2__
		while (end - p >= 16) {
			__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
			unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(
				_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
			if (hits) {
				p += __builtin_ctz(hits);
				break;
			}
			p += 16;
		}
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		while (end - p >= 8) {
			uint64_t v;
			memcpy(&v, p, sizeof v);
			uint64_t hit = zero_bytes(v ^ UINT64_C(0x2222222222222222)) |
			               zero_bytes(v ^ UINT64_C(0x5c5c5c5c5c5c5c5c));
			if (hit) {
				p += __builtin_ctzll(hit) >> 3;
				break;
			}
			p += 8;
		}
#endif
		while (p < end && *p != '"' && *p != '\\')
			p++;
		if (p == end)
			return NULL;
		if (*p == '"')
			return p;
		*escape = true;
		if (end - p < 2)
			return NULL;
		p += 2;
	}
}

static const char *scan_number(const char *p, const char *end)
{
	if (*p == '-')
		p++;
	if (p == end)
		return NULL;
	if (*p == 'I')
		return end - p >= 8 && memcmp(p, "Infinity", 8) == 0 ? p + 8 : NULL;
	if (!is_digit(*p))
		return NULL;
	if (*p == '0')
		p++;
	else
		while (p < end && is_digit(*p))
			p++;
	if (p < end && *p == '.') {
		const char *from = ++p;
		while (p < end && is_digit(*p))
			p++;
		if (p == from)
			return NULL;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		const char *from = p;
		while (p < end && is_digit(*p))
			p++;
		if (p == from)
			return NULL;
	}
	return p;
}

static const char *scan_word(const char *p, const char *end, const char *word, size_t len)
{
	return (size_t)(end - p) >= len && memcmp(p, word, len) == 0 ? p + len : NULL;
}

/* A value that is no container; p < end. Fills *v; returns what is behind it or NULL. */
static const char *scan_scalar(const char *p, const char *end, struct json_value *v)
{
	const char *from = p;
	v->has_escape = false;
	switch (*p) {
	case '"':
		p = scan_string(p + 1, end, &v->has_escape);
		if (!p)
			return NULL;
		v->type = JSON_STRING;
		v->raw = str_make(from + 1, (size_t)(p - from) - 1);
		return p + 1;
	case 't':
		v->type = JSON_BOOL;
		p = scan_word(p, end, "true", 4);
		break;
	case 'f':
		v->type = JSON_BOOL;
		p = scan_word(p, end, "false", 5);
		break;
	case 'n':
		v->type = JSON_NULL;
		p = scan_word(p, end, "null", 4);
		break;
	case 'N':
		v->type = JSON_NUMBER;
		p = scan_word(p, end, "NaN", 3);
		break;
	default:
		v->type = JSON_NUMBER;
		p = scan_number(p, end);
	}
	if (p)
		v->raw = str_make(from, (size_t)(p - from));
	return p;
}

/* p at '{' or '['. Checks the grammar down to the matching end without recursion; NULL when malformed. */
static const char *scan_container(const char *p, const char *end)
{
	enum { VALUE, FIRST_ITEM, KEY, FIRST_KEY, NEXT } want = VALUE;
	uint64_t arrays[JSON_MAX_DEPTH / 64] = { 0 }; /* bit per open level: is it an array? */
	unsigned depth = 0;
	do {
		p = skip_blank(p, end);
		if (p == end)
			return NULL;
		char c = *p;
		if (want == KEY || (want == FIRST_KEY && c != '}')) {
			bool escape;
			if (c != '"')
				return NULL;
			p = scan_string(p + 1, end, &escape);
			if (!p)
				return NULL;
			p = skip_blank(p + 1, end);
			if (p == end || *p != ':')
				return NULL;
			p++;
			want = VALUE;
		} else if (want == VALUE || (want == FIRST_ITEM && c != ']')) {
			if (c == '{' || c == '[') {
				if (depth == JSON_MAX_DEPTH)
					return NULL;
				uint64_t bit = UINT64_C(1) << (depth & 63);
				if (c == '[')
					arrays[depth / 64] |= bit;
				else
					arrays[depth / 64] &= ~bit;
				depth++;
				p++;
				want = c == '[' ? FIRST_ITEM : FIRST_KEY;
			} else {
				struct json_value ignored;
				p = scan_scalar(p, end, &ignored);
				if (!p)
					return NULL;
				want = NEXT;
			}
		} else {
			bool array = arrays[(depth - 1) / 64] >> ((depth - 1) & 63) & 1;
			if (c == ',' && want == NEXT)
				want = array ? VALUE : KEY;
			else if (c == (array ? ']' : '}')) {
				depth--;
				want = NEXT;
			} else
				return NULL;
			p++;
		}
	} while (depth);
	return p;
}

/* p < end, not blank. */
static inline const char *scan_value(const char *p, const char *end, struct json_value *v)
{
	if (*p != '{' && *p != '[')
		return scan_scalar(p, end, v);
	const char *from = p;
	p = scan_container(p, end);
	if (!p)
		return NULL;
	v->type = *from == '{' ? JSON_OBJECT : JSON_ARRAY;
	v->has_escape = false;
	v->raw = str_make(from, (size_t)(p - from));
	return p;
}

struct json_value json_value_at(struct str s, struct str *rest)
{
	struct json_value v = { JSON_END, str_head(s, 0), false };
	const char *end = s.len ? s.ptr + s.len : s.ptr;
	const char *p = skip_blank(s.ptr, end);
	if (p < end) {
		const char *after = scan_value(p, end, &v);
		if (!after)
			v = (struct json_value){ JSON_ERROR, str_make(p, (size_t)(end - p)), false };
		else
			p = after;
	}
	if (rest)
		*rest = str_make(p, (size_t)(end - p));
	return v;
}

bool json_iter_open(struct json_iter *it, struct str text)
{
	const char *end = text.len ? text.ptr + text.len : text.ptr;
	const char *p = skip_blank(text.ptr, end);
	*it = (struct json_iter){ .at = p, .end = end, .first = true };
	if (p == end || (*p != '{' && *p != '['))
		return false;
	it->array = *p == '[';
	it->at++;
	return true;
}

bool json_iter_init(struct json_iter *it, struct json_value container)
{
	if (container.type != JSON_OBJECT && container.type != JSON_ARRAY) {
		*it = (struct json_iter){ .at = container.raw.ptr, .end = container.raw.ptr, .first = true };
		return false;
	}
	return json_iter_open(it, container.raw);
}

/* The end of the walk: nothing more comes, however often it is asked. */
static bool iter_stop(struct json_iter *it, const char *at, bool failed)
{
	it->failed |= failed;
	it->at = at;
	it->end = at;
	return false;
}

bool json_iter_next(struct json_iter *it, struct str *key, struct json_value *val)
{
	const char *end = it->end;
	if (it->at == end)
		/* Through already, or cut off where a member was due. */
		return iter_stop(it, end, it->first);
	const char *p = skip_blank(it->at, end);
	if (p == end)
		return iter_stop(it, p, true);
	if (*p == (it->array ? ']' : '}')) {
		it->first = false;
		return iter_stop(it, p + 1, false);
	}
	if (!it->first) {
		if (*p != ',')
			return iter_stop(it, p, true);
		p = skip_blank(p + 1, end);
		if (p == end)
			return iter_stop(it, p, true);
	}
	it->first = false;
	*key = STR_NONE;
	if (!it->array) {
		bool escape;
		if (*p != '"')
			return iter_stop(it, p, true);
		const char *close = scan_string(p + 1, end, &escape);
		if (!close)
			return iter_stop(it, end, true);
		*key = str_make(p + 1, (size_t)(close - p) - 1);
		p = skip_blank(close + 1, end);
		if (p == end || *p != ':')
			return iter_stop(it, p, true);
		p = skip_blank(p + 1, end);
		if (p == end)
			return iter_stop(it, p, true);
	}
	const char *after = scan_value(p, end, val);
	if (!after)
		return iter_stop(it, p, true);
	/* A member that ends the text leaves the container open. */
	if (after == end)
		it->failed = true;
	it->at = after;
	return true;
}

static bool hex4(const char *p, const char *end, uint32_t *out)
{
	if (end - p < 4)
		return false;
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)p[i];
		unsigned d = c - '0';
		if (d > 9) {
			d = (c | 0x20u) - 'a';
			if (d > 5)
				return false;
			d += 10;
		}
		v = v << 4 | d;
	}
	*out = v;
	return true;
}

/* The escape at p (behind the backslash) into out; moves p. What is no escape stays as it is. */
static const char *unescape(const char *p, const char *end, char **out)
{
	static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	char c = *p++;
	uint32_t cp, low;
	if (c == '"' || c == '\\') {
		*(*out)++ = c;
		return p;
	}
	const char *known = c ? strchr(plain, c) : NULL;
	if (known) {
		*(*out)++ = means[known - plain];
		return p;
	}
	if (c != 'u' || !hex4(p, end, &cp)) {
		*(*out)++ = '\\';
		*(*out)++ = c;
		return p;
	}
	p += 4;
	if (cp >= 0xd800 && cp < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
	    hex4(p + 2, end, &low) && low >= 0xdc00 && low < 0xe000) {
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	char utf8[4];
	size_t n = str_utf8_put(cp, utf8);
	memcpy(*out, utf8, n);
	*out += n;
	return p;
}

/* Copies up to the next backslash; what is written too much, never behind the room for what is left, is overwritten later. */
static inline const char *copy_plain(const char *p, const char *end, char **to)
{
	char *out = *to;
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
		_mm_storeu_si128((__m128i *)(void *)out, v);
		if (hits) {
			*to = out + __builtin_ctz(hits);
			return p + __builtin_ctz(hits);
		}
		p += 16;
		out += 16;
	}
#endif
	while (p < end && *p != '\\')
		*out++ = *p++;
	*to = out;
	return p;
}

struct str json_text(struct json_value v, struct arena *a)
{
	if (v.type == JSON_ERROR)
		return STR_NONE;
	if (v.type != JSON_STRING || !v.has_escape)
		return v.raw;
	/* An escape is never shorter than what it stands for. */
	char *text = arena_alloc(a, v.raw.len, 1), *out = text;
	const char *p = v.raw.ptr, *end = p + v.raw.len;
	while ((p = copy_plain(p, end, &out)) < end && ++p < end)
		p = unescape(p, end, &out);
	return str_make(text, (size_t)(out - text));
}

struct json_value json_get(struct json_value object, struct str path)
{
	struct json_iter it;
	struct json_value v;
	struct str key;
	bool nested = false;
	if (object.type == JSON_OBJECT && json_iter_init(&it, object))
		while (json_iter_next(&it, &key, &v)) {
			if (str_eq(key, path))
				return v;
			nested |= v.type == JSON_OBJECT && key.len < path.len && path.ptr[key.len] == '.' &&
			          str_starts(path, key);
		}
	/* Recursion is as deep as the path has dots. */
	if (nested && json_iter_init(&it, object))
		while (json_iter_next(&it, &key, &v)) {
			if (v.type != JSON_OBJECT || key.len >= path.len || path.ptr[key.len] != '.' ||
			    !str_starts(path, key))
				continue;
			v = json_get(v, str_from(path, key.len + 1));
			if (v.type != JSON_END)
				return v;
		}
	return (struct json_value){ JSON_END, STR_NONE, false };
}

struct str json_get_text(struct json_value object, const char *path, struct arena *a)
{
	struct json_value v = json_get(object, str_of(path));

	return v.type == JSON_STRING ? json_text(v, a) : STR_NONE;
}

bool json_double(struct json_value v, double *out)
{
	if (v.type != JSON_NUMBER && v.type != JSON_STRING)
		return false;
	return str_to_double(v.raw, out);
}

bool json_i64(struct json_value v, int64_t *out)
{
	if (v.type != JSON_NUMBER && v.type != JSON_STRING)
		return false;
	if (str_to_i64(v.raw, out))
		return true;
	/* Some loggers write every number as a float: 200.0, 1e3. */
	double d;
	if (!str_to_double(v.raw, &d) || !(d >= -9007199254740992.0 && d <= 9007199254740992.0) ||
	    d != (double)(int64_t)d)
		return false;
	*out = (int64_t)d;
	return true;
}

bool json_valid(struct str s)
{
	struct str rest;
	struct json_value v = json_value_at(s, &rest);
	return v.type != JSON_ERROR && v.type != JSON_END && str_trim(rest).len == 0;
}
