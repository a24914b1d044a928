/*
 * pool: the same function over n tasks by a few threads. Tasks are handed out in order of their
 * index, one at a time; which thread gets which never matters, because tasks share nothing but what their
 * owner protects. The calling thread only waits and reports progress, unless one thread is enough:
 * then it does the work itself.
 */
#ifndef INGEST_POOL_H
#define INGEST_POOL_H

#include "core/err.h"

#include <stddef.h>

struct pool_job {
	size_t n_tasks;
	unsigned n_workers; /* at least 1 */
	void *self;
	/* Worker 0 .. n_workers-1 runs a task; false stops the pool as soon as running tasks are done. */
	bool (*run)(void *self, unsigned worker, size_t task, struct err *err);
	void (*tick)(void *self); /* about ten times a second, from the calling thread; NULL none */
};

/* True when all tasks were run; else the error of the failed task with the smallest index. */
NODISCARD bool pool_run(const struct pool_job *job, struct err *err);

#endif
