#include "tests/unit/schema.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "core/json.h"
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

TestSuite(schema, .init = set_up, .fini = tear_down);

static struct str read_schema(const char *path)
{
	char *bytes = arena_alloc(&arena, 1 << 16, 1);
	FILE *f = fopen(path, "rb");

	cr_assert(f, "%s", path);
	size_t n = fread(bytes, 1, 1 << 16, f);
	fclose(f);
	return str_make(bytes, n);
}

static void expect_allowed(struct str schema, struct str text)
{
	struct str why;

	cr_expect(schema_allows(schema, text, &arena, &why), "%.*s", STR_ARG(why));
}

Test(schema, findings_are_what_it_says)
{
	struct str schema = read_schema("docs/schema/findings.json");
	struct casefile cases[] = { sample_case(&arena), sample_quiet(&arena), sample_hostile(&arena, sample_hostile_text()),
		                    sample_hostile(&arena, STR_NONE), { .from_ns = TIME_NONE, .to_ns = TIME_NONE } };
	struct render_options o = render_test_options();

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (int explained = 0; explained < 2; explained++) {
			o.explain = explained;
			expect_allowed(schema, render_test("json", &cases[i], &o, &arena));
		}
	}
}

/* Every kind of cause and of symptom there is may stand in it, and no other. */
Test(schema, kinds_are_those_of_the_vocabulary)
{
	struct str schema = read_schema("docs/schema/findings.json");
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct json_value list = json_get(json_value_at(schema, NULL), STR("$defs.cause_kind.enum")), item;
	struct json_iter it;
	struct str key;
	int n = 0;

	for (int k = 0; k < CAUSE_KIND_COUNT; k++) {
		c.incidents[0].causes[0].kind = (enum cause_kind)k;
		expect_allowed(schema, render_test("json", &c, &o, &arena));
	}
	for (int k = 0; k < SYMPTOM_KIND_COUNT; k++) {
		c.incidents[0].symptoms[0].kind = (enum symptom_kind)k;
		expect_allowed(schema, render_test("json", &c, &o, &arena));
	}
	for (json_iter_init(&it, list); json_iter_next(&it, &key, &item);)
		n++;
	cr_expect_eq(n, CAUSE_KIND_COUNT);
}

Test(schema, says_what_is_wrong)
{
	static const char schema[] =
		"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},"
		"\"b\":{\"enum\":[\"x\",\"y\"]},\"c\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/t\"}},"
		"\"d\":{\"type\":[\"number\",\"null\"]},\"e\":{\"const\":\"k\"}},"
		"\"required\":[\"a\"],\"additionalProperties\":false,"
		"\"$defs\":{\"t\":{\"type\":\"string\",\"pattern\":\"^[0-9]+Z$\"}}}";
	static const struct { const char *text; bool good; } rows[] = {
		{ "{\"a\":1}", true },
		{ "{\"a\":9,\"b\":\"y\",\"c\":[\"1Z\",\"22Z\"],\"d\":null,\"e\":\"k\"}", true },
		{ "{\"a\":2,\"d\":1.5}", true },
		{ "{}", false },
		{ "[]", false },
		{ "{\"a\":1.5}", false },
		{ "{\"a\":0}", false },
		{ "{\"a\":10}", false },
		{ "{\"a\":\"1\"}", false },
		{ "{\"a\":1,\"b\":\"z\"}", false },
		{ "{\"a\":1,\"c\":[\"1Z\",\"x\"]}", false },
		{ "{\"a\":1,\"c\":{}}", false },
		{ "{\"a\":1,\"d\":\"1\"}", false },
		{ "{\"a\":1,\"e\":\"l\"}", false },
		{ "{\"a\":1,\"f\":1}", false },
		{ "{\"a\":1", false },
	};
	struct str why;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(schema_allows(str_of(schema), str_of(rows[i].text), &arena, &why), rows[i].good, "%s: %.*s", rows[i].text,
		             STR_ARG(why));
	cr_expect_not(schema_allows(STR("{\"format\":\"date\"}"), STR("\"x\""), &arena, &why), "an unknown keyword");
}
