/* An archive read in shares: all of them together are what one run reads, and no text is read twice. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/log_folder.h"

enum { SHARDS_TRIED = 7 };

static struct ingest_report ingest_share(struct recorder *r, unsigned shard, unsigned n)
{
	static const char *const all[] = { "." };

	return ingest(r, all, 1, 1 + shard % 2, (struct ingest_options){ .shard = shard, .n_shards = n });
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The lines of `text`, added to the list. */
struct lines { struct str *at; size_t n, cap; };
static void add_lines(struct lines *to, struct str text, struct arena *a)
{
	while (text.len > 0)
		*vec_push(a, to) = arena_str(a, str_cut(text, '\n', &text));
}

/* Reads the folder at once and in n shares, and expects the same. */
static void expect_same(unsigned n)
{
	struct recorder whole;
	struct ingest_report all, sum = { 0 };
	struct lines one = { 0 }, many = { 0 };
	struct arena a;

	arena_init(&a);
	recorder_init(&whole);
	all = ingest_all(&whole, 2);
	add_lines(&one, recorded(&whole), &a);
	for (unsigned shard = 1; shard <= n; shard++) {
		struct recorder r;

		recorder_init(&r);
		struct ingest_report report = ingest_share(&r, shard, n);

		cr_expect(report.usable, "share %u of %u", shard, n);
		sum.files += report.files;
		sum.files_skipped += report.files_skipped;
		sum.files_empty += report.files_empty;
		sum.files_not_log += report.files_not_log;
		sum.files_failed += report.files_failed;
		sum.events += report.events;
		sum.lines += report.lines;
		sum.n_notes += report.n_notes;
		add_lines(&many, recorded(&r), &a);
		recorder_release(&r);
	}
	cr_expect_eq(sum.files, all.files);
	cr_expect_eq(sum.files_skipped, all.files_skipped);
	cr_expect_eq(sum.files_empty, all.files_empty);
	cr_expect_eq(sum.files_not_log, all.files_not_log);
	cr_expect_eq(sum.files_failed, all.files_failed);
	cr_expect_eq(sum.events, all.events);
	cr_expect_eq(sum.lines, all.lines);
	cr_expect_eq(sum.n_notes, all.n_notes);
	qsort(one.at, one.n, sizeof *one.at, by_text);
	qsort(many.at, many.n, sizeof *many.at, by_text);
	cr_assert_eq(one.n, many.n, "%u shares: %zu lines, not %zu", n, many.n, one.n);
	for (size_t i = 0; i < one.n; i++)
		cr_assert(str_eq(one.at[i], many.at[i]), "%u shares: '%.*s', not '%.*s'", n, STR_ARG(many.at[i]),
			  STR_ARG(one.at[i]));
	recorder_release(&whole);
	arena_release(&a);
}

Test(engine_shard, shares_add_up, .init = make_folder, .fini = remove_folder)
{
	struct buf b;

	write_archive();
	buf_init(&b, 16 << 20);
	add_json(&b, 0, 3000);
	write_gz("copies/a.log.gz", buf_str(&b), 1 << 20);
	write_file("other/b.log", buf_str(&b)); /* the same */
	add_json(&b, 3000, 500);
	write_file("third/c.log", buf_str(&b)); /* goes on */
	buf_clear(&b);
	add_json(&b, 7, 20);
	write_file("x/short.log", buf_str(&b));
	write_file("y/short-copy.log", buf_str(&b));
	add_json(&b, 27, 30);
	write_file("z/short-later.log", buf_str(&b));
	for (unsigned n = 1; n <= SHARDS_TRIED; n++)
		expect_same(n);
	expect_same(100); /* most of which have nothing to do */
	buf_release(&b);
}

/* The span that tells the year may be another share's: beyond the beginning of a long text. */
Test(engine_shard, years_follow_the_others_texts, .init = make_folder, .fini = remove_folder)
{
	struct recorder r;
	struct buf b;

	buf_init(&b, 16 << 20);
	for (unsigned i = 0; i < 4000; i++)
		buf_addf(&b, "2026-01-%02uT%02u:%02u:%02uZ INFO order %u was placed and paid\n", 1 + i / 200,
			 i % 200 / 9, i % 60, i % 59, i);
	write_file("app/shop.log", buf_str(&b));
	buf_clear(&b);
	for (unsigned i = 0; i < 30; i++)
		buf_addf(&b, "Jan 19 22:%02u:00 web-1 cron[%u]: job %u started\n", i, 100 + i, i);
	write_file("var/messages", buf_str(&b));
	set_mtime("var/messages", 1932000000); /* 2031 */
	recorder_init(&r);
	ingest_share(&r, 2, 2);
	cr_expect(has_file(&r, "var/messages of var/messages syslog svc= host= zone=0 30=30+0+0 its lines have no year: it begins in "
			       "2026, by the span of the sources that have dates"));
	cr_expect_eq(count_events(&r, "2026-01-19T22:"), 30);
	cr_expect_eq(count_events(&r, "order"), 0);
	recorder_release(&r);
	for (unsigned n = 2; n <= 3; n++)
		expect_same(n);
	buf_release(&b);
}

Test(engine_shard, shares_are_even, .init = make_folder, .fini = remove_folder)
{
	/* Lines of each file; with three shares the largest is one of its own. */
	static const unsigned sizes[] = { 100, 600, 100, 200, 300, 300, 100, 100 };
	char name[32];
	struct buf b;

	buf_init(&b, 16 << 20);
	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		buf_clear(&b);
		add_json(&b, i * 1000 % 3600, sizes[i]);
		snprintf(name, sizeof name, "%u/app.log", i);
		write_file(name, buf_str(&b));
	}
	for (unsigned shard = 1; shard <= 3; shard++) {
		struct recorder r;

		recorder_init(&r);
		struct ingest_report report = ingest_share(&r, shard, 3);

		cr_expect_eq(report.events, 600, "share %u has %llu", shard, (unsigned long long)report.events);
		cr_expect_eq(report.files_elsewhere, 8 - report.files);
		recorder_release(&r);
	}
	buf_release(&b);
}

Test(engine_shard, what_can_be_read_once_is_not_shared, .init = make_folder, .fini = remove_folder)
{
	struct recorder r;
	struct ingest_report report;
	struct err err = ERR_INIT;
	struct str path = STR("-");

	recorder_init(&r);
	struct event_sink sink = recorder_sink(&r);
	const struct ingest_options options = { .paths = &path, .n_paths = 1, .shard = 1, .n_shards = 2 };

	cr_expect_not(ingest_run(&options, &sink, &r.run, &report, &err));
	cr_expect_eq(err.status, EXIT_USAGE);
	cr_expect(strstr(err.text, "--shard: - can be read only once"), "%s", err.text);
	recorder_release(&r);
}
