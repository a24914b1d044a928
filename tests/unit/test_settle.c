#include <criterion/criterion.h>
#include <stdio.h>

#include "core/hash.h"
#include "tests/unit/store_help.h"

enum { HOUR_S = 3600 };

/* A log that writes wall clock time so many seconds east of UTC; lines at the given seconds after T0. */
struct zone_file {
	const char *path, *service, *host;
	uint8_t role;
	int32_t offset_s;
	bool states;     /* its lines say their zone */
};

static struct store_writer *open_writer(const char *path)
{
	struct store_writer *w;
	struct err err = ERR_INIT;
	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	return w;
}

/*
 * Writes `hours` of it from T0 + from_s on: about `rate` events a second in bursts that only the seed decides
 * (so two files with one seed rise and fall together), one in `every` of them a failure, or only those when
 * `only_bad`.
 */
static void write_zone_file(struct store_writer *w, const struct zone_file *f, unsigned seed, int64_t from_s,
                            double hours, bool only_bad)
{
	struct extent_info info = { .path = str_of(f->path),
				   .logical = str_of(f->path),
				   .service = str_of(f->service),
				   .host = str_of(f->host),
				   .format = STR("made"),
				   .role = f->role,
				   .zone_known = f->states,
				   .content_id = hash64(str_of(f->path)) };
	struct extent_writer *x;
	struct err err = ERR_INIT;
	uint64_t n = 0;
	int64_t first = INT64_MAX, last = INT64_MIN;
	cr_assert(extent_begin(w, &info, &x, &err), "%s", err.text);
	for (int64_t s = from_s; s < from_s + (int64_t)(hours * HOUR_S); s++) {
		uint64_t burst = hash64_mix(seed, (uint64_t)(s / 20 + 1000000)) % 5;
		for (uint64_t k = 0; k < burst; k++) {
			bool bad = hash64_mix(hash64_mix(seed, (uint64_t)(s / 60 + 1000000)), 3) % 4 == 0 &&
				   k == 0;
			if (only_bad && !bad)
				continue;
			int64_t stored = T0 + s * NS_PER_S + (f->states ? 0 : f->offset_s * NS_PER_S);
			struct event e = made_event(n++, stored);
			e.time.has_zone = f->states;
			e.time.offset_s = f->states ? f->offset_s : 0;
			if (f->role == ROLE_ACCESS) {
				e.kind = EV_HTTP;
				e.status = bad ? 502 : 200;
				set_route(&e, "GET /");
			} else {
				e.severity = bad ? SEV_ERROR : SEV_INFO;
				set_template(&e, bad ? "failed" : "done");
			}
			first = stored < first ? stored : first;
			last = stored > last ? stored : last;
			cr_assert(extent_add(x, &e, &err), "%s", err.text);
		}
	}
	struct extent_totals t = made_totals(n, first, last);
	cr_assert(extent_finish(x, &t, &err), "%s", err.text);
}

/* Settles, then checks what was made of the log: its shift and its words. */
static void check_zone(const char *path, const char *logical, int64_t shift_s, const char *words)
{
	struct store_writer *w = open_writer(path);
	struct store *s;
	struct arena a;
	struct store_source *list;
	size_t n;
	bool found = false;
	struct err err = ERR_INIT;
	cr_assert(store_writer_settle(w, &err), "%s", err.text);
	cr_assert(store_writer_close(w, &err));
	arena_init(&a);
	cr_assert(store_open(path, &s, &err));
	cr_assert(store_load_sources(s, &a, &list, &n, &err));
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(list[i].logical, str_of(logical)))
			continue;
		found = true;
		cr_expect_eq(list[i].shift_ns, shift_s * NS_PER_S, "%s: %ld s", logical,
			     (long)(list[i].shift_ns / NS_PER_S));
		cr_expect(str_eq(list[i].zone, str_of(words)), "%s: %.*s", logical, STR_ARG(list[i].zone));
	}
	cr_expect(found);
	store_close(s);
	arena_release(&a);
}

static const struct zone_file access_log = { "nginx/access.log", "nginx", "", ROLE_ACCESS, -5 * HOUR_S, true };
static const struct zone_file error_log = { "nginx/error.log", "nginx", "", ROLE_SERVER, -5 * HOUR_S, false };

Test(settle, without_any_stated_zone_it_is_utc)
{
	const char *path = temp_store("z0");
	struct store_writer *w = open_writer(path);
	write_zone_file(w, &error_log, 1, 0, 1, false);
	cr_assert(store_writer_close(w, &(struct err)ERR_INIT));
	check_zone(path, "nginx/error.log", 0, "assumed UTC");
	remove_store(path);
}

Test(settle, the_lines_of_a_neighbour_decide)
{
	/* The error log has the failures of the access log; over a day, overlap alone says little. */
	const char *path = temp_store("z1");
	struct store_writer *w = open_writer(path);
	struct zone_file other = error_log;
	other.path = "other/daemon.log";
	other.service = "daemon";
	other.role = ROLE_APP;
	other.offset_s = 0;
	struct zone_file syslog = other;
	syslog.path = "syslog/syslog";
	syslog.service = "kernel";
	syslog.role = ROLE_SYSTEM;
	syslog.offset_s = -5 * HOUR_S;
	write_zone_file(w, &access_log, 1, 0, 24, false);
	write_zone_file(w, &error_log, 1, 6 * HOUR_S, 6, true);
	write_zone_file(w, &other, 99, 6 * HOUR_S, 6, true);
	write_zone_file(w, &syslog, 77, 6 * HOUR_S, 6, true);
	cr_assert(store_writer_close(w, &(struct err)ERR_INIT));
	check_zone(path, "nginx/error.log", 5 * HOUR_S, "inferred -05:00 from nginx/access.log");
	check_zone(path, "nginx/access.log", 0, "stated -05:00");
	/* Nothing ties an application to the others: it fits as it is. A system log has the clock of the fleet. */
	check_zone(path, "other/daemon.log", 0, "assumed UTC");
	check_zone(path, "syslog/syslog", 5 * HOUR_S, "inferred -05:00 from nginx/access.log");
	remove_store(path);
}

Test(settle, lines_win_over_what_the_service_states_elsewhere)
{
	/* The application on the other host writes -05:00 too, but its lines follow at +05:30. */
	const char *path = temp_store("z2");
	struct store_writer *w = open_writer(path);
	struct zone_file app = { "app/web.log", "web", "", ROLE_APP, 5 * HOUR_S + 1800, false };
	struct zone_file stated = { "app2/web.log", "web", "", ROLE_APP, -5 * HOUR_S, true };
	write_zone_file(w, &access_log, 1, 0, 24, false);
	write_zone_file(w, &app, 1, 8 * HOUR_S, 3, false);
	write_zone_file(w, &stated, 7, 0, 24, false);
	cr_assert(store_writer_close(w, &(struct err)ERR_INIT));
	check_zone(path, "app/web.log", -(5 * HOUR_S + 1800), "inferred +05:30 from nginx/access.log");
	remove_store(path);
}

Test(settle, the_span_decides_for_a_silent_log)
{
	/* Two hours of archive, a log of its own rhythm: only one offset puts it there. */
	const char *path = temp_store("z3");
	struct store_writer *w = open_writer(path);
	struct zone_file redis = { "redis/redis.log", "redis", "", ROLE_SERVER, 9 * HOUR_S, false };
	write_zone_file(w, &access_log, 1, 0, 2, false);
	write_zone_file(w, &redis, 5, 60, 1.9, false);
	cr_assert(store_writer_close(w, &(struct err)ERR_INIT));
	check_zone(path, "redis/redis.log", -9 * HOUR_S, "inferred +09:00 from its span");
	remove_store(path);
}

Test(settle, what_would_stick_out_does_not_fit)
{
	/* Nine hours: two hours off would still be covered for the most part. */
	const char *path = temp_store("z6");
	struct store_writer *w = open_writer(path);
	struct zone_file sparse = { "web-1/syslog", "system", "", ROLE_SYSTEM, 2 * HOUR_S, false };
	struct zone_file utc = { "nginx/access.log", "nginx", "", ROLE_ACCESS, 0, true };
	write_zone_file(w, &utc, 1, 0, 9, false);
	write_zone_file(w, &sparse, 5, 300, 8.9, false);
	cr_assert(store_writer_close(w, &(struct err)ERR_INIT));
	check_zone(path, "web-1/syslog", -2 * HOUR_S, "inferred +02:00 from its span");
	remove_store(path);
}

Test(settle, equal_evidence_prefers_service_then_host_then_utc)
{
	const char *path = temp_store("z4");
	struct store_writer *w = open_writer(path);
	struct zone_file by_service = { "a/slow.log", "nginx", "", ROLE_SERVER, 0, false };
	struct zone_file by_host = { "b/cron.log", "cron", "web-1", ROLE_SYSTEM, 0, false };
	struct zone_file by_none = { "c/job.log", "job", "", ROLE_TEXT, 0, false };
	struct zone_file on_host = { "d/host.log", "syslog", "web-1", ROLE_SYSTEM, 2 * HOUR_S, true };
	write_zone_file(w, &access_log, 1, 0, 48, false);
	write_zone_file(w, &on_host, 2, 0, 48, false);
	/* A few lines in the middle of two days: any offset fits. */
	write_zone_file(w, &by_service, 31, 24 * HOUR_S, 0.01, false);
	write_zone_file(w, &by_host, 32, 24 * HOUR_S, 0.01, false);
	write_zone_file(w, &by_none, 33, 24 * HOUR_S, 0.01, false);
	cr_assert(store_writer_close(w, &(struct err)ERR_INIT));
	check_zone(path, "a/slow.log", 5 * HOUR_S, "inferred -05:00 from nginx/access.log");
	check_zone(path, "b/cron.log", -2 * HOUR_S, "inferred +02:00 from d/host.log");
	check_zone(path, "c/job.log", 0, "assumed UTC");
	remove_store(path);
}

Test(settle, a_wrong_year_in_one_line_does_no_harm)
{
	const char *path = temp_store("z5");
	struct store_writer *w = open_writer(path);
	struct err err = ERR_INIT;
	write_zone_file(w, &access_log, 1, 0, 3, false);
	write_zone_file(w, &error_log, 1, 0, 3, false);
	/* A second file of the access log with a few lines of 2099. */
	struct extent_info info = { .path = STR("nginx/access.log.1"), .logical = STR("nginx/access.log"),
		.service = STR("nginx"), .format = STR("made"), .role = ROLE_ACCESS, .zone_known = true };
	struct extent_writer *x;
	cr_assert(extent_begin(w, &info, &x, &err));
	for (uint64_t i = 0; i < 3; i++) {
		struct event e = made_event(i, INT64_C(4070908800) * NS_PER_S);
		e.kind = EV_HTTP;
		e.status = 200;
		cr_assert(extent_add(x, &e, &err));
	}
	struct extent_totals t =
		made_totals(3, INT64_C(4070908800) * NS_PER_S, INT64_C(4070908800) * NS_PER_S);
	cr_assert(extent_finish(x, &t, &err));
	cr_assert(store_writer_close(w, &err));
	check_zone(path, "nginx/error.log", 5 * HOUR_S, "inferred -05:00 from nginx/access.log");
	remove_store(path);
}

Test(settle, shifted_times_are_seen_everywhere)
{
	const char *path = temp_store("z6");
	struct store_writer *w = open_writer(path);
	struct err err = ERR_INIT;
	struct arena a;
	struct store *s;
	struct series *series;
	struct kept_line *kept;
	struct quality_source *q;
	size_t n, line = 0;
	write_zone_file(w, &access_log, 1, 0, 2, false);
	write_zone_file(w, &error_log, 1, 0, 2, true);
	cr_assert(store_writer_settle(w, &err));
	cr_assert(store_writer_close(w, &err));
	arena_init(&a);
	cr_assert(store_open(path, &s, &err));
	cr_assert(store_load_series(s, &a, &series, &n, &err));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < series[i].n_cells; k++) {
			cr_assert_geq(series_cell(&series[i], k).bucket, T0 / NS_PER_S / BUCKET_S);
			cr_assert_lt(series_cell(&series[i], k).bucket, T0 / NS_PER_S / BUCKET_S + 720);
			line += series[i].kind == SERIES_LINE;
		}
	cr_expect_gt(line, 10);
	cr_assert(store_load_kept(s, &a, &kept, &n, &err));
	cr_assert_gt(n, 10);
	for (size_t i = 0; i < n; i++)
		cr_assert(kept[i].time_ns >= T0 && kept[i].time_ns < T0 + 7200 * NS_PER_S);
	cr_assert(store_load_quality(s, &a, &q, &n, &err));
	cr_assert_eq(n, 2);
	cr_expect_lt(llabs(q[0].first_ns - q[1].first_ns), 1800 * NS_PER_S);
	store_close(s);
	arena_release(&a);
	remove_store(path);
}

Test(settle, templates_are_grouped)
{
	const char *path = temp_store("groups");
	struct store_writer *w = open_writer(path);
	struct extent_info info = made_info(2);
	struct extent_writer *x;
	struct err err = ERR_INIT;
	cr_assert(extent_begin(w, &info, &x, &err));
	static const char *const names[] = { "alice",  "bob",   "carol",	 "dave", "erin",    "frank",
					    "grace",  "heidi", "ivan",	 "judy", "mallory", "niaj",
					    "olivia", "peggy", "rupert", "sybil"};
	for (size_t i = 0; i < 16 * 4; i++) {
		struct event e = made_event(i, T0 + (int64_t)i * NS_PER_S);
		char text[96];
		snprintf(text, sizeof text, "session opened for user %s by the login service", names[i % 16]);
		set_template(&e, text);
		cr_assert(extent_add(x, &e, &err));
	}
	struct event alone = made_event(99, T0);
	set_template(&alone, "shutting down");
	cr_assert(extent_add(x, &alone, &err));
	struct extent_totals t = made_totals(65, T0, T0 + 64 * NS_PER_S);
	cr_assert(extent_finish(x, &t, &err));
	cr_assert(store_writer_settle(w, &err));
	cr_assert(store_writer_close(w, &err));
	struct store *s;
	struct arena a;
	struct store_template *list;
	size_t n;
	arena_init(&a);
	cr_assert(store_open(path, &s, &err));
	cr_assert(store_load_templates(s, &a, &list, &n, &err));
	cr_assert_eq(n, 17);
	for (size_t i = 0; i < n; i++) {
		cr_expect(i == 0 || str_cmp(list[i - 1].text, list[i].text) < 0);
		if (str_eq(list[i].text, STR("shutting down"))) {
			cr_expect_eq(list[i].group, list[i].id);
			cr_expect(str_eq(list[i].group_text, list[i].text));
		} else {
			cr_expect_eq(list[i].group, list[0].group);
			cr_expect(str_eq(list[i].group_text,
					 STR("session opened for user <*> by the login service")),
				  "%.*s", STR_ARG(list[i].group_text));
		}
		cr_expect(str_eq(list[i].format, STR("made")));
		cr_expect_eq(list[i].severity, SEV_INFO);
	}
	store_close(s);
	arena_release(&a);
	remove_store(path);
}
