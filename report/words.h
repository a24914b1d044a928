/*
 * words: the phrases that all renderers share, so that the terminal, the draft and the page
 * never say the same fact in two ways. Results are plain text in the arena and may quote a
 * log: a renderer escapes them like any other text before showing them.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "core/arena.h"
#include "core/casefile.h"

struct words {
	struct arena *arena;
	const struct zone *zone; /* NULL: UTC */
};

/* "2026-01-29 22:05:02 UTC", "2026-01-29 17:05:02 UTC-5"; "unknown" for TIME_NONE. */
struct str words_time(const struct words *w, int64_t ns);
struct str words_date(const struct words *w, int64_t ns);  /* "2026-01-29" */
struct str words_clock(const struct words *w, int64_t ns); /* "22:05:02" */
/* The clock alone on the day of the incident's onset, else with its date. */
struct str words_moment(const struct words *w, const struct incident *in, int64_t ns);
struct str words_zone(const struct words *w, int64_t ns);  /* "UTC", "UTC-5", "UTC+5:30" */
/* "2026-01-29 22:05:02 – 23:11:30 UTC": the date of the end only when it is another. */
struct str words_span(const struct words *w, int64_t from_ns, int64_t to_ns);
struct str words_seconds(const struct words *w, double seconds); /* "23 min 30 s" */
struct str words_share(const struct words *w, double share);     /* "10.6 %", "0.03 %", "0 %" */
struct str words_count(const struct words *w, uint64_t n);       /* "26,112" */
struct str words_number(const struct words *w, double v);        /* "12.3", "0.0421", "1,840" */

/* "entries" and "routes", but "entry" and "route" for one; NUL behind its end. */
struct str words_plural(const struct words *w, size_t n, const char *several);

/* When the incident ended: recovery, or "still going on at the end of the logs". */
struct str words_window(const struct words *w, const struct casefile *c, const struct incident *in);
/* "degraded for 29 min of it"; empty when that is as good as all. */
struct str words_degraded(const struct words *w, const struct incident *in);
/* "34 min, degraded for 29 min of it" */
struct str words_length(const struct words *w, const struct incident *in);
/* "424 of 26,112 requests failed (1.6 %, at worst 10.6 %), 312 were slow" */
struct str words_requests(const struct words *w, const struct impact *i);
/* How many routes a table needs: those with failures, which come first, or all when none has any. */
size_t words_failing_routes(const struct impact *i);
/* "No failures on GET /, GET /cart, POST /cart and 4 more." of the routes behind those; empty when there are none. */
struct str words_unharmed(const struct words *w, const struct impact *i);
/* The worst share of failed requests; empty where it says nothing beside the share of all. */
struct str words_peak(const struct words *w, const struct impact *i);
/* "87 of 412 users affected (21 %)"; empty when not known. */
struct str words_users(const struct words *w, const struct impact *i);
/* "configuration change timeouts.auth_ms 3000 -> 15 of web" */
struct str words_suspect(const struct words *w, enum cause_kind kind, struct str service, struct str entity);
/* "failed requests on POST /login (web): 0.2 % before, 10.6 % at worst" */
struct str words_symptom(const struct words *w, const struct symptom *s);
/* "route of failed requests (web)", "new line (web)": what a contrast is a value of, and where. */
struct str words_contrast(const struct words *w, const struct contrast *x);
/* The first word or two of it: "route", "new line". */
struct str words_contrast_field(const struct contrast *x);
/* What was ruled out, as its reason calls it when that says more ("rollback web 4.7.2"), else as a suspect. */
struct str words_ruled_out(const struct words *w, const struct ruled_out *r);
/* Why it was ruled out, without its name in front: that stands beside it. */
struct str words_reason(const struct words *w, const struct ruled_out *r);
/* Worth a line where room is short: not all but excluded. */
bool words_is_serious(const struct cause *c);
/* A link of a chain in its own words, else as a suspect. */
struct str words_link(const struct words *w, const struct link *l);
/* A composed sentence as it is shown: times that it names, "(2026-01-29T22:05:02Z)", in words and in the zone. */
struct str words_sentence(const struct words *w, struct str text);
/* What to say when words_root finds none: the analysis' own sentence if it has one. */
struct str words_no_cause(const struct words *w, const struct incident *in);
/* The cause in a sentence, or that there is none. */
struct str words_statement(const struct words *w, const struct incident *in);
/* "highly likely (93 %)", never 0 or 100 % */
struct str words_confidence(const struct words *w, const struct cause *c);
/* "access.log:312" */
struct str words_ref(const struct words *w, const struct ref *r);
/* Of a record, where it is cut: of JSON, which begins with what all lines have, from the message on. */
struct str words_excerpt(const struct words *w, struct str line, unsigned columns);
/* A term's weight in words of evidence: "for", "strongly for", "against", ... */
const char *words_weight(double log_odds);
/* A kind of timeline entry: "onset" → "Onset"; unknown kinds as they are. */
struct str words_timeline_kind(struct str kind);
/* Entries that tell the story; evidence, single symptoms, starts and stops only support it. */
bool words_is_landmark(const struct timeline_entry *e);
/* Entries of the timeline after which it was better for good. */
bool words_helped(const struct timeline_entry *e);
/* Entries of the timeline that are attempts which did not hold. */
bool words_did_not_hold(const struct timeline_entry *e);

/* The first cause that is an answer; NULL when the honest answer is "not in these logs". */
const struct cause *words_root(const struct incident *in);

/*
 * What is wrong with the evidence, one sentence each: lines not understood, zones that were assumed, notes of
 * sources and of the whole. At most `max`, then one that counts the rest.
 */
struct str *words_quality(const struct words *w, const struct casefile *c, size_t max, size_t *n);
/* "9 sources, 120,332 lines, 118,992 events, 12 lines not understood" */
struct str words_volume(const struct words *w, const struct casefile *c);

/* What usually undoes, prevents and reveals such a cause: suggestions, not findings. */
struct measures {
	const char *correct; /* end it */
	const char *prevent; /* keep it from coming back */
	const char *detect;  /* see it sooner */
};
const struct measures *words_measures(enum cause_kind kind);

#endif
