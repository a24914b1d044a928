#include <criterion/criterion.h>

#include "report/draft.h"
#include "tests/unit/render.h"
#include "tests/unit/sample_case.h"

#define BEGIN(name) "<!-- inquest:begin " name " -->\n"
#define END(name) "<!-- inquest:end " name " -->\n"

static struct str updated(struct arena *a, struct str draft, struct str fresh, struct draft_changes *changes)
{
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 1 << 20);
	cr_assert(draft_update(draft, fresh, &out, changes, &err), "%s", err.text);
	struct str text = arena_str(a, buf_str(&out));
	buf_release(&out);
	return text;
}

Test(draft, ours_is_replaced_and_theirs_stays)
{
	static const char draft[] =
		"# Our own title\r\n\n" BEGIN("cause") "old\n" END("cause") "\nWhat *we* think: <b>x</b>\n\n  "
		BEGIN("summary") "same\n  " END("summary") "no newline at the end";
	static const char fresh[] = BEGIN("title") "# T\n" END("title") "todo\n" BEGIN("summary") "same\n"
				    END("summary") BEGIN("cause") "new\nlines\n" END("cause");
	static const char want[] =
		"# Our own title\r\n\n" BEGIN("cause") "new\nlines\n" END("cause")
		"\nWhat *we* think: <b>x</b>\n\n  " BEGIN("summary") "same\n  " END("summary")
		"no newline at the end";
	struct draft_changes changes;
	struct arena a;

	arena_init(&a);
	struct str got = updated(&a, STR(draft), STR(fresh), &changes);
	cr_expect(str_eq(got, STR(want)), "%.*s", STR_ARG(got));
	cr_expect_eq(changes.replaced, 1);
	cr_expect_eq(changes.same, 1);
	cr_expect_eq(changes.missing, 1);
	cr_expect_eq(changes.stale, 0);
	arena_release(&a);
}

Test(draft, markers_without_a_partner_are_refused)
{
	static const struct { const char *draft, *why; } rows[] = {
		{ "", "no section" },
		{ "text <!-- inquest:begin x --> in a line\n", "no section" },
		{ BEGIN("a") "x\n", "line 1: section \"a\" has no end" },
		{ "x\n" END("a"), "line 2: section \"a\" ends without" },
		{ BEGIN("a") BEGIN("b") END("b") END("a"), "line 2: section \"b\" begins inside" },
		{ BEGIN("a") END("a") BEGIN("a") END("a"), "line 3: section \"a\" begins again, it began at line 1" },
		{ BEGIN("a") END("b"), "line 2: section \"b\" ends without" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err err = ERR_INIT;
		struct draft_changes changes;
		struct buf out;

		buf_init(&out, 1 << 16);
		cr_expect_not(draft_update(str_of(rows[i].draft), STR(BEGIN("a") END("a")), &out, &changes, &err));
		cr_expect(strstr(err.text, rows[i].why), "row %zu: %s", i, err.text);
		buf_release(&out);
	}
}

Test(draft, a_rendered_report_updates_to_itself)
{
	struct render_options o = render_test_options();
	struct draft_changes changes;
	struct arena a;

	arena_init(&a);
	struct casefile c = sample_case(&a), h = sample_hostile(&a, sample_hostile_text());
	struct str plain = render_test("markdown", &c, &o, &a), hostile = render_test("markdown", &h, &o, &a);
	cr_expect(str_eq(updated(&a, plain, plain, &changes), plain));
	cr_expect_eq(changes.replaced, 0);
	/* Whatever the logs hold, no section is forged and the way back is exact. */
	struct str there = updated(&a, plain, hostile, &changes);
	cr_expect_eq(changes.stale + changes.missing, 0);
	cr_expect(changes.replaced >= 7);
	cr_expect(str_eq(updated(&a, there, plain, &changes), plain));
	arena_release(&a);
}
