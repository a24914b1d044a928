/*
 * score: how well a case file answers a case whose truth is known (truth.json). The
 * rules are those findings.json is scored by elsewhere, so that figures can be compared:
 * an incident is found when its window overlaps the true one (two minutes of grace), a cause is
 * right when its kind is an accepted one and it names the right thing, a red herring counts when it
 * stands under "ruled out" and is not blamed.
 */
#ifndef CLI_SCORE_H
#define CLI_SCORE_H

#include "core/arena.h"
#include "core/casefile.h"

/* One true incident of a case. */
struct score_row {
	bool found;           /* an incident overlaps it */
	bool top1, top3;      /* a right cause stands at rank 1, within rank 3 */
	bool strict;          /* at rank 1 with exactly the true kind */
	double onset_error_s; /* distance of onset.best; negative = none */
	double herrings;      /* share of the red herrings ruled out; negative = none are known */
	double mentions;      /* share of must_mention that is said; negative = nothing must be */
};

struct score {
	struct score_row *rows;
	size_t n_rows;         /* 0: a quiet case, nothing may be reported */
	unsigned false_alarms; /* incidents that overlap no true one */
};

/* truth is the text of truth.json. */
NODISCARD bool score_case(struct str truth, const struct casefile *c, struct arena *a, struct score *out, struct err *err);

#endif
