#include "store/column.h"

/* The loops over whole columns are what packing a block costs: let them use vector instructions. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "core/err.h"
#include "core/hash.h"

static const uint64_t factors[] = { 1, 1000, 1000000, 1000000000 };

void column_coder_init(struct column_coder *c)
{
	*c = (struct column_coder){ 0 };
	plane_coder_init(&c->planes);
	buf_init(&c->plane, SIZE_MAX / 4);
	buf_init(&c->numbers, SIZE_MAX / 4);
}

void column_coder_release(struct column_coder *c)
{
	plane_coder_release(&c->planes);
	buf_release(&c->plane);
	buf_release(&c->numbers);
	*c = (struct column_coder){ 0 };
}

void raw64_put(struct buf *out, uint64_t v)
{
	char bytes[8];
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (char)(unsigned char)(v >> (8 * i));
	buf_add(out, str_make(bytes, sizeof bytes));
}

bool raw64_get(struct str *in, uint64_t *v)
{
	if (in->len < 8)
		return false;
	uint64_t r = 0;
	for (unsigned i = 0; i < 8; i++)
		r |= (uint64_t)(unsigned char)in->ptr[i] << (8 * i);
	*v = r;
	*in = str_from(*in, 8);
	return true;
}

void column_put_same(struct buf *out, uint64_t v, size_t n)
{
	if (n == 0)
		return;
	buf_addc(out, 0);
	buf_add_varint(out, v);
}

/*
 * One function per type, since a column of small numbers should not go through eight times as much memory. A number by
 * which all are divided must leave no remainder anywhere; the first few decide nearly always.
 */
#define COLUMN_PUT(name, type, smallest)                                                               \
	static inline __attribute__((always_inline)) bool name##_divide(type *v, size_t n, uint64_t by) \
	{                                                                                              \
		if (by > (type)-1)                                                                     \
			return false;                                                                  \
		size_t i = 0;                                                                          \
		for (; i < n && v[i] % (type)by == 0; i++)                                             \
			v[i] = (type)(v[i] / (type)by);                                                \
		if (i == n)                                                                            \
			return true;                                                                   \
		while (i-- > 0)                                                                        \
			v[i] = (type)(v[i] * (type)by);                                                \
		return false;                                                                          \
	}                                                                                              \
	/* Divides out the largest factor they all have. Spelled out, so that the divisors are constants. */ \
	static unsigned name##_factor(type *v, size_t n)                                               \
	{                                                                                              \
		return name##_divide(v, n, 1000000000) ? 3 : name##_divide(v, n, 1000000) ? 2 :        \
		       name##_divide(v, n, 1000)       ? 1 : 0;                                        \
	}                                                                                              \
	static type name##_bits(const type *v, size_t n)                                               \
	{                                                                                              \
		type bits = 0;                                                                         \
		for (size_t i = 0; i < n; i++)                                                         \
			bits |= v[i];                                                                  \
		return bits;                                                                           \
	}                                                                                              \
	void name(struct column_coder *c, struct buf *out, type *v, size_t n)                          \
	{                                                                                              \
		if (n == 0)                                                                            \
			return;                                                                        \
		type min = smallest(v, n);                                                             \
		type any = 0;                                                                          \
		for (size_t i = 0; i < n; i++)                                                         \
			any |= v[i] = (type)(v[i] - min);                                              \
		uint64_t bits = any;                                                                   \
		unsigned factor = bits >= factors[1] ? name##_factor(v, n) : 0, width = 0;             \
		if (factor)                                                                            \
			bits = name##_bits(v, n);                                                      \
		for (; bits; bits >>= 8)                                                               \
			width++;                                                                       \
		buf_addc(out, (char)(width | factor << 4));                                            \
		buf_add_varint(out, min);                                                              \
		buf_clear(&c->plane);                                                                  \
		unsigned char *plane = (unsigned char *)buf_reserve(&c->plane, n);                     \
		if (!plane)                                                                            \
			out_of_memory(n);                                                              \
		for (unsigned w = 0; w < width; w++) {                                                 \
			unsigned shift = 8 * w;                                                        \
			for (size_t i = 0; i < n; i++)                                                 \
				plane[i] = (unsigned char)(v[i] >> shift);                             \
			plane_put(&c->planes, out, plane, n);                                                 \
		}                                                                                      \
	}

#define SMALLEST(name, type)                                      \
	static type name(const type *v, size_t n)                 \
	{                                                         \
		type min = v[0];                                  \
		for (size_t i = 1; i < n; i++)                    \
			min = v[i] < min ? v[i] : min;            \
		return min;                                       \
	}
SMALLEST(smallest_of_any, uint64_t)
SMALLEST(smallest_u32, uint32_t)
SMALLEST(smallest_u16, uint16_t)
SMALLEST(smallest_u8, uint8_t)

/* Most columns fit into 31 bits, and no basic vector instruction compares 64 of them. */
static uint64_t smallest(const uint64_t *v, size_t n)
{
	uint64_t any = 0;
	for (size_t i = 0; i < n; i++)
		any |= v[i];
	if (any > INT32_MAX)
		return smallest_of_any(v, n);
	int32_t min = INT32_MAX;
	for (size_t i = 0; i < n; i++)
		min = (int32_t)v[i] < min ? (int32_t)v[i] : min;
	return (uint64_t)min;
}

COLUMN_PUT(column_put, uint64_t, smallest)
COLUMN_PUT(column_put_u32, uint32_t, smallest_u32)
COLUMN_PUT(column_put_u16, uint16_t, smallest_u16)
COLUMN_PUT(column_put_u8, uint8_t, smallest_u8)

uint64_t *column_numbers(struct column_coder *c, size_t n)
{
	buf_clear(&c->numbers);
	void *room = n < SIZE_MAX / 16 ? buf_reserve(&c->numbers, n * sizeof(uint64_t)) : NULL;
	if (!room)
		out_of_memory(n);
	return room;
}

bool column_get_same(struct str *in, uint64_t *v)
{
	struct str rest = str_from(*in, 1);
	if (in->len == 0 || in->ptr[0] != 0 || !varint_next(&rest, v))
		return false;
	*in = rest;
	return true;
}

/* The head of a column, in front of its planes. */
struct column_head { unsigned width; uint64_t factor, min; };

static bool head_get(struct str *in, struct column_head *h, size_t width_max)
{
	if (in->len == 0)
		return false;
	unsigned head = (unsigned char)in->ptr[0], factor = head >> 4;
	*in = str_from(*in, 1);
	h->width = head & 15;
	if (h->width > width_max || factor > 3 || !varint_next(in, &h->min))
		return false;
	h->factor = factors[factor];
	return true;
}

/* One function per type: a column of bytes need not go through eight times as much memory. */
#define COLUMN_GET(name, type)                                                                        \
	/* What is in the planes: neither multiplied nor added to yet. */                             \
	static bool name##_planes(struct column_coder *c, struct str *in, type *restrict v, size_t n, unsigned width) \
	{                                                                                             \
		for (unsigned w = 0; w < width; w++) {                                                \
			const unsigned char *restrict plane = plane_get(&c->planes, in, n);           \
			if (!plane)                                                                   \
				return false;                                                         \
			unsigned shift = 8 * w;                                                       \
			if (w == 0)                                                                   \
				for (size_t i = 0; i < n; i++)                                        \
					v[i] = plane[i];                                              \
			else                                                                          \
				for (size_t i = 0; i < n; i++)                                        \
					v[i] = (type)(v[i] | (type)((type)plane[i] << shift));        \
		}                                                                                     \
		return true;                                                                          \
	}                                                                                             \
	bool name(struct column_coder *c, struct str *in, type *v, size_t n)                          \
	{                                                                                             \
		struct column_head h;                                                                 \
		if (n == 0)                                                                           \
			return true;                                                                  \
		if (!head_get(in, &h, sizeof(type)) || !name##_planes(c, in, v, n, h.width))          \
			return false;                                                                 \
		type min = (type)h.min, by = (type)h.factor;                                          \
		if (h.width == 0)                                                                     \
			for (size_t i = 0; i < n; i++)                                                \
				v[i] = min;                                                           \
		else if (h.factor != 1)                                                               \
			for (size_t i = 0; i < n; i++)                                                \
				v[i] = (type)((type)(v[i] * by) + min);                               \
		else if (min)                                                                         \
			for (size_t i = 0; i < n; i++)                                                \
				v[i] = (type)(v[i] + min);                                            \
		return true;                                                                          \
	}
COLUMN_GET(column_get, uint64_t)
COLUMN_GET(column_get_u32, uint32_t)
COLUMN_GET(column_get_u16, uint16_t)
COLUMN_GET(column_get_u8, uint8_t)

/* The sums of n steps that are in planes of 32 bits. */
static bool sum_narrow(struct column_coder *c, struct str *in, const struct column_head *h, uint64_t at, uint64_t *restrict out, size_t n)
{
	uint32_t *restrict steps = (uint32_t *)column_numbers(c, n);
	uint64_t by = h->factor, min = h->min;
	if (!column_get_u32_planes(c, in, steps, n, h->width))
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = at += steps[i] * by + min;
	return true;
}

bool column_get_sums(struct column_coder *c, struct str *in, uint64_t at, uint64_t *out, size_t n)
{
	struct str rest = *in;
	struct column_head h;
	if (n == 0)
		return true;
	if (!head_get(&rest, &h, sizeof(uint64_t)))
		return false;
	if (h.width > 0 && h.width <= sizeof(uint32_t)) {
		*in = rest;
		return sum_narrow(c, in, &h, at, out, n);
	}
	if (!column_get(c, in, out, n))
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = at += out[i];
	return true;
}

bool column_skip(struct str *in, size_t n)
{
	if (n == 0)
		return true;
	if (in->len == 0)
		return false;
	unsigned width = (unsigned char)in->ptr[0] & 15;
	uint64_t min;
	*in = str_from(*in, 1);
	if (width > 8 || !varint_next(in, &min))
		return false;
	for (unsigned w = 0; w < width; w++)
		if (!plane_skip(in, n))
			return false;
	return true;
}

size_t blob_begin(struct buf *out, unsigned char layout)
{
	size_t start = out->len;
	raw64_put(out, 0);
	buf_addc(out, (char)layout);
	return start;
}

void blob_seal(struct buf *out, size_t start, uint64_t seed)
{
	struct buf head = { .ptr = out->ptr + start, .cap = 8, .max_bytes = 8 };
	raw64_put(&head, hash64_seed(str_from(buf_str(out), start + 8), seed));
}

bool blob_open(struct str *in, uint64_t seed, unsigned char layout)
{
	uint64_t sum;
	if (!raw64_get(in, &sum) || sum != hash64_seed(*in, seed) || in->len == 0 ||
	    (unsigned char)in->ptr[0] != layout)
		return false;
	*in = str_from(*in, 1);
	return true;
}

bool blob_is_sound(struct str blob, uint64_t seed)
{
	uint64_t sum;
	return raw64_get(&blob, &sum) && blob.len > 0 && sum == hash64_seed(blob, seed);
}
