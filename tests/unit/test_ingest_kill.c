/* An ingest that is killed at any instant and begun again gives the store of one that was left alone. */
#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/ingest_sink.h"
#include "core/hash.h"
#include "tests/unit/log_folder.h"
#include "tests/unit/store_help.h"

enum { KILLS = 100, TRIES_MAX = 500, DUMP_MAX_BYTES = 64 << 20 };

/* The whole of it, as the program does it. False with an error. */
static bool ingest_folder(const char *store, struct err *err)
{
	struct str path = str_of(folder);
	const struct ingest_options options = { .paths = &path, .n_paths = 1, .jobs = 2 };
	struct ingest_report report;
	struct ingest_sink sink;
	struct store_writer *writer;
	struct arena a, lists;

	if (!store_writer_open(store, &writer, err))
		return false;
	arena_init(&a);
	arena_init(&lists);
	bool good = ingest_sink_init(&sink, writer, &lists, err);
	const struct event_sink events = ingest_sink_events(&sink);

	good = good && ingest_run(&options, &events, &a, &report, err);
	ingest_sink_finish(&sink);
	good = good && store_writer_settle(writer, err);
	good = store_writer_close(writer, err) && good;
	arena_release(&a);
	arena_release(&lists);
	return good;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* A child begins; after the time it is killed. Was it, before its end? */
static bool killed(const char *store, int64_t after_ns)
{
	struct timespec nap = { (time_t)(after_ns / NS_PER_S), (long)(after_ns % NS_PER_S) };
	int status;
	pid_t child = fork();

	cr_assert_geq(child, 0);
	if (child == 0) {
		struct err err = ERR_INIT;

		_exit(ingest_folder(store, &err) ? 0 : 1);
	}
	nanosleep(&nap, NULL);
	kill(child, SIGKILL);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "%d", WEXITSTATUS(status));
	return WIFSIGNALED(status);
}

static void dump(const char *store, struct buf *out)
{
	buf_clear(out);
	dump_store(store, out);
	cr_assert_not(out->full);
}

Test(ingest_kill, begun_again_it_is_what_it_would_have_been, .init = make_folder, .fini = remove_folder, .timeout = 300)
{
	const char *store = temp_store("ingest-kill");
	struct err err = ERR_INIT;
	struct buf wanted, got;
	size_t kills = 0, tries = 0;

	write_archive();
	buf_init(&wanted, DUMP_MAX_BYTES);
	buf_init(&got, DUMP_MAX_BYTES);
	int64_t window_ns = now_ns();
	cr_assert(ingest_folder(store, &err), "%s", err.text);
	window_ns = now_ns() - window_ns;
	dump(store, &wanted);
	for (; kills < KILLS && tries < TRIES_MAX; tries++) {
		uint64_t chance = hash64_mix(tries + 1, 20260129);

		remove_store(store);
		/* The window follows what the machine does: most kills shall be in time. */
		if (killed(store, (int64_t)(chance % (uint64_t)window_ns))) {
			kills++;
		} else {
			window_ns -= window_ns / 8;
			continue;
		}
		/* Every third is killed once more, on its way to be put right. */
		if (chance % 3 == 0)
			killed(store, (int64_t)(chance / 7 % (uint64_t)window_ns));
		cr_assert(ingest_folder(store, &err), "kill %zu: %s", kills, err.text);
		dump(store, &got);
		cr_assert(str_eq(buf_str(&got), buf_str(&wanted)), "kill %zu: another store", kills);
		window_ns += window_ns / 32;
	}
	cr_expect_eq(kills, (size_t)KILLS, "%zu kills in %zu tries", kills, tries);
	remove_store(store);
	buf_release(&wanted);
	buf_release(&got);
}
