/*
 * scan: inner loops over bytes of a line, sixteen at a time where the processor can. All read between p and end only and
 * return end when they find nothing.
 */
#ifndef INGEST_SCAN_H
#define INGEST_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/ascii.h"
#include "core/same.h"

#ifdef __SSE2__
#include <emmintrin.h>

/* All bits of the bytes that are decimal digits. */
static inline __m128i scan_digits_of(__m128i v)
{
	__m128i d = _mm_sub_epi8(v, _mm_set1_epi8('0'));

	return _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d);
}
#endif

/* First '"' or '\\' from p on. */
static inline const char *scan_quote_or_escape(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
									 _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
		if (hits)
			return p + __builtin_ctz(hits);
		p += 16;
	}
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
	while (end - p >= 8) {
		uint64_t v;
		memcpy(&v, p, sizeof v);
		uint64_t a = v ^ (ones * '"'), b = v ^ (ones * '\\');
		uint64_t hit = ((a - ones) & ~a & highs) | ((b - ones) & ~b & highs);
		if (hit)
			return p + (__builtin_ctzll(hit) >> 3);
		p += 8;
	}
#endif
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* First ':' from p on with two blanks behind it. */
static inline const char *scan_colon_blanks(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 18) {
		__m128i colon = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i blank = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
		__m128i second = _mm_loadu_si128((const __m128i *)(const void *)(p + 2));
		__m128i blanks = _mm_and_si128(_mm_cmpeq_epi8(blank, _mm_set1_epi8(' ')),
					       _mm_cmpeq_epi8(second, _mm_set1_epi8(' ')));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(colon, _mm_set1_epi8(':')), blanks));
		if (hits)
			return p + __builtin_ctz(hits);
		p += 16;
	}
#endif
	for (; end - p > 2; p++)
		if (p[0] == ':' && p[1] == ' ' && p[2] == ' ')
			return p;
	return end;
}

/* First decimal digit from p on. */
static inline const char *scan_digit(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		unsigned hits = (unsigned)_mm_movemask_epi8(scan_digits_of(_mm_loadu_si128((const __m128i *)(const void *)p)));
		if (hits)
			return p + __builtin_ctz(hits);
		p += 16;
	}
#endif
	while (p < end && !is_digit(*p))
		p++;
	return p;
}

/* First byte from p on that is no decimal digit. */
static inline const char *scan_behind_digits(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		unsigned hits = (unsigned)_mm_movemask_epi8(scan_digits_of(_mm_loadu_si128((const __m128i *)(const void *)p)));
		if (hits != 0xffff)
			return p + __builtin_ctz(~hits);
		p += 16;
	}
#endif
	while (p < end && is_digit(*p))
		p++;
	return p;
}

enum { SCAN_ROOM_BYTES = 32 }; /* what must be readable of a text that scan_is_at is given */

/* A bit for each of the first bytes of a text of that length. */
static inline uint32_t scan_mask(size_t len)
{
	return len >= 32 ? UINT32_MAX : (UINT32_C(1) << len) - 1;
}

/* Does the text stand at p? `mask` is scan_mask(len). */
static inline bool scan_is_at(const char *p, const char *end, const char *text, size_t len, uint32_t mask)
{
	size_t compared = 0;
#ifdef __SSE2__
	if (end - p >= 32) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)text);
		uint32_t same = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b));
		if (len > 16) {
			a = _mm_loadu_si128((const __m128i *)(const void *)(p + 16));
			b = _mm_loadu_si128((const __m128i *)(const void *)(text + 16));
			same |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) << 16;
		}
		if ((~same & mask) != 0)
			return false;
		if (len <= 32)
			return true;
		compared = 32;
	}
#endif
	(void)mask;
	return (size_t)(end - p) >= len && same_bytes(p + compared, text + compared, len - compared);
}

#endif
