/*
 * replay: the events of a store as one stream in time order, over all sources, with what an analysis knows about each
 * moment. The order depends on the content only: time, then source, then line. Events without a time are left out.
 *
 * A store holds the columns of every event but the text of few lines: a kept line is given as it was, any other by its
 * route or template and the known fields.
 */
#ifndef ANALYZE_REPLAY_H
#define ANALYZE_REPLAY_H

#include "store/query.h"
#include "store/reader.h"

struct replay_filter {
	int64_t from_ns, to_ns;   /* [from, to) */
	struct str service;       /* glob; empty: all */
	struct str text;          /* part of the template, route or statement, or a glob of all of it; empty: all */
	enum severity severity;   /* at least; a failed request counts as an error, a refused one as a warning */
	struct str where;         /* SQL condition over the columns of `events`; empty: all */
};

/* What a moment or an event is marked with. */
enum replay_mark { REPLAY_PLAIN, REPLAY_NEW, REPLAY_BAD };

struct replay_event {
	int64_t time_ns;
	struct str source, service, host;
	uint64_t line, offset;
	enum severity severity;   /* as the filter counts it */
	enum event_kind kind;
	int status;               /* -1 none */
	double duration_ms;       /* NAN none */
	struct str route, template, statement;
	struct str text;          /* the kept line; empty: not kept */
	bool degraded;            /* inside a bad time of the incident */
	enum replay_mark mark;    /* bad: failed, or an error line; new: of a template that the incident brought */
	uint64_t key;             /* the same for repeats */
};

struct replay;

/*
 * `in`: the incident whose bad time and new templates are marked; NULL none. A wrong condition is an err with EXIT_USAGE.
 * Close it before the store.
 */
NODISCARD bool replay_open(struct store *s, const struct replay_filter *f, const struct incident *in, struct replay **out, struct err *err);
void replay_close(struct replay *r);
/* The next event; *any: there was one. Slices are good until the next call. */
NODISCARD bool replay_next(struct replay *r, struct replay_event *out, bool *any, struct err *err);

#endif
