/* Lines read back from the archive by the store's checkpoints, with what stands around them. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <unistd.h>

#include "cli/ingest_sink.h"
#include "cli/passages.h"
#include "pack.h"
#include "store_help.h"

enum { LINES = 90000, CONTEXT = 3 };

static char log_path[64];

/* One line of the log; every 3000th request fails, so that it is kept. */
static void put_line(struct buf *b, unsigned i)
{
	buf_addf(b, "10.0.%u.%u - - [29/Jan/2026:%02u:%02u:%02u +0000] \"GET /products/%u HTTP/1.1\" %u %u \"-\" \"agent %u\"\n",
		 i % 7, i % 251, i / 3600 % 24, i / 60 % 60, i % 60, i * 7919 % 5000, i % 3000 ? 200u : 500u, i * 31 % 9000, i % 13);
}

static void write_log(struct str bytes)
{
	FILE *f = fopen(log_path, "wb");

	cr_assert(f && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len && fclose(f) == 0);
}

static void ingest(const char *store)
{
	struct str path = str_of(log_path);
	const struct ingest_options options = { .paths = &path, .n_paths = 1, .jobs = 1 };
	struct err err = ERR_INIT;
	struct ingest_report report;
	struct store_writer *writer;
	struct ingest_sink sink;
	struct arena a, b;

	arena_init(&a);
	arena_init(&b);
	cr_assert(store_writer_open(store, &writer, &err), "%s", err.text);
	cr_assert(ingest_sink_init(&sink, writer, &a, &err), "%s", err.text);
	const struct event_sink events = ingest_sink_events(&sink);

	cr_assert(ingest_run(&options, &events, &b, &report, &err), "%s", err.text);
	ingest_sink_finish(&sink);
	cr_assert(store_writer_close(writer, &err), "%s", err.text);
	arena_release(&a);
	arena_release(&b);
}

/* Lines [from, to) of the log, as a passage has them. */
static void expect_lines(struct str got, unsigned from, unsigned to, unsigned line)
{
	struct buf want;

	buf_init(&want, 4096);
	for (unsigned i = from; i < to; i++)
		put_line(&want, i);
	cr_expect(str_eq(got, str_head(buf_str(&want), want.len ? want.len - 1 : 0)), "around line %u: %.*s", line, STR_ARG(got));
	buf_release(&want);
}

/* Reads what stands around all kept lines: how many came from the archive. For the others there is a reason. */
static size_t look_up(const char *store_path, unsigned all, size_t *n, const char **reason)
{
	static char note[512];
	struct str path = str_of(log_path);
	struct err err = ERR_INIT;
	struct kept_line *kept;
	struct store *store;
	struct refs refs = { 0 };
	struct arena a;

	arena_init(&a);
	cr_assert(store_open(store_path, &store, &err), "%s", err.text);
	cr_assert(store_load_kept(store, &a, &kept, n, &err), "%s", err.text);
	for (size_t i = 0; i < *n; i++)
		*vec_push(&a, &refs) = kept[i].ref;
	struct timeline_entry entry = { .refs = refs };
	struct incident incident = { .timeline = &entry, .n_timeline = 1 };
	struct casefile c = { .incidents = &incident, .n_incidents = 1 };

	cr_assert(passages_read(store, &path, 1, NULL, &a, &c, &err), "%s", err.text);
	for (size_t i = 0; i < c.n_passages; i++) {
		unsigned at = (unsigned)c.passages[i].line - 1;

		expect_lines(c.passages[i].before, at > CONTEXT ? at - CONTEXT : 0, at, at + 1);
		expect_lines(c.passages[i].after, at + 1, at + 1 + CONTEXT < all ? at + 1 + CONTEXT : all, at + 1);
	}
	cr_expect((c.passages_note.len == 0) == (c.n_passages == *n));
	snprintf(note, sizeof note, "%.*s", STR_ARG(c.passages_note));
	*reason = note;
	store_close(store);
	arena_release(&a);
	return c.n_passages;
}

Test(evidence, lines_are_read_back_by_checkpoints)
{
	const char *store = temp_store("evidence"), *reason = NULL;
	struct buf text, packed, more;
	size_t n;

	snprintf(log_path, sizeof log_path, "/tmp/inquest-evidence-%ld.log.gz", (long)getpid());
	buf_init(&text, 64 << 20);
	buf_init(&packed, 64 << 20);
	buf_init(&more, 64 << 20);
	for (unsigned i = 0; i < LINES; i++)
		put_line(&text, i);
	cr_assert(text.len > 8 << 20, "two checkpoints at least");
	pack_gzip(&packed, str_head(buf_str(&text), 5 << 20), 6, 0, NULL);
	pack_gzip(&packed, str_from(buf_str(&text), 5 << 20), 6, 0, NULL);
	write_log(buf_str(&packed));
	ingest(store);
	cr_expect(look_up(store, LINES, &n, &reason) == n && n >= LINES / 3000, "%s", reason);

	/* It is the same text when it is not packed any more, or packed in another way. */
	write_log(buf_str(&text));
	cr_expect(look_up(store, LINES, &n, &reason) == n, "%s", reason);
	pack_gzip(&more, buf_str(&text), 1, 0, NULL);
	write_log(buf_str(&more));
	cr_expect(look_up(store, LINES, &n, &reason) == n, "%s", reason);
	buf_clear(&more);

	/* Grown: all lines are there, also those that came later. */
	for (unsigned i = LINES; i < LINES + 3010; i++)
		put_line(&more, i);
	pack_gzip(&packed, buf_str(&more), 6, 0, NULL);
	write_log(buf_str(&packed));
	ingest(store);
	cr_expect(look_up(store, LINES + 3010, &n, &reason) == n, "%s", reason);

	/* Cut short: those of its first half are. */
	write_log(str_head(buf_str(&packed), packed.len / 2));
	size_t found = look_up(store, LINES + 3010, &n, &reason);

	cr_expect(found > n / 4 && found < n, "%zu of %zu", found, n);

	/* Another text under its name, and none. */
	buf_clear(&packed);
	pack_gzip(&packed, buf_str(&more), 6, 0, NULL);
	write_log(buf_str(&packed));
	cr_expect(look_up(store, 0, &n, &reason) == 0 && strstr(reason, "its file has changed"), "%s", reason);
	unlink(log_path);
	cr_expect(look_up(store, 0, &n, &reason) == 0 && strstr(reason, "its file is not there"), "%s", reason);
	remove_store(store);
	buf_release(&text);
	buf_release(&packed);
	buf_release(&more);
}
