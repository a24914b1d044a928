#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/hash.h"
#include "tests/unit/store_help.h"

enum { ROUNDS = 30, FILES_MAX = 400, EVENTS = 1500 };

/* Writes file after file and says on the pipe which ones are done, until it is killed. */
static void write_until_killed(const char *path, int done)
{
	struct store_writer *w;
	struct err err = ERR_INIT;
	if (!store_writer_open(path, &w, &err))
		_exit(3);
	for (unsigned k = 0; k < FILES_MAX; k++) {
		struct extent_info info = made_info(k);
		struct extent_writer *x;
		info.content_id = k + 1;
		if (!extent_begin(w, &info, &x, &err))
			_exit(4);
		for (size_t i = 0; i < EVENTS; i++) {
			struct event e = made_file_event(k, i);
			if (!extent_add(x, &e, &err))
				_exit(5);
		}
		struct extent_totals t = made_totals(EVENTS, T0, T0);
		if (!extent_finish(x, &t, &err))
			_exit(6);
		unsigned char word = 1;
		if (write(done, &word, 1) != 1)
			_exit(7);
	}
	_exit(0);
}

static bool count_row(void *self, const struct scan_row *row)
{
	uint64_t *per_source = self;
	cr_assert_lt(row->source, (uint32_t)FILES_MAX);
	per_source[row->source]++;
	return true;
}

/* Every file that was reported done is there, whole; of no other there is anything. */
static void check_store(const char *path, size_t reported)
{
	struct store_writer *w;
	struct store *s;
	struct arena a;
	struct series *series;
	struct kept_line *kept;
	struct quality_source *q;
	size_t n, n_series, n_kept;
	static uint64_t per_source[FILES_MAX];
	struct err err = ERR_INIT;
	uint64_t counted = 0;
	arena_init(&a);
	/* First as a reader meets it, then after a writer has tidied up. */
	for (unsigned round = 0; round < 2; round++) {
		cr_assert(store_open(path, &s, &err), "%s", err.text);
		cr_assert(store_load_quality(s, &a, &q, &n, &err), "%s", err.text);
		cr_assert_geq(n, reported, "%zu of %zu files", n, reported);
		cr_assert_leq(n, reported + 1);
		memset(per_source, 0, sizeof per_source);
		cr_assert(store_scan(s, TIME_NONE, INT64_MAX, SCAN_ALL, count_row, per_source, &err), "%s", err.text);
		for (size_t i = 0; i < n; i++)
			cr_assert_eq(per_source[i], EVENTS);
		cr_assert(store_load_series(s, &a, &series, &n_series, &err), "%s", err.text);
		cr_assert(store_load_kept(s, &a, &kept, &n_kept, &err), "%s", err.text);
		counted = 0;
		for (size_t i = 0; i < n_series; i++)
			for (size_t k = 0; series[i].kind == SERIES_CLIENTS && k < series[i].n_cells; k++)
				counted += series_cell(&series[i], k).count;
		cr_assert_eq(counted, n * EVENTS);
		store_close(s);
		cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
		cr_assert(store_writer_settle(w, &err), "%s", err.text);
		cr_assert(store_writer_close(w, &err), "%s", err.text);
	}
	arena_release(&a);
}

Test(store_kill, nothing_reported_is_lost_and_nothing_half_counts)
{
	size_t with_files = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		const char *path = temp_store("kill");
		int ends[2];
		cr_assert_eq(pipe(ends), 0);
		pid_t child = fork();
		cr_assert_geq(child, 0);
		if (child == 0) {
			close(ends[0]);
			write_until_killed(path, ends[1]);
		}
		close(ends[1]);
		unsigned char word;
		size_t reported = 0;
		/* The store is there before the clock starts; then up to 60 ms. */
		cr_assert_eq(read(ends[0], &word, 1), 1);
		reported++;
		struct timespec nap = { 0, (long)(hash64_mix(round + 1, 7) % 60000000) };
		nanosleep(&nap, NULL);
		kill(child, SIGKILL);
		int status;
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "%d", WEXITSTATUS(status));
		while (read(ends[0], &word, 1) == 1)
			reported++;
		close(ends[0]);
		with_files += reported > 1;
		check_store(path, reported);
		remove_store(path);
	}
	cr_expect_gt(with_files, (size_t)ROUNDS / 2);
}

Test(store_kill, killed_while_the_store_is_made)
{
	for (unsigned round = 0; round < 20; round++) {
		const char *path = temp_store("born");
		int ends[2];
		cr_assert_eq(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0)
			write_until_killed(path, ends[1]);
		struct timespec nap = { 0, (long)(round * 150000) };
		nanosleep(&nap, NULL);
		kill(child, SIGKILL);
		cr_assert_eq(waitpid(child, NULL, 0), child);
		close(ends[0]);
		close(ends[1]);
		struct store_writer *w;
		struct err err = ERR_INIT;
		cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
		cr_assert(store_writer_close(w, &err), "%s", err.text);
		remove_store(path);
	}
}

Test(store_kill, a_reader_rolls_back_what_a_killed_writer_left)
{
	const char *path = temp_store("hot");
	struct store_writer *w;
	struct store *s;
	struct arena a;
	struct quality_source *q;
	size_t n;
	char journal[300];
	struct err err = ERR_INIT;
	cr_assert(store_writer_open(path, &w, &err));
	write_made_file(w, 0, EVENTS);
	cr_assert(store_writer_close(w, &err));
	pid_t child = fork();
	if (child == 0) {
		/* A cache of one page: changes reach the file before the transaction ends. */
		sqlite3 *db;
		if (sqlite3_open(path, &db) == SQLITE_OK)
			sqlite3_exec(
				db,
				"PRAGMA synchronous = OFF; PRAGMA cache_size = 1; BEGIN; DELETE FROM block;"
				"DELETE FROM name; UPDATE extent SET path = 'lost';"
				"INSERT INTO kept VALUES(1, 1, randomblob(300000))",
				NULL, NULL, NULL);
		raise(SIGKILL);
	}
	cr_assert_eq(waitpid(child, NULL, 0), child);
	snprintf(journal, sizeof journal, "%s-journal", path);
	cr_assert_eq(access(journal, F_OK), 0, "the unfinished transaction left a journal");
	arena_init(&a);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	cr_assert(store_load_quality(s, &a, &q, &n, &err), "%s", err.text);
	cr_assert_eq(n, 1);
	cr_expect(str_eq(q[0].path, STR("nginx/access.log")));
	static uint64_t per_source[FILES_MAX];
	cr_assert(store_scan(s, TIME_NONE, INT64_MAX, SCAN_ALL, count_row, per_source, &err), "%s", err.text);
	cr_expect_eq(per_source[0], EVENTS);
	store_close(s);
	arena_release(&a);
	remove_store(path);
}
