#include "store/block.h"

/* The loops over whole columns are what packing a block costs: let them use vector instructions. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "core/hash.h"
#include "core/timestamp.h"

enum { LAYOUT = 1, DICT_SLOTS = 2 * BLOCK_EVENTS, DICT_SLOTS_FIRST = 64 };

/*
 * An array of one column. They end a little apart from a power of two, or the same row of all would share a
 * cache set.
 */
#define COLUMN(a, type) arena_new_n((a), type, BLOCK_EVENTS + 192 / sizeof(type))

void block_init(struct block *b, struct arena *a, bool writing)
{
	*b = (struct block){ .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	b->time_ns = COLUMN(a, int64_t);
	b->line = COLUMN(a, uint64_t);
	b->offset = COLUMN(a, uint64_t);
	for (size_t i = 0; i < BLOCK_IDS; i++) {
		b->ids[i].values = COLUMN(a, uint64_t);
		b->ids[i].slots = writing ? arena_new_n(a, uint16_t, DICT_SLOTS) : NULL;
		b->ids[i].n_slots = DICT_SLOTS_FIRST;
		b->ids[i].index = COLUMN(a, uint16_t);
	}
	b->duration_us = COLUMN(a, uint32_t);
	b->bytes = COLUMN(a, uint32_t);
	b->status = COLUMN(a, int16_t);
	b->severity = COLUMN(a, uint8_t);
	b->kind = COLUMN(a, uint8_t);
	b->scratch = COLUMN(a, uint64_t);
	b->flags = COLUMN(a, uint8_t);
}

void block_clear(struct block *b)
{
	for (size_t i = 0; i < BLOCK_IDS; i++) {
		struct block_dict *d = &b->ids[i];
		if (d->slots && d->n)
			memset(d->slots, 0, d->n_slots * sizeof *d->slots);
		d->plain = false;
		d->n_slots = DICT_SLOTS_FIRST;
		d->n = 0;
		d->last = 0;
	}
	b->n = 0;
	b->first_ns = b->last_ns = TIME_NONE;
}

/* The slot of the value, or the free one where it would be. */
static inline size_t slot_of(const struct block_dict *d, uint64_t value)
{
	size_t mask = d->n_slots - 1, at = (size_t)((value * UINT64_C(0x9e3779b97f4a7c15)) >> 40) & mask;
	while (d->slots[at] && d->values[d->slots[at] - 1] != value)
		at = (at + 1) & mask;
	return at;
}

/* The table grows with the values: a dictionary of three is three cache lines, and cheap to clear. */
static void grow_slots(struct block_dict *d)
{
	d->n_slots *= 2;
	memset(d->slots, 0, d->n_slots * sizeof *d->slots);
	for (size_t i = 0; i < d->n; i++)
		d->slots[slot_of(d, d->values[i])] = (uint16_t)(i + 1);
}

static uint16_t dict_lookup(struct block_dict *d, uint64_t value)
{
	size_t at = slot_of(d, value);
	d->last = value;
	if (d->slots[at])
		return d->last_index = (uint16_t)(d->slots[at] - 1);
	d->values[d->n] = value;
	d->slots[at] = (uint16_t)++d->n;
	d->last_index = (uint16_t)(d->n - 1);
	if (d->n * 2 > d->n_slots && d->n_slots < DICT_SLOTS)
		grow_slots(d);
	return d->last_index;
}

/*
 * Nearly all values so far are different (addresses of clients, request ids): looking each of them up would
 * cost more than all the rest, and the column is going to be stored as it is.
 */
static void make_plain(struct block *b, struct block_dict *d, size_t n)
{
	memcpy(b->scratch, d->values, d->n * sizeof *d->values);
	for (size_t i = 0; i < n; i++)
		d->values[i] = b->scratch[d->index[i]];
	d->plain = true;
}

/* The event has another value than the one before. */
static void dict_change(struct block *b, struct block_dict *d, size_t i, uint64_t value)
{
	enum { PLAIN_FROM = BLOCK_EVENTS / 4 };
	if (d->n == 1)
		memset(d->index, 0, i * sizeof *d->index);
	d->index[i] = dict_lookup(d, value);
	if (i >= PLAIN_FROM && d->n > i / 4 * 3)
		make_plain(b, d, i + 1);
}

void block_add(struct block *b, const struct block_row *row)
{
	size_t i = b->n++;
	b->time_ns[i] = row->time_ns;
	b->line[i] = row->line;
	b->offset[i] = row->offset;
	for (size_t k = 0; k < BLOCK_IDS; k++) {
		struct block_dict *d = &b->ids[k];
		if (d->plain)
			d->values[i] = row->ids[k];
		else if (d->last != row->ids[k] || d->n == 0)
			dict_change(b, d, i, row->ids[k]);
		else if (d->n > 1)
			d->index[i] = d->last_index;
	}
	b->duration_us[i] = row->duration_us;
	b->bytes[i] = row->bytes;
	b->status[i] = row->status;
	b->severity[i] = row->severity;
	b->kind[i] = row->kind;
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

/*
 * Times: flags, the first one, then the steps from one to the next, without their signs (flags), so that
 * steps of whole milliseconds or seconds keep their common factor. Modulo 2^64: no pair of times overflows.
 */
static void put_times(struct block *b, struct column_coder *c, struct buf *out)
{
	size_t at = 0;
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
	int64_t first;
	if (!get_flags(b, c, in) || !svarint_next(in, &first) || !column_get(c, in, b->scratch, b->n))
		return false;
	uint64_t at = (uint64_t)first;
	uint8_t any = 0;
	for (size_t i = 0; i < b->n; i++)
		any |= b->flags[i];
	for (size_t i = 0; !any && i < b->n; i++)
		b->time_ns[i] = (int64_t)(at += b->scratch[i]);
	for (size_t i = 0; any && i < b->n; i++) {
		if (b->flags[i] & TIME_ABSENT) {
			b->time_ns[i] = TIME_NONE;
			continue;
		}
		at += b->flags[i] & TIME_BACKWARDS ? 0 - b->scratch[i] : b->scratch[i];
		b->time_ns[i] = (int64_t)at;
	}
	find_span(b);
	return true;
}

/* Lines and offsets climb: the first value, then the steps (modulo 2^64). */
static void put_climbing(const struct block *b, struct column_coder *c, struct buf *out, const uint64_t *v)
{
	buf_add_varint(out, v[0]);
	for (size_t i = 1; i < b->n; i++)
		b->scratch[i - 1] = v[i] - v[i - 1];
	column_put(c, out, b->scratch, b->n - 1);
}

static bool get_climbing(struct block *b, struct column_coder *c, struct str *in, uint64_t *v)
{
	if (!varint_next(in, &v[0]) || !column_get(c, in, b->scratch, b->n - 1))
		return false;
	for (size_t i = 1; i < b->n; i++)
		v[i] = v[i - 1] + b->scratch[i - 1];
	return true;
}

/*
 * An id column: the dictionary's size and values, then the index of each event; size 0: the values of each
 * event.
 */
static void put_ids(const struct block *b, struct column_coder *c, struct buf *out, enum block_id k)
{
	const struct block_dict *d = &b->ids[k];
	bool as_is = d->plain || (d->n > b->n / 2 && d->n > 1);
	buf_add_varint(out, as_is ? 0 : d->n);
	if (as_is) {
		for (size_t i = 0; i < b->n; i++)
			b->scratch[i] = block_id(b, k, i);
		column_put(c, out, b->scratch, b->n);
		return;
	}
	memcpy(b->scratch, d->values, d->n * sizeof *d->values);
	column_put(c, out, b->scratch, d->n);
	if (d->n == 1) {
		column_put_same(out, 0, b->n);
		return;
	}
	for (size_t i = 0; i < b->n; i++)
		b->scratch[i] = d->index[i];
	column_put(c, out, b->scratch, b->n);
}

static bool get_ids(struct block *b, struct column_coder *c, struct str *in, enum block_id k)
{
	struct block_dict *d = &b->ids[k];
	uint64_t n;
	if (!varint_next(in, &n) || n > b->n)
		return false;
	d->plain = n == 0;
	d->n = d->plain ? b->n : (size_t)n;
	if (!column_get(c, in, d->values, d->n))
		return false;
	if (d->plain)
		return true;
	uint64_t same;
	if (n == 1)
		return column_get_same(in, &same) && same == 0;
	if (!column_get_u16(c, in, d->index, b->n))
		return false;
	uint16_t largest = 0;
	for (size_t i = 0; i < b->n; i++)
		largest = d->index[i] > largest ? d->index[i] : largest;
	return largest < n;
}

/*
 * Numbers that may be absent: flags, then the numbers (0 where absent), so that these keep their common
 * factor.
 */
static void put_maybe(struct block *b, struct column_coder *c, struct buf *out, const uint32_t *v)
{
	for (size_t i = 0; i < b->n; i++)
		b->flags[i] = v[i] == NO_U32;
	put_flags(b, c, out);
	for (size_t i = 0; i < b->n; i++)
		b->scratch[i] = b->flags[i] ? 0 : v[i];
	column_put(c, out, b->scratch, b->n);
}

static bool get_maybe(struct block *b, struct column_coder *c, struct str *in, uint32_t *v)
{
	uint64_t same;
	bool uniform = column_get_same(in, &same);
	if ((!uniform && !get_flags(b, c, in)) || !column_get_u32(c, in, v, b->n))
		return false;
	for (size_t i = 0; uniform && same && i < b->n; i++)
		v[i] = NO_U32;
	for (size_t i = 0; !uniform && i < b->n; i++)
		v[i] = b->flags[i] ? NO_U32 : v[i];
	return true;
}

static void put_u8(const struct block *b, struct column_coder *c, struct buf *out, const uint8_t *v)
{
	for (size_t i = 0; i < b->n; i++)
		b->scratch[i] = v[i];
	column_put(c, out, b->scratch, b->n);
}

static bool get_u8(const struct block *b, struct column_coder *c, struct str *in, uint8_t *v)
{
	return column_get_u8(c, in, v, b->n);
}

/* -1, "none", becomes 0. */
static void put_status(const struct block *b, struct column_coder *c, struct buf *out)
{
	for (size_t i = 0; i < b->n; i++)
		b->scratch[i] = (uint16_t)(b->status[i] + 1);
	column_put(c, out, b->scratch, b->n);
}

static bool get_status(struct block *b, struct column_coder *c, struct str *in)
{
	uint16_t *status = (uint16_t *)b->status; /* of the same size, and unsigned only on the way */
	if (!column_get_u16(c, in, status, b->n))
		return false;
	for (size_t i = 0; i < b->n; i++)
		b->status[i] = (int16_t)(uint16_t)(status[i] - 1);
	return true;
}

static bool skip_ids(struct block *b, struct str *in, enum block_id k)
{
	struct block_dict *d = &b->ids[k];
	uint64_t n, same = 0;
	if (!varint_next(in, &n) || n > b->n || !column_skip(in, n ? (size_t)n : b->n))
		return false;
	d->plain = false;
	d->n = 1;
	d->values[0] = 0;
	return n == 0 || (n == 1 ? column_get_same(in, &same) && same == 0 : column_skip(in, b->n));
}

static bool skip_climbing(const struct block *b, struct str *in)
{
	uint64_t first;
	return varint_next(in, &first) && column_skip(in, b->n - 1);
}

static bool skip_maybe(const struct block *b, struct str *in)
{
	bool presence = column_skip(in, b->n), values = presence && column_skip(in, b->n);
	return values;
}

static bool get_places(struct block *b, struct column_coder *c, struct str *in)
{
	if (b->leave & BLOCK_LEAVE_PLACES) {
		bool line = skip_climbing(b, in), offset = line && skip_climbing(b, in);
		return offset;
	}
	return get_climbing(b, c, in, b->line) && get_climbing(b, c, in, b->offset);
}

void block_encode(struct block *b, struct column_coder *c, struct buf *out)
{
	size_t start = blob_begin(out, LAYOUT);
	find_span(b);
	buf_add_varint(out, b->n);
	if (b->n) {
		put_times(b, c, out);
		put_climbing(b, c, out, b->line);
		put_climbing(b, c, out, b->offset);
		for (unsigned k = 0; k < BLOCK_IDS; k++)
			put_ids(b, c, out, (enum block_id)k);
		put_maybe(b, c, out, b->duration_us);
		put_maybe(b, c, out, b->bytes);
		put_status(b, c, out);
		put_u8(b, c, out, b->severity);
		put_u8(b, c, out, b->kind);
	}
	blob_seal(out, start, BLOCK_SEED);
}

bool block_decode(struct block *b, struct column_coder *c, struct str bytes)
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
	bool good = get_times(b, c, &bytes) && get_places(b, c, &bytes);
	for (unsigned k = 0; good && k < BLOCK_IDS; k++)
		good = b->leave & 1u << k ? skip_ids(b, &bytes, (enum block_id)k) : get_ids(b, c, &bytes, (enum block_id)k);
	good = good && get_maybe(b, c, &bytes, b->duration_us) &&
	       (b->leave & BLOCK_LEAVE_BYTES ? skip_maybe(b, &bytes) : get_maybe(b, c, &bytes, b->bytes));
	good = good && get_status(b, c, &bytes) && get_u8(b, c, &bytes, b->severity) && get_u8(b, c, &bytes, b->kind) &&
	       bytes.len == 0;
	if (!good)
		block_clear(b);
	return good;
}
