/* What steps tell: a roll-back that changed nothing, restarts that help for a while, a version that stays in force without harm. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "tests/unit/world.h"

/* A step of `minutes` that a log of changes records. */
static void step(struct world *w, struct extent_writer *x, enum change_kind kind, double at, double minutes, const char *version, const char *previous)
{
	struct change c = { .kind = kind, .service = STR("shop"), .version = str_of(version), .previous = str_of(previous), .end_ns = T0 + MIN(at + minutes) };
	struct event e = EVENT_INIT;
	char text[120];
	e.kind = EV_CHANGE;
	e.change = &c;
	snprintf(text, sizeof text, "%s shop %s -> %s", change_kind_words(kind), previous, version);
	c.text = str_of(text);
	put(w, x, e, T0 + MIN(at), text);
}

/* Is a part of the requests of minute t bad? */
typedef double (*share_fn)(double t);

/* Requests at the edge and at shop until `minutes`; a failing one leaves `complaint` in shop's log, where there is one. */
static void traffic(struct world *w, double minutes, double every, share_fn share, const char *complaint)
{
	struct extent_writer *edge = file_begin(w, "edge", ROLE_ACCESS), *shop = file_begin(w, "shop", ROLE_APP);
	for (double t = 0; t < minutes; t += every) {
		bool bad = uniform(w) < share(t);
		request(w, edge, "edge", T0 + MIN(t), "GET /", bad ? 502 : 200, 12);
		request(w, shop, "shop", T0 + MIN(t), "GET /", bad ? 502 : 200, 12);
		if (bad && complaint)
			line(w, shop, "shop", T0 + MIN(t), SEV_ERROR, complaint);
	}
	file_end(w, edge);
	file_end(w, shop);
}

static double onset = 60;

static double twenty_minutes(double t)
{
	return t > onset && t < onset + 20 ? 0.1 : 0;
}

/* Failing begins with a deployment and ends some minutes after its roll-back was over: at the same rate until then, or at none. */
static double goes_on(double t)
{
	return t > 60 && t < 68 ? 0.1 : 0;
}

static double ends(double t)
{
	return t > 60 && t < 64.6 ? 0.1 : 0;
}

static double blame_of(share_fn share)
{
	struct world w;
	world_open(&w, 21);
	traffic(&w, 120, 0.01, share, "payments returned 503");
	struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
	step(&w, x, CHANGE_DEPLOYMENT, 59.3, 0.4, "2.0", "1.9");
	step(&w, x, CHANGE_ROLLBACK, 64, 0.4, "1.9", "2.0");
	file_end(&w, x);
	return look_blame(&w, "shop 2.0");
}

Test(analyze_steps, a_roll_back_that_changed_nothing_acquits)
{
	cr_expect_gt(blame_of(ends), 0.8);
	cr_expect_lt(blame_of(goes_on), 0.2);
}

/* Fills up, is emptied in minute 90 and 120; the relief lasts for less than a quarter of an hour. */
static double runs_out(double t)
{
	return (t > 60 && t < 90) || (t > 97 && t < 120) ? 0.3 : 0;
}

Test(analyze_steps, what_a_restart_frees_for_a_while_was_used_up)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 22);
	traffic(&w, 180, 0.02, runs_out, "Operation timeout");
	struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
	step(&w, x, CHANGE_RESTART, 89.9, 0.3, "", "");
	step(&w, x, CHANGE_RESTART, 119.9, 0.3, "", "");
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	cr_assert(c.incidents[0].n_causes);
	cr_expect_eq(c.incidents[0].causes[0].kind, CAUSE_RESOURCE_EXHAUSTION);
	cr_expect(str_eq(c.incidents[0].causes[0].service, STR("shop")));
	arena_release(&a);
}

/* In sixteen hours, a deployment five minutes before twenty bad ones that nobody ended. */
static double blame_at(double minute)
{
	struct world w;
	world_open(&w, 23);
	onset = minute;
	traffic(&w, 960, 0.05, twenty_minutes, "no worker is free");
	onset = 60;
	struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
	step(&w, x, CHANGE_DEPLOYMENT, minute - 5, 0.4, "2.0", "1.9");
	file_end(&w, x);
	return look_blame(&w, "shop 2.0");
}

Test(analyze_steps, a_version_in_force_without_harm_is_less_and_less_to_blame)
{
	double soon = blame_at(880), late = blame_at(120);
	cr_expect_lt(late, 0.9 * soon, "%g an hour before the end, %g fourteen", soon, late);
}

/* Complaints that do not say of whom, of a service that names one party outside elsewhere, or two. */
static bool named(const char *other)
{
	struct world w;
	struct arena a;
	struct casefile c;
	bool found = false;
	world_open(&w, 24);
	struct extent_writer *x = file_begin(&w, "shop", ROLE_APP);
	line(&w, x, "shop", T0 + MIN(7), SEV_ERROR, "call to payments failed: 500");
	line(&w, x, "shop", T0 + MIN(9), SEV_ERROR, other);
	file_end(&w, x);
	traffic(&w, 120, 0.02, twenty_minutes, "The operation was aborted due to timeout");
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	for (size_t i = 0; i < c.incidents[0].n_causes; i++)
		found |= c.incidents[0].causes[i].kind == CAUSE_DEPENDENCY_FAILURE && str_eq(c.incidents[0].causes[i].service, STR("payments"));
	arena_release(&a);
	return found;
}

Test(analyze_steps, a_call_without_a_name_is_to_the_only_one_that_is_called)
{
	cr_expect(named("payments returned 502"));
	cr_expect_not(named("shipping returned 502"));
}

/* A restart fails a few requests within seconds; what goes on begins a good minute later. When is the onset? */
static double onset_of(bool restart)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 25);
	struct extent_writer *x = file_begin(&w, "edge", ROLE_ACCESS);
	for (double t = 0; t < 120; t += 0.01) {
		bool blip = t > 60.2 && t < 60.35, bad = t > 61.5 && t < 70;
		request(&w, x, "edge", T0 + MIN(t), "GET /", uniform(&w) < (blip ? 0.5 : bad ? 0.3 : 0) ? 502 : 200, 12);
	}
	file_end(&w, x);
	x = file_begin(&w, "deploy", ROLE_CHANGE);
	step(&w, x, CHANGE_DEPLOYMENT, restart ? 60 : 30, 0.4, "2.0", "1.9");
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	double minute = (double)(c.incidents[0].onset_best_ns - T0) / 60e9;
	arena_release(&a);
	return minute;
}

Test(analyze_steps, the_failures_of_a_restart_do_not_begin_what_follows_a_pause)
{
	cr_expect_float_eq(onset_of(true), 61.5, 0.2);
	cr_expect_float_eq(onset_of(false), 60.2, 0.2);
}

/* No change log: a version comes in minute 59.8 and goes in minute 64, host by host, in the lines of a service. How much is it to blame? */
static double blame_without_record(share_fn share)
{
	static const struct { double at; const char *version; } starts[] = { { 59.8, "2.0.0" }, { 60.1, "2.0.0" }, { 64, "1.9.0" }, { 64.3, "1.9.0" } };
	struct world w;
	world_open(&w, 26);
	traffic(&w, 120, 0.01, share, "payments returned 503");
	struct extent_writer *x = file_begin(&w, "shop", ROLE_APP);
	for (double t = 0; t < 120; t += 0.05) {
		struct event e = EVENT_INIT;
		e.service = STR("shop");
		e.version = t > 59.8 && t < 64 ? STR("2.0.0") : STR("1.9.0");
		e.message = STR("worked");
		e.severity = SEV_INFO;
		put(&w, x, e, T0 + MIN(t), "worked");
	}
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		struct event e = EVENT_INIT;
		e.kind = EV_START;
		e.service = STR("shop");
		e.version = str_of(starts[i].version);
		e.message = STR("shop listening");
		put(&w, x, e, T0 + MIN(starts[i].at), "shop listening");
	}
	file_end(&w, x);
	return look_blame(&w, "shop 2.0.0");
}

Test(analyze_steps, a_version_that_left_again_was_taken_back)
{
	cr_expect_gt(blame_without_record(ends), 0.8);
	cr_expect_lt(blame_without_record(goes_on), 0.2);
}
