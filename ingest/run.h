/*
 * run: the state of one ingest and the steps its threads take: a text is announced to the sink, read,
 * and summed up. What is shared between threads is either under the lock or atomic.
 */
#ifndef INGEST_RUN_H
#define INGEST_RUN_H

#include <pthread.h>
#include <stdatomic.h>

#include "ingest/plan.h"
#include "ingest/text.h"

struct ingest {
	const struct ingest_options *options;
	const struct event_sink *sink;
	struct plan_rules rules;
	struct planned_path *paths;   /* in the order of their display paths, one for each found file */
	size_t n_paths;
	struct text_worker *workers;
	struct arena *kept;           /* one for each worker: what it finds out while probing */
	int64_t span_from_ns, span_to_ns; /* of all events that state a date, as far as known; TIME_NONE */

	pthread_mutex_t lock;         /* of all below */
	struct arena *arena;          /* the report's */
	struct ingest_report *report;
	VEC(struct str) notes;

	atomic_uint_fast64_t events, done_bytes;
	atomic_size_t files_done;
	uint64_t all_bytes;
	size_t files_all;
};

/* What is to be read in a wave. */
enum wave { WAVE_DATED, WAVE_YEARLESS };

/* Reads the texts of a path that belong to the wave. False when the sink failed. */
bool run_path(struct ingest *g, unsigned worker, struct planned_path *p, enum wave wave, struct err *err);
/* Has the path texts that belong to the wave? */
bool run_path_wanted(const struct planned_path *p, enum wave wave);
/* Reads what copies have beyond their original, one after the other. */
bool run_copies(struct ingest *g, unsigned worker, struct planned *original, struct err *err);
/* Standard input: its texts are planned and read as they come. */
bool run_stream(struct ingest *g, struct planned_path *p, struct err *err);
/* A sentence for the report. */
void run_note(struct ingest *g, struct str note);
/* A text that is empty or no log is counted and, where that is no matter of course, noted. */
void run_count_unread(struct ingest *g, const struct planned *p);

#endif
