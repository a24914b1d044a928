/*
 * ingest_sink: the engine's events into a store. One extent per file; a file whose
 * content the store has already is skipped. Beside that it keeps each file's totals, so that
 * the summary can account for every line. Called from several threads at once.
 */
#ifndef CLI_INGEST_SINK_H
#define CLI_INGEST_SINK_H

#include <pthread.h>

#include "core/hash.h"
#include "ingest/engine.h"
#include "store/writer.h"

/* What became of one file. */
struct file_outcome {
	struct str path, format;
	uint64_t lines, events, continuation, rejected;
	bool skipped;          /* the store had its content already */
	bool truncated, damaged;
	struct str *notes;
	size_t n_notes;
	struct str *samples;   /* a few lines that were not understood */
	size_t n_samples;
};

struct open_extent; /* private */

struct ingest_sink {
	struct store_writer *writer;
	struct arena *arena;      /* of the lists; under the lock */
	pthread_mutex_t lock;
	struct open_extent *open; /* every extent that was begun */
	struct map known;         /* what the store had before: content id → bytes read; not written to any more */
	struct { struct file_outcome *at; size_t n, cap; } files;
	unsigned shard, n_shards; /* the share that is read; 0 of 0: everything */
	uint64_t listing_id;      /* of what is shared, once it is known; 0 */
};

/* False when the store cannot be read; finish it all the same. */
NODISCARD bool ingest_sink_init(struct ingest_sink *s, struct store_writer *writer, struct arena *a, struct err *err);
struct event_sink ingest_sink_events(struct ingest_sink *s);
/* Gives up the extents that were not finished and sorts the files by path. */
void ingest_sink_finish(struct ingest_sink *s);

#endif
