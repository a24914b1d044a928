/*
 * claim: what a written postmortem says that logs can know: when it was, how long, who was hit, what was done, and why.
 * claims_read takes the claims out of the text, claims_compare holds them against each other, claims_hold against what an
 * analysis found. Reading is by words and never perfect: what is not recognised makes no claim, and what the logs do not
 * hold is never called wrong.
 */
#ifndef ANALYZE_CLAIM_H
#define ANALYZE_CLAIM_H

#include "analyze/prose_amount.h"
#include "core/casefile.h"
#include "store/reader.h"

/* X(id, json, words) */
#define CLAIM_KINDS(X)                                             \
	X(CLAIM_DATE, "date", "date")                              \
	X(CLAIM_ZONE, "zone", "time zone")                         \
	X(CLAIM_WINDOW, "window", "window")                        \
	X(CLAIM_START, "start", "start")                           \
	X(CLAIM_END, "end", "end")                                 \
	X(CLAIM_DURATION, "duration", "duration")                  \
	X(CLAIM_EVENT, "timeline", "timeline")                     \
	X(CLAIM_USERS, "users", "users")                           \
	X(CLAIM_REQUESTS, "requests", "requests")                  \
	X(CLAIM_CAUSE, "cause", "cause")                           \
	X(CLAIM_INNOCENT, "ruled_out", "ruled out")
#define CLAIM_ENUM(id, json, words) id,
enum claim_kind { CLAIM_KINDS(CLAIM_ENUM) CLAIM_KIND_COUNT };

enum claim_verdict { CLAIM_UNKNOWN, CLAIM_HOLDS, CLAIM_CONTRADICTED }; /* unknown: not in the logs */

struct claim {
	enum claim_kind kind;
	size_t line;               /* of the draft, from 1 */
	struct str text;           /* the words it was read from */
	struct str sentence;       /* that they stand in */
	int64_t from_ns, to_ns;    /* instants; TIME_NONE when it has none; a single one has to = from */
	int64_t slack_ns;          /* how finely they are said */
	bool has_zone;             /* the text says in which zone, here or above */
	bool entry;                /* of a timeline */
	int bound;                 /* -1 "before", "until"; 1 "after"; 0 at that time */
	int weekday;               /* that the text gives the date, 0 Sunday; -1 none */
	struct amount amount;      /* of durations, users, requests */

	enum claim_verdict verdict;
	struct str found;          /* what the logs say, a sentence; empty: nothing */
	struct refs refs;          /* lines that show it */
	struct str conflict;       /* what other lines of the text say against it; empty: nothing */
	size_t conflict_line;
};

struct claims {
	struct arena *arena;
	VEC(struct claim) list;    /* in the order of the text */
	int32_t offset_s;          /* of the zone that times without one are in */
	bool zone_stated;
	size_t zone_line;
	struct str note;           /* on the zone, where none is stated or the stated one cannot be; empty: nothing */
};

const char *claim_kind_name(enum claim_kind k);
const char *claim_kind_words(enum claim_kind k);
const char *claim_verdict_name(enum claim_verdict v); /* "not_in_logs", "holds", "contradicted" */

/* `hint_ns`: an instant near the incident, for dates that the text leaves out. Slices point into the arena. */
struct claims claims_read(struct str draft, int64_t hint_ns, struct arena *a);
/* The window that the text states, wherever it does: a range, a start and an end, or its timeline. A line is 0 when it does not. */
struct stated_window { int64_t from_ns, to_ns; size_t from_line, to_line; };
struct stated_window claims_window(const struct claims *c);
/* Fills in `conflict`: durations against times, dates against dates, weekdays against dates. */
void claims_compare(struct claims *c);
/* Fills in verdict, found and refs. `changes` may be the store's, all of them. */
void claims_hold(struct claims *c, const struct casefile *file, const struct incident *in, const struct store_change *changes, size_t n_changes);
/* The incident whose time the claims are about; NULL when the case file has none. */
const struct incident *claims_incident(const struct claims *c, const struct casefile *file);

/* Does a text say that it was over ("resolved", "service restored", but not "restored to 5000")? */
bool claim_closes(struct str text);

/* An instant as the text would write it: "2023-10-10 10:29:55 UTC-5". */
struct str claim_time(const struct claims *c, int64_t ns);
/* "27 h 30 min" */
struct str claim_length(const struct claims *c, double seconds);

#endif
