#include "store/dict.h"

#include "core/event.h"

enum {
	LAYOUT = 2,
	SLOTS_FIRST = 64,
	AHEAD = 16,
	NAMES_MAX = DICT_SHAPES_MAX * SHAPE_NAMES,
};

void dict_init(struct dict *d)
{
	*d = (struct dict){ 0 };
	map_init(&d->name_numbers);
	arena_init(&d->arena);
}

void dict_release(struct dict *d)
{
	map_release(&d->name_numbers);
	arena_release(&d->arena);
}

static void forget_values(struct dict_values *v)
{
	if (v->at.n)
		memset(v->slots, 0, v->n_slots * sizeof *v->slots);
	v->n_slots = v->room < SLOTS_FIRST ? v->room : SLOTS_FIRST;
	v->at.n = v->written = 0;
}

static void forget_shapes(struct dict *d)
{
	map_clear(&d->name_numbers);
	d->shapes.n = d->has.n = d->names.n = d->shapes_written = d->names_written = 0;
}

void dict_clear(struct dict *d)
{
	forget_shapes(d);
	d->shapes_again = false;
	for (unsigned i = 0; i < DICT_LISTS; i++) {
		struct dict_values *v = &d->values[i];
		if (v->slots)
			forget_values(v);
		v->at.n = v->written = 0;
		v->again = false;
	}
}

uint32_t dict_add_shape(struct dict *d, const struct shape *shape)
{
	for (unsigned i = 0; i < SHAPE_NAMES; i++) {
		bool is_new = false;
		uint64_t *number = shape->names[i] ? map_put(&d->name_numbers, shape->names[i], &is_new) : NULL;
		if (!is_new)
			continue;
		*vec_push(&d->arena, &d->names) = shape->names[i];
		*number = d->names.n;
	}
	*vec_push(&d->arena, &d->shapes) = *shape;
	*vec_push(&d->arena, &d->has) = shape->has;
	return (uint32_t)d->shapes.n - 1;
}

void dict_restart_shapes(struct dict *d)
{
	forget_shapes(d);
	d->shapes_again = true;
}

static inline size_t first_slot(const struct dict_values *v, uint32_t value)
{
	return (size_t)((value * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (v->n_slots - 1);
}

/* The slot of the value, or the free one where it would be. */
static inline struct dict_slot *slot_of(const struct dict_values *v, uint32_t value)
{
	size_t mask = v->n_slots - 1, at = first_slot(v, value);
	while (v->slots[at].number && v->slots[at].value != value)
		at = (at + 1) & mask;
	return &v->slots[at];
}

/* Room for another value. The table grows with them: one of three is a cache line, and cheap to clear. */
static void grow_slots(struct dict_values *v, struct arena *a)
{
	size_t n = v->n_slots ? v->n_slots * 2 : SLOTS_FIRST;
	if (v->slots)
		memset(v->slots, 0, v->n_slots * sizeof *v->slots);
	if (n > v->room) {
		v->slots = arena_new_n(a, struct dict_slot, n);
		v->room = n;
	}
	v->n_slots = n;
	for (size_t i = 0; i < v->at.n; i++)
		*slot_of(v, v->at.at[i]) = (struct dict_slot){ v->at.at[i], (uint32_t)i + 1 };
}

/* Takes the values back that were added last: in the opposite order, so that each leaves the slots as it found them. */
static void take_back(struct dict_values *v, size_t n)
{
	while (v->at.n > n)
		slot_of(v, v->at.at[--v->at.n])->number = 0;
}

/* A pass of a radix sort: by the DIGIT bits from `shift` on. */
enum { DIGIT = 11 };
static void sort_by_digit(const uint64_t *restrict from, uint64_t *restrict to, size_t n, unsigned shift)
{
	uint32_t starts[(1 << DIGIT) + 1] = { 0 };
	for (size_t i = 0; i < n; i++)
		starts[(from[i] >> shift & ((1 << DIGIT) - 1)) + 1]++;
	for (size_t i = 0; i < 1 << DIGIT; i++)
		starts[i + 1] += starts[i];
	for (size_t i = 0; i < n; i++)
		to[starts[from[i] >> shift & ((1 << DIGIT) - 1)]++] = from[i];
}

/*
 * Renumbers the values from number `first` on, so that they ascend, also in the n numbers that were given: what is written of them
 * is the steps between them, which are shorter by as much as their order would say.
 */
static void sort_new(struct dict *d, struct dict_values *v, size_t first, uint16_t *numbers, size_t n)
{
	size_t n_new = v->at.n - first;
	if (n_new < 2)
		return;
	if (n_new > d->sort_room) {
		d->sort_room = n_new < DICT_VALUES_MAX / 4 ? DICT_VALUES_MAX / 4 : DICT_VALUES_MAX;
		d->sorted = arena_new_n(&d->arena, uint64_t, 2 * d->sort_room);
		d->ranks = arena_new_n(&d->arena, uint16_t, d->sort_room);
	}
	uint64_t *a = d->sorted, *b = d->sorted + d->sort_room;
	for (size_t i = 0; i < n_new; i++)
		a[i] = (uint64_t)v->at.at[first + i] << 32 | i;
	sort_by_digit(a, b, n_new, 32);
	sort_by_digit(b, a, n_new, 32 + DIGIT);
	sort_by_digit(a, b, n_new, 32 + 2 * DIGIT);
	for (size_t i = 0; i < n_new; i++) {
		v->at.at[first + i] = (uint32_t)(b[i] >> 32);
		slot_of(v, v->at.at[first + i])->number = (uint32_t)(first + i) + 1;
		d->ranks[(uint32_t)b[i]] = (uint16_t)(first + i);
	}
	for (size_t i = 0; i < n; i++)
		if (numbers[i] >= first)
			numbers[i] = d->ranks[numbers[i] - first];
}

bool dict_numbers(struct dict *d, enum dict_list list, const uint32_t *values, size_t n, size_t new_max, uint16_t *out)
{
	struct dict_values *v = &d->values[list];
	size_t first = v->at.n, early = n / 8, early_max = new_max / 8 + new_max / 16;
	for (size_t i = 0; i < n; i++) {
		if (i == early && v->at.n - first > early_max) {
			take_back(v, first);
			return false;
		}
		if (v->at.n * 2 >= v->n_slots && v->n_slots < 2 * DICT_VALUES_MAX)
			grow_slots(v, &d->arena);
		/* The table is larger than the nearest caches: ask for slots before they are needed. */
		__builtin_prefetch(&v->slots[first_slot(v, values[i + AHEAD < n ? i + AHEAD : i])]);
		struct dict_slot *slot = slot_of(v, values[i]);
		if (!slot->number) {
			if (v->at.n - first >= new_max) {
				take_back(v, first);
				return false;
			}
			if (v->at.n == DICT_VALUES_MAX) {
				forget_values(v);
				v->again = true;
				return dict_numbers(d, list, values, n, new_max, out);
			}
			*vec_push(&d->arena, &v->at) = values[i];
			*slot = (struct dict_slot){ values[i], (uint32_t)v->at.n };
		}
		out[i] = (uint16_t)(slot->number - 1);
	}
	sort_new(d, v, first, out, n);
	return true;
}

/* ---- bytes ------------------------------------------------------------------------------------ */

/* What a shape has in its columns: names by number, then the rest. */
enum { SHAPE_COLUMNS = SHAPE_NAMES + 4 };

static uint64_t number_of(const struct dict *d, uint64_t name)
{
	const uint64_t *number = map_get(&d->name_numbers, name);
	return number ? *number : 0;
}

static uint64_t shape_value(const struct dict *d, const struct shape *s, unsigned column)
{
	switch (column) {
	case SHAPE_NAMES:
		return (uint64_t)(s->status + 1);
	case SHAPE_NAMES + 1:
		return s->severity;
	case SHAPE_NAMES + 2:
		return s->kind;
	case SHAPE_NAMES + 3:
		return s->has;
	default:
		return number_of(d, s->names[column]);
	}
}

static void put_shapes(struct dict *d, struct column_coder *c, struct buf *out)
{
	size_t n = d->shapes.n - d->shapes_written;
	buf_add_varint(out, d->names.n - d->names_written);
	for (size_t i = d->names_written; i < d->names.n; i++)
		raw64_put(out, d->names.at[i]);
	buf_add_varint(out, n);
	uint64_t *v = column_numbers(c, n);
	for (unsigned k = 0; k < SHAPE_COLUMNS; k++) {
		for (size_t i = 0; i < n; i++)
			v[i] = shape_value(d, &d->shapes.at[d->shapes_written + i], k);
		column_put(c, out, v, n);
	}
	d->names_written = d->names.n;
	d->shapes_written = d->shapes.n;
}

static void put_values(struct dict_values *v, struct column_coder *c, struct buf *out)
{
	size_t n = v->at.n - v->written;
	buf_add_varint(out, n);
	uint32_t *steps = (uint32_t *)column_numbers(c, n), last = 0;
	for (size_t i = 0; i < n; i++) {
		steps[i] = v->at.at[v->written + i] - last;
		last = v->at.at[v->written + i];
	}
	column_put_u32(c, out, steps, n);
	v->written = v->at.n;
	v->again = false;
}

bool dict_write_news(struct dict *d, struct column_coder *c, struct buf *out)
{
	bool any = d->shapes.n > d->shapes_written;
	unsigned again = d->shapes_again;
	for (unsigned i = 0; i < DICT_LISTS; i++) {
		any = any || d->values[i].at.n > d->values[i].written;
		again |= (unsigned)d->values[i].again << (i + 1);
	}
	if (!any && !again)
		return false;
	size_t start = blob_begin(out, LAYOUT);
	buf_addc(out, (char)again);
	put_shapes(d, c, out);
	d->shapes_again = false;
	for (unsigned i = 0; i < DICT_LISTS; i++)
		put_values(&d->values[i], c, out);
	blob_seal(out, start, DICT_SEED);
	return true;
}

/* Puts a column's value into the shape; false when it makes no sense. */
static bool take_value(const struct dict *d, struct shape *s, unsigned column, uint64_t value)
{
	switch (column) {
	case SHAPE_NAMES:
		s->status = (int16_t)((int32_t)(value & UINT16_MAX) - 1);
		return value <= INT16_MAX + 1U;
	case SHAPE_NAMES + 1:
		s->severity = (uint8_t)value;
		return value < SEVERITY_COUNT;
	case SHAPE_NAMES + 2:
		s->kind = (uint8_t)value;
		return value < EVENT_KIND_COUNT;
	case SHAPE_NAMES + 3:
		s->has = (uint8_t)value;
		return value <= SHAPE_ALL;
	default:
		if (value > d->names.n)
			return false;
		s->names[column] = value ? d->names.at[value - 1] : 0;
		return true;
	}
}

/* How many there are of something, which together with those before must not be more than `max`. */
static bool get_count(struct str *in, size_t before, size_t max, size_t *out)
{
	uint64_t n;
	if (!varint_next(in, &n) || n > max - before)
		return false;
	*out = (size_t)n;
	return true;
}

static bool get_shapes(struct dict *d, struct column_coder *c, struct str *in)
{
	size_t n, first = d->shapes.n;
	if (!get_count(in, d->names.n, NAMES_MAX, &n) || n > in->len / 8)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!raw64_get(in, vec_push(&d->arena, &d->names)))
			return false;
	if (!get_count(in, first, DICT_SHAPES_MAX, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		*vec_push(&d->arena, &d->shapes) = (struct shape){ 0 };
	uint64_t *v = column_numbers(c, n);
	for (unsigned k = 0; k < SHAPE_COLUMNS; k++) {
		if (!column_get(c, in, v, n))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!take_value(d, &d->shapes.at[first + i], k, v[i]))
				return false;
	}
	for (size_t i = first; i < d->shapes.n; i++)
		*vec_push(&d->arena, &d->has) = d->shapes.at[i].has;
	return true;
}

static bool get_values(struct dict_values *v, struct arena *a, struct column_coder *c, struct str *in)
{
	size_t n;
	if (!get_count(in, v->at.n, DICT_VALUES_MAX, &n))
		return false;
	uint32_t *steps = (uint32_t *)column_numbers(c, n), last = 0;
	if (!column_get_u32(c, in, steps, n))
		return false;
	for (size_t i = 0; i < n; i++)
		*vec_push(a, &v->at) = last += steps[i];
	return true;
}

bool dict_read_news(struct dict *d, struct column_coder *c, struct str bytes)
{
	if (bytes.len > DICT_BYTES_MAX || !blob_open(&bytes, DICT_SEED, LAYOUT) || bytes.len == 0)
		return false;
	unsigned again = (unsigned char)bytes.ptr[0];
	bytes = str_from(bytes, 1);
	if (again >> (DICT_LISTS + 1))
		return false;
	if (again & 1)
		forget_shapes(d);
	bool good = get_shapes(d, c, &bytes);
	for (unsigned i = 0; good && i < DICT_LISTS; i++) {
		if (again >> (i + 1) & 1)
			d->values[i].at.n = 0;
		good = get_values(&d->values[i], &d->arena, c, &bytes);
	}
	return good && bytes.len == 0;
}
