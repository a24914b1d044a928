/* Slices: searching, cutting, numbers, globs, UTF-8. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "core/str.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(str, compares_and_searches)
{
	cr_expect(str_eq_nocase(STR("WaRn"), STR("wArN")));
	cr_expect_not(str_eq_nocase(STR("warn"), STR("warning")));
	cr_expect_not(str_eq_nocase(STR("@"), STR("`")), "only letters have case");
	cr_expect(str_starts_nocase(STR("Content-Type"), STR("content")));
	cr_expect(str_cmp(STR("a"), STR("b")) < 0);
	cr_expect(str_cmp(STR("a"), STR("ab")) < 0);
	cr_expect(str_cmp(STR("\xff"), STR("a")) > 0, "bytes are unsigned");
	cr_expect_eq(str_cmp(STR_NONE, STR("")), 0);
	cr_expect_eq(str_find(STR("one two two"), STR("two")), 4);
	cr_expect_eq(str_find(STR("one"), STR("")), 0);
	cr_expect_eq(str_find(STR_NONE, STR("x")), -1);
	cr_expect_eq(str_find_nocase(STR("Error: TimeOut"), STR("timeout")), 7);
	cr_expect_eq(str_find_nocase(STR("time"), STR("timeout")), -1);
	cr_expect_eq(str_chr(STR("a=b=c"), '='), 1);
	cr_expect_eq(str_rchr(STR("a=b=c"), '='), 3);
	cr_expect_eq(str_chr(STR_NONE, 'x'), -1);
	cr_expect_eq(str_from(STR("abc"), 7).len, 0u);
	cr_expect(str_eq(str_from(STR("abc"), 1), STR("bc")));
	cr_expect_eq(str_from(STR_NONE, 0).len, 0u);
}

Test(str, cuts_and_trims)
{
	struct str rest, s = STR("  GET\t/x  HTTP/1.1 ");
	cr_expect(str_eq(str_trim(STR(" \t\r\n a b \n")), STR("a b")));
	cr_expect(str_eq(str_trim(STR("  ")), STR("")));
	cr_expect(str_eq(str_cut(STR("k=v=w"), '=', &rest), STR("k")));
	cr_expect(str_eq(rest, STR("v=w")));
	cr_expect(str_eq(str_cut(STR("key"), '=', &rest), STR("key")));
	cr_expect_eq(rest.len, 0u);
	cr_expect(str_eq(str_word(&s), STR("GET")));
	cr_expect(str_eq(str_word(&s), STR("/x")));
	cr_expect(str_eq(str_word(&s), STR("HTTP/1.1")));
	cr_expect_eq(str_word(&s).len, 0u);
	cr_expect(str_eq(str_unquote(STR("\"a\"")), STR("a")));
	cr_expect(str_eq(str_unquote(STR("'a\"")), STR("'a\"")));
	cr_expect(str_eq(str_unquote(STR("`")), STR("`")));
}

Test(str, reads_whole_numbers_only)
{
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 },
		{ "-1", true, -1 },
		{ "+17", true, 17 },
		{ "007", true, 7 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "1 ", false, 0 },
		{ "0x10", false, 0 },
		{ "1.0", false, 0 },
		{ "--1", false, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t v = 4711;
		bool good = str_to_i64(str_of(rows[i].text), &v);
		cr_expect_eq(good, rows[i].good, "\"%s\"", rows[i].text);
		cr_expect_eq(v, rows[i].good ? rows[i].value : 4711, "\"%s\"", rows[i].text);
	}
	uint64_t u = 1;
	cr_expect(str_to_u64(STR("18446744073709551615"), &u));
	cr_expect_eq(u, UINT64_MAX);
	cr_expect_not(str_to_u64(STR("18446744073709551616"), &u));
	cr_expect_not(str_to_u64(STR("-1"), &u));
}

Test(str, reads_decimals_as_strtod_does)
{
	static const char *const good[] = {
		"0",
		"-0.0",
		"1",
		"1.5",
		".5",
		"5.",
		"0.1",
		"3.14159265358979",
		"1e3",
		"1E-7",
		"1.5e+10",
		"0.000042",
		"123456789012345678901234567890",
		"0.1234567890123456789012345",
		"1e308",
		"1.7976931348623157e308",
		"4.9e-324",
		"2.2250738585072014e-308",
		"9007199254740993",
		"0.30000000000000004",
		"1e22",
		"1e23",
		"8.5e-5",
		"1e999",
		"1e-999",
		"00012.50",
	};
	static const char *const bad[] = { "",      ".",   "-",   "e5", "1e", "1e+",  "1,5",
		                           "0x1p3", "nan", "inf", "1 ", " 1", "1.2.3" };
	for (size_t i = 0; i < COUNT(good); i++) {
		double v = NAN, wanted = strtod(good[i], NULL);
		cr_expect(str_to_double(str_of(good[i]), &v), "%s", good[i]);
		/* Beyond 19 digits the last bit may differ. */
		cr_expect(v == wanted || fabs(v - wanted) <= fabs(wanted) * 2.3e-16, "%s: %.17g", good[i], v);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		double v = 42;
		cr_expect_not(str_to_double(str_of(bad[i]), &v), "%s", bad[i]);
		cr_expect_eq(v, 42);
	}
}

/* Digits eight at a time and the short way for a double: of every length, with any byte in any place. */
Test(str, reads_drawn_numbers_as_libc_does)
{
	enum { ROUNDS = 40000, BYTES_MAX = 19 };
	uint64_t state = 88172645463325252u;
	for (unsigned round = 0; round < ROUNDS; round++) {
		char text[BYTES_MAX + 1], *end;
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		size_t len = 1 + state % BYTES_MAX, odd = (state >> 8) % 64, point = (state >> 16) % 24;
		uint64_t bits = state, u = 4711;
		double d = 4711;
		for (size_t i = 0; i < len; i++, bits = bits * 6364136223846793005u + 1442695040888963407u)
			text[i] = i == odd ? (char)(bits >> 56) : (char)('0' + (bits >> 33) % 10);
		text[len] = '\0';
		bool digits = strspn(text, "0123456789") == len;
		cr_assert_eq(str_to_u64(str_make(text, len), &u), digits, "%s", text);
		cr_assert_eq(u, digits ? strtoull(text, NULL, 10) : 4711u, "%s", text);
		if (point < len)
			text[point] = '.';
		if (strspn(text, "0123456789.") != len || strlen(text) != len)
			continue;
		double wanted = strtod(text, &end);
		bool good = *end == '\0' && len > (point < len);
		cr_assert_eq(str_to_double(str_make(text, len), &d), good, "%s", text);
		cr_assert_eq(d, good ? wanted : 4711, "%s: %.17g", text, d);
	}
}

Test(str, globs)
{
	static const struct {
		const char *pattern, *text;
		bool match;
	} rows[] = {
		{ "*", "", true },
		{ "", "", true },
		{ "", "a", false },
		{ "*.log", "app/web.log", true },
		{ "*.log", "app/web.log.1", false },
		{ "web.log*", "web.log.2.gz", true },
		{ "a*b*c", "axxbyyc", true },
		{ "a*b*c", "axxcyyb", false },
		{ "?", "", false },
		{ "??", "ab", true },
		{ "db[0-9]/*", "db7/pg.log", true },
		{ "db[0-9]/*", "dbx/pg.log", false },
		{ "[!a]x", "bx", true },
		{ "[!a]x", "ax", false },
		{ "[^a]x", "ax", false },
		{ "[]]", "]", true },
		{ "[a-c-]", "-", true },
		{ "[", "[", true },
		{ "a[b", "a[b", true },
		{ "a[b", "ab", false },
		{ "**a**", "bab", true },
		{ "*[x-z]", "aaay", true },
		{ "a*", "b", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(str_glob(str_of(rows[i].pattern), str_of(rows[i].text)), rows[i].match,
		             "%s on %s", rows[i].pattern, rows[i].text);
}

/* What makes backtracking matchers exponential takes no time here. */
Test(str, glob_has_no_worst_case, .timeout = 5)
{
	char text[20001];
	memset(text, 'a', sizeof text);
	struct str s = str_make(text, sizeof text - 1);
	cr_expect_not(str_glob(STR("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), s));
	cr_expect(str_glob(STR("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*"), s));
}

Test(str, knows_utf8)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "", true },
		{ "plain ascii, longer than eight bytes", true },
		{ "h\xc3\xa9llo w\xc3\xb6rld \xe2\x82\xac \xf0\x9f\x98\x80", true },
		{ "\xc0\x80", false },         /* overlong */
		{ "\xe0\x80\x80", false },
		{ "\xf0\x80\x80\x80", false },
		{ "\xed\xa0\x80", false },     /* surrogate */
		{ "\xf4\x90\x80\x80", false }, /* beyond U+10FFFF */
		{ "\xf5\x80\x80\x80", false },
		{ "abcdefgh\xff", false },
		{ "abc\xe2\x82", false },      /* cut off */
		{ "\x80", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(str_is_utf8(str_of(rows[i].text)), rows[i].good, "row %zu", i);
	for (uint32_t cp = 0; cp < 0x110000; cp += cp < 0x3000 ? 1 : 97) {
		char out[4];
		size_t n = str_utf8_put(cp, out);
		cr_assert_eq(str_utf8_at(str_make(out, n), 0), n, "U+%04X", cp);
	}
	char out[4];
	cr_expect(str_eq(str_make(out, str_utf8_put(0xd800, out)), STR("\xef\xbf\xbd")));
	cr_expect(str_eq(str_make(out, str_utf8_put(0x110000, out)), STR("\xef\xbf\xbd")));
}

/* What looks at sixteen bytes at once finds what a look at each of them finds. */
Test(str, finds_in_drawn_texts_what_single_steps_find)
{
	static const char letters[] = "aAbBzZ[{@`\t\r\n\x0b\x0e\x08 !\xe9\xc1";
	uint64_t random = 7;

	for (int i = 0; i < 40000; i++) {
		char text[80], needle[4];
		size_t n = 0, len, m = 0, from = 0, to;
		ptrdiff_t found = -1;

		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		len = random >> 33 & 63;
		for (uint64_t bits = random; n < len; n++) {
			bits = bits * UINT64_C(2862933555777941757) + 3037000493;
			/* Mostly one letter, so that words and searches are long. */
			text[n] = bits >> 40 & 7 ? 'a' : letters[(bits >> 50) % (sizeof letters - 1)];
		}
		for (; m < 1 + (random >> 20) % 4; m++)
			needle[m] = m == 0 ? letters[(random >> 10) % (sizeof letters - 1)] : "aA"[random >> (m + 3) & 1];
		struct str s = { text, n }, word = s, wanted = { needle, m };

		for (size_t at = 0; found < 0 && at + m <= n; at++)
			if (str_eq_nocase(str_head(str_from(s, at), m), wanted))
				found = (ptrdiff_t)at;
		cr_assert(str_find_nocase(s, wanted) == found, "'%.*s' in '%.*s'", STR_ARG(wanted), STR_ARG(s));
		while (from < n && str_blank(text[from]))
			from++;
		for (to = from; to < n && !str_blank(text[to]);)
			to++;
		struct str first = str_word(&word);

		cr_assert(first.len == to - from && word.len == n - to, "'%.*s' of '%.*s'", STR_ARG(first), STR_ARG(s));
	}
}
