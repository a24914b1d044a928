#include <criterion/criterion.h>

#include "report/glyph.h"

struct row { struct str text; const char *want; };

Test(glyph, nothing_that_acts_on_a_terminal_passes)
{
	const struct row rows[] = {
		{ STR("plain ä € 漢 🙂"), "plain ä € 漢 🙂" },
		{ STR("\x1b[31mred\x07"), "\\x1b[31mred\\x07" },
		{ STR("a\0b\x7f"), "a\\x00b\\x7f" },
		{ STR("a\nb\tc\r"), "a\\nb\\tc\\r" },
		{ STR("\xc2\x9b" "31m"), "\\u009b31m" },
		{ STR("\xe2\x80\xaetxt"), "\\u202etxt" },
		{ STR("\xe2\x80\x8b\xef\xbb\xbf\xf3\xa0\x80\x81"), "\\u200b\\ufeff\\ue0001" },
		{ STR("\xff\xc3(\xe2\x82"), "\\xff\\xc3(\\xe2\\x82" },
		{ STR("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80"), "\\xc0\\xaf\\ud800\\xf4\\x90\\x80\\x80" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out;

		buf_init(&out, 4096);
		glyph_add(&out, rows[i].text);
		cr_expect(str_eq(buf_str(&out), str_of(rows[i].want)), "row %zu: %.*s", i, STR_ARG(buf_str(&out)));
		buf_release(&out);
	}
}

Test(glyph, text_is_cut_to_columns)
{
	static const struct { const char *text; unsigned columns, used; const char *want; } rows[] = {
		{ "abcdef", 6, 6, "abcdef" },
		{ "abcdef", 5, 5, "abcd…" },
		{ "  a \n\t b ", 10, 3, "a b" },
		{ "漢字漢字", 8, 8, "漢字漢字" },
		{ "漢字漢字", 7, 7, "漢字漢…" },
		{ "漢字漢字", 6, 5, "漢字…" },
		{ "a\x1b" "b", 3, 2, "a…" },
		{ "abc", 1, 1, "…" },
		{ "abc", 0, 0, "" },
		{ "", 5, 0, "" },
		{ "e\xcc\x81t\xc3\xa9", 3, 3, "e\xcc\x81t\xc3\xa9" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out;

		buf_init(&out, 4096);
		unsigned used = glyph_add_cut(&out, str_of(rows[i].text), rows[i].columns);
		cr_expect_eq(used, rows[i].used, "row %zu: %u columns", i, used);
		cr_expect(str_eq(buf_str(&out), str_of(rows[i].want)), "row %zu: %.*s", i, STR_ARG(buf_str(&out)));
		buf_release(&out);
	}
}
