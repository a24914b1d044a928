/*
 * terms: the pieces of a score that every kind of cause shares. Each adds one named term
 * of log-odds with its figure and its words to a candidate; none looks at a name, a phrase or a
 * threshold of a particular incident.
 */
#ifndef ANALYZE_TERMS_H
#define ANALYZE_TERMS_H

#include "analyze/inquiry.h"

/* Milliseconds in words for a term's sentence: to the millisecond below ten seconds, then "14 s", "6 d 15 h". */
char *term_ms(double ms, char out[static TIME_TEXT_BYTES]);

/* Raises a candidate for every act whose kind is one of the n kinds; acts after the onset come as herrings. */
void raise_acts(struct inquiry *q, const enum change_kind *kinds, size_t n);
/* All terms of an act: prior, precedence, place, mechanism, reversal. */
void test_act(struct inquiry *q, struct candidate *c);

/* Raises a candidate for each (service, family) of this kind that emerged. */
void raise_family(struct inquiry *q, enum cause_kind kind);
/* All terms of such a condition: prior, signal, timing, share, nature, depth. */
void test_family(struct inquiry *q, struct candidate *c);

/* Does a step speak of what any of the new error lines are about, and take nothing back? Who acted had found it. */
bool step_against_condition(const struct inquiry *q, const struct act *step);
/* Connections that are used up are found to be those of an application or a user. */
void connections_of(struct inquiry *q, struct candidate *c, struct str who);

/* A piece of test_act: did the failures end when it was taken back, with something else, or by themselves? */
void term_reversal(struct inquiry *q, struct candidate *c, const struct act *act);

/* Pieces of test_family, for conditions that are seen in numbers and not in texts. */
void term_prior(struct inquiry *q, struct candidate *c);
/* When the condition's own signal begins, against the onset. */
void term_timing(struct inquiry *q, struct candidate *c, int64_t first_ns, const struct refs *refs);
/* For a cache that fails or is emptied: what the database has to do in its place. */
void term_load(struct inquiry *q, struct candidate *c);
/* For a new version on a part of the hosts: do these fail more than the others? */
void term_rollout(struct inquiry *q, struct candidate *c, const struct act *act);
/* Does the log of a service hold what it answers well, too? Of one that logs failures only nobody knows how often, or when, it is asked. */
bool logs_success(const struct inquiry *q, ptrdiff_t service, int64_t from, int64_t to);
/* Does a service's own log tell of its stop or crash, or, if that counts, of its start in this time? */
bool tells_end(const struct inquiry *q, ptrdiff_t service, bool or_start, int64_t from_ns, int64_t to_ns);
/* For a change: whether calls behind the front multiply with it, and return to their level when it is taken back. */
void term_calls(struct inquiry *q, struct candidate *c, const struct act *act);
/* Does its service take part in the failing requests, and does the failing, or the delay, begin there? By request ids. */
void term_path(struct inquiry *q, struct candidate *c);
void term_origin(struct inquiry *q, struct candidate *c);
/* Its service against those that are ill: deeper and with trouble of its own is better. */
void term_depth(struct inquiry *q, struct candidate *c);

#endif
