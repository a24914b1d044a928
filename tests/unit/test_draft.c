#include <criterion/criterion.h>

#include "report/draft.h"
#include "tests/unit/render.h"
#include "tests/unit/sample_case.h"

#define BEGIN(name) "<!-- inquest:begin " name " -->\n"
#define END(name) "<!-- inquest:end " name " -->\n"

static const struct draft_policy replace = { .edited = DRAFT_REPLACE };

static struct str updated(struct arena *a, struct str draft, struct str fresh, struct draft_changes *changes)
{
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 1 << 20);
	cr_assert(draft_update(draft, fresh, &replace, &out, changes, &err), "%s", err.text);
	struct str text = arena_str(a, buf_str(&out));
	buf_release(&out);
	return text;
}

/* "<!-- inquest:end NAME DIGEST -->" of a text. */
static struct str end_of(struct arena *a, const char *name, const char *text)
{
	char digest[DRAFT_DIGEST_BYTES];

	return arena_printf(a, "<!-- inquest:end %s %s -->", name, draft_digest(str_of(text), digest));
}

Test(draft, ours_is_replaced_and_theirs_stays)
{
	struct draft_changes changes;
	struct arena a;

	arena_init(&a);
	struct str draft = arena_printf(&a, "# Our own title\r\n\n" BEGIN("cause") "old\n%.*s\n\nWhat *we* think: <b>x</b>\n\n  " BEGIN("summary")
					"same\n  %.*s\nno newline at the end", STR_ARG(end_of(&a, "cause", "old\n")), STR_ARG(end_of(&a, "summary", "same\n")));
	struct str fresh = STR(BEGIN("title") "# T\n" END("title") "todo\n" BEGIN("summary") "same\n" END("summary") BEGIN("cause") "new\nlines\n" END("cause"));
	struct str want = arena_printf(&a, "# Our own title\r\n\n" BEGIN("cause") "new\nlines\n%.*s\n\nWhat *we* think: <b>x</b>\n\n  " BEGIN("summary")
				       "same\n  %.*s\nno newline at the end", STR_ARG(end_of(&a, "cause", "new\nlines\n")), STR_ARG(end_of(&a, "summary", "same\n")));
	struct str got = updated(&a, draft, fresh, &changes);
	cr_expect(str_eq(got, want), "%.*s", STR_ARG(got));
	cr_expect_eq(changes.replaced, 1);
	cr_expect_eq(changes.same, 1);
	cr_expect_eq(changes.missing, 1);
	cr_expect_eq(changes.stale, 0);
	cr_expect(str_eq(updated(&a, got, fresh, &changes), got), "it is idempotent");
	cr_expect_eq(changes.replaced, 0);
	arena_release(&a);
}

struct asked { size_t n, line; bool answer; };

static bool answer(void *self, struct str name, size_t line)
{
	struct asked *x = self;

	cr_expect(str_eq(name, STR("a")));
	x->n++;
	x->line = line;
	return x->answer;
}

Test(draft, what_a_person_changed_is_not_overwritten_unasked)
{
	static const struct {
		const char *text;  /* between the markers of a section that we wrote as "old\n" */
		const char *wrote; /* what the digest is of; NULL none */
		bool edited;
	} rows[] = {
		{ "old\n", "old\n", false },           { "old and more\n", "old\n", true }, { "old  \r\n", "old\n", false }, { "mine\n", NULL, true },
		{ "", NULL, false },                   { "\n", "old\n", false },            { "new\n", "old\n", false },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str end = rows[i].wrote ? end_of(&a, "a", rows[i].wrote) : STR("<!-- inquest:end a -->");
		struct str draft = arena_printf(&a, "x\n" BEGIN("a") "%s%.*s\n", rows[i].text, STR_ARG(end)), fresh = STR(BEGIN("a") "new\n" END("a"));
		struct asked asked = { .answer = false };
		const struct draft_policy policies[] = {
			{ .edited = DRAFT_REFUSE }, { .edited = DRAFT_KEEP }, { .edited = DRAFT_REPLACE }, { .edited = DRAFT_ASK, .ask = answer, .self = &asked },
		};

		for (size_t k = 0; k < sizeof policies / sizeof *policies; k++) {
			struct err err = ERR_INIT;
			struct draft_changes changes;
			struct buf out;

			buf_init(&out, 1 << 16);
			bool done = draft_update(draft, fresh, &policies[k], &out, &changes, &err);
			cr_expect_eq(done, k != 0 || !rows[i].edited, "row %zu, policy %zu", i, k);
			bool kept = rows[i].edited && k != 2;
			if (done)
				cr_expect_eq(str_find(buf_str(&out), STR("\nnew\n")) < 0, kept, "row %zu, policy %zu", i, k);
			if (done && kept)
				cr_expect(str_eq(buf_str(&out), draft));
			if (!done)
				cr_expect(err.status == EXIT_USAGE && strstr(err.text, "section \"a\" (line 2) was changed by hand"), "%s", err.text);
			buf_release(&out);
		}
		cr_expect_eq(asked.n, rows[i].edited);
		cr_expect_eq(asked.line, rows[i].edited ? 2 : 0);
	}
	arena_release(&a);
}

Test(draft, line_ends_of_the_draft_stay)
{
	struct draft_changes changes;
	struct arena a;

	arena_init(&a);
	struct str draft = STR("x\r\n<!-- inquest:begin a -->\r\n<!-- inquest:end a -->\r\ny\r\n");
	struct str got = updated(&a, draft, STR(BEGIN("a") "new\nlines\n" END("a")), &changes);
	struct str want = arena_printf(&a, "x\r\n<!-- inquest:begin a -->\r\nnew\r\nlines\r\n%.*s\r\ny\r\n", STR_ARG(end_of(&a, "a", "new\nlines\n")));
	cr_expect(str_eq(got, want), "%.*s", STR_ARG(got));
	cr_expect(str_eq(updated(&a, got, STR(BEGIN("a") "new\nlines\n" END("a")), &changes), got));
	arena_release(&a);
}

Test(draft, the_template_is_noted)
{
	cr_expect(str_eq(draft_template(STR("# x\n<!-- inquest:draft template=a b.md -->\ny")), STR("a b.md")));
	cr_expect_eq(draft_template(STR("text <!-- inquest:draft template=a --> text")).len, 0);
	cr_expect_eq(draft_template(STR("")).len, 0);
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
		cr_expect_not(draft_update(str_of(rows[i].draft), STR(BEGIN("a") END("a")), &replace, &out, &changes, &err));
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
