#include <criterion/criterion.h>

#include "analyze/claim.h"
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

TestSuite(claim, .init = set_up, .fini = tear_down);

static int64_t instant(const char *text)
{
	struct str s = str_of(text);
	struct timestamp t;

	cr_assert(timestamp_parse(&s, &t));
	return t.ns;
}

static const struct claim *find(const struct claims *c, enum claim_kind kind, size_t nth)
{
	for (size_t i = 0; i < c->list.n; i++)
		if (c->list.at[i].kind == kind && nth-- == 0)
			return &c->list.at[i];
	return NULL;
}

Test(claim, finds_what_a_summary_says)
{
	struct claims c = claims_read(STR("On 10 October 2023 the shop was down from 10:30 to 14:00 UTC-5 (3 h 30 min): 73 % of users could not sign in, "
					  "and 1,200 requests failed. It was caused by an unindexed query.\n"),
				      0, &arena);
	const struct claim *w = find(&c, CLAIM_WINDOW, 0), *d = find(&c, CLAIM_DURATION, 0), *u = find(&c, CLAIM_USERS, 0);
	const struct claim *r = find(&c, CLAIM_REQUESTS, 0), *why = find(&c, CLAIM_CAUSE, 0);

	cr_assert(w && d && u && r && why && c.zone_stated);
	cr_expect_eq(c.offset_s, -5 * 3600);
	cr_expect_eq(w->from_ns, instant("2023-10-10T15:30:00Z"));
	cr_expect_eq(w->to_ns, instant("2023-10-10T19:00:00Z"));
	cr_expect_float_eq(d->amount.value, 12600, 0.1);
	cr_expect_float_eq(u->amount.value, 0.73, 1e-9);
	cr_expect_float_eq(r->amount.value, 1200, 0.1);
	claims_compare(&c);
	for (size_t i = 0; i < c.list.n; i++)
		cr_expect_eq(c.list.at[i].conflict.len, 0, "%.*s", STR_ARG(c.list.at[i].conflict));
}

Test(claim, a_timeline_goes_on_after_midnight)
{
	struct claims c = claims_read(STR("# Outage of 2023-11-09\n\n| UTC | |\n|---|---|\n| 20:00 | alert |\n| 23:55 | restarted |\n| 01:46 | corrected |\n"
					  "| 2023-11-11 02:00 | closed |\n"),
				      0, &arena);
	static const char *const want[] = { "2023-11-09T20:00:00Z", "2023-11-09T23:55:00Z", "2023-11-10T01:46:00Z", "2023-11-11T02:00:00Z" };

	for (size_t i = 0; i < 4; i++) {
		const struct claim *e = find(&c, CLAIM_EVENT, i);

		cr_assert(e);
		cr_expect_eq(e->from_ns, instant(want[i]), "entry %zu", i);
		cr_expect_eq(e->line, 5 + i);
	}
}

Test(claim, what_is_no_statement_on_the_incident_makes_no_claim)
{
	static const char *const texts[] = {
		"# Lessons\n\nWe deploy every 25 minutes at 10:30.\n",
		"Authors: A, written 2023-10-12\n",
		"Published: 2023-10-12 10:00\n",
		"- [ ] TODO: root cause, 30 % of users\n",
		"## Corrective measures\n\n- Alert at 5 % of requests within 10 minutes, from 2023-12-01 10:00.\n",
		"CPU was at 95 % on all hosts of the users' cluster.\n",
		"```\n10:30 73 % of users\n```\n",
		"",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct claims c = claims_read(str_of(texts[i]), 0, &arena);

		cr_expect_eq(c.list.n, 0, "%s: %s", texts[i], c.list.n ? claim_kind_name(c.list.at[0].kind) : "");
	}
}

Test(claim, lines_that_contradict_each_other_are_told)
{
	static const struct { const char *text; enum claim_kind kind; bool wrong; } rows[] = {
		{ "Duration: about 25 hours\n\nStart: 2023-10-10 10:30\n\nEnd: 2023-10-11 14:00\n", CLAIM_DURATION, true },
		{ "Duration: 27.5 hours\n\nStart: 2023-10-10 10:30\n\nEnd: 2023-10-11 14:00\n", CLAIM_DURATION, false },
		{ "Duration: more than 25 hours\n\nStart: 2023-10-10 10:30\n\nEnd: 2023-10-11 14:00\n", CLAIM_DURATION, false },
		{ "For 2 hours of the outage, between 2023-11-09 20:00 and 2023-11-10 02:00, users failed.\n", CLAIM_DURATION, true },
		{ "Between 2023-11-09 20:00 and 20:45, every sign-in failed for about 2 hours.\n", CLAIM_DURATION, true },
		{ "Between 2023-11-09 20:00 and 20:45, every sign-in failed for about 45 minutes.\n", CLAIM_DURATION, false },
		{ "Date: 2023-10-12\n\nWindow: 2023-10-10 10:30 to 2023-10-11 14:00\n", CLAIM_DATE, true },
		{ "Date: 2023-10-11\n\nWindow: 2023-10-10 10:30 to 2023-10-11 14:00\n", CLAIM_DATE, false },
		{ "Date: Monday, 10 October 2023\n", CLAIM_DATE, true },
		{ "Date: Tuesday, 10 October 2023\n", CLAIM_DATE, false },
		{ "Window: 2023-10-10 10:30 to 14:00\n\nEnd: 2023-10-10 15:30\n", CLAIM_END, true },
		{ "## Timeline\n\n- 2023-10-10 10:30 alert\n- 2023-10-10 10:10 restarted\n", CLAIM_EVENT, true },
		{ "## Timeline\n\n- 2023-10-10 10:30 alert\n- 2023-10-10 10:40 restarted\n", CLAIM_EVENT, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct claims c = claims_read(str_of(rows[i].text), 0, &arena);
		bool wrong = false;

		claims_compare(&c);
		cr_expect(find(&c, rows[i].kind, 0) != NULL, "%s", rows[i].text);
		for (size_t k = 0; k < c.list.n; k++)
			wrong |= c.list.at[k].kind == rows[i].kind && c.list.at[k].conflict.len > 0;
		cr_expect_eq(wrong, rows[i].wrong, "%s", rows[i].text);
	}
}

/* One claim of a text against an incident of 2026-01-29 22:05 to 22:45 UTC. */
Test(claim, figures_are_held_against_the_case_file)
{
	static const struct { const char *text; enum claim_kind kind; enum claim_verdict want; } rows[] = {
		{ "Start: 2026-01-29 22:05 UTC\n", CLAIM_START, CLAIM_HOLDS },
		{ "Start: 2026-01-29 21:30 UTC\n", CLAIM_START, CLAIM_CONTRADICTED },
		{ "Window: 2026-01-29 22:05 to 22:45 UTC\n", CLAIM_WINDOW, CLAIM_HOLDS },
		{ "Window: 2026-01-29 22:05 to 23:59 UTC\n", CLAIM_WINDOW, CLAIM_CONTRADICTED },
		{ "Window: 2026-01-29 17:05 to 17:45 UTC-5\n", CLAIM_WINDOW, CLAIM_HOLDS },
		{ "Window: 2026-01-29 17:05 to 17:45 UTC\n", CLAIM_ZONE, CLAIM_CONTRADICTED },
		{ "Duration: 40 minutes\n", CLAIM_DURATION, CLAIM_HOLDS },
		{ "Duration: 3 hours\n", CLAIM_DURATION, CLAIM_CONTRADICTED },
		{ "20 % of users were affected.\n", CLAIM_USERS, CLAIM_HOLDS },
		{ "60 % of users were affected.\n", CLAIM_USERS, CLAIM_CONTRADICTED },
		{ "10 % of all requests failed.\n", CLAIM_REQUESTS, CLAIM_HOLDS },
		{ "70 % of all requests failed.\n", CLAIM_REQUESTS, CLAIM_CONTRADICTED },
		{ "Root cause: the setting timeouts.auth_ms of web\n", CLAIM_CAUSE, CLAIM_HOLDS },
		{ "Root cause: the deployment of catalog 3.7.5\n", CLAIM_CAUSE, CLAIM_CONTRADICTED },
		{ "The deployment of catalog 3.7.5 was ruled out.\n", CLAIM_INNOCENT, CLAIM_HOLDS },
	};
	struct cause cause = { .kind = CAUSE_CONFIG_CHANGE, .service = STR("web"), .entity = STR("timeouts.auth_ms 3000 -> 15"), .probability = 0.93,
			       .confidence = STR("highly likely"), .time_ns = TIME_NONE };
	struct ruled_out not_it = { .kind = CAUSE_DEPLOYMENT, .service = STR("catalog"), .entity = STR("catalog 3.7.5"), .time_ns = TIME_NONE,
				    .reason = STR("catalog stays healthy") };
	struct incident in = { .id = STR("I1"), .onset_from_ns = instant("2026-01-29T22:04:50Z"), .onset_best_ns = instant("2026-01-29T22:05:02Z"),
			       .onset_to_ns = instant("2026-01-29T22:05:10Z"), .recovered_ns = instant("2026-01-29T22:45:00Z"), .mitigated_ns = TIME_NONE,
			       .duration_s = 2400, .degraded_s = 2400, .causes = &cause, .n_causes = 1, .ruled_out = &not_it, .n_ruled_out = 1,
			       .impact = { .requests_total = 1000, .requests_failed = 100, .peak_error_rate = 0.2, .users_active = 100, .users_affected = 20 } };
	struct casefile file = { .from_ns = instant("2026-01-29T12:00:00Z"), .to_ns = instant("2026-01-30T06:00:00Z"), .incidents = &in, .n_incidents = 1 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct claims c = claims_read(str_of(rows[i].text), in.onset_best_ns, &arena);

		cr_assert_eq(claims_incident(&c, &file), &in);
		claims_hold(&c, &file, &in, NULL, 0);
		const struct claim *x = find(&c, rows[i].kind, 0);
		cr_assert(x, "%s", rows[i].text);
		cr_expect_eq(x->verdict, rows[i].want, "%s: %s, %.*s", rows[i].text, claim_verdict_name(x->verdict), STR_ARG(x->found));
	}
}

/* Whatever stands in a text, reading it ends and what it gives lies inside of it. */
Test(claim, hostile_text_is_read_without_harm)
{
	struct str bad = sample_hostile_text();
	struct casefile file = sample_case(&arena);
	struct buf text;

	buf_init(&text, 1 << 20);
	for (int i = 0; i < 40; i++) {
		buf_add(&text, bad);
		buf_addz(&text, i % 2 ? "\n| 10:30 | " : " 99:99 2023-99-99T 12:30\xe2\x80\x93");
	}
	struct claims c = claims_read(buf_str(&text), 0, &arena);
	claims_compare(&c);
	claims_hold(&c, &file, &file.incidents[0], NULL, 0);
	for (size_t i = 0; i < c.list.n; i++) {
		cr_expect(c.list.at[i].line > 0 && c.list.at[i].text.len < text.len);
		cr_expect(memchr(c.list.at[i].text.ptr, '\x1b', c.list.at[i].text.len) == NULL);
	}
	buf_release(&text);
}
