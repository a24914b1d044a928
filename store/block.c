#include "store/block.h"

/* The loops over whole columns are what packing a block costs: let them use vector instructions. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "core/timestamp.h"

enum { LAYOUT = 2 };

/*
 * An array of one column. They end a little apart from a power of two, or the same row of all would share a
 * cache set.
 */
#define COLUMN(a, type) arena_new_n((a), type, BLOCK_EVENTS + 192 / sizeof(type))

void block_init(struct block *b, struct arena *a)
{
	*b = (struct block){ .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	b->time_ns = COLUMN(a, int64_t);
	b->line = COLUMN(a, uint64_t);
	b->offset = COLUMN(a, uint64_t);
	b->shape = COLUMN(a, uint16_t);
	for (size_t i = 0; i < DICT_LISTS; i++)
		b->values[i] = COLUMN(a, uint32_t);
	b->duration_us = COLUMN(a, uint32_t);
	b->bytes = COLUMN(a, uint32_t);
	b->scratch = COLUMN(a, uint64_t);
	b->scratch32 = COLUMN(a, uint32_t);
	b->scratch16 = COLUMN(a, uint16_t);
	b->flags = COLUMN(a, uint8_t);
}

void block_clear(struct block *b)
{
	b->n = 0;
	b->first_ns = b->last_ns = TIME_NONE;
}

/* First and last time of a block, for skipping it. */
static void find_span(struct block *b)
{
	int64_t smallest = INT64_MAX, largest = TIME_NONE;
	for (size_t i = 0; i < b->n; i++) {
		int64_t t = b->time_ns[i];
		largest = t > largest ? t : largest; /* TIME_NONE is the smallest there is */
		smallest = t < smallest && t != TIME_NONE ? t : smallest;
	}
	b->first_ns = largest == TIME_NONE ? TIME_NONE : smallest;
	b->last_ns = largest;
}

static void put_flags(const struct block *b, struct column_coder *c, struct buf *out)
{
	uint8_t any = 0;
	for (size_t i = 0; i < b->n; i++)
		any |= b->flags[i];
	if (!any) {
		column_put_same(out, 0, b->n);
		return;
	}
	for (size_t i = 0; i < b->n; i++)
		b->scratch[i] = b->flags[i];
	column_put(c, out, b->scratch, b->n);
}

static bool get_flags(struct block *b, struct column_coder *c, struct str *in)
{
	uint64_t same;
	if (column_get_same(in, &same)) {
		memset(b->flags, (int)(same & 0xff), b->n);
		return true;
	}
	return column_get_u8(c, in, b->flags, b->n);
}

enum { TIME_ABSENT = 1, TIME_BACKWARDS = 2 };

/* Steps of times that all are there and climb, none of them by more than four seconds: false when some are not. */
static bool small_steps(const struct block *b, uint32_t *out)
{
	uint64_t any = 0;
	out[0] = 0;
	for (size_t i = 1; i < b->n; i++) {
		uint64_t step = (uint64_t)b->time_ns[i] - (uint64_t)b->time_ns[i - 1];
		any |= step;
		out[i] = (uint32_t)step;
	}
	/* A time that is none is the smallest there is: what leads to or from it has high bits. */
	return any <= UINT32_MAX && b->time_ns[0] != TIME_NONE;
}

/*
 * Times: flags, the first one, then the steps from one to the next, without their signs (flags), so that
 * steps of whole milliseconds or seconds keep their common factor. Modulo 2^64: no pair of times overflows.
 */
static void put_times(struct block *b, struct column_coder *c, struct buf *out)
{
	size_t at = 0;
	if (small_steps(b, b->scratch32)) {
		column_put_same(out, 0, b->n);
		buf_add_svarint(out, b->time_ns[0]);
		column_put_u32(c, out, b->scratch32, b->n);
		return;
	}
	while (at < b->n && b->time_ns[at] == TIME_NONE)
		at++;
	uint64_t first = at < b->n ? (uint64_t)b->time_ns[at] : 0, last = first;
	for (size_t i = 0; i < b->n; i++) {
		b->flags[i] = b->time_ns[i] == TIME_NONE;
		if (b->flags[i])
			continue;
		if ((int64_t)((uint64_t)b->time_ns[i] - last) < 0)
			b->flags[i] = TIME_BACKWARDS;
		last = (uint64_t)b->time_ns[i];
	}
	put_flags(b, c, out);
	buf_add_svarint(out, (int64_t)first);
	last = first;
	for (size_t i = 0; i < b->n; i++) {
		b->scratch[i] = 0;
		if (b->flags[i] & TIME_ABSENT)
			continue;
		uint64_t step = (uint64_t)b->time_ns[i] - last;
		b->scratch[i] = b->flags[i] & TIME_BACKWARDS ? 0 - step : step;
		last = (uint64_t)b->time_ns[i];
	}
	column_put(c, out, b->scratch, b->n);
}

static bool get_times(struct block *b, struct column_coder *c, struct str *in)
{
	int64_t first, *restrict time = b->time_ns;
	if (!get_flags(b, c, in) || !svarint_next(in, &first))
		return false;
	uint64_t at = (uint64_t)first, *restrict steps = b->scratch;
	uint8_t any = 0, *restrict flags = b->flags;
	for (size_t i = 0; i < b->n; i++)
		any |= flags[i];
	if (!any)
		return column_get_sums(c, in, at, (uint64_t *)time, b->n);
	if (!column_get(c, in, steps, b->n))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		if (flags[i] & TIME_ABSENT) {
			time[i] = TIME_NONE;
			continue;
		}
		at += flags[i] & TIME_BACKWARDS ? 0 - steps[i] : steps[i];
		time[i] = (int64_t)at;
	}
	return true;
}

/* Lines and offsets climb: the first value, then the steps (modulo 2^64). */
static void put_climbing(const struct block *b, struct column_coder *c, struct buf *out, const uint64_t *v)
{
	uint64_t any = 0;
	buf_add_varint(out, v[0]);
	for (size_t i = 1; i < b->n; i++) {
		uint64_t step = v[i] - v[i - 1];
		any |= step;
		b->scratch32[i - 1] = (uint32_t)step;
	}
	if (any <= UINT32_MAX) {
		column_put_u32(c, out, b->scratch32, b->n - 1);
		return;
	}
	for (size_t i = 1; i < b->n; i++)
		b->scratch[i - 1] = v[i] - v[i - 1];
	column_put(c, out, b->scratch, b->n - 1);
}

static bool get_climbing(const struct block *b, struct column_coder *c, struct str *in, uint64_t *v)
{
	return varint_next(in, &v[0]) && column_get_sums(c, in, v[0], v + 1, b->n - 1);
}

/* How many things a dictionary has when a block refers to them: when it has others for the reader, news are missing. */
static bool get_same_count(struct str *in, size_t n)
{
	uint64_t then;
	return varint_next(in, &then) && then == n;
}

static void put_shapes(const struct block *b, const struct dict *d, struct column_coder *c, struct buf *out)
{
	buf_add_varint(out, d->shapes.n);
	memcpy(b->scratch16, b->shape, b->n * sizeof *b->shape);
	column_put_u16(c, out, b->scratch16, b->n);
}

static bool get_shapes(struct block *b, const struct dict *d, struct column_coder *c, struct str *in)
{
	uint16_t largest = 0;
	if (!get_same_count(in, d->shapes.n) || !column_get_u16(c, in, b->shape, b->n))
		return false;
	for (size_t i = 0; i < b->n; i++)
		largest = b->shape[i] > largest ? b->shape[i] : largest;
	return largest < d->shapes.n;
}

/* How a column of values is stored. */
enum { VALUES_PLAIN, VALUES_NUMBERS };

/* More new ones than so many of all, and the values are stored as they are. Traces soon end: a dictionary of them does not last. */
static size_t new_max(const struct block *b, enum dict_list list)
{
	return list == DICT_TRACES ? b->n / 2 : b->n - b->n / 8;
}

static void put_values(const struct block *b, struct dict *d, struct column_coder *c, struct buf *out, enum dict_list list)
{
	const uint32_t *v = b->values[list];
	uint32_t other = 0;
	for (size_t i = 1; i < b->n; i++)
		other |= v[i] ^ v[0];
	bool numbers = other && dict_numbers(d, list, v, b->n, new_max(b, list), b->scratch16);
	buf_addc(out, numbers ? VALUES_NUMBERS : VALUES_PLAIN);
	if (numbers) {
		buf_add_varint(out, d->values[list].at.n);
		column_put_u16(c, out, b->scratch16, b->n);
		return;
	}
	memcpy(b->scratch32, v, b->n * sizeof *v);
	column_put_u32(c, out, b->scratch32, b->n);
}

static bool get_values(struct block *b, const struct dict *d, struct column_coder *c, struct str *in, enum dict_list list)
{
	uint32_t *restrict v = b->values[list];
	char form = in->len ? in->ptr[0] : '\0';
	*in = str_from(*in, 1);
	if (form != VALUES_PLAIN && (form != VALUES_NUMBERS || !get_same_count(in, d->values[list].at.n)))
		return false;
	if (b->leave & 1u << list) {
		memset(v, 0, b->n * sizeof *v);
		return column_skip(in, b->n);
	}
	if (form == VALUES_PLAIN)
		return column_get_u32(c, in, v, b->n);
	uint16_t largest = 0, *numbers = b->scratch16;
	if (!column_get_u16(c, in, numbers, b->n))
		return false;
	for (size_t i = 0; i < b->n; i++)
		largest = numbers[i] > largest ? numbers[i] : largest;
	if (largest >= d->values[list].at.n)
		return false;
	const uint32_t *restrict known = d->values[list].at.at;
	for (size_t i = 0, n = b->n; i < n; i++)
		v[i] = known[numbers[i]];
	return true;
}

/* What each event has, in the flags. */
static void find_having(struct block *b, const struct dict *d)
{
	const uint16_t *restrict shape = b->shape;
	const uint8_t *restrict has = d->has.at;
	uint8_t *restrict out = b->flags;
	for (size_t i = 0, n = b->n; i < n; i++)
		out[i] = has[shape[i]];
}

/* How many events have it. */
static size_t count_having(const struct block *b, unsigned bit)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		n += b->flags[i] >> bit & 1;
	return n;
}

/* Numbers that not all shapes have: those there are, one after the other. */
static void put_numbers(const struct block *b, struct column_coder *c, struct buf *out, unsigned bit, const uint32_t *v)
{
	uint32_t *restrict there = b->scratch32;
	const uint8_t *restrict has = b->flags;
	size_t at = 0;
	for (size_t i = 0, n = b->n; i < n; i++) {
		there[at] = v[i]; /* there is room for one too many */
		at += has[i] >> bit & 1;
	}
	column_put_u32(c, out, there, at);
}

static bool get_numbers(struct block *b, struct column_coder *c, struct str *in, unsigned bit, uint32_t *restrict v)
{
	const uint8_t *restrict flags = b->flags;
	size_t n = count_having(b, bit), at = 0;
	if (bit == SHAPE_BYTES_BIT && b->leave & BLOCK_LEAVE_BYTES)
		return column_skip(in, n);
	if (n == b->n)
		return column_get_u32(c, in, v, n);
	if (!column_get_u32(c, in, b->scratch32, n))
		return false;
	const uint32_t *restrict there = b->scratch32;
	for (size_t i = 0, all = b->n; i < all; i++) {
		uint32_t has = flags[i] >> bit & 1;
		v[i] = there[at] | (has - 1); /* NO_U32 has all bits */
		at += has;
	}
	return true;
}

static bool skip_climbing(const struct block *b, struct str *in)
{
	uint64_t first;
	return varint_next(in, &first) && column_skip(in, b->n - 1);
}

static bool get_places(struct block *b, struct column_coder *c, struct str *in)
{
	if (b->leave & BLOCK_LEAVE_PLACES) {
		bool line = skip_climbing(b, in), offset = line && skip_climbing(b, in);
		return offset;
	}
	return get_climbing(b, c, in, b->line) && get_climbing(b, c, in, b->offset);
}

void block_encode(struct block *b, struct dict *d, struct column_coder *c, struct buf *out)
{
	size_t start = blob_begin(out, LAYOUT);
	find_span(b);
	buf_add_varint(out, b->n);
	if (b->n) {
		put_times(b, c, out);
		put_climbing(b, c, out, b->line);
		put_climbing(b, c, out, b->offset);
		put_shapes(b, d, c, out);
		for (unsigned k = 0; k < DICT_LISTS; k++)
			put_values(b, d, c, out, (enum dict_list)k);
		find_having(b, d);
		put_numbers(b, c, out, SHAPE_DURATION_BIT, b->duration_us);
		put_numbers(b, c, out, SHAPE_BYTES_BIT, b->bytes);
	}
	blob_seal(out, start, BLOCK_SEED);
}

bool block_decode(struct block *b, const struct dict *d, struct column_coder *c, struct str bytes)
{
	block_clear(b);
	uint64_t n;
	if (bytes.len > BLOCK_BYTES_MAX || !blob_open(&bytes, BLOCK_SEED, LAYOUT))
		return false;
	if (!varint_next(&bytes, &n) || n > BLOCK_EVENTS)
		return false;
	b->n = (size_t)n;
	if (b->n == 0)
		return bytes.len == 0;
	bool good = get_times(b, c, &bytes) && get_places(b, c, &bytes) && get_shapes(b, d, c, &bytes);
	for (unsigned k = 0; good && k < DICT_LISTS; k++)
		good = get_values(b, d, c, &bytes, (enum dict_list)k);
	if (good)
		find_having(b, d);
	good = good && get_numbers(b, c, &bytes, SHAPE_DURATION_BIT, b->duration_us) &&
	       get_numbers(b, c, &bytes, SHAPE_BYTES_BIT, b->bytes) && bytes.len == 0;
	if (!good)
		block_clear(b);
	return good;
}
