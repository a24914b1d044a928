#include <criterion/criterion.h>

#include "report/template.h"
#include "tests/unit/render.h"
#include "tests/unit/sample_case.h"

/* What must not leave: a secret, a token, an address of a person, a card, a client's address. */
static const char *const secrets[] = {
	"hunter2x", "9f8e7d6c5b", "AIzaSyA1234567890abcdefghijklmnopqrstuv", "alice", "4111111111111111", "203.0.113.77", "2001:db8:7:1::5", "B0aBcD",
};

/* Escape sequences in between, to hide from whoever looks for words. */
static struct str sample(void)
{
	return STR("db_password=hunter2x token=9f8e7d6c5b AIzaSyA1234567890abcdefghijklmnopqrstuv alice@example.com ?m=alice%40example.com "
		   "card 4111111111111111 from 203.0.113.77 and 2001:db8:7:1::5 https://hooks.slack.com/services/T0/B0aBcD/x \x1b[31m<script>alert(1)</script>");
}

static struct str replace_text(void *self, struct str text)
{
	(void)text;
	return *(struct str *)self;
}

static void expect_masked(const char *what, const struct casefile *c, struct render_options o, struct arena *a)
{
	struct str text = render_test(what, c, &o, a);

	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		cr_expect(str_find_nocase(text, str_of(secrets[i])) < 0, "%s shows %s", what, secrets[i]);
	cr_expect(str_find(text, STR("\x1b[31m")) < 0, "%s lets an escape through", what);
	o.redact = false;
	text = render_test(what, c, &o, a);
	cr_expect(str_find(text, STR("hunter2x")) >= 0, "%s: --no-redact shows it", what);
}

Test(render_redacted, every_renderer_masks_by_default)
{
	struct arena a;

	arena_init(&a);
	/* Every text that a log or a person can have said; what names files, services and hosts stays. */
	struct casefile rich = sample_case(&a);
	struct str text = sample();
	struct casefile c = casefile_map(&rich, &a, replace_text, &text);
	for (size_t r = 0; renderer_registry[r]; r++) {
		struct render_options o = render_test_options();

		cr_expect(o.redact, "the default");
		expect_masked(renderer_registry[r]->name, &c, o, &a);
	}
	for (size_t i = 0; i < template_count(); i++) {
		struct render_options o = render_test_options();

		o.template_text = template_at(i).text;
		expect_masked("markdown", &c, o, &a);
	}
	arena_release(&a);
}
