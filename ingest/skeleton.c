#include "ingest/skeleton.h"

#include "core/digits.h"
#include "core/hash.h"
#include "ingest/scan.h"
#include "ingest/words.h"

enum { NUMBER_BYTES_MAX = 32 }; /* longer runs of digits stay as they are */

#ifdef __SSE2__
static inline __m128i equal_to(__m128i v, char c)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

static inline unsigned mask_of(__m128i v)
{
	return (unsigned)_mm_movemask_epi8(v);
}
#endif

#ifdef __SSE2__
/* What is left of a text where no sixteen bytes are: n of them. */
static inline void copy_short(char *out, const char *p, size_t n)
{
	if (n >= 8) {
		memcpy(out, p, 8);
		memcpy(out + n - 8, p + n - 8, 8);
	} else if (n >= 4) {
		memcpy(out, p, 4);
		memcpy(out + n - 4, p + n - 4, 4);
	} else {
		for (size_t i = 0; i < n; i++)
			out[i] = p[i];
	}
}
#endif

/*
 * Copies up to the next byte of a kind, or to the end; moves *to, returns where it stopped. Sixteen bytes at a time, the last
 * of them once more with those before: what is written too much is overwritten later, out has room for it. `begin` is where
 * the text begins, `kind` says it of sixteen bytes and `one` of one.
 */
#ifdef __SSE2__
#define COPY_WIDE(kind)                                                                          \
	while (end - p >= 16) {                                                                  \
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);                   \
		unsigned hits = mask_of(kind(v));                            \
                                                                                                 \
		_mm_storeu_si128((__m128i *)(void *)out, v);                                     \
		if (hits) {                                                                      \
			*to = out + __builtin_ctz(hits);                                         \
			return p + __builtin_ctz(hits);                                          \
		}                                                                                \
		p += 16;                                                                         \
		out += 16;                                                                       \
	}                                                                                        \
	if (end - begin >= 16) {                                                                 \
		size_t left = (size_t)(end - p);                                                 \
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));          \
		unsigned hits = mask_of(kind(v)) >> (16 - left);             \
		size_t n = hits ? (size_t)__builtin_ctz(hits) : left;                            \
                                                                                                 \
		copy_short(out, p, left);                                                        \
		*to = out + n;                                                                   \
		return p + n;                                                                    \
	}
#else
#define COPY_WIDE(kind) (void)begin;
#endif
#define COPY_TO(name, kind, one)                                                                 \
	static inline const char *name(const char *begin, const char *p, const char *end, char **to) \
	{                                                                                        \
		char *out = *to;                                                                 \
		COPY_WIDE(kind)                                                                  \
		while (p < end && !one(*p))                                                      \
			*out++ = *p++;                                                           \
		*to = out;                                                                       \
		return p;                                                                        \
	}

COPY_TO(copy_to_digit, scan_digits_of, is_digit)

/* n times '0', with what is written too much as above. */
static inline char *put_zeroes(char *to, size_t n)
{
#ifdef __SSE2__
	if (n <= 16) {
		_mm_storeu_si128((__m128i *)(void *)to, _mm_set1_epi8('0'));
		return to + n;
	}
#endif
	memset(to, '0', n);
	return to + n;
}

/* Does the number from p to q stand between blanks, so that it is a word and nothing else? */
static inline bool is_lone_number(const char *from, const char *p, const char *q, const char *end)
{
	char before = p > from ? p[-1] : ' ', after = q < end ? *q : ' ';

	return (before == ' ' || before == '=' || before == '(' || before == '#') &&
	       (after == ' ' || after == ')' || after == ',') && q - p <= NUMBER_BYTES_MAX;
}

size_t skeleton_message(struct str s, char out[static SKELETON_ROOM_BYTES])
{
	const char *p = s.ptr, *end;
	char *to = out;

	if (s.len == 0 || s.len > SKELETON_TEXT_BYTES)
		return 0;
	end = p + s.len;
	while ((p = copy_to_digit(s.ptr, p, end, &to)) < end) {
		const char *q = scan_behind_digits(p, end);
		size_t n = is_lone_number(s.ptr, p, q, end) ? 1 : (size_t)(q - p);

		to = put_zeroes(to, n);
		p = q;
	}
	return (size_t)(to - out);
}

static inline bool is_name_byte(char c)
{
	return is_alnum(c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* What a statement's skeleton stops at: digits, quotes, and what may begin a comment, an escape or a placeholder. */
static inline bool is_special(char c)
{
	return is_digit(c) || c == '\'' || c == '"' || c == '`' || c == '\\' || c == '-' || c == '/' || c == '#' ||
	       c == '$' || c == '%';
}

#ifdef __SSE2__
static inline __m128i special_of(__m128i v)
{
	/* "#$%" and "'" are 0x23..0x25 and 0x27; '"' is 0x22: 0x22..0x27 stands for all, '&' is none. */
	__m128i low = _mm_sub_epi8(v, _mm_set1_epi8('"'));
	__m128i hit = _mm_cmpeq_epi8(_mm_min_epu8(low, _mm_set1_epi8('\'' - '"')), low);

	hit = _mm_or_si128(hit, scan_digits_of(v));
	hit = _mm_or_si128(hit, _mm_or_si128(equal_to(v, '-'), equal_to(v, '/')));
	return _mm_or_si128(hit, _mm_or_si128(equal_to(v, '`'), equal_to(v, '\\')));
}
#endif

COPY_TO(copy_to_special, special_of, is_special)

/* The closing quote of what p's quote opens; NULL when there is none, or an escape, or it is doubled. */
static const char *plain_quote_end(const char *p, const char *end)
{
	const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));

	if (!close || (close + 1 < end && close[1] == *p) || memchr(p, '\\', (size_t)(close - p)))
		return NULL;
	return close;
}

/* A whole number that is nothing but a value: its digits do not matter. */
static bool is_plain_value(const char *from, const char *p, const char *q, const char *end)
{
	char before = p > from ? p[-1] : ' ', after = q < end ? *q : ' ';

	return (before == ' ' || (!is_name_byte(before) && memchr(".:@%?", before, 5) == NULL)) && !is_name_byte(after) &&
	       after != '.';
}

/* What stands at p into *to; returns what is behind it, NULL when there can be no skeleton. */
static const char *special(const char *from, const char *p, const char *end, char **to)
{
	char c = *p, next = p + 1 < end ? p[1] : ' ';
	const char *q;

	if (is_digit(c)) {
		q = scan_behind_digits(p, end);
		if (is_plain_value(from, p, q, end)) {
			*(*to)++ = '0';
			return q;
		}
		memcpy(*to, p, (size_t)(q - p));
		*to += q - p;
		return q;
	}
	if (c == '\'' || c == '"' || c == '`') {
		q = plain_quote_end(p, end);
		if (!q)
			return NULL;
		if (c == '\'') {
			*(*to)++ = c;
		} else {
			memcpy(*to, p, (size_t)(q - p));
			*to += q - p;
		}
		*(*to)++ = c;
		return q + 1;
	}
	if (c == '\\' || c == '#' || (c == '-' && next == '-') || (c == '/' && next == '*') ||
	    (c == '$' && !is_digit(next)) || (c == '%' && next == '('))
		return NULL;
	*(*to)++ = c;
	return p + 1;
}

size_t skeleton_statement(struct str s, char out[static SKELETON_ROOM_BYTES])
{
	const char *p = s.ptr, *end;
	char *to = out;

	if (s.len == 0 || s.len > SKELETON_TEXT_BYTES)
		return 0;
	end = p + s.len;
	while ((p = copy_to_special(s.ptr, p, end, &to)) < end) {
		p = special(s.ptr, p, end, &to);
		if (!p)
			return 0;
	}
	return (size_t)(to - out);
}

/* Of a skeleton of a path: what stands before a number, or sixteen bytes. */
struct piece {
	uint64_t low, high; /* its bytes, zeroes behind */
	unsigned n;         /* of them */
	unsigned digits;    /* of those that follow how many are known to be a segment's digits */
	bool number;        /* some are */
	bool last;
};

/* Changes a key by a piece. The odd factors spread its length over what its bytes leave free. */
static inline uint64_t key_with(uint64_t key, const struct piece *p)
{
	uint64_t length = (p->n * 2 + p->number + 1) * UINT64_C(0x9e3779b97f4a7c15);

	return hash64_fold(p->low ^ key ^ UINT64_C(0xd6e8feb86659fd93), p->high ^ length ^ UINT64_C(0xa0761d6478bd642f)) ^ length;
}

enum { PIECE_BYTES = 16 };

#ifdef __SSE2__
/* The next piece of the path at p; behind its end so many bytes can be read. Little endian, as all that have SSE2. */
static inline struct piece piece_at(const char *p, const char *end, bool after_slash)
{
	/* From its middle backwards: masks for ever more bytes. */
	static const unsigned char masks[2 * PIECE_BYTES] = {
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	};
	size_t left = (size_t)(end - p);
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i ends = _mm_or_si128(_mm_or_si128(equal_to(v, '?'), equal_to(v, '#')), equal_to(v, ';'));
	unsigned stop = mask_of(ends) | 1u << (left < PIECE_BYTES ? left : PIECE_BYTES);
	unsigned digits = mask_of(scan_digits_of(v)), numbers = digits & (mask_of(equal_to(v, '/')) << 1 | after_slash);
	unsigned n = (unsigned)__builtin_ctz(stop | numbers);
	bool number = (numbers & ~stop) >> n & 1;
	uint64_t words[2];

	v = _mm_and_si128(v, _mm_loadu_si128((const __m128i *)(const void *)(masks + PIECE_BYTES - n)));
	_mm_storeu_si128((__m128i *)(void *)words, v);
	/* Digits behind the end are none. */
	digits &= (1u << (left < PIECE_BYTES ? left : PIECE_BYTES)) - 1;
	return (struct piece){ words[0], words[1], n, (unsigned)__builtin_ctz(~(digits >> n)), number, !number && n < PIECE_BYTES };
}
#else
static inline struct piece piece_at(const char *p, const char *end, bool after_slash)
{
	struct piece piece = { 0 };
	size_t n = 0;

	for (; n < PIECE_BYTES && p + n < end && p[n] != '?' && p[n] != '#' && p[n] != ';' && !piece.number; n++) {
		piece.number = is_digit(p[n]) && after_slash;
		after_slash = p[n] == '/';
	}
	n -= piece.number;
	piece.n = (unsigned)n;
	piece.digits = piece.number ? (unsigned)(scan_behind_digits(p + n, end) - (p + n)) : 0;
	piece.last = !piece.number && n < PIECE_BYTES;
	piece.low = digits_load(p, n < 8 ? n : 8);
	piece.high = n > 8 ? digits_load(p + 8, n - 8) : 0;
	return piece;
}
#endif

static inline uint64_t path_key(const char *p, const char *end, uint64_t key)
{
	struct piece piece;
	bool after_slash = false;

	do {
		piece = piece_at(p, end, after_slash);
		key = key_with(key, &piece);
		p += piece.n;
		after_slash = p[-1] == '/' && !piece.number;
		if (piece.number) {
			p += piece.digits;
			if (piece.n + piece.digits >= PIECE_BYTES)
				p = scan_behind_digits(p, end);
		}
	} while (!piece.last);
	return key | 1;
}

uint64_t skeleton_path_key(struct str s, struct str around, uint64_t seed)
{
	uintptr_t from = (uintptr_t)around.ptr, at = (uintptr_t)s.ptr;
	char copy[SKELETON_TEXT_BYTES + PIECE_BYTES];

	if (s.len == 0 || s.len > SKELETON_TEXT_BYTES || s.ptr[0] != '/')
		return 0;
	if (around.len >= s.len + PIECE_BYTES && at >= from && at - from <= around.len - s.len - PIECE_BYTES)
		return path_key(s.ptr, s.ptr + s.len, seed);
	memcpy(copy, s.ptr, s.len);
	memset(copy + s.len, 0, PIECE_BYTES);
	return path_key(copy, copy + s.len, seed);
}
