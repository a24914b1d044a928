/* Arenas, buffers and error messages. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdalign.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"

Test(memory, arena_gives_zeroed_aligned_memory_again_and_again)
{
	struct arena a;
	arena_init(&a);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 1; i < 3000; i += 7) {
			size_t align = (size_t)1 << (i % 5);
			char *p = arena_alloc(&a, i, align);
			cr_assert_eq((uintptr_t)p % align, 0u);
			for (size_t k = 0; k < i; k++)
				cr_assert_eq(p[k], 0, "byte %zu of %zu", k, i);
			memset(p, 0xa5, i);
		}
		char *big = arena_alloc(&a, 5 << 20, 16);
		cr_assert_eq(big[(5 << 20) - 1], 0);
		memset(big, 0xa5, 5 << 20);
		arena_reset(&a);
		cr_assert_eq(a.used_bytes, 0u);
	}
	arena_release(&a);
	cr_expect_null(a.head);
}

Test(memory, arena_rewinds_to_its_marks)
{
	struct arena a;
	arena_init(&a);
	struct arena_mark nothing = arena_mark(&a);
	struct str kept = arena_str(&a, STR("kept"));
	struct arena_mark mark = arena_mark(&a);
	for (int i = 0; i < 100; i++)
		memset(arena_alloc(&a, 10000, 1), 'x', 10000);
	arena_rewind(&a, mark);
	cr_expect(str_eq(kept, STR("kept")));
	cr_expect_eq(kept.ptr[4], '\0');
	cr_expect_eq(a.used_bytes, 5u);
	char *again = arena_alloc(&a, 100, 1);
	cr_expect_eq(again[0], 0);
	arena_rewind(&a, nothing);
	cr_expect_eq(a.used_bytes, 0u);
	arena_release(&a);
}

Test(memory, arena_vectors_and_text)
{
	struct arena a;
	arena_init(&a);
	VEC(uint32_t) v = { 0 };
	for (uint32_t i = 0; i < 10000; i++)
		*vec_push(&a, &v) = i * 3;
	cr_assert_eq(v.n, 10000u);
	for (uint32_t i = 0; i < 10000; i++)
		cr_assert_eq(v.at[i], i * 3);
	cr_expect(str_eq(arena_printf(&a, "%s-%d", "a", 7), STR("a-7")));
	struct str wide = arena_printf(&a, "%300s|", "x");
	cr_expect_eq(wide.len, 301u);
	cr_expect_eq(wide.ptr[300], '|');
	cr_expect_eq(wide.ptr[301], '\0');
	arena_release(&a);
}

Test(memory, buffer_keeps_to_its_bound)
{
	struct buf b;
	buf_init(&b, 10);
	buf_add(&b, STR("12345678"));
	cr_expect_not(b.full);
	buf_add(&b, STR("abcdef"));
	cr_expect(b.full);
	cr_expect(str_eq(buf_str(&b), STR("12345678ab")));
	buf_addc(&b, 'x');
	buf_addf(&b, "%d", 1);
	cr_expect_eq(b.len, 10u, "nothing is added behind a gap");
	cr_expect_null(buf_reserve(&b, 1));
	buf_clear(&b);
	cr_expect_not(b.full);
	buf_addf(&b, "%s", "a text that is longer than ten bytes");
	cr_expect(b.full);
	cr_expect(str_eq(buf_str(&b), STR("a text tha")));
	buf_release(&b);
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%*d", 301, i);
	cr_expect_eq(b.len, 301000u);
	cr_expect_not(b.full);
	memcpy(buf_reserve(&b, 3), "abc", 3);
	b.len += 3;
	cr_expect(str_ends(buf_str(&b), STR("999abc")));
	buf_release(&b);
}

Test(memory, varints_come_back)
{
	static const uint64_t values[] = { 0,     1,     127,        128,       300,
		                           16383, 16384, UINT32_MAX, INT64_MAX, UINT64_MAX };
	static const int64_t signeds[] = { 0, -1, 1, -64, 64, INT32_MIN, INT64_MIN, INT64_MAX };
	struct buf b;
	uint64_t u;
	int64_t i;
	buf_init(&b, 1 << 10);
	for (size_t k = 0; k < sizeof values / sizeof values[0]; k++)
		buf_add_varint(&b, values[k]);
	for (size_t k = 0; k < sizeof signeds / sizeof signeds[0]; k++)
		buf_add_svarint(&b, signeds[k]);
	struct str s = buf_str(&b);
	for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
		cr_assert(varint_next(&s, &u));
		cr_expect_eq(u, values[k]);
	}
	for (size_t k = 0; k < sizeof signeds / sizeof signeds[0]; k++) {
		cr_assert(svarint_next(&s, &i));
		cr_expect_eq(i, signeds[k]);
	}
	cr_expect_not(varint_next(&s, &u), "the end");
	s = STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
	cr_expect_not(varint_next(&s, &u), "more than 64 bits");
	s = STR("\x80\x80");
	cr_expect_not(varint_next(&s, &u), "cut off");
	cr_expect_eq(s.len, 2u, "and nothing was taken");
	buf_release(&b);
}

Test(memory, first_error_wins_and_is_printable)
{
	struct err e = ERR_INIT;
	cr_expect_not(err_set_status(&e, EXIT_USAGE, "bad \x1b[31m%s", "name\n"));
	cr_expect_not(err_set(&e, "second"));
	cr_expect_str_eq(e.text, "bad ?[31mname?");
	cr_expect_eq(e.status, EXIT_USAGE);
	e = (struct err)ERR_INIT;
	errno = ENOENT;
	err_set_errno(&e, "%s", "x.log");
	cr_expect_str_eq(e.text, "x.log: No such file or directory");
	cr_expect_eq(e.status, EXIT_SYSTEM);
	e = (struct err)ERR_INIT;
	err_set(&e, "%0600d", 1);
	cr_expect_eq(strlen(e.text), (size_t)ERR_TEXT_BYTES - 1);
}
