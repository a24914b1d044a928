/* Stores joined: the result says what one writer would have written. */
#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/hash.h"
#include "store/merge.h"
#include "store/shards.h"
#include "tests/unit/store_help.h"

enum { FILES = 9, EVENTS = 700, TEXT_MAX = 64 << 20 };

static void write_store(const char *path, unsigned from, unsigned to, unsigned step)
{
	struct store_writer *w;
	struct err err = ERR_INIT;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	for (unsigned seed = from; seed < to; seed += step)
		write_made_file(w, seed, EVENTS + seed);
	cr_assert(store_writer_settle(w, &err), "%s", err.text);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
}

static struct merge_outcome merge(const char *target, const char *const *parts, size_t n)
{
	struct arena a;
	struct merge_outcome out;
	struct err err = ERR_INIT;
	struct str paths[8];

	arena_init(&a);
	for (size_t i = 0; i < n; i++)
		paths[i] = str_of(parts[i]);
	cr_assert(store_merge(str_of(target), paths, n, &a, &out, &err), "%s", err.text);
	arena_release(&a);
	return out;
}

/* Why it is refused, in words that live until the next call. */
static const char *refusal(const char *target, const char *const *parts, size_t n, int status)
{
	static struct err err;
	struct arena a;
	struct merge_outcome out;
	struct str paths[8];

	err = (struct err)ERR_INIT;
	arena_init(&a);
	for (size_t i = 0; i < n; i++)
		paths[i] = str_of(parts[i]);
	cr_expect_not(store_merge(str_of(target), paths, n, &a, &out, &err));
	cr_expect_eq(err.status ? err.status : EXIT_SYSTEM, status, "%s", err.text);
	arena_release(&a);
	return err.text;
}

static void expect_same(const char *one, const char *other, const char *what)
{
	struct buf a, b;

	buf_init(&a, TEXT_MAX);
	buf_init(&b, TEXT_MAX);
	dump_store(one, &a);
	dump_store(other, &b);
	cr_expect_gt(a.len, 100000);
	cr_expect(str_eq(buf_str(&a), buf_str(&b)), "%s: the stores differ", what);
	buf_release(&a);
	buf_release(&b);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", sql, why);
	sqlite3_close(db);
}

Test(merge, is_what_one_writer_writes)
{
	const char *one = temp_store("one"), *joined = temp_store("joined"), *steps = temp_store("steps");
	const char *parts[3] = { temp_store("p0"), temp_store("p1"), temp_store("p2") };
	const char *turned[3] = { parts[2], parts[0], parts[1] };

	write_store(one, 0, FILES, 1);
	for (unsigned i = 0; i < 3; i++)
		write_store(parts[i], i, FILES, 3);
	struct merge_outcome m = merge(joined, parts, 3);

	cr_expect_eq(m.parts, 3);
	cr_expect_eq(m.extents, FILES);
	cr_expect_eq(m.events, FILES * EVENTS + FILES * (FILES - 1) / 2);
	expect_same(one, joined, "at once");
	merge(steps, turned, 1);
	merge(steps, turned + 1, 1);
	m = merge(steps, turned + 2, 1);
	cr_expect_eq(m.extents, FILES / 3);
	expect_same(one, steps, "in steps, another order");
	m = merge(steps, parts, 3);
	cr_expect_eq(m.extents, 0);
	cr_expect_eq(m.extents_known, FILES);
	expect_same(one, steps, "again");
	m = merge(steps, (const char *[]){ joined }, 1);
	cr_expect_eq(m.extents, 0);
	for (unsigned i = 0; i < 3; i++)
		remove_store(parts[i]);
	remove_store(one);
	remove_store(joined);
	remove_store(steps);
}

/* The text with this content id, as found in a store under a path and read so far. */
static void write_text(const char *path, uint64_t content, const char *name, uint64_t end, size_t events)
{
	struct store_writer *w;
	struct extent_writer *x;
	struct err err = ERR_INIT;
	struct extent_info info = made_info(2);
	struct extent_totals t = made_totals(events, T0, T0);

	info.content_id = content;
	info.path = info.logical = str_of(name);
	t.end_offset = end;
	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	cr_assert(extent_begin(w, &info, &x, &err), "%s", err.text);
	for (size_t k = 0; k < events; k++) {
		struct event e = made_file_event(2, k);
		cr_assert(extent_add(x, &e, &err), "%s", err.text);
	}
	cr_assert(extent_finish(x, &t, &err), "%s", err.text);
	cr_assert(store_writer_settle(w, &err), "%s", err.text);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
}

static void expect_files(const char *path, const char *files)
{
	struct arena a;
	struct store *s;
	struct quality_source *q;
	struct err err = ERR_INIT;
	struct buf b;
	size_t n;

	arena_init(&a);
	buf_init(&b, 1 << 16);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	cr_assert(store_load_quality(s, &a, &q, &n, &err), "%s", err.text);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%.*s=%llu", i ? " " : "", STR_ARG(q[i].path), (unsigned long long)q[i].events);
	cr_expect(str_eq(buf_str(&b), str_of(files)), "'%.*s', not '%s'", STR_ARG(buf_str(&b)), files);
	store_close(s);
	buf_release(&b);
	arena_release(&a);
}

Test(merge, a_text_counts_once)
{
	static const struct {
		const char *name; uint64_t content, end; size_t events;
		const char *other_name; uint64_t other_content, other_end; size_t other_events;
		const char *files;
	} rows[] = {
		{ "a.log", 5, 900, 30, "a.log", 5, 900, 30, "a.log=30" },
		{ "b.log", 5, 900, 30, "a.log", 5, 900, 30, "a.log=30" },  /* renamed: the first path */
		{ "a.log", 5, 900, 30, "a.log", 5, 1800, 60, "a.log=60" }, /* grown: what was read further */
		{ "a.log", 5, 900, 30, "b.log", 5, 1800, 60, "b.log=60" },
		{ "a.log", 5, 900, 30, "a.log", 6, 1800, 60, "a.log=30 a.log=60" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *parts[2] = { temp_store("x"), temp_store("y") };
		const char *turned[2] = { parts[1], parts[0] };
		const char *joined[4] = { temp_store("1"), temp_store("2"), temp_store("3"), temp_store("4") };

		write_text(parts[0], rows[i].content, rows[i].name, rows[i].end, rows[i].events);
		write_text(parts[1], rows[i].other_content, rows[i].other_name, rows[i].other_end, rows[i].other_events);
		merge(joined[0], parts, 2);
		merge(joined[1], turned, 2);
		merge(joined[2], parts, 1);
		merge(joined[2], parts + 1, 1);
		merge(joined[3], turned, 1);
		merge(joined[3], turned + 1, 1);
		for (size_t k = 0; k < 4; k++) {
			expect_files(joined[k], rows[i].files);
			remove_store(joined[k]);
		}
		remove_store(parts[0]);
		remove_store(parts[1]);
	}
}

Test(merge, killed_at_any_instant_the_target_is_old_or_new)
{
	const char *before = temp_store("before"), *after = temp_store("after"), *part = temp_store("part"),
		   *target = temp_store("target");
	struct buf old, new, now;
	size_t n_old = 0, n_new = 0;

	buf_init(&old, TEXT_MAX);
	buf_init(&new, TEXT_MAX);
	buf_init(&now, TEXT_MAX);
	write_store(before, 0, 3, 1);
	write_store(after, 0, 3, 1);
	write_store(part, 3, FILES, 1);
	merge(after, &part, 1);
	dump_store(before, &old);
	dump_store(after, &new);
	for (unsigned round = 0; round < 24; round++) {
		struct err err = ERR_INIT;
		struct store_writer *w;
		pid_t child;
		int status;

		write_store(target, 0, 3, 1);
		child = fork();
		cr_assert_geq(child, 0);
		if (child == 0) {
			merge(target, &part, 1);
			_exit(0);
		}
		struct timespec nap = { 0, (long)(hash64_mix(round + 1, 3) % 40000000) };

		nanosleep(&nap, NULL);
		kill(child, SIGKILL);
		cr_assert_eq(waitpid(child, &status, 0), child);
		/* As a reader meets it; a journal is rolled back by whoever opens it. */
		cr_assert(store_writer_open(target, &w, &err), "%s", err.text);
		cr_assert(store_writer_close(w, &err), "%s", err.text);
		buf_clear(&now);
		dump_store(target, &now);
		bool is_old = str_eq(buf_str(&now), buf_str(&old)), is_new = str_eq(buf_str(&now), buf_str(&new));

		cr_expect(is_old || is_new, "round %u", round);
		n_old += is_old;
		n_new += is_new;
		merge(target, &part, 1);
		buf_clear(&now);
		dump_store(target, &now);
		cr_expect(str_eq(buf_str(&now), buf_str(&new)), "round %u: joined again", round);
		remove_store(target);
	}
	cr_expect_eq(n_old + n_new, 24);
	buf_release(&old);
	buf_release(&new);
	buf_release(&now);
	remove_store(before);
	remove_store(after);
	remove_store(part);
}

Test(merge, refuses_what_is_not_whole)
{
	static const struct { const char *sql, *words; } rows[] = {
		{ "UPDATE extent SET state = 0 WHERE id = 1", "its ingest was interrupted" },
		{ "INSERT INTO meta VALUES('shard 00000000000000ff 1/2', 'begun')", "its ingest was interrupted" },
		{ "INSERT INTO meta VALUES('shard 0000000000000xff 1/2', 'done')", "a shard makes no sense" },
		{ "INSERT INTO meta VALUES('shard 00000000000000ff 3/2', 'done')", "a shard makes no sense" },
		{ "UPDATE meta SET value = '20' WHERE key = 'bucket_s'", "have sizes of their own" },
		{ "PRAGMA user_version = 77", "written by a newer inquest" },
		{ "PRAGMA application_id = 5", "is not an inquest store" },
		{ "UPDATE agg SET cells = zeroblob(90)", "does not match its checksum" },
		{ "UPDATE kept SET data = CAST('short' AS BLOB)", "does not match its checksum" },
		{ "ALTER TABLE kept ADD COLUMN more", "a table has other columns than it must have" },
		{ "DROP TABLE series", "no such table: series" },
		{ "UPDATE extent SET id = 1 << 40 WHERE id = 1", "an extent makes no sense" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *parts[2] = { temp_store("sound"), temp_store("bad") }, *target = temp_store("t");
		struct buf before, after;

		buf_init(&before, TEXT_MAX);
		buf_init(&after, TEXT_MAX);
		write_store(parts[0], 0, 2, 1);
		write_store(parts[1], 2, 4, 1);
		write_store(target, 4, 5, 1);
		dump_store(target, &before);
		run_sql(parts[1], rows[i].sql);
		const char *words = refusal(target, parts, 2, EXIT_SYSTEM);

		cr_expect(strstr(words, rows[i].words) && strstr(words, parts[1]), "%s: %s", rows[i].sql, words);
		dump_store(target, &after);
		cr_expect(str_eq(buf_str(&before), buf_str(&after)), "%s: the target changed", rows[i].sql);
		remove_store(target);
		refusal(target, parts, 2, EXIT_SYSTEM);
		cr_expect_neq(access(target, F_OK), 0, "%s: a target is left", rows[i].sql);
		buf_release(&before);
		buf_release(&after);
		remove_store(parts[0]);
		remove_store(parts[1]);
	}
}

Test(merge, refuses_the_same_file_twice)
{
	const char *part = temp_store("part"), *target = temp_store("target");

	write_store(part, 0, 1, 1);
	write_store(target, 1, 2, 1);
	cr_expect(strstr(refusal(target, (const char *[]){ part, part }, 2, EXIT_USAGE), "given twice"));
	cr_expect(strstr(refusal(target, (const char *[]){ part, target }, 2, EXIT_USAGE), "part of itself"));
	cr_expect(strstr(refusal(target, (const char *[]){ part, "/nowhere/at/all" }, 2, EXIT_SYSTEM), "/nowhere/at/all"));
	remove_store(part);
	remove_store(target);
}

static void add_shard(const char *path, uint64_t listing, unsigned number, unsigned of)
{
	struct store_writer *w;
	struct err err = ERR_INIT;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	cr_assert(store_writer_shard(w, listing, number, of, false, &err), "%s", err.text);
	cr_assert(store_writer_shard(w, listing, number, of, true, &err), "%s", err.text);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
}

Test(merge, says_which_shards_are_missing)
{
	/* Shards of a listing, joined one after the other; what is said then. */
	static const struct { uint64_t listing; unsigned number, of; const char *missing; } rows[] = {
		{ 1, 3, 4, "of 4 shards of an archive these are missing: 1, 2, 4" },
		{ 1, 1, 4, "of 4 shards of an archive these are missing: 2, 4" },
		{ 1, 4, 4, "of 4 shards of an archive these are missing: 2" },
		{ 1, 2, 4, NULL },
		{ UINT64_MAX, 7, 40, "of 40 shards of an archive these are missing: 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, "
				     "16, 17, 18, 19, 20, 21 and 19 more" },
	};
	const char *target = temp_store("shards");

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *part = temp_store("shard");
		struct arena a;
		struct merge_outcome out;
		struct err err = ERR_INIT;
		struct str path = str_of(part);

		arena_init(&a);
		write_store(part, i, i + 1, 1);
		add_shard(part, rows[i].listing, rows[i].number, rows[i].of);
		cr_assert(store_merge(str_of(target), &path, 1, &a, &out, &err), "%s", err.text);
		cr_expect_eq(out.incomplete, rows[i].missing != NULL, "row %u", i);
		cr_expect_eq(out.n_remarks, rows[i].missing != NULL, "row %u", i);
		if (rows[i].missing && out.n_remarks)
			cr_expect(str_ends(out.remarks[0], str_of(rows[i].missing)), "%.*s", STR_ARG(out.remarks[0]));
		arena_release(&a);
		remove_store(part);
	}
	remove_store(target);
}

Test(merge, nights_stay_where_they_are)
{
	const char *part = temp_store("nights"), *target = temp_store("days");
	struct arena a;
	struct merge_outcome out;
	struct err err = ERR_INIT;
	struct str path = str_of(part);

	arena_init(&a);
	write_store(part, 0, 2, 1);
	run_sql(part, "CREATE TABLE night(day INTEGER PRIMARY KEY, json TEXT NOT NULL); INSERT INTO night VALUES(20000, '{}')");
	cr_assert(store_merge(str_of(target), &path, 1, &a, &out, &err), "%s", err.text);
	cr_expect_eq(out.extents, 2);
	cr_expect_not(out.incomplete);
	cr_assert_eq(out.n_remarks, 1);
	cr_expect(str_ends(out.remarks[0], STR("the digests of its nights stay there")), "%.*s", STR_ARG(out.remarks[0]));
	arena_release(&a);
	remove_store(part);
	remove_store(target);
}

Test(merge, refuses_shards_of_different_listings)
{
	const char *parts[2] = { temp_store("s1"), temp_store("s2") }, *target = temp_store("mixed");

	for (unsigned i = 0; i < 2; i++) {
		write_store(parts[i], i, i + 1, 1);
		add_shard(parts[i], 50 + i, i + 1, 2);
	}
	cr_expect(strstr(refusal(target, parts, 2, EXIT_SYSTEM), "shard 1 of 2 and shard 2 of 2 were not split from the same files"));
	cr_expect_neq(access(target, F_OK), 0);
	remove_store(parts[0]);
	remove_store(parts[1]);
}
