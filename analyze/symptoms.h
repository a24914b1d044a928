/*
 * symptoms: what users felt. Every kind of symptom of every scope (a whole service, one
 * route of it) is a signal "k of n in a step"; the scan says where a signal leaves its baseline.
 */
#ifndef ANALYZE_SYMPTOMS_H
#define ANALYZE_SYMPTOMS_H

#include "analyze/facts.h"
#include "analyze/scan.h"
#include "analyze/season.h"

struct history;

struct signal {
	enum symptom_kind kind;
	size_t service;
	struct str route;     /* empty: all routes */
	double *n, *k;        /* over the analysis' grid */
	double limit_ms;      /* latency: what counts as slow; refused sign-ins and errors: 0 */
	double felt_ms;       /* latency: what a person who waits minds, at least limit_ms; a part of the slow requests must take as long */
	struct scan scan;
	const struct season *season; /* what is usual at an hour; NULL: nothing recurs */
	bool user_facing;     /* it is a symptom by itself; else it tells which service is ill */
};

struct signals {
	struct signal *at;
	size_t n;
	VEC(struct str) notes; /* what recurs at its hour and was therefore taken as usual, a sentence each */
};

/*
 * All signals with their scans; segments are those that are significant after control over all of them. What is usual comes from the
 * window and, where there is one, from its history. On a failure err is set.
 */
struct signals symptoms_find(const struct facts *f, const struct history *h, struct err *err);

/* Is a response of this status a failure of the service, or a refused sign-in? */
static inline bool status_failed(int status)
{
	return status >= 500 && status < 600;
}

static inline bool status_refused(int status)
{
	return status == 401 || status == 403 || status == 419 || status == 440;
}

/* Not a failure of the service by its code, but of users when a route that served them answers with it all of a sudden. */
static inline bool status_rejected(int status)
{
	return status == 400 || status == 404 || status == 405 || status == 411 || status == 413 || status == 414 || status == 415 || status == 429 || status == 431;
}

/* Is a response of this status a hit of such a symptom? Never of those that are not about statuses. */
static inline bool symptom_status(enum symptom_kind kind, int status)
{
	return kind == SYMPTOM_ERRORS ? status_failed(status) : kind == SYMPTOM_AUTH ? status_refused(status) : kind == SYMPTOM_REJECTED && status_rejected(status);
}

/* The client did not send its request, or did not wait for the answer: how long that took is its own doing. */
static inline bool status_client_left(int status)
{
	return status == 408 || status == 444 || status == 460 || status == 499;
}

/*
 * Is so much worth a person's attention? Significance alone is not: with a million requests one part in a thousand is significant.
 * Errors must be some number of real failures; latency and refusals, which wander more, also a share. `usual` is the share that
 * is usual, `more` what counts as many times that; how long it lasts, the caller asks.
 */
bool symptom_matters(enum symptom_kind kind, double excess, double rate, double usual, double more);

/* All series of a time: what tells whether a route lets people in. */
struct series_span { const struct series *at; size_t n; int64_t from_ns, to_ns; };
/* Adds one of these series to n and k, if it is part of the signal. */
void signal_count(const struct facts *f, const struct signal *of, const struct series_span *among, const struct series *s, const struct grid *g,
                  double *n, double *k);

/* The signal over another grid (finer, or a part), into n and k of grid->n steps each, zeroed by the caller. */
void signal_dense(const struct facts *f, const struct signal *s, const struct grid *g, double *n, double *k);

#endif
