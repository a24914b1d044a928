/* gzip in all its states of preservation. */
#include <criterion/criterion.h>

#include "pack.h"

static const char *const story[] = { "The first line\n", "and a second, second, second one\n", "",
	                             "end without a line end" };

static struct buf new_buf(void)
{
	struct buf b;
	buf_init(&b, 64 << 20);
	return b;
}

static void expect_all(struct str packed, const char *wanted)
{
	struct buf b = new_buf();
	pack_all(packed, &b);
	cr_expect(str_eq(buf_str(&b), str_of(wanted)), "%.*s\nwanted %s", STR_ARG(buf_str(&b)), wanted);
	buf_release(&b);
}

Test(gunzip, members_are_one_text)
{
	struct buf packed = new_buf(), text = new_buf();
	for (int level = 0; level <= 9; level += 3) {
		buf_clear(&packed);
		buf_clear(&text);
		buf_addz(&text, "x[gzip]");
		for (size_t i = 0; i < sizeof story / sizeof story[0]; i++) {
			pack_gzip(&packed, str_of(story[i]), level, 0, NULL);
			buf_addz(&text, story[i]);
		}
		buf_add(&text, STR(";;\0"));
		expect_all(buf_str(&packed), text.ptr);
	}
	buf_release(&packed);
	buf_release(&text);
}

Test(gunzip, header_fields)
{
	struct buf packed = new_buf();
	struct input_stream s;
	pack_gzip(&packed, STR("a\n"), 6, 1769724302, "web.log.1");
	pack_gzip(&packed, STR("b\n"), 6, 5, "other");
	struct input *in = pack_open(buf_str(&packed), NULL);
	cr_assert(input_next(in, &s));
	cr_expect(str_eq(s.gzip_name, STR("web.log.1")));
	cr_expect_eq(s.gzip_mtime_ns, 1769724302 * NS_PER_S);
	cr_expect(str_eq(s.head, STR("a\nb\n")));
	cr_expect_not(input_next(in, &s));
	input_close(in);
	buf_clear(&packed);
	/* Extra field, name, comment and header checksum at once, no time. */
	buf_add(&packed, STR("\x1f\x8b\x08\x1e\0\0\0\0\0\x03\x05\0extraname\0comment\0\x12\x34"
	                     "\x03\0\0\0\0\0\0\0\0\0"));
	in = pack_open(buf_str(&packed), NULL);
	cr_assert(input_next(in, &s));
	cr_expect(str_eq(s.gzip_name, STR("name")));
	cr_expect_eq(s.gzip_mtime_ns, TIME_NONE);
	cr_expect_eq(s.head.len, 0u);
	cr_expect_eq(s.content_id, 0u);
	cr_expect_not(input_end(in).damaged || input_end(in).truncated);
	input_close(in);
	buf_release(&packed);
}

Test(gunzip, padding_and_garbage)
{
	struct buf packed = new_buf();
	static const char zeros[600];
	pack_gzip(&packed, STR("one\n"), 6, 0, NULL);
	size_t one = packed.len;
	buf_add(&packed, str_make(zeros, 600));
	expect_all(buf_str(&packed), "x[gzip]one\n(600 zero bytes behind the gzip data were left out);;");
	pack_gzip(&packed, STR("two\n"), 6, 0, NULL);
	expect_all(buf_str(&packed), "x[gzip]one\ntwo\n;;");
	packed.len = one;
	buf_addz(&packed, "garbage");
	expect_all(buf_str(&packed),
	           "x[gzip]one\n(7 bytes behind the gzip data, at byte 24, were left out);;");
	pack_gzip(&packed, STR("two\n"), 6, 0, NULL);
	expect_all(buf_str(&packed),
	           "x[gzip]one\ntwo\nD(7 bytes inside the gzip data, at byte 24, were left out);;");
	buf_release(&packed);
}

/* Cut at every byte: what comes out is a beginning of the text, and only the whole file is whole. */
Test(gunzip, every_truncation_gives_a_prefix)
{
	struct buf packed = new_buf(), text = new_buf(), got = new_buf();
	for (int i = 0; i < 40; i++)
		buf_addf(&text, "2026-01-29T22:05:%02dZ request %d took %d ms\n", i, i * 7919 % 1000,
		         i * 104729 % 500);
	pack_gzip(&packed, str_head(buf_str(&text), 800), 6, 1, "name");
	size_t first = packed.len;
	pack_gzip(&packed, str_from(buf_str(&text), 800), 9, 1, NULL);
	size_t longest = 0;
	for (size_t len = 0; len <= packed.len; len++) {
		struct input *in = pack_open(str_head(buf_str(&packed), len), NULL);
		struct input_stream s;
		buf_clear(&got);
		cr_assert(input_next(in, &s));
		pack_read(in, 100, &got);
		if (len < 4) {
			input_close(in);
			continue; /* too short to be told */
		}
		cr_expect(str_starts(buf_str(&text), buf_str(&got)), "cut at %zu", len);
		cr_expect(got.len >= longest, "more packed bytes never give less text");
		longest = got.len;
		struct input_end end = input_end(in);
		cr_expect_eq(end.bytes, got.len);
		bool whole = len == packed.len || len == first;
		cr_expect_eq(end.truncated, !whole, "cut at %zu", len);
		cr_expect_eq(end.n_notes, whole ? 0u : 1u);
		input_close(in);
	}
	cr_expect_eq(longest, text.len);
	buf_release(&packed);
	buf_release(&text);
	buf_release(&got);
}

/* Damage in one of three members: the others come out whole, on lines of their own. */
Test(gunzip, damage_costs_one_member)
{
	struct buf packed = new_buf(), text = new_buf(), got = new_buf();
	size_t starts[4];
	for (int m = 0; m < 3; m++) {
		buf_clear(&text);
		for (int i = 0; i < 3000; i++)
			buf_addf(&text, "member %d line %d value %d\n", m, i, (i * 7919 + m) % 10007);
		starts[m] = packed.len;
		pack_gzip(&packed, buf_str(&text), 6, 0, NULL);
	}
	starts[3] = packed.len;
	for (size_t at = starts[1] + 10; at < starts[2]; at += 997) {
		char saved = packed.ptr[at];
		packed.ptr[at] = (char)(saved ^ 0x5a);
		struct input *in = pack_open(buf_str(&packed), NULL);
		struct input_stream s;
		buf_clear(&got);
		cr_assert(input_next(in, &s));
		pack_read(in, 65536, &got);
		cr_expect(str_starts(buf_str(&got), STR("member 0 line 0 value 0\n")));
		cr_expect(str_find(buf_str(&got), STR("member 0 line 2999")) > 0, "damage at %zu", at);
		cr_expect(str_find(buf_str(&got), STR("\nmember 2 line 0 value 2\n")) > 0, "damage at %zu",
		          at);
		cr_expect(str_find(buf_str(&got), STR("member 2 line 2999")) > 0, "damage at %zu", at);
		cr_expect(input_end(in).damaged, "damage at %zu", at);
		cr_expect_gt(input_end(in).n_notes, 0u);
		input_close(in);
		packed.ptr[at] = saved;
	}
	/* A lost header: its member is gone, and said to be. */
	memset(packed.ptr + starts[1], 'x', 3);
	struct input *in = pack_open(buf_str(&packed), NULL);
	struct input_stream s;
	buf_clear(&got);
	cr_assert(input_next(in, &s));
	pack_read(in, 65536, &got);
	cr_expect_eq(str_find(buf_str(&got), STR("member 1")), -1);
	cr_expect(str_find(buf_str(&got), STR("member 2 line 2999")) > 0);
	cr_expect(input_end(in).damaged);
	input_close(in);
	buf_release(&packed);
	buf_release(&text);
	buf_release(&got);
}

Test(gunzip, wrong_checksums_are_told)
{
	struct buf packed = new_buf();
	pack_gzip(&packed, STR("text\n"), 6, 0, NULL);
	packed.ptr[packed.len - 8] = (char)(packed.ptr[packed.len - 8] ^ 1);
	expect_all(
		buf_str(&packed),
		"x[gzip]text\nD(the checksum of the gzip member at byte 0 is wrong: its text may be, too);;");
	buf_release(&packed);
}

/* Every byte of a small file replaced: no crash, no endless loop, bounded output. */
Test(gunzip, survives_any_byte, .timeout = 60)
{
	struct buf packed = new_buf(), got = new_buf();
	pack_gzip(&packed, STR("a line, a line, a line\n"), 6, 7, "n");
	pack_gzip(&packed, STR("b line, b line, b line\n"), 0, 7, NULL);
	for (size_t at = 0; at < packed.len; at++)
		for (int bit = 0; bit < 8; bit++) {
			packed.ptr[at] = (char)(packed.ptr[at] ^ 1 << bit);
			buf_clear(&got);
			pack_all(buf_str(&packed), &got);
			cr_expect_lt(got.len, 5000u);
			packed.ptr[at] = (char)(packed.ptr[at] ^ 1 << bit);
		}
	buf_release(&packed);
	buf_release(&got);
}

/* Texts of many sizes and kinds, packed at all levels, come back as they were, in any pieces. */
Test(gunzip, agrees_with_what_was_packed)
{
	struct buf packed = new_buf(), text = new_buf(), got = new_buf();
	unsigned seed = 1;
	for (size_t size = 1; size < 3000000; size = size * 5 + 3) {
		buf_clear(&text);
		buf_clear(&packed);
		while (text.len < size) {
			seed = seed * 1103515245 + 12345;
			if (size % 2)
				buf_addf(&text, "%u words and %u numbers\n", seed >> 20, seed >> 28);
			else
				buf_addc(&text, (char)(seed >> 16));
		}
		for (int level = 0; level <= 9; level += 3)
			pack_gzip(&packed, buf_str(&text), level, 0, NULL);
		for (size_t step = 999; step < 70000; step *= 8) {
			struct input *in = pack_open(buf_str(&packed), NULL);
			struct input_stream s;
			buf_clear(&got);
			cr_assert(input_next(in, &s));
			pack_read(in, step, &got);
			cr_assert_eq(got.len, 4 * text.len);
			for (size_t i = 0; i < 4; i++)
				cr_assert(memcmp(got.ptr + i * text.len, text.ptr, text.len) == 0);
			cr_assert_not(input_end(in).damaged || input_end(in).truncated);
			input_close(in);
		}
	}
	buf_release(&packed);
	buf_release(&text);
	buf_release(&got);
}
