/*
 * inquiry: one outbreak under investigation: what the rules of analyze/causes/ look at and
 * write to. Rules raise candidates from what emerged; every candidate is tested with named
 * terms (log-odds with words and lines); analyze/verdict.c lets them compete.
 */
#ifndef ANALYZE_INQUIRY_H
#define ANALYZE_INQUIRY_H

#include "analyze/contrast.h"
#include "analyze/effect.h"
#include "analyze/traces.h"

/* A voice that speaks more (or stopped speaking) in the bad steps. */
struct emergence {
	const struct voice *voice;
	double bad, expected;   /* lines in the bad steps, and what the quiet rate would give */
	double llr;             /* of the difference; lost voices have bad < expected */
	bool lost;
	bool trouble;           /* speaks of trouble: severity >= warn, or an error family */
	int64_t first_ns;       /* its first line in the outbreak or shortly before */
	ptrdiff_t names;        /* another service its text names, -1 none */
	struct str outside;     /* what it calls when that has no logs here: "payments"; empty: nothing or unknown */
	struct str host;        /* host that says nearly all of it, where the service has several; else empty */
};

/* How ill a service is in the outbreak. */
struct illness {
	double requests, failed, slow; /* surplus of its own failed and slow requests in the bad steps */
	double own_lines;       /* surplus lines of trouble that are about itself */
	double caller_lines;    /* ... that are about something it called */
	double lost_lines;      /* lines that it used to log and does not any more */
	double score;           /* 0..1: share of what it did that went wrong, own trouble first */
	bool silent;            /* it logged before and stopped logging during the outbreak */
	int64_t first_ns;       /* first sign of trouble */
};

struct term_entry { const char *name; double log_odds; struct str text; struct refs refs; };

struct candidate {
	enum cause_kind kind;
	struct str service, entity;
	int64_t time_ns;         /* when it began */
	struct str what;         /* noun phrase for sentences: "the configuration change timeouts.auth_ms 3000 -> 15 of web" */
	ptrdiff_t act;           /* the change it is, -1 for a condition seen in the logs */
	ptrdiff_t service_index; /* index of service, -1 unknown */
	const struct family *family;
	ptrdiff_t speaker;       /* conditions told by a caller: the service whose lines they are, -1 none */
	VEC(struct term_entry) terms;
	double score;            /* sum of the terms */
	double probability;
	double share;            /* conditions: lines or statements of it per failed request, capped at 1 */
	ptrdiff_t caused_by;     /* candidate that explains it, -1 none */
	bool herring;            /* never a cause, only to be reported as ruled out */
	struct str culprit;      /* connections: the application or user that opened most of the additional ones */
	struct refs refs;        /* its own best lines */
};

struct inquiry {
	const struct facts *f;
	const struct signals *signals;
	const struct outbreaks *outbreaks;
	const struct outbreak *o;
	struct arena *arena;
	struct emergence *emergent; size_t n_emergent; /* by llr, largest first */
	struct illness *ill;      /* per service */
	struct traces traces;
	struct contrasts contrasts; /* what is different in the bad window */
	struct effect **effects;  /* per act, see inquiry_effect; NULL: not asked for yet */
	double failures;          /* surplus of failed (or, for latency, slow) requests as users saw them */
	VEC(struct candidate) candidates;
};

/* Emergence, illness, traces; candidates empty. */
NODISCARD bool inquiry_init(struct inquiry *q, const struct facts *f, const struct signals *signals, const struct outbreaks *all,
                            const struct outbreak *o, struct err *err);

/* A fresh candidate; time and service set, service_index resolved. */
struct candidate *inquiry_raise(struct inquiry *q, enum cause_kind kind, struct str service, struct str entity, int64_t time_ns);

/* Adds a term; refs may be NULL. Terms within 0.05 of zero are left out unless `always`. */
void term_add(struct inquiry *q, struct candidate *c, const char *name, double log_odds, const struct refs *refs, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* Lines of a voice in the outbreak, at most `max`. */
struct refs inquiry_lines(const struct inquiry *q, const struct voice *v, size_t max);

/* What an act of the facts changed. Reckoned once. */
const struct effect *inquiry_effect(const struct inquiry *q, const struct act *act);

/* The first step after the onset that `meant` accepts and with which the failures ended, at once or slowly; NULL when there is none. */
const struct act *inquiry_ended_by(const struct inquiry *q, bool (*meant)(const struct inquiry *q, const struct act *step, const void *self), const void *self);

/* Does A call B, as far as the logs tell? (Seen by request ids, A's lines name B, or B is a database or cache A has trouble with.) */
bool inquiry_depends(const struct inquiry *q, ptrdiff_t a, ptrdiff_t b);

/* One file a kind of cause: analyze/causes/<kind>.c defines `const struct cause_rule cause_<kind>`. */
struct cause_rule {
	enum cause_kind kind;
	const char *help;
	void (*raise)(struct inquiry *q);
	void (*test)(struct inquiry *q, struct candidate *c); /* adds the terms of a candidate this rule raised */
};
extern const struct cause_rule *const cause_registry[]; /* generated; ends with NULL */

#endif
