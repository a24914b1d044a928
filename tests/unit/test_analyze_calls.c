/* The analysis over what services ask of each other: calls that multiply, requests followed by their ids, what a front rejects. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "core/hash.h"
#include "tests/unit/world.h"

static const struct term *term_of(const struct incident *i, const char *entity, const char *term, const char *words)
{
	for (size_t k = 0; k < i->n_contenders; k++)
		for (size_t t = 0; t < i->contenders[k].n_terms; t++) {
			const struct term *one = &i->contenders[k].terms[t];
			if (str_eq(i->contenders[k].entity, str_of(entity)) && str_eq(one->name, str_of(term)) && str_find(one->text, str_of(words)) >= 0)
				return one;
		}
	return NULL;
}

Test(analyze_calls, a_change_that_makes_calls_multiply)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 5);
	struct extent_writer *edge = file_begin(&w, "edge", ROLE_ACCESS), *web = file_begin(&w, "web", ROLE_APP), *auth = file_begin(&w, "auth", ROLE_APP);
	for (double t = 0; t < 120; t += 0.02 * (0.5 + uniform(&w))) {
		bool storm = t >= 60 && t < 80, bad = storm && uniform(&w) < 0.4;
		request(&w, edge, "edge", T0 + MIN(t), "GET /cart", bad ? 504 : 200, bad ? 3000 : 20);
		request(&w, web, "web", T0 + MIN(t), "GET /cart", bad ? 504 : 200, bad ? 2990 : 15);
		for (int n = storm ? 8 : 1; n-- > 0;)
			request(&w, auth, "auth", T0 + MIN(t), "GET /verify", 200, 3);
	}
	file_end(&w, edge);
	file_end(&w, web);
	file_end(&w, auth);
	struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
	deployment(&w, x, T0 + MIN(59.2), "web", "2.0", "1.9");
	deployment(&w, x, T0 + MIN(30), "auth", "5.0", "4.9");
	deployment(&w, x, T0 + MIN(80), "web", "1.9", "2.0");
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	const struct incident *i = &c.incidents[0];
	cr_expect(str_eq(i->causes[0].entity, STR("web 2.0")));
	const struct term *more = term_of(i, "web 2.0", "calls", "of the users auth was asked");
	cr_assert(more && more->log_odds > 2);
	cr_expect(term_of(i, "web 2.0", "calls", "when it was taken back"));
	cr_expect(!term_of(i, "auth 5.0", "calls", ""));
	arena_release(&a);
}

/* A service that logs only what it refuses or what fails: how often it is asked nobody knows, and it is not asked more because it fails more. */
Test(analyze_calls, logs_of_failures_alone_tell_no_number_of_calls)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 9);
	struct extent_writer *edge = file_begin(&w, "edge", ROLE_ACCESS), *web = file_begin(&w, "web", ROLE_APP);
	for (double t = 0; t < 120; t += 0.02) {
		bool bad = t >= 60 && t < 80 && uniform(&w) < 0.4, missing = !bad && uniform(&w) < 0.02;
		request(&w, edge, "edge", T0 + MIN(t), "GET /cart", bad ? 500 : missing ? 404 : 200, 20);
		if (bad || missing)
			request(&w, web, "web", T0 + MIN(t), "GET /cart", bad ? 500 : 404, 15);
	}
	file_end(&w, edge);
	file_end(&w, web);
	struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
	deployment(&w, x, T0 + MIN(59.2), "web", "2.0", "1.9");
	deployment(&w, x, T0 + MIN(80), "web", "1.9", "2.0");
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	cr_expect(str_eq(c.incidents[0].causes[0].entity, STR("web 2.0")));
	cr_expect(term_of(&c.incidents[0], "web 2.0", "reversal", ""));
	cr_expect(!term_of(&c.incidents[0], "web 2.0", "calls", ""));
	arena_release(&a);
}

Test(analyze_calls, the_failing_begins_where_nothing_behind_fails)
{
	struct world w;
	struct arena a;
	struct casefile c;
	unsigned number = 0;
	world_open(&w, 6);
	struct extent_writer *edge = file_begin(&w, "edge", ROLE_ACCESS), *web = file_begin(&w, "web", ROLE_APP), *stock = file_begin(&w, "stock", ROLE_APP);
	for (double t = 0; t < 120; t += 0.02 * (0.5 + uniform(&w))) {
		/* Stock hangs: web gives up after two seconds, stock ends long after that, and well. */
		bool hangs = t >= 60 && t < 80 && uniform(&w) < 0.5;
		int64_t begin = T0 + MIN(t);
		double own = 4 + uniform(&w), behind = hangs ? 9000 : 5;
		double ms = own + (hangs ? 2000 : behind);
		char id[32];
		snprintf(id, sizeof id, "request-%u", number++);
		traced_request(&w, stock, "stock", begin + NS_PER_MS * 2 + (int64_t)(behind * 1e6), "GET /stock", 200, behind, id);
		traced_request(&w, web, "web", begin + NS_PER_MS + (int64_t)(ms * 1e6), "GET /cart", hangs ? 504 : 200, ms, id);
		traced_request(&w, edge, "edge", begin + (int64_t)((ms + 2) * 1e6), "GET /cart", hangs ? 504 : 200, ms + 2, id);
	}
	file_end(&w, edge);
	file_end(&w, web);
	file_end(&w, stock);
	struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
	deployment(&w, x, T0 + MIN(58), "web", "2.0", "1.9");
	deployment(&w, x, T0 + MIN(59), "stock", "5.0", "4.9");
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	const struct incident *i = &c.incidents[0];
	const struct term *begins = term_of(i, "stock 5.0", "depth", "begin to fail in stock (by request id)"), *passes = term_of(i, "web 2.0", "depth", "only passes on");
	cr_assert(begins && begins->log_odds > 0);
	cr_assert(passes && passes->log_odds < 0);
	arena_release(&a);
}

Test(analyze_calls, a_route_that_rejects_what_it_served)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 7);
	struct extent_writer *edge = file_begin(&w, "edge", ROLE_ACCESS);
	for (double t = 0; t < 120; t += 0.02 * (0.5 + uniform(&w))) {
		bool post = uniform(&w) < 0.15;
		request(&w, edge, "edge", T0 + MIN(t), post ? "POST /cart" : "GET /cart", post && t >= 60 && t < 75 ? 413 : 200, 20);
		/* Nobody was ever served there: somebody looks for holes. */
		if (t >= 20 && t < 30)
			request(&w, edge, "edge", T0 + MIN(t), "GET /wp-login.php", 404, 2);
	}
	file_end(&w, edge);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	const struct incident *i = &c.incidents[0];
	cr_expect(i->onset_best_ns >= T0 + MIN(59.5) && i->onset_best_ns <= T0 + MIN(61));
	cr_assert_geq(i->n_symptoms, 1);
	cr_expect_eq(i->symptoms[0].kind, SYMPTOM_REJECTED);
	cr_expect(i->impact.requests_failed > 50);
	arena_release(&a);
}

Test(analyze_calls, a_restart_that_goes_well_is_no_incident)
{
	struct world w;
	struct arena a;
	struct casefile c;
	/* Most of a minute of failures: with a deployment at that time, and without one. */
	for (int deployed = 0; deployed < 2; deployed++) {
		world_open(&w, 8);
		struct extent_writer *edge = file_begin(&w, "edge", ROLE_ACCESS);
		for (double t = 0; t < 120; t += 0.02 * (0.5 + uniform(&w)))
			request(&w, edge, "edge", T0 + MIN(t), "GET /cart", t >= 60 && t < 60.8 && uniform(&w) < 0.7 ? 502 : 200, 20);
		file_end(&w, edge);
		struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
		deployment(&w, x, T0 + MIN(deployed ? 59.9 : 20), "web", "2.0", "1.9");
		file_end(&w, x);
		look(&w, &a, &c);
		cr_expect_eq(c.n_incidents, deployed ? 0 : 1, "%d incidents, deployed: %d", (int)c.n_incidents, deployed);
		arena_release(&a);
	}
}

/* Four hosts, one of them with the new version; `bad_host` fails, or all do. */
static const struct term *rolled_out(uint64_t seed, int bad_host, struct arena *a, struct casefile *c)
{
	static const char *const hosts[] = { "web-1", "web-2", "web-3", "web-4" };
	struct world w;
	world_open(&w, seed);
	struct extent_writer *x = file_begin(&w, "web", ROLE_APP), *edge = file_begin(&w, "edge", ROLE_ACCESS);
	for (double t = 0; t < 120; t += 0.01 * (0.5 + uniform(&w))) {
		int host = (int)(uniform(&w) * 4);
		bool bad = t >= 60 && t < 80 && (bad_host < 0 || host == bad_host) && uniform(&w) < 0.5;
		struct event e = EVENT_INIT;
		e.kind = EV_HTTP;
		e.service = STR("web");
		e.host = str_of(hosts[host]);
		e.version = host == 1 && t >= 59 ? STR("2.0") : STR("1.9");
		e.route = STR("GET /cart");
		e.route_id = hash64(e.route);
		e.status = bad ? 500 : 200;
		e.duration_ms = 10;
		put(&w, x, e, T0 + MIN(t), "");
		request(&w, edge, "edge", T0 + MIN(t), "GET /cart", e.status, 12);
	}
	file_end(&w, x);
	file_end(&w, edge);
	x = file_begin(&w, "deploy", ROLE_CHANGE);
	deployment(&w, x, T0 + MIN(59), "web", "2.0", "1.9");
	file_end(&w, x);
	look(&w, a, c);
	cr_assert_eq(c->n_incidents, 1);
	return term_of(&c->incidents[0], "web 2.0", "rollout", "1 of 4 hosts");
}

Test(analyze_calls, hosts_with_a_version_against_those_without)
{
	struct arena a;
	struct casefile c;
	const struct term *guilty = rolled_out(9, 1, &a, &c);
	cr_assert(guilty && guilty->log_odds > 1.3 && guilty->log_odds < 1.5, "-log(1/4)");
	arena_release(&a);
	const struct term *innocent = rolled_out(10, -1, &a, &c);
	cr_assert(innocent && innocent->log_odds < -1);
	arena_release(&a);
}
