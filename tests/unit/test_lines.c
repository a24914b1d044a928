/* Lines and records out of byte streams, cut into any chunks. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "ingest/lines.h"

/* A stream that gives at most `step` bytes a time. */
struct stream {
	struct str left;
	size_t step;
};

static size_t give(void *self, char *out, size_t cap)
{
	struct stream *s = self;
	size_t n = s->step < cap ? s->step : cap;
	if (n > s->left.len)
		n = s->left.len;
	if (n)
		memcpy(out, s->left.ptr, n);
	s->left = str_from(s->left, n);
	return n;
}

/* All lines as "offset number flags text|". */
static void lines_text(struct str text, size_t step, size_t max_line, struct buf *out)
{
	struct stream s = { text, step };
	struct lines l;
	lines_init(&l, give, &s, max_line);
	while (lines_next(&l)) {
		buf_addf(out, "%lu %lu %s%s", (unsigned long)l.offset, (unsigned long)l.number,
		         l.cut ? "cut " : "", l.unfinished ? "open " : "");
		buf_add(out, l.text);
		buf_addc(out, '|');
	}
	buf_addf(out, "%lu %lu", (unsigned long)l.next_offset, (unsigned long)l.cut_lines);
	lines_release(&l);
}

Test(lines, cuts_at_line_ends)
{
	const struct {
		struct str text;
		size_t max_line;
		const char *wanted;
	} rows[] = {
		{ STR(""), 0, "0 0" },
		{ STR("\n"), 0, "0 1 |1 0" },
		{ STR("a"), 0, "0 1 open a|1 0" },
		{ STR("a\nb\n"), 0, "0 1 a|2 2 b|4 0" },
		{ STR("a\r\nb\r\n\r\nc\r"), 0, "0 1 a|3 2 b|6 3 |8 4 open c|10 0" },
		{ STR("a\rb\n"), 0, "0 1 a\rb|4 0" },
		{ STR("\xef\xbb\xbf" "a\nb"), 0, "3 1 a|5 2 open b|6 0" },
		{ STR("\xef\xbb\xbf"), 0, "3 0" },
		{ STR("\xef\xbb"), 0, "0 1 open \xef\xbb|2 0" },
		{ STR("abcdef\nxyz\n"), 4, "0 1 cut abcd|7 2 xyz|11 1" },
		{ STR("abcd\r\nxy\n"), 4, "0 1 abcd|6 2 xy|9 0" },
		{ STR("abcdefgh"), 4, "0 1 cut open abcd|8 1" },
		{ STR("abc\xe2\x82\xacz\nx"), 5, "0 1 cut abc|8 2 open x|9 1" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t step = 1; step < 20; step++) {
			struct buf b;
			buf_init(&b, 1 << 16);
			lines_text(rows[i].text, step, rows[i].max_line, &b);
			cr_expect(str_eq(buf_str(&b), str_of(rows[i].wanted)), "row %zu by %zu: %.*s", i,
			          step, STR_ARG(buf_str(&b)));
			buf_release(&b);
		}
	struct stream s = { STR("a\0b\nc"), 100 };
	struct lines l;
	lines_init(&l, give, &s, 0);
	cr_assert(lines_next(&l));
	cr_expect(str_eq(l.text, STR("a\0b")), "NUL bytes are kept");
	lines_release(&l);
}

/* Text with lines of all lengths, some longer than the cap, some with \r\n. */
static void make_text(struct buf *text, unsigned seed, size_t bytes)
{
	while (text->len < bytes) {
		seed = seed * 1103515245 + 12345;
		size_t n = (seed >> 16) % 97;
		if (n == 0)
			n = (seed >> 8) % 30000;
		for (size_t i = 0; i < n; i++)
			buf_addc(text, (char)('a' + (seed + i) % 26));
		if ((seed & 7) == 0)
			buf_addc(text, '\r');
		buf_addc(text, '\n');
	}
}

Test(lines, chunks_do_not_matter)
{
	static const size_t steps[] = { 7, 100, 4096, 65536, 1 << 20 };
	struct buf text, wanted, got;
	buf_init(&text, 1 << 22);
	buf_init(&wanted, 1 << 23);
	buf_init(&got, 1 << 23);
	make_text(&text, 1, 1 << 20);
	for (size_t max = 50; max <= 50000; max *= 10) {
		buf_clear(&wanted);
		lines_text(buf_str(&text), SIZE_MAX, max, &wanted);
		for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
			buf_clear(&got);
			lines_text(buf_str(&text), steps[i], max, &got);
			cr_expect(str_eq(buf_str(&got), buf_str(&wanted)), "%zu by %zu", max, steps[i]);
		}
	}
	buf_release(&text);
	buf_release(&wanted);
	buf_release(&got);
}

/* Records: a line that does not begin with a blank begins one; lines with '#' are left out of it. */
static void records_text(struct str text, size_t step, struct buf *out)
{
	struct stream s = { text, step };
	struct lines l;
	lines_init(&l, give, &s, 0);
	while (lines_next(&l)) {
		if (l.text.len && l.text.ptr[0] == '#')
			continue;
		if (l.text.len && l.text.ptr[0] == ' ') {
			lines_extend(&l);
			continue;
		}
		if (l.record_open) {
			buf_addf(out, "%lu+%u %lu:", (unsigned long)l.record_number, l.record_lines,
			         (unsigned long)l.record_offset);
			buf_add(out, l.record);
			buf_addc(out, '|');
		}
		lines_begin(&l);
	}
	if (l.record_open) {
		buf_addf(out, "%lu+%u %lu:", (unsigned long)l.record_number, l.record_lines,
		         (unsigned long)l.record_offset);
		buf_add(out, l.record);
	}
	buf_addf(out, "|%lu", (unsigned long)l.left_out_lines);
	lines_release(&l);
}

Test(lines, records_are_contiguous)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "a\n b\n c\nd\n", "1+3 0:a\n b\n c|4+1 8:d|0" },
		{ "a\r\n b\r\n c\r\nd\r\n", "1+3 0:a\n b\n c|4+1 11:d|0" },
		{ "a\n#x\n b\n#y\n c\nd", "1+3 0:a\n b\n c|6+1 14:d|0" },
		{ " orphan\na\n", "2+1 8:a|0" },
		{ "a\n b", "1+2 0:a\n b|0" },
		{ "", "|0" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t step = 1; step < 20; step++) {
			struct buf b;
			buf_init(&b, 1 << 16);
			records_text(str_of(rows[i].text), step, &b);
			cr_expect(str_eq(buf_str(&b), str_of(rows[i].wanted)), "row %zu by %zu: %.*s", i,
			          step, STR_ARG(buf_str(&b)));
			buf_release(&b);
		}
}

Test(lines, long_records_are_bounded)
{
	struct buf text, wanted, got;
	/* Far more is left out than a buffer may hold. */
	buf_init(&text, 1 << 26);
	buf_init(&wanted, 1 << 23);
	buf_init(&got, 1 << 23);
	for (int record = 0; record < 3; record++) {
		buf_addz(&text, "first\n");
		for (int i = 0; i < 70000; i++)
			buf_addf(&text, "%s %0100d%s\n", i % 11 == 3 ? "#left out" : "", i,
			         i % 5 ? "" : "\r");
	}
	records_text(buf_str(&text), SIZE_MAX, &wanted);
	for (size_t step = 1000; step < 1000000; step *= 7) {
		buf_clear(&got);
		records_text(buf_str(&text), step, &got);
		cr_expect(str_eq(buf_str(&got), buf_str(&wanted)), "by %zu", step);
	}
	struct str head = str_head(buf_str(&wanted), 100);
	cr_expect(str_starts(head, STR("1+")) && str_find(head, STR("first\n 000")) > 0, "%.*s",
	          STR_ARG(head));
	cr_expect(wanted.len < 3 * (LINES_MAX_RECORD_BYTES + 100) &&
	          wanted.len > 3 * (LINES_MAX_RECORD_BYTES - 200));
	buf_release(&text);
	buf_release(&wanted);
	buf_release(&got);
}

/* A line of gigabytes would be passed over in the same room: memory stays what the caps say. */
Test(lines, endless_lines_take_no_memory)
{
	struct buf text;
	buf_init(&text, 1 << 25);
	buf_addz(&text, "start\n");
	for (int i = 0; i < 1 << 20; i++)
		buf_addz(&text, "endless ");
	buf_addz(&text, "\nend\n");
	struct stream s = { buf_str(&text), 100000 };
	struct lines l;
	lines_init(&l, give, &s, 1000);
	cr_assert(lines_next(&l));
	lines_begin(&l);
	cr_assert(lines_next(&l));
	cr_expect(l.cut && l.text.len == 1000);
	cr_expect(str_eq(l.record, STR("start")));
	lines_extend(&l);
	cr_assert(lines_next(&l));
	cr_expect(str_eq(l.text, STR("end")));
	cr_expect_eq(l.offset, 6u + (8u << 20) + 1);
	cr_expect_eq(l.record.len, 5u + 1 + 1000);
	cr_expect(str_starts(l.record, STR("start\nendless ")));
	cr_expect_lt(l.buf.cap, (size_t)2 * LINES_CHUNK_BYTES + LINES_MAX_RECORD_BYTES);
	cr_expect_not(lines_next(&l));
	lines_release(&l);
	buf_release(&text);
}

Test(lines, resumes_behind_what_was_read)
{
	struct stream s = { STR("\xef\xbb\xbf" "c\nd\n"), 100 };
	struct lines l;
	lines_init(&l, give, &s, 0);
	lines_resume(&l, 4, 2);
	cr_assert(lines_next(&l));
	cr_expect(str_eq(l.text, STR("\xef\xbb\xbf" "c")), "no BOM inside a stream");
	cr_expect_eq(l.offset, 4u);
	cr_expect_eq(l.number, 3u);
	cr_assert(lines_next(&l));
	cr_expect_eq(l.offset, 9u);
	cr_expect_eq(l.number, 4u);
	lines_release(&l);
}
