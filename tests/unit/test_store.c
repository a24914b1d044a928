#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"
#include "store/query.h"
#include "tests/unit/store_help.h"

static struct store_writer *open_writer(const char *path)
{
	struct store_writer *w;
	struct err err = ERR_INIT;
	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	return w;
}

static void close_writer(struct store_writer *w)
{
	struct err err = ERR_INIT;
	cr_assert(store_writer_close(w, &err), "%s", err.text);
}

static struct store *open_store(const char *path)
{
	struct store *s;
	struct err err = ERR_INIT;
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	return s;
}

static bool exists(const char *path, const char *suffix)
{
	char name[300];
	struct stat st;
	snprintf(name, sizeof name, "%s%s", path, suffix);
	return stat(name, &st) == 0;
}

static struct extent_writer *begin(struct store_writer *w, const struct extent_info *info)
{
	struct extent_writer *x;
	struct err err = ERR_INIT;
	cr_assert(extent_begin(w, info, &x, &err), "%s", err.text);
	return x;
}

static void add(struct extent_writer *x, const struct event *e)
{
	struct err err = ERR_INIT;
	cr_assert(extent_add(x, e, &err), "%s", err.text);
}

static void finish(struct extent_writer *x, size_t n, int64_t first_ns, int64_t last_ns)
{
	struct err err = ERR_INIT;
	struct extent_totals t = made_totals(n, first_ns, last_ns);
	cr_assert(extent_finish(x, &t, &err), "%s", err.text);
}

static void settle(struct store_writer *w)
{
	struct err err = ERR_INIT;
	cr_assert(store_writer_settle(w, &err), "%s", err.text);
}

Test(store, nothing_but_the_store_is_left_behind)
{
	const char *path = temp_store("clean");
	struct store_writer *w = open_writer(path);
	write_made_file(w, 0, 40000);
	settle(w);
	close_writer(w);
	cr_expect(exists(path, ""));
	cr_expect_not(exists(path, "-journal"));
	cr_expect_not(exists(path, "-wal"));
	cr_expect_not(exists(path, "-shm"));
	struct store *s = open_store(path);
	store_close(s);
	cr_expect_not(exists(path, "-shm"));
	remove_store(path);
}

Test(store, knows_what_it_has)
{
	const char *path = temp_store("knows");
	struct store_writer *w = open_writer(path);
	struct err err = ERR_INIT;
	bool known = true;
	uint64_t end = 7;
	cr_assert(store_writer_knows(w, 1000, &known, &end, &err));
	cr_expect_not(known);
	cr_expect_eq(end, 0);
	write_made_file(w, 0, 50);
	cr_assert(store_writer_knows(w, 1000, &known, &end, &err));
	cr_expect(known);
	cr_expect_eq(end, 5000);
	/* Not while it is being written, nor when it was given up. */
	struct extent_info info = made_info(2);
	struct extent_writer *x = begin(w, &info);
	cr_assert(store_writer_knows(w, info.content_id, &known, &end, &err));
	cr_expect_not(known);
	extent_abandon(x);
	cr_assert(store_writer_knows(w, info.content_id, &known, &end, &err));
	cr_expect_not(known);
	close_writer(w);
	remove_store(path);
}

Test(store, what_is_unfinished_vanishes)
{
	const char *one = temp_store("one"), *two = temp_store("two");
	struct store_writer *w = open_writer(one);
	write_made_file(w, 0, 3000);
	settle(w);
	close_writer(w);

	w = open_writer(two);
	struct extent_info info = made_info(2), other = made_info(3);
	struct extent_writer *lost = begin(w, &info), *given_up = begin(w, &other);
	for (size_t k = 0; k < 40000; k++) {
		struct event e = made_file_event(2, k);
		add(lost, &e);
		add(given_up, &e);
	}
	write_made_file(w, 0, 3000);
	extent_abandon(given_up);
	/* Closed with one pending: as a killed process leaves it, but tidier. */
	settle(w);
	close_writer(w);
	struct buf want, got;
	buf_init(&want, 64 << 20);
	buf_init(&got, 64 << 20);
	struct store *s = open_store(two);
	struct arena a;
	struct quality_source *q;
	size_t n;
	struct err err = ERR_INIT;
	arena_init(&a);
	cr_assert(store_load_quality(s, &a, &q, &n, &err));
	cr_expect_eq(n, 1, "readers see the finished one only");
	store_close(s);
	w = open_writer(two);
	close_writer(w);
	dump_store(one, &want);
	dump_store(two, &got);
	cr_expect(str_eq(buf_str(&want), buf_str(&got)));
	buf_release(&want);
	buf_release(&got);
	arena_release(&a);
	remove_store(one);
	remove_store(two);
}

struct thread_job { struct store_writer *w; unsigned first, step, n; };

static void *write_some(void *self)
{
	const struct thread_job *job = self;
	for (unsigned seed = job->first; seed < job->n; seed += job->step)
		write_made_file(job->w, seed, 6000 + seed * 2500);
	return NULL;
}

enum { FILES = 8 };

static void write_all(const char *path, unsigned threads, bool reverse)
{
	struct store_writer *w = open_writer(path);
	if (reverse) {
		for (unsigned seed = FILES; seed-- > 0;)
			write_made_file(w, seed, 6000 + seed * 2500);
	} else {
		pthread_t ids[FILES];
		struct thread_job jobs[FILES];
		for (unsigned i = 0; i < threads; i++) {
			jobs[i] = (struct thread_job){ w, i, threads, FILES };
			pthread_create(&ids[i], NULL, write_some, &jobs[i]);
		}
		for (unsigned i = 0; i < threads; i++)
			pthread_join(ids[i], NULL);
	}
	settle(w);
	settle(w); /* again changes nothing */
	close_writer(w);
}

Test(store, order_and_threads_do_not_matter)
{
	const char *paths[] = { temp_store("t1"), temp_store("t4"), temp_store("back") };
	struct buf want, got;
	buf_init(&want, 256 << 20);
	write_all(paths[0], 1, false);
	write_all(paths[1], 4, false);
	write_all(paths[2], 1, true);
	dump_store(paths[0], &want);
	cr_expect_gt(want.len, 1000000);
	for (size_t i = 1; i < 3; i++) {
		buf_init(&got, 256 << 20);
		dump_store(paths[i], &got);
		cr_expect(str_eq(buf_str(&want), buf_str(&got)), "%s differs", paths[i]);
		buf_release(&got);
	}
	buf_release(&want);
	for (size_t i = 0; i < 3; i++)
		remove_store(paths[i]);
}

static bool count_row(void *self, const struct scan_row *row)
{
	size_t *n = self;
	cr_assert_geq(row->time_ns, T0 + 60 * NS_PER_S);
	cr_assert_lt(row->time_ns, T0 + 120 * NS_PER_S);
	++*n;
	return *n < 1000;
}

Test(store, a_scan_gives_every_event_of_its_window)
{
	const char *path = temp_store("scan");
	struct store_writer *w = open_writer(path);
	size_t want = 0, got = 0;
	struct err err = ERR_INIT;
	for (unsigned seed = 0; seed < 4; seed++) {
		write_made_file(w, seed, 20000);
		for (size_t k = 0; k < 20000; k++) {
			int64_t t = made_file_event(seed, k).time_ns;
			want += t >= T0 + 60 * NS_PER_S && t < T0 + 120 * NS_PER_S;
		}
	}
	close_writer(w);
	struct store *s = open_store(path);
	cr_assert(store_scan(s, T0 + 60 * NS_PER_S, T0 + 120 * NS_PER_S, SCAN_ALL, count_row, &got, &err), "%s",
		  err.text);
	cr_expect_eq(got, want);
	cr_expect_gt(want, 100);
	store_close(s);
	remove_store(path);
}

Test(store, changes_and_their_times_are_kept)
{
	const char *path = temp_store("changes");
	struct store_writer *w = open_writer(path);
	struct extent_info info = { .path = STR("deploy/deploy.log"),
				   .logical = STR("deploy/deploy.log"),
				   .service = STR("deploy"),
				   .host = STR("ops"),
				   .format = STR("made"),
				   .role = ROLE_CHANGE,
				   .zone_known = true };
	struct extent_writer *x = begin(w, &info);
	for (uint64_t i = 0; i < 3; i++) {
		struct event e = made_event(i, T0 - (int64_t)i * 60 * NS_PER_S);
		struct change c = { .kind = CHANGE_DEPLOYMENT,
				   .service = STR("web"),
				   .version = STR("4.7.3"),
				   .previous = STR("4.7.2"),
				   .actor = STR("ci"),
				   .status = STR("succeeded"),
				   .id = STR("R-12"),
				   .text = i == 1 ? STR("b") : STR("a"),
				   .end_ns = i == 2 ? T0 : TIME_NONE };
		e.kind = EV_CHANGE;
		e.change = &c;
		e.raw = STR("deployed web 4.7.3");
		add(x, &e);
	}
	finish(x, 3, T0 - 120 * NS_PER_S, T0);
	close_writer(w);
	struct store *s = open_store(path);
	struct arena a;
	struct store_change *c;
	struct kept_line *kept;
	size_t n;
	struct err err = ERR_INIT;
	arena_init(&a);
	cr_assert(store_load_changes(s, &a, &c, &n, &err), "%s", err.text);
	cr_assert_eq(n, 3);
	cr_expect_eq(c[0].time_ns, T0 - 120 * NS_PER_S);
	cr_expect_eq(c[0].end_ns, T0);
	cr_expect_eq(c[2].end_ns, TIME_NONE);
	cr_expect_eq(c[1].kind, CHANGE_DEPLOYMENT);
	cr_expect(str_eq(c[1].text, STR("b")));
	cr_expect(str_eq(c[1].service, STR("web")) && str_eq(c[1].previous, STR("4.7.2")) &&
		  str_eq(c[1].id, STR("R-12")));
	cr_expect(str_eq(c[1].host, STR("ops")), "the file's host stands in");
	cr_expect(str_eq(c[1].ref.source, STR("deploy/deploy.log")) && c[1].ref.line == 2 &&
		  c[1].ref.offset == 100);
	cr_expect(str_eq(c[1].ref.text, STR("deployed web 4.7.3")));
	cr_assert(store_load_kept(s, &a, &kept, &n, &err));
	cr_expect_eq(n, 3, "records of changes are always kept");
	store_close(s);
	arena_release(&a);
	remove_store(path);
}

Test(store, quality_says_what_was_read)
{
	const char *path = temp_store("quality");
	struct store_writer *w = open_writer(path);
	write_made_file(w, 1, 100);
	write_made_file(w, 0, 200);
	close_writer(w);
	struct store *s = open_store(path);
	struct arena a;
	struct quality_source *q;
	struct store_source *src;
	size_t n;
	struct err err = ERR_INIT;
	arena_init(&a);
	cr_assert(store_load_quality(s, &a, &q, &n, &err));
	cr_assert_eq(n, 2);
	cr_expect(str_eq(q[0].path, STR("nginx/access.log")) && str_eq(q[1].path, STR("nginx/access.log.1")));
	cr_expect_eq(q[0].events, 200);
	cr_expect_eq(q[1].lines, 101);
	cr_expect_eq(q[1].rejected, 1);
	cr_expect(str_eq(q[0].zone, STR("stated +00:00")));
	cr_assert_eq(q[0].n_notes, 2);
	cr_expect(str_eq(q[0].notes[0], STR("truncated after line 812")));
	cr_expect(str_eq(q[0].notes[1], STR("not understood: line 17: what is this")));
	cr_assert(store_load_sources(s, &a, &src, &n, &err));
	cr_assert_eq(n, 1, "rotations are one log");
	cr_expect(str_eq(src[0].logical, STR("nginx/access.log")) && str_eq(src[0].service, STR("nginx")));
	cr_expect_eq(src[0].events, 300);
	cr_expect(src[0].zone_known);
	cr_expect_eq(src[0].role, ROLE_ACCESS);
	store_close(s);
	arena_release(&a);
	remove_store(path);
}

Test(store, the_case_file_is_kept)
{
	const char *path = temp_store("casefile");
	struct err err = ERR_INIT;
	cr_expect_not(store_save_casefile(path, STR("{}"), &err), "there is no store yet");
	cr_expect_not(exists(path, ""), "and none is made");
	struct store_writer *w = open_writer(path);
	close_writer(w);
	struct store *s = open_store(path);
	struct arena a;
	struct str json;
	arena_init(&a);
	err = (struct err)ERR_INIT;
	cr_assert(store_load_casefile(s, &a, &json, &err));
	cr_expect_eq(json.len, 0);
	cr_assert(store_save_casefile(path, STR("{\"a\":1}"), &err), "%s", err.text);
	cr_assert(store_save_casefile(path, STR("{\"a\":2}"), &err), "%s", err.text);
	cr_assert(store_load_casefile(s, &a, &json, &err), "%s", err.text);
	cr_expect(str_eq(json, STR("{\"a\":2}")));
	cr_expect_not(exists(path, "-journal"));
	store_close(s);
	arena_release(&a);
	remove_store(path);
}

static void write_bytes(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");
	cr_assert(f && fwrite(bytes, 1, n, f) == n);
	fclose(f);
}

/* Neither reading nor writing, and the message names the file and says `why`. */
static void check_refused(const char *path, const char *why)
{
	struct store *s;
	struct store_writer *w;
	struct err read = ERR_INIT, write = ERR_INIT;
	cr_expect_not(store_open(path, &s, &read));
	cr_expect_not(store_writer_open(path, &w, &write));
	cr_expect(strstr(read.text, path) && strstr(read.text, why), "%s", read.text);
	cr_expect(strstr(write.text, path) && strstr(write.text, why), "%s", write.text);
	cr_expect_null(w);
}

Test(store, foreign_files_are_refused)
{
	const char *path = temp_store("foreign");
	static const char text[] =
		"This is not a database, but it is long enough to have had the head of one, were it one. "
		"And so on, and so on, and so on.";
	write_bytes(path, text, sizeof text);
	check_refused(path, "is not an inquest store");
	remove_store(path);
	sqlite3 *db;
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "CREATE TABLE t(a)", NULL, NULL, NULL);
	sqlite3_close(db);
	check_refused(path, "is not an inquest store");
	remove_store(path);
	struct store_writer *w = open_writer(path);
	close_writer(w);
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
	sqlite3_close(db);
	check_refused(path, "newer");
	remove_store(path);
	mkdir(path, 0700);
	check_refused(path, "is a directory");
	rmdir(path);
	struct store *s;
	struct err err = ERR_INIT;
	cr_expect_not(store_open(path, &s, &err));
	cr_expect(strstr(err.text, "no such store"), "%s", err.text);
	/* An empty file is as good as none, for writing. */
	write_bytes(path, "", 0);
	err = (struct err)ERR_INIT;
	cr_expect_not(store_open(path, &s, &err));
	w = open_writer(path);
	close_writer(w);
	remove_store(path);
}

/* Loads everything there is; how it ends does not matter, that it ends does. */
static bool load_all(const char *path, struct err *err)
{
	struct store *s;
	struct arena a;
	struct series *series;
	struct store_source *sources;
	struct quality_source *quality;
	struct store_template *templates;
	struct store_change *changes;
	struct kept_line *kept;
	struct str json;
	size_t n, rows = 0;
	if (!store_open(path, &s, err))
		return false;
	arena_init(&a);
	bool good = store_load_series(s, &a, &series, &n, err);
	good = store_load_sources(s, &a, &sources, &n, err) && good;
	good = store_load_quality(s, &a, &quality, &n, err) && good;
	good = store_load_templates(s, &a, &templates, &n, err) && good;
	good = store_load_changes(s, &a, &changes, &n, err) && good;
	good = store_load_kept(s, &a, &kept, &n, err) && good;
	good = store_load_casefile(s, &a, &json, err) && good;
	good = store_scan(s, T0 + 60 * NS_PER_S, T0 + 120 * NS_PER_S, SCAN_ALL, count_row, &rows, err) && good;
	arena_release(&a);
	struct query *q = NULL;
	good = query_open(s, STR("SELECT 1"), &q, err) && good; /* loads what databases say */
	query_close(q);
	store_close(s);
	return good;
}

Test(store, damage_is_reported_and_never_kills)
{
	const char *path = temp_store("damage"), *hurt = temp_store("hurt");
	struct store_writer *w = open_writer(path);
	for (unsigned seed = 0; seed < 4; seed++)
		write_made_file(w, seed, 3000);
	settle(w);
	close_writer(w);
	static char bytes[4 << 20];
	FILE *f = fopen(path, "rb");
	size_t size = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	cr_assert_lt(size, sizeof bytes);
	struct err err = ERR_INIT;
	cr_assert(load_all(path, &err), "%s", err.text);
	size_t refused = 0, tries = 0;
	for (size_t cut = 1; cut < size; cut += size / 40) {
		err = (struct err)ERR_INIT;
		write_bytes(hurt, bytes, cut);
		bool good = load_all(hurt, &err);
		cr_expect_not(good, "cut at %zu of %zu", cut, size);
		cr_expect(strstr(err.text, hurt), "%s", err.text);
	}
	uint64_t state = 9;
	for (unsigned i = 0; i < 150; i++) {
		state = hash64_mix(state, i);
		size_t at = state % size, n = 1 + (state >> 40) % 200;
		static char copy[sizeof bytes];
		memcpy(copy, bytes, size);
		for (size_t k = at; k < at + n && k < size; k++)
			copy[k] = (char)hash64_mix(state, k);
		write_bytes(hurt, copy, size);
		err = (struct err)ERR_INIT;
		tries++;
		if (!load_all(hurt, &err)) {
			refused++;
			cr_expect(strstr(err.text, hurt), "%s", err.text);
		}
		struct store_writer *again;
		err = (struct err)ERR_INIT;
		if (store_writer_open(hurt, &again, &err)) {
			if (!store_writer_settle(again, &err))
				cr_expect(strstr(err.text, hurt), "%s", err.text);
			if (!store_writer_close(again, &err))
				cr_expect(strstr(err.text, hurt), "%s", err.text);
		}
		remove_store(hurt);
	}
	cr_expect_gt(refused, tries / 4, "%zu of %zu", refused, tries);
	remove_store(path);
	remove_store(hurt);
}

Test(store, can_be_read_where_nothing_can_be_written)
{
	char dir[] = "/tmp/inquest-test-ro-XXXXXX", path[64];
	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.inquest", dir);
	struct store_writer *w = open_writer(path);
	write_made_file(w, 0, 100);
	close_writer(w);
	chmod(path, 0400);
	chmod(dir, 0500);
	struct err err = ERR_INIT;
	cr_expect(load_all(path, &err), "%s", err.text);
	chmod(dir, 0700);
	remove_store(path);
	rmdir(dir);
}

Test(store, a_second_writer_is_kept_out)
{
	const char *path = temp_store("busy");
	struct store_writer *w = open_writer(path);
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		sqlite3 *db;
		char answer = 'n';
		if (sqlite3_open(path, &db) == SQLITE_OK &&
		    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_BUSY)
			answer = 'y';
		_exit(write(ends[1], &answer, 1) == 1 ? 0 : 1);
	}
	char answer = '?';
	cr_assert_eq(read(ends[0], &answer, 1), 1);
	cr_expect_eq(answer, 'y');
	close(ends[0]);
	close(ends[1]);
	close_writer(w);
	remove_store(path);
}
