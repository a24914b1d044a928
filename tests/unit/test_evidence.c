/* Lines read back from the archive by the store's checkpoints, with what stands around them. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <unistd.h>

#include "cli/evidence.h"
#include "cli/ingest_sink.h"
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

static struct str line_of(struct buf *b, unsigned i)
{
	buf_clear(b);
	put_line(b, i);
	return str_head(buf_str(b), b->len - 1);
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

static void expect_lines(const struct evidence *e, const struct ref *ref, unsigned all)
{
	struct buf b;
	unsigned i = (unsigned)ref->line - 1;

	buf_init(&b, 4096);
	cr_assert(e->from_archive, "line %u: %s", i + 1, e->reason);
	cr_expect(str_eq(e->text, line_of(&b, i)), "line %u: %.*s", i + 1, STR_ARG(e->text));
	cr_expect(e->n_before == (i < CONTEXT ? i : CONTEXT));
	cr_expect(e->n_after == (all - 1 - i < CONTEXT ? all - 1 - i : CONTEXT), "line %u: %zu", i + 1, e->n_after);
	for (unsigned k = 0; k < e->n_before; k++)
		cr_expect(str_eq(e->before[e->n_before - 1 - k], line_of(&b, i - 1 - k)), "before line %u", i + 1);
	for (unsigned k = 0; k < e->n_after; k++)
		cr_expect(str_eq(e->after[k], line_of(&b, i + 1 + k)), "after line %u", i + 1);
	buf_release(&b);
}

/* Looks all kept lines up: how many came from the archive. The others must say why, and be what was kept. */
static size_t look_up(const char *store_path, unsigned all, size_t *n, const char **reason)
{
	struct str path = str_of(log_path);
	struct err err = ERR_INIT;
	struct kept_line *kept;
	struct store *store;
	struct found files;
	struct arena a;
	size_t found = 0;

	arena_init(&a);
	find_files(&path, 1, &a, &files);
	cr_assert(store_open(store_path, &store, &err), "%s", err.text);
	cr_assert(store_load_kept(store, &a, &kept, n, &err), "%s", err.text);
	for (size_t i = 0; i < *n; i++) {
		struct evidence e;

		cr_assert(evidence_find(store, &files, &kept[i].ref, CONTEXT, &a, &e, &err), "%s", err.text);
		found += e.from_archive;
		if (e.from_archive) {
			expect_lines(&e, &kept[i].ref, all);
		} else {
			*reason = e.reason;
			cr_expect(str_eq(e.text, kept[i].ref.text) && e.n_before == 0 && e.n_after == 0);
		}
	}
	store_close(store);
	arena_release(&a);
	return found;
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
	cr_expect(look_up(store, 0, &n, &reason) == 0 && strcmp(reason, "its file has changed") == 0, "%s", reason);
	unlink(log_path);
	cr_expect(look_up(store, 0, &n, &reason) == 0 && strcmp(reason, "its file is not there") == 0, "%s", reason);
	remove_store(store);
	buf_release(&text);
	buf_release(&packed);
	buf_release(&more);
}
