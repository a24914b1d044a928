/* claim_hold: what the files that hold claims against the logs share. Private to analyze/claim*.c. */
#ifndef ANALYZE_CLAIM_HOLD_H
#define ANALYZE_CLAIM_HOLD_H

#include "analyze/claim.h"

struct holding {
	struct claims *claims;
	struct arena *arena;
	const struct casefile *file;
	const struct incident *in;
	const struct store_change *changes; size_t n_changes;
	const struct plot *course;  /* share of failures in percent; NULL when there is none */
	double usual, worst;        /* of it: mean outside the incident, and largest */
	int64_t start_slack_ns;     /* how far people may be off with the beginning, and with the end */
	int64_t end_slack_ns;
	int64_t end_ns;             /* recovery, or the end of the logs */
};

__attribute__((format(printf, 4, 5))) void claim_say(struct holding *h, struct claim *c, enum claim_verdict v, const char *fmt, ...);
/* Mean share of failures in percent over [from, to); NAN when nothing is known. */
double course_mean(const struct holding *h, int64_t from_ns, int64_t to_ns);
/* Is some of [from, to) bad? */
bool course_bad(const struct holding *h, int64_t from_ns, int64_t to_ns);

void hold_event(struct holding *h, struct claim *c);
void hold_cause(struct holding *h, struct claim *c);
void hold_innocent(struct holding *h, struct claim *c);

/* How many of the words of a name stand in the text, at most 3; words that name nothing do not count. */
unsigned claim_words_in(struct str text, struct str name);

#endif
