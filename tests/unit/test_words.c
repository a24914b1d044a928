#include <criterion/criterion.h>
#include <math.h>

#include "report/words.h"
#include "report/wrap.h"
#include "tests/unit/sample_case.h"

static struct arena arena;
static struct words w;

static void set_up(void)
{
	arena_init(&arena);
	w = (struct words){ .arena = &arena };
}

static void tear_down(void)
{
	arena_release(&arena);
}

TestSuite(words, .init = set_up, .fini = tear_down);

static void same(struct str got, const char *want)
{
	cr_expect(str_eq(got, str_of(want)), "got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static struct zone open_zone(const char *name)
{
	struct zone z;
	struct err err = ERR_INIT;

	cr_assert(zone_open(&z, &arena, str_of(name), &err), "%s", err.text);
	return z;
}

Test(words, times_in_the_chosen_zone)
{
	int64_t ns = days_from_civil(2026, 1, 30) * 86400 * NS_PER_S + 2 * 3600 * NS_PER_S;
	struct zone east = open_zone("+05:30"), west = open_zone("-0500"), utc = open_zone("UTC");

	same(words_time(&w, ns), "2026-01-30 02:00:00 UTC");
	same(words_time(&w, TIME_NONE), "unknown");
	w.zone = &utc;
	same(words_time(&w, ns), "2026-01-30 02:00:00 UTC");
	w.zone = &east;
	same(words_time(&w, ns), "2026-01-30 07:30:00 UTC+5:30");
	w.zone = &west;
	same(words_time(&w, ns), "2026-01-29 21:00:00 UTC-5");
	same(words_date(&w, ns), "2026-01-29");
	same(words_clock(&w, ns), "21:00:00");
	same(words_span(&w, ns, ns + 3600 * NS_PER_S), "2026-01-29 21:00:00 – 22:00:00 UTC-5");
	same(words_span(&w, ns, ns + 4 * 3600 * NS_PER_S), "2026-01-29 21:00:00 – 2026-01-30 01:00:00 UTC-5");
	same(words_span(&w, TIME_NONE, ns), "2026-01-29 21:00:00 UTC-5");
}

Test(words, sentences_name_times_in_the_zone)
{
	struct zone west = open_zone("-0500");
	static const struct { const char *text, *utc, *west; } rows[] = {
		{ "Deployment x (2026-01-30T02:00:00Z): 3 s before", "Deployment x (2026-01-30 02:00:00 UTC): 3 s before",
		  "Deployment x (2026-01-29 21:00:00 UTC-5): 3 s before" },
		{ "(2026-01-30T02:00:00Z)(2026-01-30T02:00:01Z)", "(2026-01-30 02:00:00 UTC)(2026-01-30 02:00:01 UTC)",
		  "(2026-01-29 21:00:00 UTC-5)(2026-01-29 21:00:01 UTC-5)" },
		/* What a log said is left alone. */
		{ "\"at 2026-01-30T02:00:00Z\" f(x) (", "\"at 2026-01-30T02:00:00Z\" f(x) (", "\"at 2026-01-30T02:00:00Z\" f(x) (" },
		{ "(2026-01-30T02:00:00+01:00) (2026-01-30T02:00:00ZZ)", "(2026-01-30T02:00:00+01:00) (2026-01-30T02:00:00ZZ)",
		  "(2026-01-30T02:00:00+01:00) (2026-01-30T02:00:00ZZ)" },
		{ "", "", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		w.zone = NULL;
		same(words_sentence(&w, str_of(rows[i].text)), rows[i].utc);
		w.zone = &west;
		same(words_sentence(&w, str_of(rows[i].text)), rows[i].west);
	}
}

Test(words, a_date_stands_only_on_another_day)
{
	struct casefile c = sample_case(&arena);
	const struct incident *in = &c.incidents[0];

	same(words_moment(&w, in, in->recovered_ns), "14:33:30");
	same(words_moment(&w, in, in->recovered_ns + 86400 * NS_PER_S), "2026-05-13 14:33:30");
}

Test(words, what_says_nothing_is_left_out)
{
	struct casefile c = sample_case(&arena);
	struct incident in = c.incidents[0];

	same(words_length(&w, &in), "49 min 10 s, degraded for 42 min 10 s of it");
	in.degraded_s = in.duration_s - 0.2;
	same(words_length(&w, &in), "49 min 10 s");
	same(words_peak(&w, &in.impact), "at worst 34.1 %");
	in.impact.peak_error_rate = 0.2; /* less than the mean cannot be the worst */
	same(words_peak(&w, &in.impact), "");
	same(words_requests(&w, &in.impact), "13,407 of 48,211 requests failed (27.8 %), 6,120 were slow");
	same(words_plural(&w, 2, "entries"), "entries");
	same(words_plural(&w, 1, "entries"), "entry");
	same(words_plural(&w, 1, "routes"), "route");
	same(words_contrast(&w, &in.contrasts[3]), "line that is gone (checkout)");
	same(words_contrast(&w, &in.contrasts[2]), "route of failed requests (nginx)");
}

Test(words, what_was_ruled_out_is_named_as_its_reason_names_it)
{
	static const struct { struct ruled_out r; const char *name, *reason; } rows[] = {
		{ { .kind = CAUSE_DEPLOYMENT, .entity = { "web 4.7.2", 9 }, .reason = { "Rollback web 4.7.2: came after", 30 } }, "rollback web 4.7.2", "came after" },
		{ { .kind = CAUSE_SCHEDULED_JOB, .entity = { "report", 6 }, .reason = { "The scheduled job report: ran before", 36 } }, "scheduled job report", "ran before" },
		{ { .kind = CAUSE_DEPLOYMENT, .entity = { "web 4.7.3", 9 }, .reason = { "web stays healthy: 0 failed", 27 } }, "deployment web 4.7.3", "web stays healthy: 0 failed" },
		{ { .kind = CAUSE_DNS, .reason = { "no name: at all", 15 } }, "name resolution failure", "no name: at all" },
		{ { .kind = CAUSE_UNKNOWN, .entity = { "vault", 5 }, .reason = { "x", 1 } }, "a cause that is not in these logs (vault)", "x" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		same(words_ruled_out(&w, &rows[i].r), rows[i].name);
		same(words_reason(&w, &rows[i].r), rows[i].reason);
	}
}

Test(words, an_excerpt_of_json_has_the_message)
{
	struct str pino = STR("{\"level\":\"error\",\"time\":\"2026-01-29T22:05:02Z\",\"service\":\"web\",\"err\":{\"message\":\"no route to host\"},\"msg\":\"failed\"}");

	same(words_excerpt(&w, pino, 50), "…\"err\":{\"message\":\"no route to host\"},\"msg\":\"failed\"}");
	same(words_excerpt(&w, pino, 70), "…\"service\":\"web\",\"err\":{\"message\":\"no route to host\"},\"msg\":\"failed\"}");
	cr_expect(str_eq(words_excerpt(&w, pino, 200), pino));
	same(words_excerpt(&w, STR("{\"msg\":\"first, and then much more of it\"}"), 20), "{\"msg\":\"first, and then much more of it\"}");
	same(words_excerpt(&w, STR("2026-01-29T22:05:02Z a line of text with no \"msg\": in it"), 20), "2026-01-29T22:05:02Z a line of text with no \"msg\": in it");
}

Test(words, routes_without_failures_are_named_together)
{
	struct impact_route routes[] = {
		{ STR("GET /a"), 9, 2 }, { STR("GET /b"), 9, 0 }, { STR("GET /c"), 9, 0 }, { STR("GET /d"), 9, 0 }, { STR("GET /e"), 9, 0 },
	};
	struct impact i = { .routes = routes, .n_routes = 5 };

	cr_expect_eq(words_failing_routes(&i), 1);
	same(words_unharmed(&w, &i), "No failures on GET /b, GET /c, GET /d and 1 more.");
	i.n_routes = 3;
	same(words_unharmed(&w, &i), "No failures on GET /b and GET /c.");
	i.n_routes = 2;
	same(words_unharmed(&w, &i), "No failures on GET /b.");
	i.n_routes = 1;
	same(words_unharmed(&w, &i), "");
	routes[0].failed = 0; /* none failed: the table has all */
	i.n_routes = 5;
	cr_expect_eq(words_failing_routes(&i), 5);
	same(words_unharmed(&w, &i), "");
}

Test(words, remarks_on_many_files_are_one_sentence)
{
	struct casefile c = { .n_sources = 5 };
	struct str note = STR("truncated"), year = STR("its lines have no year: it begins in 2026, by the file's time"), *sentences;
	size_t n;

	c.sources = arena_new_n(&arena, struct quality_source, c.n_sources);
	for (size_t i = 0; i < c.n_sources; i++) {
		c.sources[i].path = arena_printf(&arena, "%zu.log", i + 1);
		c.sources[i].notes = i == 2 ? &note : &year;
		c.sources[i].n_notes = 1;
	}
	sentences = words_quality(&w, &c, 10, &n);
	cr_assert_eq(n, 2);
	same(sentences[0], "3.log: truncated");
	same(sentences[1], "1.log, 2.log, 4.log and 1 more: its lines have no year: it begins in 2026, by the file's time");
	sentences = words_quality(&w, &c, 1, &n);
	cr_assert_eq(n, 2);
	same(sentences[1], "and 1 more like these");
}

Test(words, a_number_stays_with_its_sign_when_lines_wrap)
{
	static const struct { unsigned width; const char *want; } rows[] = {
		{ 20, "failures fall from\n6.3 % to 0.0 %, then" }, { 16, "failures fall\nfrom 6.3 % to\n0.0 %, then" },
	};
	struct buf b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&b);
		wrap_add(&b, rows[i].width, 0, 0, STR("failures fall from 6.3 % to 0.0 %, then"));
		same(buf_str(&b), rows[i].want);
	}
	buf_release(&b);
}

Test(words, figures)
{
	same(words_share(&w, 0), "0 %");
	same(words_share(&w, 0.0003), "0.03 %");
	same(words_share(&w, 0.106), "10.6 %");
	same(words_share(&w, 1), "100 %");
	same(words_share(&w, NAN), "unknown");
	same(words_count(&w, 0), "0");
	same(words_count(&w, 999), "999");
	same(words_count(&w, 1000), "1,000");
	same(words_count(&w, UINT64_MAX), "18,446,744,073,709,551,615");
	same(words_number(&w, 0.04213), "0.0421");
	same(words_number(&w, 1840.2), "1,840");
	same(words_seconds(&w, 1410), "23 min 30 s");
	same(words_seconds(&w, NAN), "unknown");
}

Test(words, sentences)
{
	struct casefile c = sample_case(&arena);
	struct incident *in = &c.incidents[0];

	same(words_requests(&w, &in->impact), "13,407 of 48,211 requests failed (27.8 %, at worst 34.1 %), 6,120 were slow");
	same(words_users(&w, &in->impact), "1,640 of 2,811 client addresses affected (58.3 %)");
	same(words_length(&w, in), "49 min 10 s, degraded for 42 min 10 s of it");
	same(words_window(&w, &c, in), "2026-05-12 13:44:20 – 14:33:30 UTC");
	in->recovered_ns = TIME_NONE;
	same(words_window(&w, &c, in),
	     "2026-05-12 13:44:20 UTC, still going on at the end of the logs (2026-05-12 15:00:04 UTC)");
	same(words_suspect(&w, CAUSE_DEPLOYMENT, STR("auth"), STR("auth 2.3.2")), "deployment auth 2.3.2");
	same(words_suspect(&w, CAUSE_CONFIG_CHANGE, STR("web"), STR("timeouts.auth_ms 3000 -> 15")),
	     "configuration change timeouts.auth_ms 3000 -> 15 of web");
	same(words_suspect(&w, CAUSE_RESTART, STR("web"), STR_NONE), "restart or crash of web");
	same(words_symptom(&w, &in->symptoms[0]),
	     "failed requests on POST /checkout (nginx): 0.2 % before, 93.4 % at worst");
	same(words_symptom(&w, &in->symptoms[1]), "slow requests on GET /cart (nginx): 2.1 % before, 61.4 % at worst");
	same(words_confidence(&w, &in->causes[0]), "highly likely (91 %)");
	cr_expect(words_root(in) == &in->causes[0]);
	in->causes[0].kind = CAUSE_UNKNOWN;
	cr_expect(words_root(in) == NULL);
}

Test(words, quality_names_what_is_wrong_once)
{
	static const char *const want[] = {
		"the clock of db1 runs 1.4 s ahead of nginx; corrected",
		"nginx/access.log.gz: truncated: the last 3 KiB could not be read",
		"postgresql/postgresql.log.1.gz: 233 of 40,210 lines not understood (0.6 %)",
		"postgresql/postgresql.log.1.gz: zone inferred -05:00",
	};
	struct casefile c = sample_case(&arena);
	size_t n;
	struct str *got = words_quality(&w, &c, 10, &n);

	cr_assert_eq(n, 4);
	for (size_t i = 0; i < n; i++)
		same(got[i], want[i]);
	got = words_quality(&w, &c, 2, &n);
	cr_assert_eq(n, 3);
	same(got[2], "and 2 more like these");
}

Test(words, every_kind_of_cause_has_measures)
{
	for (int k = 0; k < CAUSE_KIND_COUNT; k++) {
		const struct measures *m = words_measures((enum cause_kind)k);

		cr_expect(strlen(m->correct) > 10 && strlen(m->prevent) > 10 && strlen(m->detect) > 10);
	}
}
