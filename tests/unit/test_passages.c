/* What stands around quoted lines, read back from files of every packing and out of archives. */
#include <criterion/criterion.h>

#include "cli/ingest_sink.h"
#include "cli/passages.h"
#include "log_folder.h"
#include "pack.h"
#include "store_help.h"

enum { LINES = 60000 };

static struct arena arena;
static const char *store_path;

static void set_up(void)
{
	arena_init(&arena);
	make_folder();
	store_path = temp_store("passages");
}

static void tear_down(void)
{
	remove_store(store_path);
	remove_folder();
	arena_release(&arena);
}

TestSuite(passages, .init = set_up, .fini = tear_down);

/* Line `i` of a log, from 0. */
static struct str line_of(const char *log, unsigned i)
{
	return arena_printf(&arena, "2026-01-29T%02u:%02u:%02uZ info %s step %u of a long way through all of its lines", 20 + i / 3600 % 4,
	                    i / 60 % 60, i % 60, log, i);
}

static struct str text_of(const char *log, unsigned n)
{
	struct buf b;

	buf_init(&b, 64 << 20);
	for (unsigned i = 0; i < n; i++) {
		buf_add(&b, line_of(log, i));
		buf_addc(&b, '\n');
	}
	struct str text = arena_str(&arena, buf_str(&b));

	buf_release(&b);
	return text;
}

static void read_folder(void)
{
	struct str path = str_of(folder);
	const struct ingest_options options = { .paths = &path, .n_paths = 1, .jobs = 1 };
	struct err err = ERR_INIT;
	struct ingest_report report;
	struct store_writer *writer;
	struct ingest_sink sink;
	struct arena scratch;

	arena_init(&scratch);
	cr_assert(store_writer_open(store_path, &writer, &err), "%s", err.text);
	cr_assert(ingest_sink_init(&sink, writer, &arena, &err), "%s", err.text);
	const struct event_sink events = ingest_sink_events(&sink);

	cr_assert(ingest_run(&options, &events, &scratch, &report, &err), "%s", err.text);
	ingest_sink_finish(&sink);
	cr_assert(store_writer_close(writer, &err), "%s", err.text);
	arena_release(&scratch);
}

/* A case file that quotes these lines on its timeline. */
static struct casefile quoting(struct refs refs)
{
	struct timeline_entry *entry = arena_new(&arena, struct timeline_entry);
	struct incident *in = arena_new(&arena, struct incident);

	entry->refs = refs;
	in->timeline = entry;
	in->n_timeline = 1;
	return (struct casefile){ .incidents = in, .n_incidents = 1 };
}

/* The record that begins with line `i` of the text. */
static void quote(struct refs *refs, const char *source, struct str text, unsigned i, unsigned lines)
{
	struct str rest = text;
	size_t offset;

	for (unsigned k = 0; k < i; k++)
		str_cut(rest, '\n', &rest);
	offset = text.len - rest.len;
	for (unsigned k = 0; k < lines; k++)
		str_cut(rest, '\n', &rest);
	struct str record = str_head(str_from(text, offset), text.len - rest.len - offset - 1);

	*vec_push(&arena, refs) = (struct ref){ str_of(source), i + 1, offset, record };
}

static void read_around(struct casefile *c, const struct casefile *earlier, bool at_hand)
{
	struct str path = str_of(folder);
	struct err err = ERR_INIT;
	struct store *store;

	cr_assert(store_open(store_path, &store, &err), "%s", err.text);
	cr_assert(passages_read(store, &path, at_hand, earlier, &arena, c, &err), "%s", err.text);
	store_close(store);
}

/* Lines [from, to) of a text, as a passage has them. */
static struct str cut(struct str text, unsigned from, unsigned to)
{
	struct str rest = text, after;

	for (unsigned k = 0; k < from; k++)
		str_cut(rest, '\n', &rest);
	after = rest;
	for (unsigned k = from; k < to; k++)
		str_cut(after, '\n', &after);
	size_t len = rest.len - after.len;

	return str_head(rest, len ? len - 1 : 0);
}

static void expect_passage(const struct casefile *c, const struct ref *r, struct str before, struct str after)
{
	for (size_t i = 0; i < c->n_passages; i++) {
		const struct passage *p = &c->passages[i];

		if (p->line != r->line || !str_eq(p->source, r->source))
			continue;
		cr_expect(str_eq(p->before, before), "before %.*s:%llu: %.*s", STR_ARG(r->source), (unsigned long long)r->line, STR_ARG(p->before));
		cr_expect(str_eq(p->after, after), "after %.*s:%llu: %.*s", STR_ARG(r->source), (unsigned long long)r->line, STR_ARG(p->after));
		return;
	}
	cr_expect_fail("%.*s:%llu has none", STR_ARG(r->source), (unsigned long long)r->line);
}

Test(passages, come_from_files_of_every_packing)
{
	static const char *const names[] = { "a/packed.log.gz", "plain.log", "all.tar.gz/z/one.log", "all.tar.gz/b/two.log" };
	static const unsigned quoted[] = { 0, 1, 2, 700, 703, LINES / 2, LINES - 1 };
	enum { NAMES = sizeof names / sizeof *names, QUOTED = sizeof quoted / sizeof *quoted };
	struct str texts[NAMES];
	struct refs refs = { 0 };
	struct buf tar, gz;

	for (size_t f = 0; f < NAMES; f++)
		texts[f] = text_of(names[f], LINES);
	buf_init(&tar, 64 << 20);
	buf_init(&gz, 64 << 20);
	write_gz("a/packed.log.gz", texts[0], texts[0].len);
	write_file("plain.log", texts[1]);
	pack_tar(&tar, "z/one.log", texts[2], '0');
	pack_tar(&tar, "b/two.log", texts[3], '0');
	pack_tar_end(&tar);
	pack_gzip(&gz, buf_str(&tar), 1, 0, NULL);
	write_file("all.tar.gz", buf_str(&gz));
	buf_release(&tar);
	buf_release(&gz);
	read_folder();
	/* Later lines first: the order of reading is not that of the findings. */
	for (size_t f = NAMES; f-- > 0;)
		for (size_t i = QUOTED; i-- > 0;)
			quote(&refs, names[f], texts[f], quoted[i], 1);
	quote(&refs, names[1], texts[1], 900, 5); /* a record of five lines */
	struct casefile c = quoting(refs);

	read_around(&c, NULL, true);
	cr_expect(c.passages_note.len == 0, "%.*s", STR_ARG(c.passages_note));
	cr_assert_eq(c.n_passages, NAMES * QUOTED + 1);
	for (size_t i = 0; i < c.n_passages; i++) {
		const struct ref *r = &refs.at[i];
		unsigned at = (unsigned)r->line - 1, n = i < NAMES * QUOTED ? 1 : 5, end = at + n + 3 < LINES ? at + n + 3 : LINES;
		struct str text = texts[i < NAMES * QUOTED ? NAMES - 1 - i / QUOTED : 1];

		cr_expect(c.passages[i].line == r->line && str_eq(c.passages[i].source, r->source), "in the order of the findings");
		expect_passage(&c, r, cut(text, at > 3 ? at - 3 : 0, at), cut(text, at + n, end));
	}

	/* A line that is quoted twice is read once; what is not shown is not read. */
	struct refs twice = { 0 };
	quote(&twice, names[1], texts[1], 40, 1);
	quote(&twice, names[1], texts[1], 40, 1);
	c = quoting(twice);
	struct contender *unseen = arena_new(&arena, struct contender);
	unseen->terms = arena_new(&arena, struct term);
	unseen->n_terms = 1;
	unseen->terms->refs = refs;
	c.incidents->contenders = unseen;
	c.incidents->n_contenders = 1;
	read_around(&c, NULL, true);
	cr_expect_eq(c.n_passages, 1);
}

Test(passages, an_archive_that_is_gone_or_changed_is_told_of_once)
{
	struct str text = text_of("web", 300), other = text_of("other", 300);
	struct refs refs = { 0 };

	write_gz("web.log.gz", text, text.len);
	write_file("db.log", other);
	read_folder();
	quote(&refs, "web.log.gz", text, 100, 1);
	quote(&refs, "db.log", other, 200, 1);
	struct casefile c = quoting(refs);

	read_around(&c, NULL, false);
	cr_expect(c.n_passages == 0 && str_find(c.passages_note, STR("not at hand")) > 0, "%.*s", STR_ARG(c.passages_note));
	read_around(&c, NULL, true);
	cr_expect(c.n_passages == 2 && c.passages_note.len == 0, "%.*s", STR_ARG(c.passages_note));

	/* Another text under its name: the other file's lines are still there. */
	struct casefile later = quoting(refs);
	write_gz("web.log.gz", other, other.len);
	read_around(&later, NULL, true);
	cr_expect(str_eq(later.passages_note, STR("The lines around 1 of the 2 lines quoted could not be read back from the archive: its file "
	                                          "has changed (web.log.gz).")), "%.*s", STR_ARG(later.passages_note));
	cr_expect_eq(later.n_passages, 1);
	expect_passage(&later, &refs.at[1], cut(other, 197, 200), cut(other, 201, 204));

	/* What an earlier analysis has read stays. */
	later = quoting(refs);
	read_around(&later, &c, true);
	cr_expect(later.n_passages == 2 && later.passages_note.len == 0, "%.*s", STR_ARG(later.passages_note));
	expect_passage(&later, &refs.at[0], cut(text, 97, 100), cut(text, 101, 104));
	later = quoting(refs);
	read_around(&later, &c, false);
	cr_expect(later.n_passages == 2 && later.passages_note.len == 0, "%.*s", STR_ARG(later.passages_note));

	remove_folder();
	later = quoting(refs);
	read_around(&later, NULL, true);
	cr_expect(later.n_passages == 0 && str_find(later.passages_note, STR("2 of the 2")) > 0 &&
	          str_find(later.passages_note, STR("its file is not there")) > 0, "%.*s", STR_ARG(later.passages_note));
}

/* Neither the beginning nor the end of a key has to be among the lines for its inside to be left out. */
Test(passages, the_inside_of_a_private_key_is_not_around_anything)
{
	static const char *const lines[] = {
		"2026-01-29T20:00:00Z info the key follows", "-----BEGIN RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEAsecret0", "secret1", "secret2", "secret3",
		"secret4", "-----END RSA PRIVATE KEY-----", "2026-01-29T20:00:01Z error it is refused", "2026-01-29T20:00:02Z info end",
	};
	struct refs refs = { 0 };
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		buf_addf(&b, "%s\n", lines[i]);
	write_file("key.log", buf_str(&b));
	read_folder();
	for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++)
		quote(&refs, "key.log", buf_str(&b), i, 1);
	struct casefile c = quoting(refs);

	read_around(&c, NULL, true);
	expect_passage(&c, &refs.at[8], STR_NONE, str_of(lines[9]));
	expect_passage(&c, &refs.at[9], str_of(lines[8]), STR_NONE);
	for (size_t i = 0; i < c.n_passages; i++) {
		/* What begins with the line that says so is masked by redaction. */
		struct str before = c.passages[i].before, after = c.passages[i].after;

		cr_expect(str_find(before, STR("secret")) < 0 || str_find(before, STR("-----BEGIN")) >= 0, "line %zu: %.*s", i + 1, STR_ARG(before));
		cr_expect(str_find(after, STR("secret")) < 0 || str_find(after, STR("-----BEGIN")) >= 0, "line %zu: %.*s", i + 1, STR_ARG(after));
	}
	buf_release(&b);
}
