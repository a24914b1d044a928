#include <criterion/criterion.h>

#include "report/glyph.h"
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

TestSuite(render_text, .init = set_up, .fini = tear_down);

static void expect_width(struct str text, unsigned width)
{
	while (text.len) {
		struct str line = str_cut(text, '\n', &text);

		cr_expect(glyph_columns(line) <= width, "%u columns: %.*s", glyph_columns(line), STR_ARG(line));
	}
}

Test(render_text, says_the_verdict)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct str text = render_test("text", &c, &o, &arena);

	golden_check("sample.txt", text);
	expect_width(text, 100);
}

Test(render_text, says_that_nothing_was_found)
{
	struct casefile c = sample_quiet(&arena);
	struct render_options o = render_test_options();

	golden_check("quiet.txt", render_test("text", &c, &o, &arena));
}

Test(render_text, keeps_to_every_width)
{
	struct casefile c = sample_case(&arena), h = sample_hostile(&arena, sample_hostile_text());
	struct render_options o = render_test_options();

	o.next_command = NULL; /* stays in one piece, to be copied */
	for (o.width = 40; o.width <= 160; o.width += 7) {
		expect_width(render_test("text", &c, &o, &arena), o.width);
		expect_width(render_test("text", &h, &o, &arena), o.width);
	}
}

/* The line that begins with `label`. */
static struct str line_of(struct str text, struct str label)
{
	while (text.len) {
		struct str line = str_cut(text, '\n', &text);

		if (str_starts(line, label))
			return line;
	}
	return STR_NONE;
}

Test(render_text, draws_the_course_over_the_whole_width)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();

	for (o.width = 60; o.width <= 160; o.width += 20)
		cr_expect_eq(glyph_columns(line_of(render_test("text", &c, &o, &arena), STR("  course"))), o.width);
	/* Where symptoms were there it is red, and the pause between them is not. */
	o.width = 100;
	o.color = true;
	struct str course = line_of(render_test("text", &c, &o, &arena), STR("\x1b[2m  course")), red = STR("\x1b[1;31m");
	size_t spans = 0;
	for (ptrdiff_t at; (at = str_find(course, red)) >= 0; spans++)
		course = str_from(course, (size_t)at + red.len);
	cr_expect_eq(spans, 2);
	/* Without a word on when it was bad, the incident's own span is. */
	c.incidents[0].n_degraded = 0;
	course = line_of(render_test("text", &c, &o, &arena), STR("\x1b[2m  course"));
	cr_expect(str_find(course, red) > 0);
}

Test(render_text, lets_no_control_byte_through)
{
	struct casefile c = sample_hostile(&arena, sample_hostile_text());
	struct render_options o = render_test_options();
	struct str text = render_test("text", &c, &o, &arena);

	cr_assert(str_is_utf8(text));
	for (size_t i = 0; i < text.len; i++) {
		unsigned char b = (unsigned char)text.ptr[i];

		cr_assert((b >= 0x20 && b != 0x7f) || b == '\n', "byte %02x at %zu", b, i);
	}
	cr_expect(str_find(text, STR("\xe2\x80\xae")) < 0, "a mark that reorders the line");
	cr_expect(str_find(text, STR("\\x1b[31mred")) > 0);
}

Test(render_text, colours_only_when_asked)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();

	cr_expect(str_find(render_test("text", &c, &o, &arena), STR("\x1b")) < 0);
	o.color = true;
	cr_expect(str_find(render_test("text", &c, &o, &arena), STR("\x1b[1;31mcheckout:")) >= 0);
}

Test(render_text, says_when_the_cause_is_not_in_the_logs)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct incident *in = &c.incidents[0];

	in->causes += 2;
	in->n_causes = 1;
	struct str text = render_test("text", &c, &o, &arena);
	cr_expect(str_find(text, STR("cause     None of these: the cause is not in these logs.")) > 0);
	cr_expect(str_find(text, STR("Root cause")) < 0);
	in->n_causes = 0;
	text = render_test("text", &c, &o, &arena);
	cr_expect(str_find(text, STR("cause     not provable from these logs")) > 0);
}
