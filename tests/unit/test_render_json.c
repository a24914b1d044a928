#include <criterion/criterion.h>

#include "core/json.h"
#include "tests/unit/golden.h"
#include "tests/unit/render.h"
#include "tests/unit/sample_case.h"

Test(render_json, gives_the_contract)
{
	struct arena a;
	struct render_options o = render_test_options();

	arena_init(&a);
	struct casefile c = sample_case(&a), q = sample_quiet(&a);
	struct str text = render_test("json", &c, &o, &a);
	cr_assert(json_valid(text));
	golden_check("sample.json", text);
	golden_check("quiet.json", render_test("json", &q, &o, &a));
	arena_release(&a);
}

Test(render_json, does_not_depend_on_what_people_see)
{
	struct arena a;
	struct err err = ERR_INIT;
	struct zone zone;
	struct render_options o = render_test_options(), other = o;

	arena_init(&a);
	cr_assert(zone_open(&zone, &a, STR("-05:00"), &err));
	other.zone = &zone;
	other.width = 40;
	other.color = true;
	other.next_command = NULL;
	struct casefile c = sample_case(&a);
	cr_expect(str_eq(render_test("json", &c, &o, &a), render_test("json", &c, &other, &a)));
	arena_release(&a);
}

Test(render_json, shows_everything_only_without_redaction)
{
	struct arena a;
	struct render_options o = render_test_options();

	arena_init(&a);
	struct casefile c = sample_case(&a);
	struct str masked = render_test("json", &c, &o, &a);
	o.redact = false;
	struct str plain = render_test("json", &c, &o, &a);
	cr_expect(str_find(masked, STR("anna@example.org")) < 0 && str_find(masked, STR("198.51.100.23")) < 0);
	cr_expect(str_find(plain, STR("anna@example.org")) > 0 && str_find(plain, STR("198.51.100.23")) > 0);
	cr_expect(str_find(masked, STR("\"entity\": \"checkout 4.12.0\"")) > 0);
	arena_release(&a);
}
