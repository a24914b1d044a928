#include <criterion/criterion.h>
#include <math.h>

#include "core/casefile.h"
#include "core/json.h"
#include "tests/unit/sample_case.h"

static struct arena arena;
static struct buf out;

static void set_up(void)
{
	arena_init(&arena);
	buf_init(&out, 1 << 22);
}

static void tear_down(void)
{
	buf_release(&out);
	arena_release(&arena);
}

TestSuite(casefile, .init = set_up, .fini = tear_down);

static struct casefile decoded(struct str json)
{
	struct casefile c;
	struct err err = ERR_INIT;

	cr_assert(casefile_decode(arena_str(&arena, json), &arena, &c, &err), "%s", err.text);
	return c;
}

static struct str encoded(const struct casefile *c)
{
	buf_clear(&out);
	casefile_encode(c, false, &out);
	cr_assert_not(out.full);
	return arena_str(&arena, buf_str(&out));
}

Test(casefile, the_stored_form_comes_back_whole)
{
	struct casefile c = sample_case(&arena), back = decoded(encoded(&c));
	const struct incident *in = &back.incidents[0];

	cr_assert(str_eq(encoded(&c), encoded(&back)));
	cr_assert_eq(back.n_incidents, 1);
	cr_assert_eq(in->n_causes, 3);
	cr_assert_eq(in->causes[0].kind, CAUSE_DEPLOYMENT);
	cr_assert_eq(in->causes[2].time_ns, TIME_NONE);
	cr_assert_eq(in->causes[0].terms[1].refs.n, 2);
	cr_assert_eq(in->causes[0].terms[1].refs.at[1].line, 5120);
	cr_assert_eq(in->plots[0].n, 150);
	cr_assert(isnan(in->plots[0].values[61]));
	cr_assert(in->plots[0].values[60] == c.incidents[0].plots[0].values[60], "not the same double");
	cr_assert(in->impact.users_are_clients);
	cr_assert_eq(back.sources[3].continuation, 8100);
	cr_assert_eq(back.n_passages, 2);
	cr_assert(str_eq(back.passages[0].after, c.passages[0].after) && back.passages[1].line == 5120);
	cr_assert(str_eq(back.passages_note, c.passages_note));
	cr_assert(str_eq(back.sources[2].notes[0], STR("truncated: the last 3 KiB could not be read")));
}

Test(casefile, hostile_text_comes_back_byte_for_byte)
{
	struct str text = sample_hostile_text();
	struct casefile c = sample_hostile(&arena, text), back = decoded(encoded(&c));

	cr_assert(str_eq(encoded(&c), encoded(&back)));
	cr_assert(str_eq(back.incidents[0].title, text));
	cr_assert(str_eq(back.incidents[0].timeline[0].refs.at[0].text, text));
	cr_assert(str_eq(back.sources[0].path, text));
}

Test(casefile, numbers_come_back_to_the_last_bit)
{
	const double rows[] = { 0, 0.1, 1.0 / 3, 1e-300, -2.2250738585072014e-308, 1.7976931348623157e308, 123456789.123456789 };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct casefile c = sample_case(&arena);

		c.incidents[0].duration_s = rows[i];
		struct casefile back = decoded(encoded(&c));
		cr_assert(memcmp(&back.incidents[0].duration_s, &rows[i], sizeof(double)) == 0, "row %zu", i);
	}
}

/* The keys of a JSON object, in their order. */
static void expect_keys(struct json_value object, const char *want)
{
	struct json_iter it;
	struct json_value v;
	struct str key;
	struct buf got;

	buf_init(&got, 4096);
	cr_assert(json_iter_init(&it, object));
	while (json_iter_next(&it, &key, &v))
		buf_addf(&got, "%s%.*s", got.len ? " " : "", STR_ARG(key));
	cr_assert(str_eq(buf_str(&got), str_of(want)), "got %.*s, want %s", STR_ARG(buf_str(&got)), want);
	buf_release(&got);
}

static struct json_value item(struct json_value array, size_t index)
{
	struct json_iter it;
	struct json_value v = { 0 };
	struct str key;

	cr_assert(json_iter_init(&it, array));
	for (size_t i = 0; i <= index; i++)
		cr_assert(json_iter_next(&it, &key, &v));
	return v;
}

static struct json_value get(struct json_value object, const char *path)
{
	return json_get(object, str_of(path));
}

Test(casefile, the_contract_has_exactly_its_keys_in_order)
{
	struct casefile c = sample_case(&arena);

	casefile_findings(&c, STR("1.2.3"), false, &out);
	struct json_value root = json_value_at(buf_str(&out), NULL);
	struct json_value in = item(get(root, "incidents"), 0), cause = item(get(in, "causes"), 0);
	expect_keys(root, "schema tool window quality incidents");
	expect_keys(get(root, "tool"), "name version");
	expect_keys(get(root, "window"), "from to");
	expect_keys(get(root, "quality"), "sources notes");
	expect_keys(item(get(get(root, "quality"), "sources"), 0),
	            "path format service host zone lines events rejected first last notes");
	expect_keys(in, "id title onset peak mitigated recovered duration_s degraded_s symptoms impact causes "
	                "ruled_out services timeline contrasts");
	expect_keys(get(in, "onset"), "from best to");
	expect_keys(item(get(in, "symptoms"), 0), "kind service route baseline peak from to refs");
	expect_keys(get(in, "impact"), "requests_total requests_failed requests_slow peak_error_rate users_active "
	                               "users_affected routes");
	expect_keys(item(get(get(in, "impact"), "routes"), 0), "route requests failed");
	expect_keys(cause, "rank kind service entity time probability confidence statement terms chain");
	expect_keys(item(get(cause, "terms"), 0), "name log_odds text refs");
	expect_keys(item(get(item(get(cause, "terms"), 0), "refs"), 0), "source line offset text");
	expect_keys(item(get(cause, "chain"), 0), "kind service entity time text refs");
	expect_keys(item(get(in, "ruled_out"), 0), "kind service entity time term reason refs");
	expect_keys(item(get(in, "services"), 0), "service score");
	expect_keys(item(get(in, "timeline"), 0), "time kind service text refs");
	expect_keys(item(get(in, "contrasts"), 0), "kind of service field value share_bad share_good lift log10_p refs");
}

Test(casefile, quoted_lines_are_listed_once_in_the_order_of_the_contract)
{
	static const uint64_t want[] = { 88412, 131, 20931, 5120, 118, 112, 24410 };
	struct casefile c = sample_case(&arena);
	size_t n;
	const struct ref **quoted = casefile_quoted(&c, &arena, 100, &n);

	cr_assert_eq(n, sizeof want / sizeof *want);
	for (size_t i = 0; i < n; i++)
		cr_expect_eq(quoted[i]->line, want[i], "%zu: %llu", i, (unsigned long long)quoted[i]->line);
	casefile_quoted(&c, &arena, 3, &n);
	cr_expect_eq(n, 3);
}

Test(casefile, an_explanation_ends_each_incident_with_its_candidates)
{
	struct casefile c = sample_case(&arena);

	casefile_findings(&c, STR("1.2.3"), true, &out);
	struct json_value root = json_value_at(buf_str(&out), NULL);
	struct json_value in = item(get(root, "incidents"), 0), first = item(get(in, "candidates"), 0);
	expect_keys(in, "id title onset peak mitigated recovered duration_s degraded_s symptoms impact causes "
	                "ruled_out services timeline contrasts candidates");
	expect_keys(first, "kind service entity time what outcome follows score probability terms");
	expect_keys(item(get(first, "terms"), 0), "name log_odds text refs");
}

Test(casefile, the_contract_has_fixed_precision_and_utc_times)
{
	struct casefile c = sample_case(&arena);

	casefile_findings(&c, STR("1.2.3"), false, &out);
	struct json_value root = json_value_at(buf_str(&out), NULL), in = item(get(root, "incidents"), 0);
	struct { struct json_value at; const char *path, *want; } rows[] = {
		{ root, "schema", "inquest-findings/1" },
		{ root, "tool.version", "1.2.3" },
		{ in, "onset.best", "2026-05-12T13:44:20.000Z" },
		{ in, "duration_s", "2950.000" },
		{ in, "impact.peak_error_rate", "0.341000" },
		{ item(get(in, "causes"), 0), "rank", "1" },
		{ item(get(in, "causes"), 1), "rank", "2" },
		{ item(get(in, "causes"), 0), "probability", "0.9120" },
		{ item(get(in, "causes"), 2), "time", "null" },
		{ item(get(in, "causes"), 2), "entity", "null" },
		{ item(get(in, "timeline"), 7), "service", "null" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str got = get(rows[i].at, rows[i].path).raw;

		cr_assert(str_eq(got, str_of(rows[i].want)), "%s: got %.*s, want %s", rows[i].path, STR_ARG(got),
		          rows[i].want);
	}
}

Test(casefile, the_contract_of_hostile_text_is_json)
{
	struct casefile c = sample_hostile(&arena, sample_hostile_text());

	casefile_encode(&c, true, &out);
	cr_assert(json_valid(buf_str(&out)));
	cr_assert(str_is_utf8(buf_str(&out)));
	cr_assert(str_find(buf_str(&out), STR("\x1b")) < 0);
}

Test(casefile, what_is_no_case_file_is_refused)
{
	static const char *const rows[] = {
		"", "[]", "{}", "{\"schema\":\"inquest-casefile/9\"}",
		"{\"schema\":\"inquest-casefile/1\",\"window\":3}",
		"{\"schema\":\"inquest-casefile/1\",\"window\":{\"from\":\"x\"}}",
		"{\"schema\":\"inquest-casefile/1\",\"incidents\":{}}",
		"{\"schema\":\"inquest-casefile/1\",\"incidents\":[1]}",
		"{\"schema\":\"inquest-casefile/1\",\"incidents\":[{\"causes\":[{\"kind\":\"aliens\"}]}]}",
		"{\"schema\":\"inquest-casefile/1\",\"incidents\":[{\"title\":{\"hex\":\"zz\"}}]}",
		"{\"schema\":\"inquest-casefile/1\",\"incidents\":[{\"title\":{\"hex\":\"abc\"}}]}",
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err err = ERR_INIT;
		struct casefile c;

		cr_assert_not(casefile_decode(str_of(rows[i]), &arena, &c, &err), "row %zu: %s", i, rows[i]);
		cr_assert(err.set && strstr(err.text, "case file"), "row %zu: %s", i, err.text);
	}
}

Test(casefile, every_truncation_is_refused)
{
	struct casefile c = sample_case(&arena), back;
	struct str json = encoded(&c);

	for (size_t n = 0; n < json.len; n += 97) {
		struct err err = ERR_INIT;

		cr_assert_not(casefile_decode(str_head(json, n), &arena, &back, &err), "cut at %zu", n);
	}
}

Test(casefile, what_is_absent_is_unknown)
{
	struct casefile c = decoded(STR("{\"schema\":\"inquest-casefile/1\",\"incidents\":[{\"later\":[1]}]}"));

	cr_assert_eq(c.from_ns, TIME_NONE);
	cr_assert_eq(c.n_incidents, 1);
	cr_assert_eq(c.incidents[0].onset_best_ns, TIME_NONE);
	cr_assert_eq(c.incidents[0].recovered_ns, TIME_NONE);
	cr_assert_eq(c.incidents[0].n_causes, 0);
}
