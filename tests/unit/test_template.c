#include <stdio.h>

#include <criterion/criterion.h>

#include "report/draft.h"
#include "report/suggest.h"
#include "report/template.h"
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

TestSuite(template, .init = set_up, .fini = tear_down);

static struct str written(struct str text, const struct casefile *c)
{
	struct render_options o = render_test_options();
	struct err err = ERR_INIT;

	cr_assert(template_check(text, &err), "%s", err.text);
	o.template_text = text;
	o.template_name = STR("some.md");
	return render_test("markdown", c, &o, &arena);
}

Test(template, those_of_the_program_are_right_and_update_to_themselves)
{
	static const struct draft_policy refuse = { .edited = DRAFT_REFUSE };
	struct casefile c = sample_case(&arena), bad = sample_hostile(&arena, sample_hostile_text());

	for (size_t i = 0; i < template_count(); i++) {
		struct template t = template_at(i), found;
		struct str text = written(t.text, &c), hostile = written(t.text, &bad);
		struct err err = ERR_INIT;
		struct draft_changes changes;
		struct buf out;

		cr_expect(template_by_name(str_of(t.name), &found) && str_eq(found.text, t.text));
		cr_expect(str_eq(draft_template(text), STR("some.md")));
		cr_expect(str_find(text, STR("TODO")) >= 0, "%s: what logs cannot know", t.name);
		cr_expect(str_find(text, STR("{{")) < 0 && str_find(hostile, STR("\x1b")) < 0, "%s", t.name);
		cr_expect(str_find(text, STR("checkout 4.12.0")) >= 0);
		/* Another run over what nobody touched replaces all of it, and the way back is exact. */
		buf_init(&out, 1 << 22);
		cr_assert(draft_update(text, hostile, &refuse, &out, &changes, &err), "%s: %s", t.name, err.text);
		struct str there = arena_str(&arena, buf_str(&out));
		cr_expect(changes.replaced >= 3 && changes.missing == 0 && changes.stale == 0);
		buf_clear(&out);
		cr_assert(draft_update(there, text, &refuse, &out, &changes, &err), "%s", err.text);
		cr_expect(str_eq(buf_str(&out), text), "%s", t.name);
		buf_release(&out);
	}
}

Test(template, placeholders_become_sections_and_values)
{
	struct casefile c = sample_case(&arena);
	struct str text = written(STR("{{! a remark }}\n# {{title}} ({{kind}})\n{{#facts}}\nfrom {{ start }}\n{{/facts}}\n  {{ruled-out}}\nend"), &c);

	cr_expect(str_find(text, STR("remark")) < 0);
	cr_expect(str_find(text, STR(" (deployment)\n")) > 0);
	cr_expect(str_find(text, STR("<!-- inquest:begin facts -->\nfrom 2026-05-12 13:44:20 UTC\n<!-- inquest:end facts ")) > 0);
	cr_expect(str_find(text, STR("<!-- inquest:begin ruled-out -->\n- deployment auth 2.3.2")) > 0);
	/* Without a section of evidence, statements name file and line. */
	cr_expect(str_find(text, STR("(`deploy/deploy.log:112`)")) > 0);
	cr_expect(str_ends(text, STR("\nend\n")));
}

Test(template, mistakes_are_told_with_their_line)
{
	static const struct { const char *text, *why; } rows[] = {
		{ "a\n{{nonsense}}\n", "line 2: {{nonsense}} is not a placeholder" },
		{ "a {{timeline}} b\n", "line 1: {{timeline}} is a section" },
		{ "{{timeline}}\n{{timeline}}\n", "line 2: {{timeline}} is there twice" },
		{ "{{#a}}\n", "{{#a}} is not closed" },
		{ "{{/a}}\n", "line 1: {{/a}} closes nothing" },
		{ "{{#a}}\n{{timeline}}\n{{/a}}\n", "line 2: {{timeline}} stands inside of {{#a}}" },
		{ "{{#timeline}}\n{{/timeline}}\n", "'timeline' is no name" },
		{ "{{#a b}}\n{{/a b}}\n", "'a b' is no name" },
		{ "<!-- inquest:begin x -->\n", "line 1: markers are written by inquest" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = ERR_INIT;

		cr_expect_not(template_check(str_of(rows[i].text), &err), "%s", rows[i].text);
		cr_expect(strstr(err.text, rows[i].why) && err.status == EXIT_USAGE, "%s: %s", rows[i].text, err.text);
	}
}

static struct incident incident_of(enum cause_kind kind, struct cause *cause, struct plot *plot)
{
	*cause = (struct cause){ .kind = kind, .service = STR("web"), .entity = STR("order_items: select 1"), .probability = 0.9, .time_ns = TIME_NONE,
				 .statement = STR("It.") };
	return (struct incident){ .onset_from_ns = 100 * NS_PER_S, .onset_best_ns = 105 * NS_PER_S, .onset_to_ns = 110 * NS_PER_S,
				  .recovered_ns = 200 * NS_PER_S, .mitigated_ns = TIME_NONE, .causes = cause, .n_causes = 1, .plots = plot, .n_plots = 1 };
}

Test(template, every_kind_of_cause_has_measures_with_a_threshold)
{
	double v[30];
	struct plot p = { .name = STR("failures"), .unit = STR("%"), .from_ns = 0, .step_ns = 10 * NS_PER_S, .values = v, .n = 30 };
	struct casefile c = { .from_ns = 0, .to_ns = 300 * NS_PER_S };
	struct words w = { &arena, NULL };

	for (size_t i = 0; i < 30; i++)
		v[i] = i >= 11 && i < 20 ? 40 : i % 3 == 0 ? 1 : 0;
	for (enum cause_kind k = 0; k < CAUSE_KIND_COUNT; k++) {
		struct cause cause;
		struct incident in = incident_of(k, &cause, &p);
		struct suggestions s = suggest(&w, &c, &in);
		size_t n[3] = { 0 };
		bool named = false, threshold = false;

		for (size_t i = 0; i < s.n; i++) {
			n[s.at[i].kind]++;
			named |= str_find(s.at[i].text, STR("web")) >= 0 || str_find(s.at[i].text, STR("order_items")) >= 0;
			threshold |= str_find(s.at[i].text, STR("Alert on failures above 7.4 % over 10 s: these logs would have raised it at 00:02:00, 15 s after the onset, and at no other time")) == 0;
		}
		cr_expect(n[SUGGEST_CORRECT] && n[SUGGEST_PREVENT] && n[SUGGEST_DETECT] >= 2, "%s", cause_kind_name(k));
		cr_expect(named || k == CAUSE_UNKNOWN, "%s names nothing of the incident", cause_kind_name(k));
		cr_expect(threshold, "%s", cause_kind_name(k));
	}
}

Test(template, no_threshold_where_the_series_does_not_tell)
{
	double v[30];
	struct plot p = { .name = STR("failures"), .unit = STR("%"), .from_ns = 0, .step_ns = 10 * NS_PER_S, .values = v, .n = 30 };
	struct alarm a;

	for (size_t i = 0; i < 30; i++)
		v[i] = 5;
	cr_expect_not(alarm_of(&p, 100 * NS_PER_S, 200 * NS_PER_S, &a), "the incident is no worse than the rest");
	for (size_t i = 11; i < 20; i++)
		v[i] = 40;
	cr_expect(alarm_of(&p, 100 * NS_PER_S, 200 * NS_PER_S, &a));
	cr_expect_float_eq(a.limit, 11, 1e-9);
	cr_expect_eq(a.first_ns, 120 * NS_PER_S);
	cr_expect_eq(a.elsewhere, 0);
	p.n = 12;
	cr_expect_not(alarm_of(&p, 0, 120 * NS_PER_S, &a), "no quiet time to compare with");
}

Test(template, every_placeholder_is_documented)
{
	static const struct paper_part *const tables[] = { paper_sections, paper_values };
	FILE *f = fopen("docs/postmortem.md", "r");
	char *text = arena_alloc(&arena, 1 << 16, 1);

	cr_assert(f, "run from the root of the tree");
	size_t n = fread(text, 1, (1 << 16) - 1, f);
	fclose(f);
	for (size_t t = 0; t < 2; t++)
		for (const struct paper_part *p = tables[t]; p->name; p++)
			cr_expect(str_find(str_make(text, n), arena_printf(&arena, "| `%s` | %s |", p->name, p->help)) > 0, "%s", p->name);
	for (size_t i = 0; i < template_count(); i++)
		cr_expect(str_find(str_make(text, n), arena_printf(&arena, "| `%s` | ", template_at(i).name)) > 0);
}
