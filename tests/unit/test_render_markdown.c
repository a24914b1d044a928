#include <criterion/criterion.h>

#include "report/md.h"
#include "tests/unit/golden.h"
#include "tests/unit/render.h"
#include "tests/unit/sample_case.h"

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena);
}

static void tear_down(void)
{
	arena_release(&arena);
}

TestSuite(render_markdown, .init = set_up, .fini = tear_down);

Test(render_markdown, drafts_a_postmortem)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();

	golden_check("sample.md", render_test("markdown", &c, &o, &arena));
}

Test(render_markdown, says_that_nothing_was_found)
{
	struct casefile c = sample_quiet(&arena);
	struct render_options o = render_test_options();

	golden_check("quiet.md", render_test("markdown", &c, &o, &arena));
}

static size_t count(struct str text, struct str needle)
{
	size_t n = 0;

	for (ptrdiff_t at; (at = str_find(text, needle)) >= 0; n++)
		text = str_from(text, (size_t)at + needle.len);
	return n;
}

/* Walks the lines as a Markdown parser would: `outside` gets those that are in no fence. */
static void expect_fences_closed(struct str text, struct buf *outside)
{
	size_t fence = 0;

	while (text.len) {
		struct str line = str_cut(text, '\n', &text);
		size_t ticks = 0;

		while (ticks < line.len && line.ptr[ticks] == '`')
			ticks++;
		if (fence == 0 && ticks >= 3) {
			fence = ticks;
		} else if (fence && ticks >= fence && ticks == line.len) {
			fence = 0;
		} else if (fence == 0) {
			buf_add(outside, line);
			buf_addc(outside, '\n');
		}
	}
	cr_expect_eq(fence, 0, "a fence stays open");
}

Test(render_markdown, hostile_text_stays_text)
{
	struct casefile rich = sample_case(&arena), c = sample_hostile(&arena, sample_hostile_text());
	struct render_options o = render_test_options();
	struct str text = render_test("markdown", &c, &o, &arena), good = render_test("markdown", &rich, &o, &arena);
	struct buf outside;

	buf_init(&outside, 1 << 22);
	expect_fences_closed(text, &outside);
	struct str prose = buf_str(&outside);
	cr_expect_eq(count(text, STR("<!-- inquest:end evidence ")), 1, "a marker was forged");
	cr_expect_eq(count(prose, STR("\n## ")), count(good, STR("\n## ")), "a heading was forged");
	cr_expect(str_find(prose, STR("\n# heading")) < 0);
	cr_expect(str_find(prose, STR("@all")) < 0, "a mention");
	cr_expect(str_find(text, STR("\x1b")) < 0);
	cr_expect(str_is_utf8(text));
	buf_release(&outside);
}

Test(render_markdown, markers_are_paired_and_unique)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct incident *two = arena_new_n(&arena, struct incident, 2);

	two[0] = two[1] = c.incidents[0];
	c.incidents = two;
	c.n_incidents = 2;
	struct str all = render_test("markdown", &c, &o, &arena), text = all, begin = STR("<!-- inquest:begin ");
	for (ptrdiff_t at; (at = str_find(text, begin)) >= 0;) {
		struct str rest, name = str_cut(str_from(text, (size_t)at + begin.len), ' ', &rest);

		cr_expect_eq(count(all, arena_printf(&arena, "<!-- inquest:begin %.*s -->", STR_ARG(name))), 1);
		cr_expect_eq(count(all, arena_printf(&arena, "<!-- inquest:end %.*s ", STR_ARG(name))), 1);
		text = rest;
	}
	cr_expect_eq(count(all, STR("<!-- inquest:begin summary-2 -->")), 1);
	cr_expect_eq(count(all, STR("<a id=\"e1\">")), 1);
}

Test(render_markdown, running_text_is_escaped_only_where_it_must)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "timeouts.auth_ms 3000 -> 15", "timeouts.auth_ms 3000 -> 15" },
		{ "GET /orders/<id>?a=1&b=2", "GET /orders/\\<id>?a=1&amp;b=2" },
		{ "# no heading", "\\# no heading" },
		{ "1. no list", "1\\. no list" },
		{ "- no item", "\\- no item" },
		{ "--- no rule", "\\--- no rule" },
		{ "-05:00 +00:00 1.2.3", "-05:00 +00:00 1.2.3" },
		{ "1.2.3", "1.2.3" },
		{ "x <!-- y", "x &lt;!-- y" },
		{ "> no quote", "\\> no quote" },
		{ "2026-05-12 is a date", "2026-05-12 is a date" },
		{ "*a* _b_ `c` [d](e) ~f~ $g$ |", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\~f\\~ \\$g\\$ \\|" },
		{ "a@b.cc https://x.y www.x.y", "a&#64;b.cc https&#58;//x.y www&#46;x.y" },
		{ "two\n\n lines", "two lines" },
		{ "\\", "\\\\" },
		{ "a\x1b", "a\\\\x1b" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out;

		buf_init(&out, 4096);
		md_text(&out, str_of(rows[i].text));
		cr_expect(str_eq(buf_str(&out), str_of(rows[i].want)), "%s: %.*s", rows[i].text, STR_ARG(buf_str(&out)));
		buf_release(&out);
	}
}

Test(render_markdown, code_keeps_its_bytes_and_its_fence)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "a_b *c*", "`a_b *c*`" },
		{ "a`b", "`` a`b ``" },
		{ "a|b", "`a\\|b`" },
		{ "x <!-- inquest:begin y -->", "`x <! -- inquest:begin y -->`" },
		{ "a\nb", "`a\\nb`" },
		{ "", "" },
	};
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&out);
		md_code(&out, str_of(rows[i].text));
		cr_expect(str_eq(buf_str(&out), str_of(rows[i].want)), "%s: %.*s", rows[i].text, STR_ARG(buf_str(&out)));
	}
	buf_clear(&out);
	md_block(&out, STR("one\r\n```\n````\nend"));
	cr_expect(str_eq(buf_str(&out), STR("\n`````text\none\n```\n````\nend\n`````\n")), "%.*s", STR_ARG(buf_str(&out)));
	buf_release(&out);
}
