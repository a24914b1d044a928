/*
 * progress: one line on standard error while archives are read, with the time that is
 * still to go. Only on a terminal: in a pipe, a log or with -q nothing is written. The host's
 * monotonic clock is used for this line alone and never reaches a result.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool shown;       /* standard error is a terminal and progress is wanted */
	bool dirty;       /* the line stands on the terminal and must be wiped */
	double started_s; /* monotonic seconds at the start */
};

void progress_init(struct progress *p, bool wanted);
/* The callback of struct ingest_options; self is a struct progress. */
void progress_show(void *self, uint64_t done_bytes, uint64_t all_bytes, uint64_t events, size_t files_done,
		   size_t files_all);
/* Wipes the line, so that what follows starts on a clean one. */
void progress_end(struct progress *p);

#endif
