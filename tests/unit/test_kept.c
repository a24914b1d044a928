#include <criterion/criterion.h>
#include <stdio.h>

#include "core/hash.h"
#include "tests/unit/store_help.h"

struct kept_file {
	const char *path;
	struct store_writer *w;
	struct extent_writer *x;
	struct arena a;
	struct kept_line *lines;
	size_t n;
	uint64_t events;
};

static struct kept_file start(const char *name)
{
	struct kept_file f = { .path = temp_store(name) };
	struct err err = ERR_INIT;
	struct extent_info info = made_info(0);
	arena_init(&f.a);
	cr_assert(store_writer_open(f.path, &f.w, &err), "%s", err.text);
	cr_assert(extent_begin(f.w, &info, &f.x, &err));
	return f;
}

static void add(struct kept_file *f, struct event e)
{
	struct err err = ERR_INIT;
	e.line = ++f->events;
	cr_assert(extent_add(f->x, &e, &err), "%s", err.text);
}

static void finish(struct kept_file *f)
{
	struct err err = ERR_INIT;
	struct store *s;
	struct extent_totals t = made_totals(f->events, T0, T0);
	cr_assert(extent_finish(f->x, &t, &err), "%s", err.text);
	cr_assert(store_writer_close(f->w, &err), "%s", err.text);
	cr_assert(store_open(f->path, &s, &err));
	cr_assert(store_load_kept(s, &f->a, &f->lines, &f->n, &err), "%s", err.text);
	store_close(s);
	for (size_t i = 1; i < f->n; i++)
		cr_assert_leq(f->lines[i - 1].time_ns, f->lines[i].time_ns);
}

static void stop(struct kept_file *f)
{
	arena_release(&f->a);
	remove_store(f->path);
}

Test(kept, first_lines_of_every_template)
{
	struct kept_file f = start("firsts");
	for (int i = 0; i < 1000; i++) {
		struct event e = made_event(0, T0 + i * NS_PER_S);
		char text[32];
		snprintf(text, sizeof text, "template %d", i % 50);
		set_template(&e, text);
		add(&f, e);
	}
	finish(&f);
	cr_expect_eq(f.n, 150, "three of each of 50: %zu", f.n);
	stop(&f);
}

Test(kept, everything_about_a_line)
{
	struct kept_file f = start("fields");
	struct event e = made_event(0, T0);
	static char longer[10000];
	memset(longer, 'x', sizeof longer);
	e.kind = EV_HTTP;
	e.status = 503;
	e.severity = SEV_ERROR;
	e.pid = 4711;
	e.duration_ms = 12.25;
	e.client = STR("203.0.113.7");
	e.user = STR("u1");
	e.upstream = STR("10.0.0.5:80");
	e.request_id = STR("r-1");
	e.version = STR("4.7.3");
	e.host = STR("web-2");
	e.service = STR("shop");
	e.raw = str_make(longer, sizeof longer);
	set_route(&e, "GET /");
	add(&f, e);
	struct event bare = made_event(0, T0 + 1);
	bare.severity = SEV_FATAL;
	bare.raw = STR_NONE;
	add(&f, bare);
	finish(&f);
	cr_assert_eq(f.n, 2);
	const struct kept_line *k = &f.lines[0];
	cr_expect_eq(k->time_ns, T0);
	cr_expect_eq(k->status, 503);
	cr_expect_eq(k->kind, EV_HTTP);
	cr_expect_eq(k->severity, SEV_ERROR);
	cr_expect_eq(k->pid, 4711);
	cr_expect_eq(k->template_id, 0);
	cr_expect_eq(k->route_id, hash64(STR("GET /")));
	cr_expect_float_eq(k->duration_ms, 12.25, 1e-9);
	cr_expect(str_eq(k->service, STR("shop")) && str_eq(k->host, STR("web-2")));
	cr_expect(str_eq(k->client, STR("203.0.113.7")) && str_eq(k->user, STR("u1")));
	cr_expect(str_eq(k->upstream, STR("10.0.0.5:80")) && str_eq(k->request_id, STR("r-1")));
	cr_expect(str_eq(k->version, STR("4.7.3")));
	cr_expect(str_eq(k->ref.source, STR("nginx/access.log")) && k->ref.line == 1);
	cr_expect_eq(k->ref.text.len, 4096, "cut");
	cr_expect(isnan(f.lines[1].duration_ms) && f.lines[1].status == -1 && f.lines[1].pid == -1);
	cr_expect(str_eq(f.lines[1].service, STR("nginx")) && f.lines[1].ref.text.len == 0);
	stop(&f);
}

Test(kept, failures_are_sampled_and_successes_are_not)
{
	struct kept_file f = start("sample");
	for (int i = 0; i < 36000; i++) {
		struct event e = made_event(0, T0 + i * (NS_PER_S / 10));
		e.kind = EV_HTTP;
		set_route(&e, "GET /");
		e.status = i % 10 == 0 ? 503 : i % 10 == 1 ? 404 : 200;
		e.duration_ms = 20;
		add(&f, e);
	}
	finish(&f);
	size_t failed = 0, client = 0;
	for (size_t i = 0; i < f.n; i++) {
		failed += f.lines[i].status == 503;
		client += f.lines[i].status == 404;
	}
	cr_expect_eq(failed + client, f.n);
	/* An hour: 3 first ones, then one per 30 s or 5 minutes. */
	cr_expect(failed >= 120 && failed <= 123, "%zu", failed);
	cr_expect(client >= 13 && client <= 15, "%zu", client);
	stop(&f);
}

Test(kept, requests_that_become_slow)
{
	struct kept_file f = start("slow");
	for (int i = 0; i < 6000; i++) {
		struct event e = made_event(0, T0 + i * NS_PER_S);
		e.kind = EV_HTTP;
		set_route(&e, "GET /");
		e.status = 200;
		e.duration_ms = i < 5000 || i >= 5600 ? 40 : 2000;
		add(&f, e);
	}
	finish(&f);
	cr_expect(f.n >= 10 && f.n <= 14, "%zu", f.n);
	for (size_t i = 0; i < f.n; i++)
		cr_expect(f.lines[i].duration_ms > 1999);
	stop(&f);
}

Test(kept, a_noisy_file_is_covered_to_its_end)
{
	struct kept_file f = start("noise");
	/* 24 hours of 40 kinds of errors, each every 8 seconds; at the end one that was not there before. */
	int64_t day = 24 * 3600 * NS_PER_S;
	int64_t t = 0;
	for (int i = 0; t < day; i++, t = i * (NS_PER_S / 5)) {
		struct event e = made_event(0, T0 + t);
		char text[32];
		snprintf(text, sizeof text, "error %d", i % 40);
		set_template(&e, text);
		e.severity = SEV_ERROR;
		add(&f, e);
		if (i % 1000 == 0 && t > day - 3600 * NS_PER_S) {
			set_template(&e, "the real one");
			e.raw = STR("the real one");
			add(&f, e);
		}
	}
	finish(&f);
	cr_expect_lt(f.n, 4000 + 200);
	cr_expect_gt(f.n, 1500);
	size_t by_hour[24] = { 0 }, real = 0;
	for (size_t i = 0; i < f.n; i++) {
		by_hour[(f.lines[i].time_ns - T0) / (3600 * NS_PER_S)]++;
		real += str_eq(f.lines[i].ref.text, STR("the real one"));
	}
	for (unsigned h = 0; h < 24; h++)
		cr_expect_gt(by_hour[h], 40, "hour %u: %zu", h, by_hour[h]);
	cr_expect_geq(real, 3);
	stop(&f);
}

Test(kept, life_cycle_is_kept_whole_but_not_without_end)
{
	struct kept_file f = start("cycle");
	for (int i = 0; i < 30000; i++) {
		struct event e = made_event(0, T0 + i * NS_PER_MS);
		e.kind = i % 2 ? EV_START : EV_CRASH;
		e.severity = SEV_FATAL;
		set_template(&e, "going down");
		add(&f, e);
	}
	finish(&f);
	cr_expect(f.n >= 10000 && f.n < 10020, "%zu", f.n);
	stop(&f);
}

Test(kept, large_records_of_many_kinds_stay_bounded)
{
	struct kept_file f = start("large");
	static char raw[8192];
	memset(raw, 'y', sizeof raw);
	for (int i = 0; i < 20000; i++) {
		struct event e = made_event(0, i % 100 == 0 ? TIME_NONE : T0 + i * NS_PER_MS);
		char route[32];
		snprintf(route, sizeof route, "GET /%d", i % 1500);
		e.kind = EV_HTTP;
		set_route(&e, route);
		e.status = 500 + i % 90;
		for (unsigned k = 0; k < 64; k++)
			raw[k * 64] = (char)hash64_mix((uint64_t)i, k + 1);
		e.raw = str_make(raw, sizeof raw);
		add(&f, e);
	}
	finish(&f);
	cr_expect_lt(f.n, 16000);
	cr_expect_gt(f.n, 3000);
	stop(&f);
}
