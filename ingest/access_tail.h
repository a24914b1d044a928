/*
 * access_tail: what sites append to an access line behind the agent: times, upstreams, ids, forwarded
 * clients. Every site has its own order, so the tail is classified token by token: with a key ("rt=0.015",
 * "request_id: 5f2b...") by the key; without one by its looks. A number with a point is seconds
 * (nginx), "12ms" says its unit, a lone integer of 10,000 or more is Apache's %D in microseconds, and
 * once one was seen, smaller ones of the file are, too. Lists that nginx writes after retries stay together.
 */
#ifndef INGEST_ACCESS_TAIL_H
#define INGEST_ACCESS_TAIL_H

#include "core/event.h"

struct access_tail_state {
	bool tail_is_us; /* the file's lone integers are microseconds */
};

/* One token of a tail: a value, perhaps quoted or bracketed, perhaps with a key. */
struct access_tail_token {
	struct str key, value;
	bool quoted, bracketed;
};

/* Next token of *s, which moves behind it; false at the end. */
bool access_tail_next(struct str *s, struct access_tail_token *t);
/* Sets duration, upstream, its time, request id, client and user of *e as far as the tail states them. */
void access_tail_decode(struct str s, struct access_tail_state *state, struct event *e);

#endif
