/*
 * digits: decimal numbers eight bytes at a time instead of digit by digit. A number is short and of another length
 * than the last one, so that a loop over its digits mispredicts its end on nearly every line of a log.
 */
#ifndef CORE_DIGITS_H
#define CORE_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first n (0..8) bytes at p, the first one lowest; zeroes behind. */
static inline uint64_t digits_load(const char *p, size_t n)
{
	uint64_t v = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (n == 8) {
		memcpy(&v, p, 8);
		return v;
	}
	if (n >= 4) {
		uint32_t first, last;
		memcpy(&first, p, 4);
		memcpy(&last, p + n - 4, 4);
		return first | (uint64_t)last << (8 * (n - 4));
	}
#endif
	if (n - 1 < 3) {
		/* Some of the three are the same byte, without a loop whose end is another each time. */
		size_t middle = n / 2, last = n - 1;
		return (unsigned char)p[0] | (uint64_t)(unsigned char)p[middle] << (8 * middle) |
		       (uint64_t)(unsigned char)p[last] << (8 * last);
	}
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return v;
}

/* Which of eight bytes are above 9, by their highest bits; `most` has 0x76 for each, and 0x7f for one that must be 0. */
static inline uint64_t digits_above(uint64_t bytes, uint64_t most)
{
	/* The highest bit of a byte is set by itself, or once that is added to what is below it. */
	return (((bytes & UINT64_C(0x7f7f7f7f7f7f7f7f)) + most) | bytes) & UINT64_C(0x8080808080808080);
}

/* Which of eight loaded bytes are no digits, likewise. */
static inline uint64_t digits_others(uint64_t bytes)
{
	return digits_above(bytes ^ UINT64_C(0x3030303030303030), UINT64_C(0x7676767676767676));
}

/* How many of eight loaded bytes, from the lowest on, are digits. */
static inline unsigned digits_count(uint64_t bytes)
{
	uint64_t above = digits_others(bytes);

	return above ? (unsigned)__builtin_ctzll(above) / 8 : 8;
}

/* How many of eight loaded bytes, from the lowest on, are no blanks. */
static inline unsigned digits_to_blank(uint64_t bytes)
{
	uint64_t x = bytes ^ UINT64_C(0x2020202020202020);
	uint64_t blanks = (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);

	return blanks ? (unsigned)__builtin_ctzll(blanks) / 8 : 8;
}

/*
 * Value of the n (1..8) digits that the lowest of eight loaded bytes are. Neighbours are joined, three times over: to pairs,
 * to fours, to eight (Johnny Lee, "Fast numeric string to int").
 */
static inline uint32_t digits_value(uint64_t bytes, unsigned n)
{
	uint64_t v = (bytes << (8 * (8 - n))) & UINT64_C(0x0f0f0f0f0f0f0f0f);

	v = (v * 10 + (v >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	v = (v * 100 + (v >> 16)) & UINT64_C(0x0000ffff0000ffff);
	return (uint32_t)(v * 10000 + (v >> 32));
}

/* The n (1..16) bytes at p as a whole number; false when they are not all digits. */
static inline bool digits_number(const char *p, size_t n, uint64_t *out)
{
	size_t head = n > 8 ? n - 8 : n;
	uint64_t bytes, v = 0;

	if (n < 4) {
		for (size_t i = 0; i < n; i++) {
			unsigned digit = (unsigned)(unsigned char)p[i] - '0';

			if (digit > 9)
				return false;
			v = v * 10 + digit;
		}
		*out = v;
		return true;
	}
	bytes = digits_load(p, head);
	if (digits_count(bytes) < head)
		return false;
	v = digits_value(bytes, (unsigned)head);
	if (n > 8) {
		bytes = digits_load(p + head, 8);
		if (digits_count(bytes) < 8)
			return false;
		v = v * 100000000 + digits_value(bytes, 8);
	}
	*out = v;
	return true;
}

/*
 * n (1..8) loaded bytes that are digits, or digits with a point among them: their value without the point, and in *n how
 * many of the digits stand behind it. False, and nothing changed, when they are something else.
 */
static inline bool digits_decimal(uint64_t bytes, unsigned *n, uint64_t *value)
{
	unsigned point = digits_count(bytes), digits = *n;

	if (point == digits) {
		*value = digits_value(bytes, digits);
		*n = 0;
		return true;
	}
	if (point == 0 || point + 1 >= digits || (bytes >> (8 * point) & 0xff) != '.')
		return false;
	/* The point taken out, the digits stand side by side. */
	uint64_t whole = (UINT64_C(1) << (8 * point)) - 1;
	bytes = (bytes & whole) | (bytes >> 8 & ~whole);
	digits--;
	if (digits_count(bytes) != digits)
		return false;
	*value = digits_value(bytes, digits);
	*n = digits - point;
	return true;
}

/* The same as a number with its point. */
static inline bool digits_real(uint64_t bytes, unsigned *n, double *real)
{
	static const double power[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7 };
	uint64_t value;

	if (!digits_decimal(bytes, n, &value))
		return false;
	*real = *n ? (double)value / power[*n] : (double)value;
	return true;
}

#endif
