#include "ingest/pool.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

enum { WORKERS_MAX = 256, TICK_MS = 100 };

struct pool {
	const struct pool_job *job;
	pthread_mutex_t lock;    /* of all below */
	pthread_cond_t finished; /* a worker has ended */
	size_t next;             /* first task nobody has */
	unsigned running;        /* workers */
	bool failed;
	size_t failed_task;
	struct err err;          /* of failed_task */
};

struct worker {
	struct pool *pool;
	unsigned index;
	pthread_t thread;
};

static void work(struct pool *p, unsigned index)
{
	for (;;) {
		struct err err = ERR_INIT;
		size_t task;
		bool stop;

		pthread_mutex_lock(&p->lock);
		stop = p->failed || p->next >= p->job->n_tasks;
		task = stop ? 0 : p->next++;
		pthread_mutex_unlock(&p->lock);
		if (stop)
			return;
		if (p->job->run(p->job->self, index, task, &err))
			continue;
		pthread_mutex_lock(&p->lock);
		if (!p->failed || task < p->failed_task) {
			p->err = err;
			p->failed_task = task;
		}
		p->failed = true;
		pthread_mutex_unlock(&p->lock);
	}
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;

	work(p, w->index);
	pthread_mutex_lock(&p->lock);
	p->running--;
	pthread_cond_signal(&p->finished);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void wait_for_workers(struct pool *p)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	pthread_mutex_lock(&p->lock);
	while (p->running > 0) {
		until.tv_nsec += TICK_MS * 1000000L;
		if (until.tv_nsec >= 1000000000L) {
			until.tv_nsec -= 1000000000L;
			until.tv_sec++;
		}
		while (p->running > 0 && pthread_cond_timedwait(&p->finished, &p->lock, &until) != ETIMEDOUT)
			;
		if (p->running == 0 || !p->job->tick)
			continue;
		pthread_mutex_unlock(&p->lock);
		p->job->tick(p->job->self);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
}

bool pool_run(const struct pool_job *job, struct err *err)
{
	struct pool p = { .job = job };
	struct worker workers[WORKERS_MAX];
	unsigned wanted = job->n_workers < 1		 ? 1
			  : job->n_workers > WORKERS_MAX ? WORKERS_MAX
							 : job->n_workers;
	unsigned started = 0;
	pthread_condattr_t monotonic;

	if (wanted > job->n_tasks)
		wanted = job->n_tasks > 0 ? (unsigned)job->n_tasks : 1;
	pthread_mutex_init(&p.lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p.finished, &monotonic);
	pthread_condattr_destroy(&monotonic);
	while ((wanted > 1 || job->tick) && started < wanted) {
		struct worker *w = &workers[started];

		*w = (struct worker){ .pool = &p, .index = started };
		pthread_mutex_lock(&p.lock);
		p.running++;
		pthread_mutex_unlock(&p.lock);
		if (pthread_create(&w->thread, NULL, worker_main, w) != 0) {
			pthread_mutex_lock(&p.lock);
			p.running--; /* fewer threads do the same */
			pthread_mutex_unlock(&p.lock);
			break;
		}
		started++;
	}
	if (started == 0)
		work(&p, 0);
	else
		wait_for_workers(&p);
	for (unsigned i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_cond_destroy(&p.finished);
	pthread_mutex_destroy(&p.lock);
	if (p.failed)
		*err = p.err;
	return !p.failed;
}
