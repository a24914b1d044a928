#include <criterion/criterion.h>

#include "core/event.h"
#include "store/block.h"
#include "tests/unit/draw.h"

static void check_column(uint64_t *values, size_t n)
{
	struct column_coder c;
	struct buf out;
	struct arena a;
	column_coder_init(&c);
	buf_init(&out, 64 << 20);
	arena_init(&a);
	uint64_t *copy = arena_new_n(&a, uint64_t, n + 1), *back = arena_new_n(&a, uint64_t, n + 1);
	if (n)
		memcpy(copy, values, n * sizeof *values);
	column_put(&c, &out, copy, n);
	struct str in = buf_str(&out);
	cr_assert(column_get(&c, &in, back, n));
	cr_expect_eq(in.len, 0);
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(back[i], values[i], "value %zu of %zu", i, n);
	/* Cut anywhere: refused. */
	for (size_t cut = 0; cut < out.len; cut += 1 + out.len / 50) {
		in = str_head(buf_str(&out), cut);
		cr_expect_not(column_get(&c, &in, back, n), "cut at %zu of %zu", cut, out.len);
	}
	column_coder_release(&c);
	buf_release(&out);
	arena_release(&a);
}

Test(block, columns_of_any_numbers_come_back)
{
	static const uint64_t edges[] = { 0,
					 1,
					 255,
					 256,
					 65535,
					 65536,
					 UINT32_MAX,
					 UINT64_MAX,
					 UINT64_MAX - 1,
					 (uint64_t)1 << 63,
					 999999999,
					 1000000000,
					 1000000001 };
	enum { EDGES = sizeof edges / sizeof *edges, N = 3000 };
	static uint64_t v[N];
	uint64_t state = 42;
	check_column(v, 0);
	for (size_t i = 0; i < EDGES; i++) {
		v[0] = edges[i];
		check_column(v, 1);
		for (size_t k = 0; k < EDGES; k++) {
			v[1] = edges[k];
			check_column(v, 2);
		}
	}
	for (unsigned bits = 1; bits <= 64; bits += 7) {
		for (size_t i = 0; i < N; i++)
			v[i] = draw_next(&state) >> (64 - bits);
		check_column(v, N);
	}
	/* A common factor, on any base, and one value that spoils it. */
	for (uint64_t factor = 1000; factor <= 1000000000; factor *= 1000) {
		for (size_t i = 0; i < N; i++)
			v[i] = 7 + factor * (draw_next(&state) % 1000);
		check_column(v, N);
		v[N - 1]++;
		check_column(v, N);
	}
}

Test(block, columns_that_say_little_cost_little)
{
	struct column_coder c;
	struct buf out;
	static uint64_t v[BLOCK_EVENTS];
	column_coder_init(&c);
	buf_init(&out, 1 << 20);
	column_put(&c, &out, v, BLOCK_EVENTS);
	cr_expect_eq(out.len, 2, "absent: %zu", out.len);
	buf_clear(&out);
	for (size_t i = 0; i < BLOCK_EVENTS; i++)
		v[i] = i % 40 == 0 ? 1000000000 : 0; /* steps of a log with whole seconds */
	column_put(&c, &out, v, BLOCK_EVENTS);
	cr_expect_lt(out.len, 400, "sparse seconds: %zu", out.len);
	column_coder_release(&c);
	buf_release(&out);
}

/* One of the shapes a log may have; all of them are in the dictionary. */
static struct shape made_shape(size_t i)
{
	struct shape s = { .status = (int16_t)(i % 7 ? 200 : 503), .severity = (uint8_t)(i % 5), .kind = (uint8_t)(i % 3),
			   .has = (uint8_t)(i % (SHAPE_ALL + 1)) };

	s.names[SHAPE_ROUTE] = 1000 + i;
	s.names[SHAPE_SERVICE] = 1 + i % 3;
	s.names[SHAPE_TEMPLATE] = i % 2 ? 0 : 77 + i / 2;
	if (i % 11 == 0)
		s.status = -1;
	return s;
}

enum { SHAPES = 300, STYLES = 4 };

static void fill(struct block *b, struct dict *d, size_t n, unsigned style)
{
	uint64_t state = 77 + style;
	int64_t time = INT64_C(1769720000) * NS_PER_S;
	uint64_t offset = 0;
	block_clear(b);
	while (d->shapes.n < SHAPES) {
		struct shape s = made_shape(d->shapes.n);
		dict_add_shape(d, &s);
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t r = draw_next(&state);
		struct block_row row = { .time_ns = time, .line = i + 1, .offset = offset, .duration_us = 9, .bytes = 7 };
		switch (style) {
		case 0: /* an access log */
			time += (int64_t)(r % 3) * NS_PER_MS;
			offset += 200 + r % 50;
			row.shape = (uint16_t)(r % 30 * 4 + SHAPE_ALL);
			row.values[DICT_CLIENTS] = (uint32_t)(r >> 7) % 1000 * 77777;
			row.values[DICT_TRACES] = (uint32_t)(r >> 9);
			row.duration_us = (uint32_t)(r % 9000) * 1000;
			row.bytes = (uint32_t)(r >> 20) % 90000;
			break;
		case 1: /* noise */
			row.time_ns = (int64_t)r;
			row.line = draw_next(&state);
			row.offset = draw_next(&state);
			row.shape = (uint16_t)(r % SHAPES);
			for (size_t k = 0; k < DICT_LISTS; k++)
				row.values[k] = (uint32_t)draw_next(&state);
			row.duration_us = (uint32_t)draw_next(&state);
			row.bytes = (uint32_t)(draw_next(&state) >> 13);
			break;
		case 2: /* one shape with nothing, values that hardly repeat and such that do */
			row.line = i * 3;
			row.values[DICT_CLIENTS] = (uint32_t)i;
			row.values[DICT_USERS] = (uint32_t)(i / 2 * 1000);
			row.values[DICT_TRACES] = (uint32_t)(i / 3);
			break;
		default: /* times that are missing, at the ends of the range, and backwards */
			row.time_ns = r % 5 == 0   ? TIME_NONE
				      : r % 5 == 1 ? INT64_MAX
				      : r % 5 == 2 ? INT64_MIN + 1
						   : -5;
			row.shape = (uint16_t)(r % 3);
			break;
		}
		block_add(b, &row);
	}
}

/* What the shape has not comes back as none. */
static void check_same(const struct block *a, const struct block *b, const struct dict *d)
{
	cr_assert_eq(a->n, b->n);
	int64_t first_ns = INT64_MAX, last_ns = TIME_NONE;
	for (size_t i = 0; i < a->n; i++) {
		if (a->time_ns[i] == TIME_NONE)
			continue;
		first_ns = a->time_ns[i] < first_ns ? a->time_ns[i] : first_ns;
		last_ns = a->time_ns[i] > last_ns ? a->time_ns[i] : last_ns;
	}
	cr_expect_eq(a->first_ns, last_ns == TIME_NONE ? TIME_NONE : first_ns);
	cr_expect_eq(a->last_ns, last_ns);
	for (size_t i = 0; i < a->n; i++) {
		cr_assert_eq(a->time_ns[i], b->time_ns[i], "time of %zu", i);
		cr_assert_eq(a->line[i], b->line[i]);
		cr_assert_eq(a->offset[i], b->offset[i]);
		cr_assert_eq(a->shape[i], b->shape[i]);
		for (unsigned k = 0; k < DICT_LISTS; k++)
			cr_assert_eq(a->values[k][i], b->values[k][i], "value %u of %zu", k, i);
		unsigned has = d->shapes.at[a->shape[i]].has;
		cr_assert_eq(b->duration_us[i], has & SHAPE_DURATION ? a->duration_us[i] : NO_U32);
		cr_assert_eq(b->bytes[i], has & SHAPE_BYTES ? a->bytes[i] : NO_U32);
	}
}

/* A file on both sides. */
struct sides {
	struct column_coder coder;
	struct arena arena;
	struct dict writing, reading;
	struct block in, back;
	struct buf out, news;
};

static void sides_begin(struct sides *s)
{
	arena_init(&s->arena);
	column_coder_init(&s->coder);
	dict_init(&s->writing);
	dict_init(&s->reading);
	buf_init(&s->out, BLOCK_BYTES_MAX);
	buf_init(&s->news, DICT_BYTES_MAX);
	block_init(&s->in, &s->arena);
	block_init(&s->back, &s->arena);
}

static void sides_end(struct sides *s)
{
	dict_release(&s->writing);
	dict_release(&s->reading);
	buf_release(&s->out);
	buf_release(&s->news);
	column_coder_release(&s->coder);
	arena_release(&s->arena);
}

/* Encodes the block, and its news for the other side; false when there are none. */
static bool encode(struct sides *s)
{
	buf_clear(&s->out);
	buf_clear(&s->news);
	block_encode(&s->in, &s->writing, &s->coder, &s->out);
	return dict_write_news(&s->writing, &s->coder, &s->news);
}

Test(block, any_events_come_back)
{
	static const size_t sizes[] = { 0, 1, 2, 17, 5000, BLOCK_EVENTS };
	struct sides s;
	sides_begin(&s);
	for (unsigned style = 0; style < STYLES; style++) {
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			fill(&s.in, &s.writing, sizes[i], style);
			if (encode(&s))
				cr_assert(dict_read_news(&s.reading, &s.coder, buf_str(&s.news)));
			cr_assert(block_decode(&s.back, &s.reading, &s.coder, buf_str(&s.out)), "style %u, %zu events", style,
				  sizes[i]);
			check_same(&s.in, &s.back, &s.writing);
			/* Encoding has not spoilt it: it can be encoded again, to the same bytes, and there is nothing new. */
			struct buf again;
			buf_init(&again, BLOCK_BYTES_MAX);
			block_encode(&s.in, &s.writing, &s.coder, &again);
			cr_expect(str_eq(buf_str(&s.out), buf_str(&again)));
			cr_expect_not(dict_write_news(&s.writing, &s.coder, &s.news));
			buf_release(&again);
		}
	}
	sides_end(&s);
}

Test(block, what_is_left_out_stays_packed)
{
	struct sides s;
	sides_begin(&s);
	fill(&s.in, &s.writing, 3000, 0);
	encode(&s);
	cr_assert(dict_read_news(&s.reading, &s.coder, buf_str(&s.news)));
	s.back.leave = 1 << DICT_CLIENTS | 1 << DICT_TRACES | BLOCK_LEAVE_PLACES | BLOCK_LEAVE_BYTES;
	cr_assert(block_decode(&s.back, &s.reading, &s.coder, buf_str(&s.out)));
	for (size_t i = 0; i < s.in.n; i++) {
		cr_assert_eq(s.back.values[DICT_CLIENTS][i], 0);
		cr_assert_eq(s.back.values[DICT_TRACES][i], 0);
		cr_assert_eq(s.back.shape[i], s.in.shape[i]);
		cr_assert_eq(s.back.time_ns[i], s.in.time_ns[i]);
		cr_assert_eq(s.back.duration_us[i], s.in.duration_us[i]);
	}
	sides_end(&s);
}

static void check_shape(const struct shape *a, const struct shape *b)
{
	cr_assert_eq(memcmp(a->names, b->names, sizeof a->names), 0);
	cr_assert_eq(a->status, b->status);
	cr_assert_eq(a->severity, b->severity);
	cr_assert_eq(a->kind, b->kind);
	cr_assert_eq(a->has, b->has);
}

Test(block, lists_that_are_full_start_over)
{
	enum { BLOCKS = 14 };
	static uint32_t clients[BLOCK_EVENTS];
	static uint16_t numbers[BLOCK_EVENTS];
	struct sides s;
	size_t started_over = 0;
	sides_begin(&s);
	for (unsigned k = 0; k < BLOCKS; k++) {
		size_t before = s.writing.values[DICT_CLIENTS].at.n;
		block_clear(&s.in);
		while (s.writing.shapes.n < 2) {
			struct shape shape = made_shape(s.writing.shapes.n + k);
			dict_add_shape(&s.writing, &shape);
		}
		/* Each client twice, and none of an earlier block. */
		for (size_t i = 0; i < BLOCK_EVENTS; i++) {
			struct block_row row = { .line = i, .shape = (uint16_t)(i % 2) };
			row.values[DICT_CLIENTS] = (uint32_t)(k * BLOCK_EVENTS + i / 2) * 7919;
			block_add(&s.in, &row);
		}
		encode(&s);
		started_over += s.writing.values[DICT_CLIENTS].at.n < before;
		cr_assert(dict_read_news(&s.reading, &s.coder, buf_str(&s.news)));
		cr_assert(block_decode(&s.back, &s.reading, &s.coder, buf_str(&s.out)), "block %u", k);
		check_same(&s.in, &s.back, &s.writing);
		cr_assert_eq(s.writing.shapes.n, s.reading.shapes.n);
		for (size_t i = 0; i < 2; i++)
			check_shape(&s.writing.shapes.at[i], &s.reading.shapes.at[i]);
		if (k % 3 == 2)
			dict_restart_shapes(&s.writing);
	}
	cr_expect_gt(started_over, 0);
	/* More new ones than wanted: nothing is added, also where the table grew on the way. */
	size_t n = s.writing.values[DICT_USERS].at.n;
	for (size_t i = 0; i < BLOCK_EVENTS; i++)
		clients[i] = (uint32_t)i + 1;
	cr_expect_not(dict_numbers(&s.writing, DICT_USERS, clients, BLOCK_EVENTS, BLOCK_EVENTS - 1, numbers));
	cr_expect_eq(s.writing.values[DICT_USERS].at.n, n);
	cr_expect(dict_numbers(&s.writing, DICT_USERS, clients, BLOCK_EVENTS, BLOCK_EVENTS, numbers));
	for (size_t i = 0; i < BLOCK_EVENTS; i++)
		cr_assert_eq(s.writing.values[DICT_USERS].at.at[numbers[i]], clients[i]);
	sides_end(&s);
}

/* Changes bytes of a blob one by one and cuts it: `decode` must refuse it, and behind a checksum that fits hold. */
static void damage(struct sides *s, struct buf *blob, uint64_t seed, bool (*decode)(struct sides *s, struct str bytes))
{
	uint64_t state = 5;
	for (size_t cut = 0; cut < blob->len; cut += 1 + blob->len / 200)
		cr_expect_not(decode(s, str_head(buf_str(blob), cut)));
	for (unsigned i = 0; i < 300; i++) {
		size_t at = draw_next(&state) % blob->len;
		char was = blob->ptr[at];
		blob->ptr[at] = (char)(was ^ (char)(1 << i % 8));
		cr_expect_not(decode(s, buf_str(blob)), "byte %zu", at);
		blob_seal(blob, 0, seed);
		(void)decode(s, buf_str(blob));
		blob->ptr[at] = was;
		blob_seal(blob, 0, seed);
	}
	cr_expect(decode(s, buf_str(blob)));
}

static bool decode_block(struct sides *s, struct str bytes)
{
	bool good = block_decode(&s->back, &s->reading, &s->coder, bytes);
	for (size_t i = 0; good && i < s->back.n; i++)
		cr_assert_lt(s->back.shape[i], s->reading.shapes.n);
	return good && s->back.n <= BLOCK_EVENTS;
}

static bool decode_news(struct sides *s, struct str bytes)
{
	dict_clear(&s->reading);
	bool good = dict_read_news(&s->reading, &s->coder, bytes);
	cr_assert_leq(s->reading.shapes.n, (size_t)DICT_SHAPES_MAX);
	for (size_t i = 0; good && i < s->reading.shapes.n; i++)
		cr_assert_lt(s->reading.shapes.at[i].kind, EVENT_KIND_COUNT);
	return good;
}

Test(block, damaged_bytes_are_refused)
{
	for (unsigned style = 0; style < STYLES; style++) {
		struct sides s;
		sides_begin(&s);
		fill(&s.in, &s.writing, 300, style);
		cr_assert(encode(&s));
		damage(&s, &s.news, DICT_SEED, decode_news);
		damage(&s, &s.out, BLOCK_SEED, decode_block);
		/* Of shapes and values that nobody brought. */
		dict_clear(&s.reading);
		cr_expect_not(block_decode(&s.back, &s.reading, &s.coder, buf_str(&s.out)));
		sides_end(&s);
	}
}
