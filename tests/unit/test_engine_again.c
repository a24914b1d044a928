/* Texts that come again: copies, grown and rotated files, texts that begin alike, and files that change meanwhile. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/log_folder.h"

Test(engine_again, copies_count_once, .init = make_folder, .fini = remove_folder)
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
	/* The small ones are what the large ones were when they were small. */
	cr_expect(report.events == 3000 + 40, "%llu", (unsigned long long)report.events);
	cr_expect(report.files_skipped == 4, "%zu", report.files_skipped);
	cr_expect(report.n_notes == 5, "%zu notes", report.n_notes);
	cr_expect(has_file(
		&r, "large-3.log.gz of large-3.log json_lines svc=large host=large-3 zone=1 40=40+0+0"));
	cr_expect(count_events(&r, " 3001@") == 1); /* lines are counted from the file's beginning */
	recorder_release(&r);
	buf_release(&b);
}

/* A short text of which all is the beginning of another is that one, earlier; whichever is read first. */
Test(engine_again, a_snapshot_counts_once, .init = make_folder, .fini = remove_folder)
{
	struct buf b;

	buf_init(&b, 16 << 20);
	add_json(&b, 0, 3);
	write_file("few.log", buf_str(&b)); /* too few lines to be sure */
	add_json(&b, 3, 37);
	write_file("a/snapshot.log", buf_str(&b));
	write_file("z/snapshot-copy.log", buf_str(&b));
	buf_addz(&b, "{\"time\":\"2026-01-29T22:00:40Z\",\"lev"); /* cut */
	write_gz("m/cut.log.gz", buf_str(&b), 1 << 20);
	buf_clear(&b);
	add_json(&b, 0, 100);
	write_file("later.log", buf_str(&b)); /* short as well */
	add_json(&b, 100, 60);
	write_file("log", buf_str(&b));
	buf_clear(&b);
	add_json(&b, 0, 50);
	add_json(&b, 5000, 20);
	write_file("other.log", buf_str(&b)); /* goes on otherwise */
	for (unsigned jobs = 1; jobs <= 2; jobs++) {
		struct recorder r;

		recorder_init(&r);
		struct ingest_report report = ingest_all(&r, jobs);

		cr_expect_eq(report.events, 160 + 70 + 3, "%llu", (unsigned long long)report.events);
		cr_expect_eq(report.files_skipped, 4, "%zu", report.files_skipped);
		cr_expect_eq(count_events(&r, "order 30 took"), 2);
		for (size_t i = 0; i < report.n_notes; i++)
			cr_expect(str_ends(report.notes[i], STR(": its content is counted once, in log")), "%.*s",
				  STR_ARG(report.notes[i]));
		recorder_forget_events(&r);
		report = ingest_all(&r, jobs);
		cr_expect_eq(report.events, 0, "again: %llu", (unsigned long long)report.events);
		recorder_release(&r);
	}
	buf_release(&b);
}

Test(engine_again, texts_that_only_begin_alike_are_two, .init = make_folder, .fini = remove_folder)
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
	recorder_forget_events(&r);
	report = ingest_all(&r, 1);
	cr_expect(report.events == 0 && report.files_skipped == 2, "again: %llu", (unsigned long long)report.events);
	/* Each grows by itself. */
	add_json(&b, 3000, 7);
	write_file("two.log", buf_str(&b));
	recorder_forget_events(&r);
	report = ingest_all(&r, 1);
	cr_expect(report.events == 7 && count_events(&r, "order 3006") == 1, "%llu",
		  (unsigned long long)report.events);
	b.len = common;
	add_json(&b, 1000, 1010);
	write_file("one.log", buf_str(&b));
	recorder_forget_events(&r);
	report = ingest_all(&r, 1);
	cr_expect(report.events == 10 && count_events(&r, "order 2009") == 1, "%llu",
		  (unsigned long long)report.events);
	recorder_release(&r);
	buf_release(&b);
}

/* A kill, or a night, between the logs that know the year and the one that does not: the year is the same. */
Test(engine_again, years_do_not_depend_on_the_run, .init = make_folder, .fini = remove_folder)
{
	static const char *const dated[] = { "nginx", "payments" };
	struct recorder whole, parts;

	write_archive();
	recorder_init(&whole);
	recorder_init(&parts);
	ingest_all(&whole, 1);
	ingest(&parts, dated, 2, 1, (struct ingest_options){ 0 });
	ingest_all(&parts, 1);
	cr_expect_eq(count_events(&parts, "2026-01-29T22:39:00.000Z 40@"), 1u);
	cr_expect_eq(parts.events.n, whole.events.n);
	recorder_release(&whole);
	recorder_release(&parts);
}

/* What nothing can be read of is not empty. */
Test(engine_again, unreadable_is_not_empty, .init = make_folder, .fini = remove_folder)
{
	struct ingest_report report;
	struct recorder r;

	write_file("cut.log.gz", STR("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b"));
	write_file("empty.log", STR_NONE);
	recorder_init(&r);
	report = ingest_all(&r, 1);
	cr_expect(report.files_empty == 1 && report.files_failed == 1 && report.damaged, "%zu %zu",
		  report.files_empty, report.files_failed);
	cr_assert_eq(report.n_notes, 1u);
	cr_expect(str_eq(report.notes[0], STR("cut.log.gz: nothing of it could be read: the gzip data stops short: 0 "
					      "bytes of text could be read")),
		  "%.*s", STR_ARG(report.notes[0]));
	recorder_release(&r);
}

/* Does something to the archive between the look at all beginnings and the reading of the last files. */
struct meddler {
	struct event_sink inner;
	int what;
	bool done;
};

static enum sink_answer meddle(void *self, const struct source_file *f, void **handle, struct err *err)
{
	struct meddler *m = self;
	char path[256];

	if (!m->done) {
		struct buf b;

		m->done = true;
		buf_init(&b, 1 << 20);
		add_json(&b, 9000, 10);
		path_in_folder("z.log", path);
		if (m->what == 0)
			cr_assert_eq(remove(path), 0);
		else if (m->what == 1)
			cr_assert_eq(truncate(path, 190), 0);
		else if (m->what == 2)
			write_file("z.log", buf_str(&b));
		else
			write_file("z.log", STR("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b"));
		buf_release(&b);
	}
	return m->inner.file_begin(m->inner.self, f, handle, err);
}

static bool meddler_event(void *self, void *handle, const struct event *e, struct err *err)
{
	struct meddler *m = self;

	return m->inner.event(m->inner.self, handle, e, err);
}

static bool meddler_end(void *self, void *handle, const struct source_file *f, const struct file_totals *t,
			struct err *err)
{
	struct meddler *m = self;

	return m->inner.file_end(m->inner.self, handle, f, t, err);
}

Test(engine_again, files_that_change_while_they_are_read, .init = make_folder, .fini = remove_folder)
{
	static const size_t events[] = { 300, 302, 310, 300 };
	struct buf b;

	buf_init(&b, 1 << 20);
	for (int what = 0; what < 4; what++) {
		struct recorder r;
		struct ingest_report report;
		struct err err = ERR_INIT;
		struct str path = str_of(folder);
		const struct ingest_options options = { .paths = &path, .n_paths = 1, .jobs = 1 };

		buf_clear(&b);
		add_json(&b, 0, 300);
		write_file("a.log", buf_str(&b));
		buf_clear(&b);
		add_json(&b, 500, 200);
		write_file("z.log", buf_str(&b));
		recorder_init(&r);
		struct meddler m = { recorder_sink(&r), what, false };
		const struct event_sink sink = { .self = &m,
						 .file_begin = meddle,
						 .event = meddler_event,
						 .file_end = meddler_end };

		cr_assert(ingest_run(&options, &sink, &r.run, &report, &err), "%d: %s", what, err.text);
		cr_expect_eq(report.events, events[what], "%d: %llu", what, (unsigned long long)report.events);
		cr_expect_eq(report.files_failed, what == 0 || what == 3 ? 1u : 0u, "%d: %zu", what, report.files_failed);
		cr_expect_eq(report.damaged, what == 0 || what == 3, "%d", what);
		cr_expect(r.counts_ok);
		/* What was read is known as what it was. */
		if (what == 2) {
			recorder_forget_events(&r);
			cr_expect_eq(ingest_all(&r, 1).events, 0u);
		}
		recorder_release(&r);
	}
	buf_release(&b);
}

Test(engine_again, again_adds_only_what_is_new, .init = make_folder, .fini = remove_folder)
{
	/* Lines at first: less and more than what identifies a text. */
	static const size_t sizes[] = { 1, 3, 40, 255, 256, 257, 700, 2000 };
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

Test(engine_again, a_grown_table_keeps_its_header, .init = make_folder, .fini = remove_folder)
{
	struct recorder r;
	struct buf b;

	buf_init(&b, 1 << 16);
	buf_addz(&b, "\xef\xbb\xbftime,level,message\r\n2026-01-29T17:43:00Z,info,fine\r\n2026-01-29T17:43:01Z,info,fine\r\n");
	write_file("export.csv", buf_str(&b));
	recorder_init(&r);
	cr_expect(ingest_all(&r, 1).events == 2);
	buf_addz(&b, "2026-01-29T17:44:00Z,error,no stock\r\n");
	write_file("export.csv", buf_str(&b));
	recorder_forget_events(&r);
	cr_expect(ingest_all(&r, 1).events == 1);
	cr_expect(count_events(&r, "error no stock") == 1, "level and message of its columns");
	recorder_release(&r);
	buf_release(&b);
}
