/* fixture_help: a small made-up stack, generated into a folder of its own, and a look at what was written. */
#ifndef TESTS_UNIT_FIXTURE_HELP_H
#define TESTS_UNIT_FIXTURE_HELP_H

#include "core/arena.h"
#include "fixtures/generate.h"

/* web calls items, which asks a database; two hours from 2024-01-10 22:30 UTC, two requests a second. */
extern const char fixture_stack[];

/* Generates the stack with `more` appended. Returns the folder, which lives as long as the arena. */
const char *fixture_make(struct arena *a, const char *more, uint64_t seed);
void fixture_remove(const char *dir);

struct fixture_file {
	struct str path;  /* below the folder */
	struct str bytes; /* inflated */
	int64_t mtime_s;
	bool gzip;
};
struct fixture_files {
	struct fixture_file *at;
	size_t n, cap;
};
/* Every file, sorted by path. */
struct fixture_files fixture_read(struct arena *a, const char *dir);
/* The text of all files whose path matches a glob, oldest line first (rotations in order of their age). */
struct str fixture_text(struct arena *a, const struct fixture_files *files, const char *glob);
/* Next line of a text, without its end; false when there is none. */
bool fixture_line(struct str *text, struct str *line);

#endif
