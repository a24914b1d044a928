/*
 * lookup: what it takes to read back from the archive what stands around a line: of LOOKUPS kept lines, spread over the store, by the
 * store's checkpoints, one by one; beside unpacking the largest of their files once. Fails when a line is not found.
 *
 *	lookup STORE PATH
 */
#include <stdio.h>
#include <time.h>

#include "cli/passages.h"
#include "ingest/find.h"
#include "ingest/input.h"

enum { LOOKUPS = 40 };

static double now_ms(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double unpack_ms(const struct found *files)
{
	const struct found_file *largest = &files->files.at[0];
	struct err err = ERR_INIT;
	struct input_stream stream;
	struct input *in;
	static char chunk[1 << 18];
	double from_ms = now_ms();

	for (size_t i = 0; i < files->files.n; i++)
		if (files->files.at[i].size_bytes > largest->size_bytes)
			largest = &files->files.at[i];
	if (!input_open(largest->path.ptr, largest->display, NULL, &in, &err))
		return 0;
	while (input_next(in, &stream))
		while (input_read(in, chunk, sizeof chunk) > 0)
			continue;
	input_close(in);
	return now_ms() - from_ms;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct kept_line *kept;
	struct store *store;
	struct found files;
	struct arena a;
	size_t n, wrong = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: lookup STORE PATH\n");
		return EXIT_USAGE;
	}
	arena_init(&a);
	struct str path = str_of(argv[2]);

	find_files(&path, 1, &a, &files);
	if (!store_open(argv[1], &store, &err) || !store_load_kept(store, &a, &kept, &n, &err) || n == 0) {
		fprintf(stderr, "lookup: %s\n", err.set ? err.text : "nothing was kept");
		return EXIT_SYSTEM;
	}
	double from_ms = now_ms(), worst_ms = 0;

	for (size_t i = 0; i < LOOKUPS; i++) {
		struct timeline_entry entry = { .refs = { .at = &kept[i * (n - 1) / (LOOKUPS - 1)].ref, .n = 1 } };
		struct incident incident = { .timeline = &entry, .n_timeline = 1 };
		struct casefile c = { .incidents = &incident, .n_incidents = 1 };
		double one_ms = now_ms();

		if (!passages_read(store, &path, 1, NULL, &a, &c, &err)) {
			fprintf(stderr, "lookup: %s\n", err.text);
			return EXIT_SYSTEM;
		}
		wrong += c.n_passages == 0;
		worst_ms = now_ms() - one_ms > worst_ms ? now_ms() - one_ms : worst_ms;
	}
	printf("evidence lookup: %.1f ms a line, %.1f ms at worst (%d lines); unpacking the largest file: %.0f ms\n",
	       (now_ms() - from_ms) / LOOKUPS, worst_ms, LOOKUPS, unpack_ms(&files));
	store_close(store);
	arena_release(&a);
	if (wrong > 0)
		fprintf(stderr, "lookup: %zu of %d lines were not found\n", wrong, LOOKUPS);
	return wrong > 0 ? EXIT_SYSTEM : EXIT_DONE;
}
