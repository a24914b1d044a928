/* What of the archive is an incident: slowness that is felt, refusals of those who used to get in; and what is an input. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/world.h"

/* Two hours of requests of 200 to 300 ms (of `ms` alone where less); half of those in a quarter of an hour take `slow_ms`. */
static size_t incidents_of_slowness(double ms, double slow_ms)
{
	struct world w;
	world_open(&w, 11);
	struct extent_writer *x = file_begin(&w, "edge", ROLE_ACCESS);
	for (double t = 0; t < 120; t += 0.01)
		request(&w, x, "edge", T0 + MIN(t), "GET /", 200, t > 60 && t < 75 && uniform(&w) < 0.5 ? slow_ms : ms * (1 + 0.5 * uniform(&w)));
	file_end(&w, x);
	return look_count(&w);
}

Test(analyze_material, slowness_counts_when_it_is_felt)
{
	static const struct { double ms, slow_ms; size_t incidents; } rows[] = {
		{ 200, 750, 0 },  /* slow, and nobody is stopped by it */
		{ 200, 3000, 1 }, /* over a second more */
		{ 10, 250, 1 },   /* what was quick takes many times as long */
		{ 10, 100, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(incidents_of_slowness(rows[i].ms, rows[i].slow_ms), rows[i].incidents, "%g ms become %g ms", rows[i].ms, rows[i].slow_ms);
}

/* As many requests as ever get in, or a part of them does not any more; `on_top` refused ones a minute for an hour. */
static size_t incidents_of_refusals(bool instead, double on_top)
{
	struct world w;
	world_open(&w, 12);
	struct extent_writer *x = file_begin(&w, "edge", ROLE_ACCESS);
	for (double t = 0; t < 180; t += 0.02)
		request(&w, x, "edge", T0 + MIN(t), "GET /cart", instead && t > 80 && t < 140 && uniform(&w) < on_top / 50 ? 401 : 200, 12);
	for (double t = 80; !instead && t < 140; t += 1 / on_top)
		request(&w, x, "edge", T0 + MIN(t), "GET /cart", 401, 12);
	file_end(&w, x);
	return look_count(&w);
}

Test(analyze_material, refusals_on_top_of_those_who_get_in_are_no_incident)
{
	cr_expect_eq(incidents_of_refusals(true, 15), 1, "those who used to get in are refused");
	cr_expect_eq(incidents_of_refusals(false, 15), 0, "somebody knocks who never had a key");
	cr_expect_eq(incidents_of_refusals(true, 5), 1, "a tenth of those who used to get in");
	cr_expect_eq(incidents_of_refusals(false, 5), 0, "a tenth on top");
}

/* Requests of users fail for an hour, each with a line that ends in `address`. Is a common word of these lines called an input? */
static bool input_of(const char *address)
{
	struct world w;
	struct arena a;
	struct casefile c;
	bool input = false;
	char text[120];
	world_open(&w, 13);
	struct extent_writer *edge = file_begin(&w, "edge", ROLE_ACCESS), *shop = file_begin(&w, "shop", ROLE_APP);
	for (double t = 0; t < 120; t += 0.05) {
		bool bad = t > 60 && t < 70;
		request(&w, edge, "edge", T0 + MIN(t), "GET /", bad ? 500 : 200, 12);
		struct event e = EVENT_INIT;
		e.service = STR("shop");
		e.severity = bad ? SEV_ERROR : SEV_INFO;
		char worked[40];
		snprintf(worked, sizeof worked, "worked on part %c", 'a' + (int)(20 * uniform(&w)));
		e.message = bad ? STR("cannot work on it") : str_of(worked);
		snprintf(text, sizeof text, "%s %s", bad ? "cannot work on it" : worked, bad ? address : "well");
		put(&w, shop, e, T0 + MIN(t), text);
	}
	file_end(&w, edge);
	file_end(&w, shop);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	for (size_t i = 0; i < c.incidents[0].n_causes; i++)
		input |= c.incidents[0].causes[i].kind == CAUSE_BAD_INPUT;
	arena_release(&a);
	return input;
}

Test(analyze_material, ports_and_the_numbers_of_errors_are_no_inputs)
{
	cr_expect(input_of("record 54322"));
	cr_expect_not(input_of("('10.35.1.5', 54322)"));
	cr_expect_not(input_of("10.35.1.5:54322"));
	cr_expect_not(input_of("(2147483647)"), "the largest number there is was not put in");
	cr_expect_not(input_of("port 54322"));
	cr_expect_not(input_of("\"code\":\"22003\""), "an error's number is none either");
	cr_expect_not(input_of("\"file\":\"parse_relation.c\",\"line\":\"36651\""), "nor is a line of a program");
}

/* Requests of two programs; those of the second begin in minute 60 (or always were there) and fail then. */
static bool client_named(bool always)
{
	struct world w;
	struct arena a;
	struct casefile c;
	bool named = false;
	world_open(&w, 14);
	struct extent_writer *x = file_begin(&w, "edge", ROLE_ACCESS);
	for (double t = 0; t < 120; t += 0.03) {
		bool sync = (always || (t > 60 && t < 75)) && uniform(&w) < 0.2, bad = sync && t > 60 && t < 75;
		struct event e = EVENT_INIT;
		e.kind = EV_HTTP;
		e.service = STR("edge");
		e.route = STR("GET /");
		e.route_id = hash64(e.route);
		e.status = bad ? 500 : 200;
		e.duration_ms = 12;
		e.agent = sync ? STR("PartnerSync/1.2") : STR("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0");
		e.severity = bad ? SEV_ERROR : SEV_INFO;
		put(&w, x, e, T0 + MIN(t), bad ? "GET / 500" : "GET / 200");
	}
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	for (size_t i = 0; i < c.incidents[0].n_causes; i++)
		named |= c.incidents[0].causes[i].kind == CAUSE_BAD_INPUT && str_find(c.incidents[0].causes[i].entity, STR("PartnerSync")) >= 0;
	arena_release(&a);
	return named;
}

Test(analyze_material, a_client_that_came_and_fails_is_named)
{
	cr_expect(client_named(false));
	cr_expect_not(client_named(true), "what it asks for may be broken, then");
}
