/* The ingest as a whole: small archives written to a temporary folder, events caught by a recording sink. */
#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>
#include <zlib.h>

#include "core/buf.h"
#include "core/hash.h"
#include "ingest/engine.h"
#include "tests/unit/event_recorder.h"

/* ---- archives ---- */

static char folder[64];

static void make_folder(void)
{
	strcpy(folder, "/tmp/inquest-engine-XXXXXX");
	cr_assert(mkdtemp(folder));
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void remove_folder(void)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void path_in_folder(const char *name, char out[256])
{
	char *slash;

	snprintf(out, 256, "%s/%s", folder, name);
	for (slash = out + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(out, 0700);
		*slash = '/';
	}
}

static void write_file(const char *name, struct str text)
{
	char path[256];
	FILE *f;

	path_in_folder(name, path);
	f = fopen(path, "wb");
	cr_assert(f && (text.len == 0 || fwrite(text.ptr, 1, text.len, f) == text.len));
	fclose(f);
}

/* In members of `member` bytes each. */
static void write_gz(const char *name, struct str text, size_t member)
{
	char path[256];

	path_in_folder(name, path);
	remove(path);
	for (size_t at = 0; at < text.len; at += member) {
		struct str part = str_head(str_from(text, at), member);
		gzFile f = gzopen(path, "ab");

		cr_assert(f && gzwrite(f, part.ptr, (unsigned)part.len) == (int)part.len);
		gzclose(f);
	}
}

static void set_mtime(const char *name, int64_t seconds)
{
	struct utimbuf times = { (time_t)seconds, (time_t)seconds };
	char path[256];

	path_in_folder(name, path);
	cr_assert(utime(path, &times) == 0);
}

/* n access lines from minute `from` on. */
static void add_access(struct buf *b, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++)
		buf_addf(b,

			 "10.0.0.%u - - [29/Jan/2026:17:%02u:%02u -0500] \"GET /products/%u?page=2 "
			 "HTTP/1.1\" %d %u \"-\" "
			 "\"curl/8.0\"\n",
			 i % 250, i / 60 % 60, i % 60, i, i % 9 ? 200 : 502, 100 + i);
}

static void add_json(struct buf *b, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++)
		buf_addf(b,
			 "{\"time\":\"2026-01-29T22:%02u:%02uZ\",\"level\":\"%s\",\"msg\":\"order %u took %u "
			 "ms\"}\n",
			 i / 60 % 60, i % 60, i % 10 ? "info" : "error", i, i * 7 % 100);
}

static void write_archive(void)
{
	struct buf b;

	buf_init(&b, 16 << 20);
	add_access(&b, 0, 900);
	write_gz("nginx/access.log.2.gz", buf_str(&b), 20000);
	buf_clear(&b);
	add_access(&b, 900, 1500);
	write_gz("nginx/access.log.1.gz", buf_str(&b), 1 << 20);
	buf_clear(&b);
	add_access(&b, 2400, 30);
	write_file("nginx/access.log", buf_str(&b));
	buf_clear(&b);
	add_json(&b, 0, 2000);
	buf_addz(&b, "not json at all\n");
	write_file("payments/app.log", buf_str(&b));
	buf_clear(&b);
	for (int i = 0; i < 40; i++)
		buf_addf(&b, "Jan 29 22:%02d:00 web-1 cron[%d]: job %d started\n", i, 100 + i, i);
	write_file("var/log/messages", buf_str(&b));
	set_mtime("var/log/messages", 1932000000); /* years later: copied */
	buf_clear(&b);
	for (int i = 0; i < 200; i++)
		buf_addc(&b, (char)(i * 37));
	write_file("picture.png", buf_str(&b));
	write_file("empty.log", STR_NONE);
	buf_release(&b);
}

static struct ingest_report ingest(struct recorder *r, const char *const *names, size_t n, unsigned jobs,
				   struct ingest_options options)
{
	struct ingest_report report;
	struct event_sink sink = recorder_sink(r);
	struct err err = ERR_INIT;
	struct str paths[8];

	for (size_t i = 0; i < n; i++)
		paths[i] = arena_printf(&r->arena, "%s/%s", folder, names[i]);
	options.paths = paths;
	options.n_paths = n;
	options.jobs = jobs;
	cr_assert(ingest_run(&options, &sink, &r->arena, &report, &err), "%s", err.text);
	cr_expect(r->counts_ok, "counts do not add up");
	cr_expect(report.lines == report.events + report.continuation + report.rejected);
	return report;
}

static struct ingest_report ingest_all(struct recorder *r, unsigned jobs)
{
	static const char *const all[] = { "." };

	return ingest(r, all, 1, jobs, (struct ingest_options){ 0 });
}

Test(engine, an_archive_is_understood, .init = make_folder, .fini = remove_folder)
{
	struct ingest_report report;
	struct recorder r;

	recorder_init(&r);
	write_archive();
	report = ingest_all(&r, 2);
	cr_expect(report.files == 5 && report.files_empty == 1 && report.files_not_log == 1, "%zu %zu %zu",
		  report.files, report.files_empty, report.files_not_log);
	cr_expect(report.events == 900 + 1500 + 30 + 2000 + 40, "%llu", (unsigned long long)report.events);
	cr_expect(report.rejected == 1);
	cr_expect(report.usable && !report.damaged);
	cr_expect(has_file(
		&r,
		"nginx/access.log.2.gz of nginx/access.log nginx_access svc=nginx host= zone=1 900=900+0+0"));
	cr_expect(has_file(
		&r,
		"payments/app.log of payments/app.log json_lines svc=payments host= zone=1 2001=2000+0+1"));
	/* No year in its lines, a wrong one in the file's time: the other logs know. */
	cr_expect(has_file(&r, "var/log/messages of var/log/messages syslog svc= host= zone=0 40=40+0+0 its "
			       "lines have no year: it "
			       "begins in 2026, by the span of the sources that have dates"));
	cr_expect(count_events(&r, "2026-01-29T22:39:00.000Z 40@") == 1);
	cr_expect(count_events(&r, "svc=cron host=web-1") == 40);
	cr_expect(count_events(&r, "|GET /products/:id|") == 2430);
	cr_expect(count_events(&r, "|order <*> took <*>|") == 2000);
	recorder_release(&r);
}

Test(engine, threads_and_order_do_not_matter, .init = make_folder, .fini = remove_folder)
{
	static const char *const forward[] = {"nginx", "payments", "var"}, *const backward[] = {"var",
												"payments",
												"nginx"};
	struct recorder first, other;

	write_archive();
	recorder_init(&first);
	ingest(&first, forward, 3, 1, (struct ingest_options){ 0 });
	for (unsigned jobs = 1; jobs <= 4; jobs++) {
		recorder_init(&other);
		ingest(&other, jobs % 2 ? backward : forward, 3, jobs, (struct ingest_options){ 0 });
		cr_expect(str_eq(recorded(&first), recorded(&other)), "%u threads", jobs);
		recorder_release(&other);
	}
	recorder_release(&first);
}

/* Members "part-N/app.log" of `lines` lines each, in a compressed tar. */
static void write_tar(const char *name, unsigned members, unsigned lines)
{
	struct archive *w = archive_write_new();
	char path[256];
	struct buf b;

	path_in_folder(name, path);
	archive_write_add_filter_gzip(w);
	archive_write_set_format_ustar(w);
	cr_assert(archive_write_open_filename(w, path) == ARCHIVE_OK);
	buf_init(&b, 16 << 20);
	for (unsigned i = 0; i < members; i++) {
		struct archive_entry *e = archive_entry_new();
		char member[32];

		buf_clear(&b);
		add_json(&b, i * lines, lines);
		snprintf(member, sizeof member, "part-%u/app.log", i);
		archive_entry_set_pathname(e, member);
		archive_entry_set_size(e, (la_int64_t)b.len);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0600);
		cr_assert(archive_write_header(w, e) == ARCHIVE_OK);
		cr_assert(archive_write_data(w, b.ptr, b.len) == (la_ssize_t)b.len);
		archive_entry_free(e);
	}
	archive_write_free(w);
	buf_release(&b);
}

Test(engine, threads_share_an_archive, .init = make_folder, .fini = remove_folder)
{
	struct recorder first, other;

	write_tar("logs.tgz", 7, 900);
	recorder_init(&first);
	ingest_all(&first, 1);
	cr_expect(first.events.n == 6300 && first.files.n == 7);
	for (unsigned jobs = 2; jobs <= 4; jobs++) {
		recorder_init(&other);
		ingest_all(&other, jobs);
		cr_expect(str_eq(recorded(&first), recorded(&other)), "%u threads", jobs);
		recorder_forget_events(&other);
		ingest_all(&other, jobs);
		cr_expect(other.events.n == 0, "again");
		recorder_release(&other);
	}
	recorder_release(&first);
}

Test(engine, packing_does_not_matter, .init = make_folder, .fini = remove_folder)
{
	static const char *const plain[] = { "a" }, *const packed[] = { "b" };
	struct recorder one, two;
	struct buf b;

	buf_init(&b, 16 << 20);
	add_json(&b, 0, 5000);
	write_file("a/x.log", buf_str(&b));
	write_gz("b/x.log", buf_str(&b), 777);
	recorder_init(&one);
	recorder_init(&two);
	ingest(&one, plain, 1, 1, (struct ingest_options){ 0 });
	ingest(&two, packed, 1, 1, (struct ingest_options){ 0 });
	cr_expect(one.events.n == 5000);
	cr_expect(str_eq(recorded(&one), recorded(&two)));
	recorder_release(&one);
	recorder_release(&two);
	buf_release(&b);
}

Test(engine, copies_count_once, .init = make_folder, .fini = remove_folder)
{
	struct ingest_report report;
	struct recorder r;
	struct buf b;

	buf_init(&b, 16 << 20);
	add_json(&b, 0, 50);
	write_file("small.log", buf_str(&b));
	write_gz("small-copy.log.gz", buf_str(&b), 1 << 20);
	buf_clear(&b);
	add_json(&b, 0, 3000);
	write_file("large-1.log", buf_str(&b)); /* longer than the beginning that identifies it */
	write_gz("large-2.log.gz", buf_str(&b), 1 << 20);
	write_file("large-4.log", str_head(buf_str(&b), 100000));
	add_json(&b, 3000, 40);
	write_gz("large-3.log.gz", buf_str(&b), 1 << 20); /* it has grown since */
	recorder_init(&r);
	report = ingest_all(&r, 2);
	cr_expect(report.events == 50 + 3000 + 40, "%llu", (unsigned long long)report.events);
	cr_expect(report.files_skipped == 3, "%zu", report.files_skipped);
	cr_expect(report.n_notes == 4, "%zu notes", report.n_notes);
	cr_expect(has_file(
		&r, "large-3.log.gz of large-3.log json_lines svc=large host=large-3 zone=1 40=40+0+0"));
	cr_expect(count_events(&r, " 3001@") == 1); /* lines are counted from the file's beginning */
	recorder_release(&r);
	buf_release(&b);
}

Test(engine, texts_that_only_begin_alike_are_two, .init = make_folder, .fini = remove_folder)
{
	struct ingest_report report;
	struct recorder r;
	struct buf b;
	size_t common;

	buf_init(&b, 16 << 20);
	add_json(&b, 0, 1000);
	common = b.len;
	add_json(&b, 1000, 1000);
	write_file("one.log", buf_str(&b));
	b.len = common;
	add_json(&b, 2000, 1000);
	write_file("two.log", buf_str(&b));
	recorder_init(&r);
	report = ingest_all(&r, 1);
	cr_expect(report.events == 4000, "%llu", (unsigned long long)report.events);
	recorder_release(&r);
	buf_release(&b);
}

Test(engine, again_adds_only_what_is_new, .init = make_folder, .fini = remove_folder)
{
	static const size_t sizes[] = {3, 40,
				       2000}; /* lines at first: less and more than what identifies a text */
	struct ingest_report report;
	struct recorder r;
	struct buf b;

	buf_init(&b, 16 << 20);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		buf_clear(&b);
		add_json(&b, 0, (unsigned)sizes[i]);
		write_file("app.log", buf_str(&b));
		recorder_init(&r);
		report = ingest_all(&r, 1);
		cr_expect(report.events == sizes[i]);

		recorder_forget_events(&r);
		report = ingest_all(&r, 1);
		cr_expect(report.events == 0 && report.files_skipped == 1 && report.usable, "unchanged");

		add_json(&b, (unsigned)sizes[i], 5);
		write_file("app.log", buf_str(&b));
		recorder_forget_events(&r);
		report = ingest_all(&r, 1);
		cr_expect(report.events == 5, "grown: %llu", (unsigned long long)report.events);
		cr_expect(count_events(&r, "order ") == 5);

		/* Rotated, packed, and grown once more in between. */
		add_json(&b, (unsigned)sizes[i] + 5, 4000);
		remove_folder();
		mkdir(folder, 0700);
		write_gz("app.log.1.gz", buf_str(&b), 1 << 20);
		recorder_forget_events(&r);
		report = ingest_all(&r, 1);
		cr_expect(report.events == 4000, "rotated: %llu", (unsigned long long)report.events);
		recorder_forget_events(&r);
		report = ingest_all(&r, 1);
		cr_expect(report.events == 0 && report.files_skipped == 1, "and again");
		recorder_release(&r);
		remove_folder();
		mkdir(folder, 0700);
	}
	buf_release(&b);
}

Test(engine, payloads_are_decoded_in_their_carriers, .init = make_folder, .fini = remove_folder)
{
	struct recorder r;
	struct buf b;

	buf_init(&b, 16 << 20);
	for (int i = 0; i < 30; i++) {
		buf_addf(&b,
			 "{\"log\":\"2026-01-29 22:%02d:00,5 ERROR [main] c.e.Shop : boom "
			 "%d\\n\",\"stream\":\"stdout\","
			 "\"time\":\"2026-01-29T22:%02d:00.7Z\"}\n",
			 i, i, i);
		buf_addf(&b,
			 "{\"log\":\"java.lang.IllegalStateException: "
			 "no\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-29T22:%02d:00.8Z\"}\n",
			 i);
		buf_addf(&b,
			 "{\"log\":\"\\tat "
			 "c.e.Shop.run(Shop.java:17)\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-29T22:%"
			 "02d:00.9Z\"}\n",
			 i);
	}
	write_file("docker/shop-json.log", buf_str(&b));
	buf_clear(&b);
	for (int i = 0; i < 30; i++) {
		buf_addf(&b, "2026-01-29T22:%02d:01.5Z stdout P {\"level\":\"warn\",\n", i);
		buf_addf(&b, "2026-01-29T22:%02d:01.6Z stdout F \"msg\":\"part %d\"}\n", i, i);
	}
	write_file("cri/cart.log", buf_str(&b));
	buf_clear(&b);
	for (int i = 0; i < 30; i++)
		buf_addf(&b,
			 "Jan 29 22:%02d:02 web-1 shop[9]: "
			 "{\"time\":\"2026-01-29T22:%02d:02.25Z\",\"level\":\"error\",\"msg\":\"no %d\"}\n"
			 "Jan 29 22:%02d:02 web-1 sshd[9]: session %d opened\n",
			 i, i, i, i, i);
	write_file("syslog", buf_str(&b));
	recorder_init(&r);
	ingest_all(&r, 1);
	cr_expect(count_events(&r, "boom") == 30);
	cr_expect(count_events(&r, "+3 ") == 30, "stack traces are joined: %zu", count_events(&r, "+3 "));
	cr_expect(count_events(&r, "warn part ") == 30, "parts are joined: %zu",
		  count_events(&r, "warn part "));
	cr_expect(count_events(&r, "Z 1@0+2 ") == 1);
	cr_expect(count_events(&r, ":02.250Z ") == 30);
	cr_expect(count_events(&r, "json_lines svc=shop host=web-1 error no ") == 30);
	cr_expect(count_events(&r, "syslog svc=sshd host=web-1  session ") == 30, "%zu",
		  count_events(&r, "svc=sshd"));
	recorder_release(&r);
	buf_release(&b);
}

Test(engine, rules_of_the_user_win, .init = make_folder, .fini = remove_folder)
{
	const struct glob_rule zones[] = { { STR("*error*"), STR("-05:00") } };
	const struct glob_rule services[] = { { STR("*/app.log"), STR("checkout") } };
	const struct glob_rule formats[] = { { STR("messages"), STR("generic_text") } };
	static const char *const all[] = { "." };
	const struct ingest_options options = {.zones = zones,
					       .n_zones = 1,
					       .services = services,
					       .n_services = 1,
					       .formats = formats,
					       .n_formats = 1};
	struct recorder r;

	write_archive();
	write_file("nginx/error.log", STR("2026/01/29 17:00:00 [error] 7#7: *1 upstream timed out\n"));
	recorder_init(&r);
	ingest(&r, all, 1, 2, options);
	cr_expect(has_file(&r,
			   "nginx/error.log of nginx/error.log nginx_error svc=nginx host= zone=1 1=1+0+0"));
	cr_expect(count_events(&r, "2026-01-29T22:00:00.000Z 1@0+1 nginx_error") == 1);
	cr_expect(has_file(
		&r,
		"payments/app.log of payments/app.log json_lines svc=checkout host= zone=1 2001=2000+0+1"));
	cr_expect(count_events(&r, "svc=cron") == 0);
	recorder_release(&r);
}
