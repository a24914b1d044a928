#include <criterion/criterion.h>

#include "core/timestamp.h"
#include "store/block.h"

/* Numbers without a pattern, the same on every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

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
			v[i] = next_random(&state) >> (64 - bits);
		check_column(v, N);
	}
	/* A common factor, on any base, and one value that spoils it. */
	for (uint64_t factor = 1000; factor <= 1000000000; factor *= 1000) {
		for (size_t i = 0; i < N; i++)
			v[i] = 7 + factor * (next_random(&state) % 1000);
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

static void fill(struct block *b, size_t n, unsigned style)
{
	uint64_t state = 77 + style;
	int64_t time = INT64_C(1769720000) * NS_PER_S;
	uint64_t offset = 0;
	block_clear(b);
	for (size_t i = 0; i < n; i++) {
		uint64_t r = next_random(&state);
		struct block_row row = { .time_ns = time, .line = i + 1, .offset = offset, .status = -1,
			.duration_us = NO_U32, .bytes = NO_U32 };
		switch (style) {
		case 0: /* an access log */
			time += (int64_t)(r % 3) * NS_PER_MS;
			offset += 200 + r % 50;
			row.ids[BLOCK_ROUTE] = 1 + r % 30;
			row.ids[BLOCK_CLIENT] = (uint32_t)(r >> 7) % 1000;
			row.status = (int16_t)(r % 7 ? 200 : 503);
			row.duration_us = (uint32_t)(r % 9000) * 1000;
			row.bytes = (uint32_t)(r >> 20) % 90000;
			break;
		case 1: /* noise */
			row.time_ns = (int64_t)r;
			row.line = next_random(&state);
			row.offset = next_random(&state);
			for (size_t k = 0; k < BLOCK_IDS; k++)
				row.ids[k] = next_random(&state) >> (k < BLOCK_CLIENT ? 0 : 32);
			row.duration_us = (uint32_t)next_random(&state);
			row.bytes = (uint32_t)(next_random(&state) >> 13);
			row.status = (int16_t)(next_random(&state) % 32768 - 1);
			row.severity = (uint8_t)(r >> 5);
			row.kind = (uint8_t)(r >> 13);
			break;
		default: /* times that are missing, at the ends of the range, and backwards */
			row.time_ns = r % 5 == 0   ? TIME_NONE
				      : r % 5 == 1 ? INT64_MAX
				      : r % 5 == 2 ? INT64_MIN + 1
						   : -5;
			row.ids[BLOCK_TEMPLATE] = r % 3;
			break;
		}
		block_add(b, &row);
	}
}

static void check_same(const struct block *a, const struct block *b)
{
	cr_assert_eq(a->n, b->n);
	cr_expect_eq(a->first_ns, b->first_ns, "after encoding");
	cr_expect_eq(a->last_ns, b->last_ns);
	for (size_t i = 0; i < a->n; i++) {
		cr_assert_eq(a->time_ns[i], b->time_ns[i], "time of %zu", i);
		cr_assert_eq(a->line[i], b->line[i]);
		cr_assert_eq(a->offset[i], b->offset[i]);
		for (unsigned k = 0; k < BLOCK_IDS; k++)
			cr_assert_eq(block_id(a, k, i), block_id(b, k, i), "id %u of %zu", k, i);
		cr_assert_eq(a->duration_us[i], b->duration_us[i]);
		cr_assert_eq(a->bytes[i], b->bytes[i]);
		cr_assert_eq(a->status[i], b->status[i]);
		cr_assert_eq(a->severity[i], b->severity[i]);
		cr_assert_eq(a->kind[i], b->kind[i]);
	}
}

Test(block, any_events_come_back)
{
	static const size_t sizes[] = { 0, 1, 2, 17, 5000, BLOCK_EVENTS };
	struct column_coder c;
	struct arena a;
	struct block in, back;
	struct buf out;
	arena_init(&a);
	column_coder_init(&c);
	buf_init(&out, BLOCK_BYTES_MAX);
	block_init(&in, &a, true);
	block_init(&back, &a, false);
	for (unsigned style = 0; style < 3; style++) {
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			fill(&in, sizes[i], style);
			buf_clear(&out);
			block_encode(&in, &c, &out);
			cr_assert(block_decode(&back, &c, buf_str(&out)), "style %u, %zu events", style,
				  sizes[i]);
			check_same(&in, &back);
			/* Encoding has not spoilt it: it can be encoded again, to the same bytes. */
			struct buf again;
			buf_init(&again, BLOCK_BYTES_MAX);
			block_encode(&in, &c, &again);
			cr_expect(str_eq(buf_str(&out), buf_str(&again)));
			buf_release(&again);
		}
	}
	buf_release(&out);
	column_coder_release(&c);
	arena_release(&a);
}

Test(block, damaged_bytes_are_refused)
{
	struct column_coder c;
	struct arena a;
	struct block in, back;
	struct buf out;
	arena_init(&a);
	column_coder_init(&c);
	buf_init(&out, BLOCK_BYTES_MAX);
	block_init(&in, &a, true);
	block_init(&back, &a, false);
	for (unsigned style = 0; style < 3; style++) {
		uint64_t state = 5;
		fill(&in, 300, style);
		buf_clear(&out);
		block_encode(&in, &c, &out);
		for (size_t cut = 0; cut < out.len; cut += 1 + out.len / 200)
			cr_expect_not(block_decode(&back, &c, str_head(buf_str(&out), cut)));
		for (unsigned i = 0; i < 300; i++) {
			size_t at = next_random(&state) % out.len;
			char was = out.ptr[at];
			out.ptr[at] = (char)(was ^ (char)(1 << i % 8));
			cr_expect_not(block_decode(&back, &c, buf_str(&out)), "byte %zu", at);
			/* Behind a checksum that fits the decoder itself must hold, whatever it makes of it.
			 */
			blob_seal(&out, 0, BLOCK_SEED);
			if (block_decode(&back, &c, buf_str(&out)))
				cr_expect_leq(back.n, (size_t)BLOCK_EVENTS);
			out.ptr[at] = was;
			blob_seal(&out, 0, BLOCK_SEED);
		}
		cr_expect(block_decode(&back, &c, buf_str(&out)));
	}
	buf_release(&out);
	column_coder_release(&c);
	arena_release(&a);
}
