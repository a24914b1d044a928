/* Databases that others suffer from: who takes the connections, and the host that a database runs on. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/world.h"

/* Requests at the edge and at shop for two hours; from minute 60 to 75 a third fails, each with `complaint` in shop's log. */
static void traffic(struct world *w, const char *complaint)
{
	struct extent_writer *edge = file_begin(w, "edge", ROLE_ACCESS), *shop = file_begin(w, "shop", ROLE_APP);
	for (double t = 0; t < 120; t += 0.02) {
		bool bad = t > 60 && t < 75 && uniform(w) < 0.3;
		request(w, edge, "edge", T0 + MIN(t), "GET /", bad ? 502 : 200, 12);
		request(w, shop, "shop", T0 + MIN(t), "GET /", bad ? 502 : 200, 12);
		if (bad)
			line(w, shop, "shop", T0 + MIN(t), SEV_ERROR, complaint);
	}
	file_end(w, edge);
	file_end(w, shop);
}

static void statement(struct world *w, struct extent_writer *x, double end, const char *user, int64_t pid, double ms)
{
	struct event e = EVENT_INIT;
	char text[120];
	e.kind = EV_QUERY;
	e.service = STR("postgresql");
	e.host = STR("db-1");
	e.severity = SEV_INFO;
	e.user = str_of(user);
	e.pid = pid;
	e.duration_ms = ms;
	e.message = STR("duration: <*> ms");
	e.fingerprint = STR("select * from acts where exported_at is null");
	e.fingerprint_id = hash64(e.fingerprint);
	snprintf(text, sizeof text, "app=%s [%d] duration: %.0f ms", user, (int)pid, ms);
	put(w, x, e, T0 + MIN(end), text);
}

/* An exporter with so many sessions; the rest of the database's log is the same. */
static struct str connections_with(int sessions, struct arena *a)
{
	struct world w;
	struct casefile c;
	struct str entity = STR_NONE;
	world_open(&w, 31);
	traffic(&w, "no database connection");
	struct extent_writer *x = file_begin(&w, "postgresql", ROLE_DATABASE);
	for (double t = 60; t < 75; t += 0.05)
		line(&w, x, "postgresql", T0 + MIN(t), SEV_FATAL, "remaining connection slots are reserved for non-replication superuser connections");
	for (int n = 0; n < 24; n++)
		statement(&w, x, 62 + n * 0.5, "exporter", 100 + n % sessions, 120000);
	file_end(&w, x);
	look(&w, a, &c);
	cr_assert_eq(c.n_incidents, 1);
	for (size_t i = 0; i < c.incidents[0].n_causes; i++)
		if (c.incidents[0].causes[i].kind == CAUSE_CONNECTION_EXHAUSTION)
			entity = c.incidents[0].causes[i].entity;
	return entity;
}

Test(analyze_database, many_busy_sessions_are_those_that_take_the_connections)
{
	struct arena a;
	cr_expect(str_find(connections_with(12, &a), STR("exporter")) >= 0);
	arena_release(&a);
	cr_expect(str_find(connections_with(2, &a), STR("exporter")) < 0);
	arena_release(&a);
}

Test(analyze_database, an_ill_device_of_its_host_counts_though_it_says_so_seldom)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 32);
	traffic(&w, "Read timed out");
	struct extent_writer *x = file_begin(&w, "postgresql", ROLE_DATABASE);
	for (double t = 0; t < 120; t += 1)
		statement(&w, x, t, "shop", 7, t > 60 && t < 75 ? 9000 : 20);
	file_end(&w, x);
	x = file_begin(&w, "kernel", ROLE_SYSTEM);
	for (double t = 60.2; t < 75; t += 1) {
		struct event e = EVENT_INIT;
		e.service = STR("kernel");
		e.host = STR("db-1");
		e.severity = SEV_ERROR;
		e.message = STR("blk_update_request: I/O error, dev nvme0n1");
		put(&w, x, e, T0 + MIN(t), "blk_update_request: I/O error, dev nvme0n1");
	}
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	cr_assert(c.incidents[0].n_causes);
	cr_expect_eq(c.incidents[0].causes[0].kind, CAUSE_HOST_FAULT);
	arena_release(&a);
}

/* Sessions are ended with the first failures; with or without the server being stopped and started. Is a restart blamed? */
static bool restart_blamed(bool stopped)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 33);
	traffic(&w, "cannot work on it");
	struct extent_writer *x = file_begin(&w, "postgresql", ROLE_DATABASE);
	for (double t = 60; t < 61; t += 0.02)
		line(&w, x, "postgresql", T0 + MIN(t), SEV_FATAL, "terminating connection due to administrator command");
	for (int n = 0; n < 2 && stopped; n++) {
		struct event e = EVENT_INIT;
		e.kind = n ? EV_START : EV_STOP;
		e.service = STR("postgresql");
		e.severity = SEV_INFO;
		e.message = n ? STR("database system is ready to accept connections") : STR("received fast shutdown request");
		put(&w, x, e, T0 + MIN(61 + 0.1 * n), n ? "database system is ready to accept connections" : "received fast shutdown request");
	}
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	cr_assert(c.incidents[0].n_causes);
	bool blamed = c.incidents[0].causes[0].kind == CAUSE_RESTART;
	arena_release(&a);
	return blamed;
}

Test(analyze_database, sessions_that_are_ended_are_no_restart)
{
	cr_expect(restart_blamed(true));
	cr_expect_not(restart_blamed(false));
}

/* Cron says which job it ran as whom, the database whose statements take its time. */
Test(analyze_database, a_job_is_known_by_the_user_that_it_runs_as)
{
	struct world w;
	struct arena a;
	struct casefile c;
	bool loads = false;
	world_open(&w, 33);
	traffic(&w, "Read timed out");
	struct extent_writer *x = file_begin(&w, "postgresql", ROLE_DATABASE);
	for (double t = 0; t < 120; t += 0.1) {
		bool bad = t > 60 && t < 75;
		struct event e = EVENT_INIT;
		e.kind = EV_QUERY;
		e.service = STR("postgresql");
		e.user = bad && uniform(&w) < 0.2 ? STR("batch") : STR("shop");
		e.pid = str_eq(e.user, STR("batch")) ? 9 : 7;
		e.duration_ms = e.pid == 9 ? 20000 : bad ? 2500 : 20;
		e.message = STR("duration: <*> ms");
		e.fingerprint = e.pid == 9 ? STR("select * from history") : STR("select * from acts");
		e.fingerprint_id = hash64(e.fingerprint);
		put(&w, x, e, T0 + MIN(t), e.pid == 9 ? "batch: duration 20000 ms" : "shop: duration");
	}
	file_end(&w, x);
	x = file_begin(&w, "CRON", ROLE_SYSTEM);
	line(&w, x, "CRON", T0 + MIN(59.9), SEV_INFO, "(batch) CMD (/srv/bin/rebuild-index --all)");
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	for (size_t i = 0; i < c.incidents[0].n_causes; i++) {
		const struct cause *job = &c.incidents[0].causes[i];
		cr_expect(job->kind != CAUSE_SCHEDULED_JOB || str_eq(job->entity, STR("rebuild-index")), "%.*s", STR_ARG(job->entity));
		for (size_t t = 0; t < job->n_terms; t++)
			loads |= job->kind == CAUSE_SCHEDULED_JOB && str_eq(job->terms[t].name, STR("load"));
	}
	cr_expect(loads);
	arena_release(&a);
}
