/* event_recorder: a sink that remembers what it was given as text, one line an event and a file. */
#ifndef TESTS_UNIT_EVENT_RECORDER_H
#define TESTS_UNIT_EVENT_RECORDER_H

#include <pthread.h>

#include "core/hash.h"
#include "ingest/engine.h"

struct recorder {
	struct arena arena;
	struct arena run;          /* for ingest_run(): what it notes grows while the other one does, in other threads */
	pthread_mutex_t lock;
	struct { struct str *at; size_t n, cap; } events; /* one line for each */
	struct { struct str *at; size_t n, cap; } files;
	struct map known;          /* content id → bytes, of runs before and this one */
	struct map before;         /* as it was when the sink was made: of runs before */
	bool counts_ok;
};

void recorder_init(struct recorder *r);
void recorder_release(struct recorder *r);
void recorder_forget_events(struct recorder *r);
struct event_sink recorder_sink(struct recorder *r);
/* All events and files, sorted, as one text that lives as long as the recorder. */
struct str recorded(struct recorder *r);
/* Is there a file line like this? Prints all of them when not. */
bool has_file(const struct recorder *r, const char *line);
/* How many event lines contain a text. */
size_t count_events(const struct recorder *r, const char *part);

#endif
