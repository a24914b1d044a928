#include <criterion/criterion.h>

#include "cli/score.h"

/* 2026-01-29T22:00:00Z, and seconds after it. */
#define T0 (INT64_C(1769724000) * NS_PER_S)
#define AFTER(s) (T0 + (s) * NS_PER_S)

static const char truth[] = "{\"onset\":\"2026-01-29T22:00:00Z\",\"recovered\":\"2026-01-29T22:30:00Z\","
			    "\"root_cause\":{\"kind\":\"config_change\",\"service\":\"web\",\"entity\":\"timeouts.auth_ms 3000 -> 15\"},"
			    "\"acceptable_kinds\":[\"dependency_timeout\"],\"must_mention\":[\"AUTH_MS\",\"never said\"],"
			    "\"red_herrings\":[{\"kind\":\"deployment\",\"entity\":\"catalog 3.7.5\"},"
			    "{\"kind\":\"traffic_surge\",\"entity\":\"\"}]}";

static struct cause cause_of(enum cause_kind kind, const char *service, const char *entity)
{
	return (struct cause){ .kind = kind, .service = str_of(service), .entity = str_of(entity) };
}

/* One incident of ten minutes that begins `late_s` after the truth. */
static struct incident incident_at(int64_t late_s, struct cause *causes, size_t n)
{
	return (struct incident){ .onset_from_ns = AFTER(late_s - 10),
				  .onset_best_ns = AFTER(late_s),
				  .onset_to_ns = AFTER(late_s + 10),
				  .recovered_ns = AFTER(late_s + 600),
				  .mitigated_ns = TIME_NONE,
				  .causes = causes,
				  .n_causes = n };
}

static struct score score_of(const char *text, struct casefile *c, struct arena *a)
{
	struct truths truths;
	struct err err = ERR_INIT;

	c->from_ns = AFTER(-7200);
	c->to_ns = AFTER(7200);
	cr_assert(truths_read(str_of(text), a, &truths, &err), "%s", err.text);
	return score_case(&truths, c, a);
}

Test(score, the_right_answer_scores_everywhere)
{
	struct arena a;
	struct cause causes[] = { cause_of(CAUSE_CONFIG_CHANGE, "web", "timeouts.auth_ms") };
	struct incident incident = incident_at(25, causes, 1);
	struct ruled_out out[] = { { .kind = CAUSE_DEPLOYMENT, .entity = STR("catalog 3.7.5") },
				   { .kind = CAUSE_TRAFFIC_SURGE } };
	struct casefile c = { .incidents = &incident, .n_incidents = 1 };

	arena_init(&a);
	incident.ruled_out = out;
	incident.n_ruled_out = 2;
	struct score s = score_of(truth, &c, &a);

	cr_assert_eq(s.n_rows, 1);
	cr_assert(s.rows[0].found && s.rows[0].top1 && s.rows[0].top3 && s.rows[0].strict);
	cr_assert_float_eq(s.rows[0].onset_error_s, 25, 1e-6);
	cr_assert_float_eq(s.rows[0].herrings, 1, 1e-9);
	cr_assert_float_eq(s.rows[0].mentions, 0.5, 1e-9);
	cr_assert_eq(s.false_alarms, 0);
	arena_release(&a);
}

Test(score, rank_kind_and_name_must_all_be_right)
{
	static const struct {
		enum cause_kind kinds[3];
		const char *entities[3];
		bool top1, top3, strict;
	} cases[] = {
		{ { CAUSE_DEPENDENCY_FAILURE, CAUSE_RESTART, CAUSE_DNS }, { "timeouts.auth_ms", "", "" }, true, true, false },
		{ { CAUSE_RESTART, CAUSE_DNS, CAUSE_CONFIG_CHANGE }, { "", "", "timeouts.auth_ms" }, false, true, false },
		{ { CAUSE_CONFIG_CHANGE, CAUSE_DNS, CAUSE_RESTART }, { "cache.ttl", "", "" }, false, false, false },
		{ { CAUSE_DEPLOYMENT, CAUSE_DNS, CAUSE_RESTART }, { "timeouts.auth_ms", "", "" }, false, false, false },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct cause causes[3];

		for (size_t k = 0; k < 3; k++)
			causes[k] = cause_of(cases[i].kinds[k], "x", cases[i].entities[k]);
		struct incident incident = incident_at(0, causes, 3);
		struct casefile c = { .incidents = &incident, .n_incidents = 1 };
		struct score s = score_of(truth, &c, &a);

		cr_assert_eq(s.rows[0].top1, cases[i].top1, "%zu", i);
		cr_assert_eq(s.rows[0].top3, cases[i].top3, "%zu", i);
		cr_assert_eq(s.rows[0].strict, cases[i].strict, "%zu", i);
		cr_assert_float_eq(s.rows[0].herrings, 0, 1e-9);
	}
	arena_release(&a);
}

Test(score, what_overlaps_nothing_is_a_false_alarm)
{
	struct arena a;
	struct incident incidents[] = { incident_at(0, NULL, 0), incident_at(5000, NULL, 0) };
	struct casefile c = { .incidents = incidents, .n_incidents = 2 };

	arena_init(&a);
	struct score s = score_of(truth, &c, &a);

	cr_assert(s.rows[0].found);
	cr_assert_eq(s.false_alarms, 1);
	s = score_of("{\"root_cause\":{\"kind\":\"none\"}}", &c, &a);
	cr_assert_eq(s.n_rows, 0, "a quiet case has no true incident");
	cr_assert_eq(s.false_alarms, 2);
	c.n_incidents = 0;
	s = score_of(truth, &c, &a);
	cr_assert_not(s.rows[0].found);
	cr_assert_lt(s.rows[0].onset_error_s, 0);
	cr_assert_float_eq(s.rows[0].mentions, 0, 1e-9);
	arena_release(&a);
}

Test(score, a_herring_that_is_blamed_does_not_count)
{
	struct arena a;
	struct cause causes[] = { cause_of(CAUSE_DEPLOYMENT, "catalog", "catalog 3.7.5") };
	struct incident incident = incident_at(0, causes, 1);
	struct ruled_out out[] = { { .kind = CAUSE_DEPLOYMENT, .entity = STR("catalog 3.7.5") } };
	struct casefile c = { .incidents = &incident, .n_incidents = 1 };

	arena_init(&a);
	incident.ruled_out = out;
	incident.n_ruled_out = 1;
	struct score s = score_of(truth, &c, &a);

	cr_assert_float_eq(s.rows[0].herrings, 0, 1e-9);
	arena_release(&a);
}

Test(score, a_truth_that_says_too_little_is_an_error)
{
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{ "[1]", "truth.json is not a JSON object" },
		{ "{\"root_cause\":{\"kind\":\"dns\"}}", "truth.json: an incident of kind dns has no onset that is a time" },
		{ "{\"onset\":\"yesterday\",\"root_cause\":{\"kind\":\"dns\"}}",
		  "truth.json: an incident of kind dns has no onset that is a time" },
	};
	struct arena a;
	struct truths truths;

	arena_init(&a);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err err = ERR_INIT;

		cr_assert_not(truths_read(str_of(cases[i].text), &a, &truths, &err));
		cr_assert_str_eq(err.text, cases[i].problem);
	}
	arena_release(&a);
}

Test(score, what_rank_1_says_of_itself_is_kept)
{
	struct arena a;
	struct cause causes[] = { cause_of(CAUSE_UNKNOWN, "web", ""), cause_of(CAUSE_CONFIG_CHANGE, "web", "timeouts.auth_ms") };
	struct incident incidents[] = { incident_at(0, causes, 2), incident_at(5000, causes, 2) };
	struct casefile c = { .incidents = incidents, .n_incidents = 2 };

	arena_init(&a);
	causes[0].probability = 0.75;
	struct score s = score_of(truth, &c, &a);

	cr_assert(s.rows[0].said_unknown && s.rows[0].service && s.rows[0].top3 && !s.rows[0].top1);
	cr_assert_float_eq(s.rows[0].stated, 0.75, 1e-9);
	cr_assert_eq(s.false_alarms, 1);
	cr_assert_float_eq(s.false_stated[0], 0.75, 1e-9);
	cr_assert_float_eq(s.days, 4.0 / 24, 1e-9);
	arena_release(&a);
}
