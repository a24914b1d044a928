#include <criterion/criterion.h>

#include "core/arena.h"
#include "store/plane.h"
#include "tests/unit/draw.h"

enum { N_MAX = 20000 };

/* Kinds of planes: each is laid down in another way. */
enum drawn { SAME, BITS, CRUMBS, NIBBLES, MOSTLY_ZERO, HARDLY_ANY, NOISE, CYCLE, SKEWED, DRAWN_KINDS };

static unsigned char draw(enum drawn kind, size_t i, uint64_t *state)
{
	uint64_t r = draw_next(state);
	switch (kind) {
	case SAME:
		return 77;
	case BITS:
		return r % 10 == 0;
	case CRUMBS:
		return r % 5 ? 0 : r >> 20 & 3;
	case NIBBLES:
		return r >> 8 & r >> 20 & 15;
	case MOSTLY_ZERO:
		return r % 6 ? 0 : r >> 20 & 255;
	case HARDLY_ANY:
		return r % 900 ? 0 : 200;
	case NOISE:
		return r >> 20 & 255;
	case CYCLE:
		return (unsigned char)(i % 37 * 5);
	case SKEWED:
		return r >> 8 & r >> 20 & 255;
	case DRAWN_KINDS:
		break;
	}
	return 0;
}

/* How large each may be, in thousandths of its bytes: about what its entropy is. */
static const unsigned most[DRAWN_KINDS] = {
	[SAME] = 1, [BITS] = 65, [CRUMBS] = 150, [NIBBLES] = 420, [MOSTLY_ZERO] = 320, [HARDLY_ANY] = 15, [NOISE] = 1001, [CYCLE] = 20, [SKEWED] = 830,
};

static void check(struct plane_coder *c, const unsigned char *p, size_t n, struct buf *out)
{
	buf_clear(out);
	plane_put(c, out, p, n);
	size_t bytes = out->len;
	cr_assert_leq(bytes, n + 2, "%zu of %zu", bytes, n);
	buf_addz(out, "rest");
	struct str in = buf_str(out), over = in;
	const unsigned char *back = plane_get(c, &in, n);
	cr_assert(back && memcmp(back, p, n) == 0, "%zu bytes", n);
	cr_expect(str_eq(in, STR("rest")));
	cr_expect(plane_skip(&over, n) && str_eq(over, STR("rest")), "%zu bytes", n);
	/* Cut anywhere: refused. */
	for (size_t cut = 0; cut < bytes; cut += 1 + bytes / 20) {
		struct str a = str_head(buf_str(out), cut), b = a;
		cr_expect_not(plane_get(c, &a, n), "cut at %zu of %zu", cut, bytes);
		cr_expect_not(plane_skip(&b, n), "cut at %zu of %zu", cut, bytes);
	}
}

Test(plane, planes_of_all_kinds_and_lengths_come_back)
{
	static const size_t lengths[] = { 1, 2, 3, 7, 8, 9, 23, 24, 25, 63, 64, 65, 191, 192, 511, 512, 513, 767, 2047, 2049, 16383, 16384, N_MAX - 1 };
	static unsigned char p[N_MAX];
	struct plane_coder c;
	struct buf out;
	uint64_t state = 7;
	plane_coder_init(&c);
	buf_init(&out, 1 << 20);
	for (unsigned kind = 0; kind < DRAWN_KINDS; kind++)
		for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
			for (size_t i = 0; i < lengths[k]; i++)
				p[i] = draw((enum drawn)kind, i, &state);
			check(&c, p, lengths[k], &out);
		}
	plane_coder_release(&c);
	buf_release(&out);
}

Test(plane, planes_cost_what_they_say)
{
	static unsigned char p[N_MAX];
	struct plane_coder c;
	struct buf out;
	uint64_t state = 11;
	plane_coder_init(&c);
	buf_init(&out, 1 << 20);
	for (unsigned kind = 0; kind < DRAWN_KINDS; kind++) {
		for (size_t i = 0; i < N_MAX; i++)
			p[i] = draw((enum drawn)kind, i, &state);
		check(&c, p, N_MAX, &out);
		struct str in = buf_str(&out);
		cr_assert(plane_skip(&in, N_MAX));
		cr_expect_leq((out.len - in.len) * 1000, (size_t)most[kind] * N_MAX, "kind %u: %zu of %d", kind, out.len - in.len, N_MAX);
	}
	plane_coder_release(&c);
	buf_release(&out);
}

/* Bytes changed at random: the plane that comes is another one, or none; what is read and written stays in bounds (under asan). */
Test(plane, damaged_planes_are_refused_or_read)
{
	enum { ROUNDS = 300, N = 1500 };
	static unsigned char p[N];
	struct plane_coder c;
	struct buf out;
	uint64_t state = 3;
	size_t refused = 0;
	plane_coder_init(&c);
	buf_init(&out, 1 << 20);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < N; i++)
			p[i] = draw((enum drawn)(round % DRAWN_KINDS), i, &state);
		buf_clear(&out);
		plane_put(&c, &out, p, N);
		size_t head = out.len < 8 ? out.len : 8;
		out.ptr[draw_next(&state) % (round % 2 ? out.len : head)] = (char)draw_next(&state);
		struct str in = buf_str(&out), over = in;
		const unsigned char *back = plane_get(&c, &in, N);
		refused += back == NULL;
		if (back)
			cr_expect(plane_skip(&over, N) && over.len == in.len, "round %u", round);
	}
	cr_expect_gt(refused, 0);
	/* More of them than there can be, and forms nobody writes. */
	static const char *const odd[] = { "\x03\x7f\x00", "\x13\x01\x00", "\x11\x01", "\x40\x01\x01\x01", "\x04", "\x03\x01\x10\x01\x00\x01" };
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct str in = str_make(odd[i], strlen(odd[i]) + 1), over = in;
		cr_expect_not(plane_get(&c, &in, 4), "%zu", i);
		cr_expect_not(plane_skip(&over, 4), "%zu", i);
	}
	plane_coder_release(&c);
	buf_release(&out);
}
