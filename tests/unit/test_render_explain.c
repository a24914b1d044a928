#include <criterion/criterion.h>

#include "core/json.h"
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

TestSuite(render_explain, .init = set_up, .fini = tear_down);

Test(render_explain, shows_every_candidate_with_its_terms_by_weight)
{
	struct casefile c = sample_case(&arena), q = sample_quiet(&arena);
	struct render_options o = render_test_options();

	golden_check("explain.txt", render_test("explain", &c, &o, &arena));
	cr_expect(str_find(render_test("explain", &q, &o, &arena), STR("nothing to explain")) > 0);
}

Test(render_explain, keeps_to_every_width_and_lets_no_control_byte_through)
{
	struct casefile all[] = { sample_case(&arena), sample_hostile(&arena, sample_hostile_text()) };
	struct render_options o = render_test_options();

	for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
		for (o.width = 50; o.width <= 160; o.width += 11) {
			struct str text = render_test("explain", &all[k], &o, &arena);

			cr_assert(str_is_utf8(text));
			while (text.len) {
				struct str line = str_cut(text, '\n', &text);

				cr_expect(glyph_columns(line) <= o.width, "%u: %.*s", o.width, STR_ARG(line));
				for (size_t i = 0; i < line.len; i++)
					cr_assert((unsigned char)line.ptr[i] >= 0x20 && line.ptr[i] != 0x7f);
			}
		}
}

Test(render_explain, json_has_the_candidates_only_when_asked)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();

	cr_expect(str_find(render_test("json", &c, &o, &arena), STR("\"candidates\"")) < 0);
	o.explain = true;
	struct str text = render_test("json", &c, &o, &arena);
	cr_assert(json_valid(text));
	cr_expect(str_find(text, STR("\"candidates\"")) > 0);
}

Test(render_explain, is_redacted_like_every_report)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	static const char *const secrets[] = { "ghp_0123456789", "anna@example.org", "198.51.100.23" };

	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		cr_expect(str_find(render_test("explain", &c, &o, &arena), str_of(secrets[i])) < 0, "%s", secrets[i]);
}
