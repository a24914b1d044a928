/*
 * suggest: measures that follow from a cause's kind and from the evidence of this incident: what to undo, what to bound, and
 * alerts whose thresholds come from the incident's own series. Suggestions for a postmortem, never findings.
 */
#ifndef REPORT_SUGGEST_H
#define REPORT_SUGGEST_H

#include "report/words.h"

enum suggestion_kind { SUGGEST_CORRECT, SUGGEST_PREVENT, SUGGEST_DETECT };

struct suggestion { enum suggestion_kind kind; struct str text; };

enum { SUGGESTIONS_MAX = 8 };
struct suggestions { struct suggestion at[SUGGESTIONS_MAX]; size_t n; };

struct suggestions suggest(const struct words *w, const struct casefile *c, const struct incident *in);
const char *suggestion_words(enum suggestion_kind k); /* "Correct" */
const char *suggestion_type(enum suggestion_kind k);  /* "mitigate", "prevent", "detect" */

/* A limit for a series that the incident crossed and its quiet time did not. */
struct alarm {
	double limit;
	int64_t first_ns;  /* end of the first step of the incident above it */
	int64_t step_ns;   /* a value is a mean over so long */
	size_t elsewhere;  /* steps outside of the incident that are above it, too */
};
/* False when the series cannot tell the incident from quiet time. */
bool alarm_of(const struct plot *p, int64_t onset_ns, int64_t end_ns, struct alarm *out);

#endif
