/*
 * score: how well a case file answers a case whose truth is known (cli/truth.h). The
 * rules are those findings.json is scored by elsewhere, so that figures can be compared:
 * an incident is found when its window overlaps the true one (two minutes of grace), a cause is
 * right when its kind is an accepted one and it names the right thing, a red herring counts when it
 * stands under "ruled out" and is not blamed.
 */
#ifndef CLI_SCORE_H
#define CLI_SCORE_H

#include "cli/truth.h"
#include "core/casefile.h"

/* What somebody in a hurry would say, from the same archive and with the true onset given (cli/baseline.h). */
struct baseline_row {
	bool change, change_service; /* the latest change before the onset: is a right cause, is of the right service */
	bool loud_service;           /* the service with the most error lines is the right one */
};

/* One true incident of a case. */
struct score_row {
	struct str kind;      /* the true one */
	bool found;           /* an incident overlaps it */
	bool top1, top3;      /* a right cause stands at rank 1, within rank 3 */
	bool strict;          /* at rank 1 with exactly the true kind */
	bool service;         /* what stands at rank 1 names the right service */
	bool said_unknown;    /* at rank 1 stands "not in these logs" */
	double stated;        /* probability of rank 1; negative = there is none */
	double onset_error_s; /* negative = not found */
	double herrings;      /* share of the red herrings ruled out; negative = none are known */
	double mentions;      /* share of must_mention that is said; negative = nothing must be */
	struct baseline_row baseline;
};

struct score {
	struct score_row *rows;
	size_t n_rows;         /* 0: a quiet case, nothing may be reported */
	unsigned false_alarms; /* incidents that overlap no true one */
	double *false_stated;  /* of each of those: the probability of its rank 1; negative = it names no cause */
	double days;           /* length of the archive */
};

struct score score_case(const struct truths *truths, const struct casefile *c, struct arena *a);

#endif
