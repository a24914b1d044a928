/* The ingest as a whole: small archives written to a temporary folder, events caught by a recording sink. */
#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>

#include "tests/unit/log_folder.h"

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

/* A program of a system's log that writes times of its own does not make the lines of others, or its own later ones, go on. */
Test(engine, messages_of_a_system_are_whole, .init = make_folder, .fini = remove_folder)
{
	struct recorder r;
	struct buf b;

	buf_init(&b, 16 << 20);
	for (int i = 0; i < 30; i++) {
		buf_addf(&b, "Jan 29 22:%02d:02 web-1 mail[7]: 2026-01-29 22:%02d:02 WARN slow %d\n", i, i, i);
		buf_addf(&b, "Jan 29 22:%02d:02 web-1 mail[7]: java.lang.IllegalStateException: no\n", i);
		buf_addf(&b, "Jan 29 22:%02d:02 web-1 mail[7]: \tat c.e.Mail.run(Mail.java:17)\n", i);
		buf_addf(&b, "Jan 29 22:%02d:03 web-1 sshd[9]: error: no key %d\n", i, i);
		buf_addf(&b, "Jan 29 22:%02d:04 web-1 sshd[9]: closed by 198.51.100.7 after %d\n", i, i);
	}
	write_file("syslog", buf_str(&b));
	recorder_init(&r);
	ingest_all(&r, 1);
	cr_expect(count_events(&r, "+3 ") == 30, "traces are joined: %zu", count_events(&r, "+3 "));
	cr_expect(count_events(&r, "no key ") == 30, "%zu", count_events(&r, "no key "));
	cr_expect(count_events(&r, "closed by ") == 30, "%zu", count_events(&r, "closed by "));
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
