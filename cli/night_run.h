/*
 * night_run: one day of `inquest nightly`: what is new is read, the day summed up and compared, its findings and digest
 * written. Doing a day again gives the same bytes, as long as the store holds the same of it and of the days before.
 */
#ifndef CLI_NIGHT_RUN_H
#define CLI_NIGHT_RUN_H

#include "cli/night_archives.h"
#include "cli/pipeline.h"
#include "core/night.h"

struct night_run {
	struct invocation *in;
	const struct night_config *config;
	const struct families *families;
	struct night_roots seen; /* read in this run already; in the invocation's arena */
	VEC(int64_t) days;       /* done in this run; likewise */
	bool damaged;            /* something of the input was damaged or not understood */
};

/* "2026-01-29" */
struct str night_date(int64_t day, struct arena *a);
/* The instants of a date in the config's zone. */
int64_t night_begin_ns(const struct night_config *c, int64_t day);

/* Reads, analyses, compares, keeps and writes the day. `out` is in the arena. */
NODISCARD bool night_run_day(struct night_run *r, int64_t day, struct arena *a, struct night *out, struct err *err);
/* Writes the overview, and the pages of the days that were done and of the nights beside them, which link to them. */
NODISCARD bool night_write_index(struct night_run *r, struct err *err);

#endif
