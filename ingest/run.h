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

	pthread_mutex_t span_lock;    /* of the span, once texts without years are read, and of: */
	int span_known;               /* what is in it, enum span_known */
	int64_t own_from_ns, own_to_ns; /* without other shards' texts */

	pthread_mutex_t lock;         /* of all below */
	struct arena *arena;          /* the report's */
	struct ingest_report *report;
	VEC(struct str) notes;

	atomic_uint_fast64_t events, done_bytes;
	atomic_size_t files_done;
	uint64_t all_bytes;
	size_t files_all;
};

/* What a span covers: this shard's texts, the beginnings of all others' as well, all of these. */
enum span_known { SPAN_OWN, SPAN_BEGINNINGS, SPAN_WHOLE };

/* What is to be read in a wave. */
enum wave { WAVE_DATED, WAVE_YEARLESS };

/* Progress of one open path: what was consumed since the last call is added to the run's. */
struct path_progress {
	struct ingest *ingest;
	uint64_t seen;
};

/* Is any of the path's texts from `from` up to `to` to be read in the wave? */
bool run_path_wanted(const struct planned_path *p, enum wave wave, size_t from, size_t to);
/* Reads those: an archive is shared by threads in parts. False when the sink failed. */
bool run_path(struct ingest *g, unsigned worker, struct planned_path *p, enum wave wave, size_t from,
	      size_t to, struct err *err);
/* One text's part of a wave; `in` stands on it. */
bool run_text(struct ingest *g, unsigned worker, const struct planned_path *path, struct planned *p,
	      struct input *in, const struct input_stream *stream, enum wave wave,
	      struct path_progress *progress, struct err *err);
/* Announces a text to the sink, reads it, sums it up. False when the sink failed. */
bool run_read(struct ingest *g, unsigned worker, struct planned *p, struct input *in,
	      struct path_progress *progress, struct err *err);
struct text_plan run_text_plan(const struct ingest *g, const struct planned *p);
/* Opens a path and moves on to one of its texts; false, with a note, when that cannot be done. */
bool run_open(struct ingest *g, const struct planned_path *path, const struct planned *p, struct input **in,
	      struct input_stream *stream, struct arena *a);
/* Standard input: its texts are planned and read as they come. */
bool run_stream(struct ingest *g, struct planned_path *p, struct err *err);
/* A sentence for the report; of a text, in parts. */
void run_note(struct ingest *g, struct str note);
void run_note_text(struct ingest *g, struct arena *scratch, struct str path, const char *what,
		   struct str more);
void run_count_skipped(struct ingest *g);
/* A text that could not be read; the reason is a note. */
void run_count_failed(struct ingest *g);
/* A text that is empty or no log is counted and, where that is no matter of course, noted. */
void run_count_unread(struct ingest *g, const struct planned *p);

#endif
