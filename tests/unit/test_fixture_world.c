/* What the simulated fleet writes: deterministic, true to its load, and nothing touched beyond a fault. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "core/json.h"
#include "core/vocab.h"
#include "fixtures/scenario.h"
#include "tests/unit/fixture_help.h"

static const char fault[] =
	"effect slow slow statement=get add=4000 on=start+1h off=start+90m\n"
	"change deploy items from=2.0.0 to=2.1.0 at=start+59m took=20s by=ci id=R-1\n"
	"truth slow_query service=db entity=\"FROM items\" text=\"slow\" onset=start+1h mitigated=start+90m\n"
	"  - mention \"items upstream timeout\"\n"
	"  - herring deployment entity=\"items 2.1.0\" when=\"before\" why=\"harmless\"\n";

static const char no_fault[] = "change deploy items from=2.0.0 to=2.1.0 at=start+59m took=20s by=ci id=R-1\n";

Test(fixture_world, same_seed_same_bytes)
{
	struct arena a;
	arena_init(&a);
	const char *dir[3] = { fixture_make(&a, fault, 3), fixture_make(&a, fault, 3),
		               fixture_make(&a, fault, 4) };
	struct fixture_files f[3];
	for (size_t i = 0; i < 3; i++)
		f[i] = fixture_read(&a, dir[i]);
	cr_assert_eq(f[0].n, f[1].n);
	cr_assert_gt(f[0].n, 10);
	for (size_t i = 0; i < f[0].n; i++) {
		cr_expect(str_eq(f[0].at[i].path, f[1].at[i].path));
		cr_expect(str_eq(f[0].at[i].bytes, f[1].at[i].bytes), "%.*s", STR_ARG(f[0].at[i].path));
		cr_expect_eq(f[0].at[i].gzip, f[1].at[i].gzip);
	}
	cr_expect(!str_eq(fixture_text(&a, &f[0], "*access*"), fixture_text(&a, &f[2], "*access*")));
	for (size_t i = 0; i < 3; i++)
		fixture_remove(dir[i]);
	arena_release(&a);
}

/* Requests arrive as a Poisson stream of the rate the scenario says. */
Test(fixture_world, arrivals_follow_the_rate)
{
	struct arena a;
	arena_init(&a);
	const char *dir = fixture_make(&a, "", 9);
	struct fixture_files files = fixture_read(&a, dir);
	struct str text = fixture_text(&a, &files, "*access*"), line;
	double n = 0, minutes[120] = { 0 }, chi = 0;
	while (fixture_line(&text, &line)) {
		ptrdiff_t at = str_find(line, STR("/2024:"));
		int64_t h, m;
		cr_assert_gt(at, 0);
		cr_assert(str_to_i64(str_head(str_from(line, (size_t)at + 6), 2), &h));
		cr_assert(str_to_i64(str_head(str_from(line, (size_t)at + 9), 2), &m));
		int64_t minute = (h + 24 - 22) % 24 * 60 + m - 30;
		if (minute >= 0 && minute < 120)
			minutes[minute]++;
		n++;
	}
	cr_expect_lt(fabs(n - 14400), 5 * sqrt(14400), "%.0f requests", n);
	for (size_t i = 0; i < 120; i++)
		chi += (minutes[i] - n / 120) * (minutes[i] - n / 120) / (n / 120);
	cr_expect_lt(fabs(chi - 119), 5 * sqrt(2 * 119), "chi square of the minutes %.0f", chi);
	fixture_remove(dir);
	arena_release(&a);
}

static bool field(struct str line, const char *path, struct str *out)
{
	*out = line;
	return str_find(line, str_of(path)) >= 0;
}

/* The same requests come with and without the fault, and what it does not touch is the same to the byte. */
Test(fixture_world, a_fault_changes_nothing_it_does_not_touch)
{
	struct arena a;
	arena_init(&a);
	const char *with = fixture_make(&a, fault, 5), *without = fixture_make(&a, no_fault, 5);
	struct fixture_files f = fixture_read(&a, with), g = fixture_read(&a, without);
	struct str x = fixture_text(&a, &f, "*access*"), y = fixture_text(&a, &g, "*access*"), line, other;
	size_t compared = 0, before = 0;
	/* pages ask nobody: all of their lines, in order */
	for (bool more = true; more;) {
		more = false;
		while (fixture_line(&x, &line) && !field(line, "/page/", &line))
			;
		while (fixture_line(&y, &other) && !field(other, "/page/", &other))
			;
		if (x.len && y.len) {
			cr_assert(str_eq(str_head(line, 70), str_head(other, 70)), "%.*s / %.*s",
			          STR_ARG(line), STR_ARG(other));
			compared++;
			more = true;
		}
	}
	cr_expect_gt(compared, 3000);
	/* and before the onset, every line of every log of the application */
	x = fixture_text(&a, &f, "*app/web*");
	y = fixture_text(&a, &g, "*app/web*");
	while (fixture_line(&x, &line) && fixture_line(&y, &other) && str_find(line, STR("T23:30")) < 0) {
		cr_assert(str_eq(line, other), "%.*s / %.*s", STR_ARG(line), STR_ARG(other));
		before++;
	}
	cr_expect_gt(before, 6000);
	fixture_remove(with);
	fixture_remove(without);
	arena_release(&a);
}

/* A slow statement makes callers time out, at the time they are set to, and their caller answers 504. */
Test(fixture_world, trouble_travels_up_the_calls)
{
	struct arena a;
	arena_init(&a);
	const char *dir = fixture_make(&a, fault, 6);
	struct fixture_files files = fixture_read(&a, dir);
	struct str text = fixture_text(&a, &files, "*access*"), line;
	size_t failed = 0, early = 0, at_timeout = 0;
	while (fixture_line(&text, &line)) {
		ptrdiff_t rt = str_find(line, STR(" rt="));
		double s = 0;
		if (str_find(line, STR("\" 504 ")) < 0)
			continue;
		cr_assert(rt > 0 && str_to_double(str_head(str_from(line, (size_t)rt + 4), 5), &s));
		failed++;
		early += str_find(line, STR("10/Jan/2024:22:")) > 0;
		at_timeout += s >= 3 && s < 3.2;
	}
	cr_expect_gt(failed, 1000);
	cr_expect_eq(early, 0);
	cr_expect_gt(at_timeout, failed * 9 / 10);
	cr_expect_geq(str_find(fixture_text(&a, &files, "*app/web*"), STR("timeout of 3000ms exceeded")), 0);
	cr_expect_geq(str_find(fixture_text(&a, &files, "*db/*"), STR("duration: ")), 0);
	cr_expect_geq(str_find(fixture_text(&a, &files, "*app/items*"), STR("items 2.1.0 listening")), 0);
	cr_expect_geq(str_find(fixture_text(&a, &files, "*deploy*"),
	                       STR("deploy items 2.0.0 -> 2.1.0 by ci: started")),
	              0);
	fixture_remove(dir);
	arena_release(&a);
}

Test(fixture_world, truth_is_measured)
{
	struct arena a;
	arena_init(&a);
	const char *dir = fixture_make(&a, fault, 7);
	struct fixture_files files = fixture_read(&a, dir);
	struct str truth = fixture_text(&a, &files, "truth.json"), rest;
	struct json_value v = json_value_at(truth, &rest);
	struct str first = json_text(json_get(v, STR("first_user_impact")), &a);
	struct str last = json_text(json_get(v, STR("recovered")), &a);
	double degraded = 0, harmed = 0;
	cr_assert(json_valid(truth));
	cr_expect(str_starts(first, STR("2024-01-10T23:30:0")), "%.*s", STR_ARG(first));
	cr_expect(str_starts(last, STR("2024-01-11T00:00:")), "%.*s", STR_ARG(last));
	cr_assert(json_double(json_get(v, STR("measured.degraded_s")), &degraded));
	cr_assert(json_double(json_get(v, STR("measured.requests_harmed")), &harmed));
	cr_expect_lt(fabs(degraded - 1800), 130);
	cr_expect_gt(harmed, 1500);
	cr_expect_geq(str_find(truth, STR("GET /items/:id")), 0);
	cr_expect_lt(str_find(truth, STR("GET /page/:id")), 0);
	fixture_remove(dir);
	arena_release(&a);
}

/* Rotated as by logrotate at local midnight, compressed late, modified when the period ended. */
Test(fixture_world, files_are_left_as_a_fleet_leaves_them)
{
	static const struct {
		const char *path;
		bool gzip;
		int64_t mtime_s;
	} wanted[] = {
		{ "logs/app/items.log.1", false, 1704931200 },
		{ "logs/app/items.log.2.gz", true, 1704929400 },
		{ "logs/app/items.log.3.gz", true, 1704927600 },
		{ "logs/app/web.log.1.gz", true, 1704931200 },
		{ "logs/db/postgresql-2024-01-10_223000.log.gz", true, 1704927600 },
		{ "logs/db/postgresql-2024-01-10_230000.log.gz", true, 1704931200 },
		{ "logs/nginx/access.log.1.gz", true, 1704931200 },
	};
	struct arena a;
	arena_init(&a);
	const char *dir = fixture_make(&a, "", 2);
	struct fixture_files files = fixture_read(&a, dir);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		const struct fixture_file *f = NULL;
		for (size_t k = 0; k < files.n; k++)
			if (str_eq(files.at[k].path, str_of(wanted[i].path)))
				f = &files.at[k];
		cr_assert_not_null(f, "%s", wanted[i].path);
		cr_expect_eq(f->gzip, wanted[i].gzip, "%s", wanted[i].path);
		cr_expect_eq(f->mtime_s, wanted[i].mtime_s, "%s: %lld", wanted[i].path,
		             (long long)f->mtime_s);
		cr_expect_gt(f->bytes.len, 0);
	}
	fixture_remove(dir);
	arena_release(&a);
}

Test(fixture_world, a_full_folder_is_left_alone)
{
	struct arena a;
	struct err err = ERR_INIT;
	struct generated g;
	arena_init(&a);
	const char *dir = fixture_make(&a, "", 2);
	struct str text = str_of(fixture_stack);
	cr_expect(!generate_text(STR("small"), text, 2, 1, false, dir, &g, &err));
	cr_expect_geq(str_find(str_of(err.text), STR("is not empty")), 0);
	fixture_remove(dir);
	arena_release(&a);
}

/* What the truth names must be in the logs. */
Test(fixture_world, a_truth_that_is_not_in_the_logs_is_refused)
{
	struct arena a;
	struct err err = ERR_INIT;
	struct generated g;
	char dir[] = "/tmp/inquest-fixture.XXXXXX";
	arena_init(&a);
	cr_assert_not_null(mkdtemp(dir));
	struct str text = arena_printf(&a, "%struth deployment entity=\"never written\"\n", fixture_stack);
	cr_expect(!generate_text(STR("small"), text, 1, 1, false, dir, &g, &err));
	cr_expect_geq(str_find(str_of(err.text), STR("never written")), 0);
	fixture_remove(dir);
	arena_release(&a);
}

/* A day without an incident has errors now and then, but no burst but the planned restart of the database. */
Test(fixture_world, the_quiet_day_is_quiet, .timeout = 60)
{
	struct arena a;
	struct err err = ERR_INIT;
	struct generated g;
	char dir[] = "/tmp/inquest-fixture.XXXXXX";
	arena_init(&a);
	cr_assert_not_null(mkdtemp(dir));
	cr_assert(generate("fixtures/scenarios/quiet.scn", 1, 0.3, false, dir, &g, &err), "%s", err.text);
	struct fixture_files files = fixture_read(&a, dir);
	struct str text = fixture_text(&a, &files, "*access*"), line;
	size_t n = 0, failed = 0, burst = 0, worst = 0, odd = 0;
	struct str ten = STR_NONE; /* "05/Mar/2024:16:0": the ten minutes that are counted */
	while (fixture_line(&text, &line)) {
		ptrdiff_t at = str_chr(line, '[');
		struct str now = str_head(str_from(line, (size_t)at + 1), 16);
		n++;
		if (str_find(line, STR("\" 50")) <= 0)
			continue;
		failed++;
		burst = str_eq(now, ten) ? burst + 1 : 1;
		ten = now;
		if (str_eq(now, STR("06/Mar/2024:04:1")))
			odd++;
		else if (burst > worst)
			worst = burst;
	}
	cr_expect_gt(n, 40000);
	cr_expect_gt(failed, odd, "nothing ever fails");
	cr_expect_lt(failed, n / 1000);
	cr_expect_lt(worst, 5);
	fixture_remove(dir);
	arena_release(&a);
}

/* Every scenario and family can be read, whatever is drawn. */
Test(fixture_world, all_scenarios_can_be_read)
{
	static const char *const folders[] = { "fixtures/scenarios", "fixtures/families", "fixtures/twins" };
	size_t read = 0;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		DIR *d = opendir(folders[i]);
		cr_assert_not_null(d);
		for (struct dirent *e; (e = readdir(d)) != NULL;) {
			struct str name = str_of(e->d_name);
			if (!str_ends(name, STR(".scn")) && !str_ends(name, STR(".fam")))
				continue;
			for (uint64_t seed = 1; seed <= 12; seed++) {
				struct arena a;
				struct scenario sc;
				struct err err = ERR_INIT;
				char path[512];
				arena_init(&a);
				snprintf(path, sizeof path, "%s/%s", folders[i], e->d_name);
				cr_expect(scenario_read(&sc, &a, path, seed, 1, &err), "%s, seed %llu: %s",
				          path, (unsigned long long)seed, err.text);
				arena_release(&a);
			}
			read++;
		}
		closedir(d);
	}
	cr_expect_gt(read, 60);
}

/* Each kind of cause has a scenario where it is to blame, and one where the same signal is innocent. */
Test(fixture_world, each_kind_has_a_twin)
{
	for (int kind = 0; kind < CAUSE_UNKNOWN; kind++) {
		char path[128];
		for (int twin = 0; twin < 2; twin++) {
			snprintf(path, sizeof path, "fixtures/twins/%s%s.scn", cause_kind_name((enum cause_kind)kind),
			         twin ? "-twin" : "");
			cr_expect_eq(access(path, R_OK), 0, "there is no %s", path);
		}
	}
}
