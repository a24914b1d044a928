/*
 * baseline: what answers without any analysis would have scored, to see what the analysis is
 * worth. Both are given the true time, which a person in a hurry does not have.
 */
#ifndef CLI_BASELINE_H
#define CLI_BASELINE_H

#include "cli/score.h"
#include "store/reader.h"

/* Fills rows[i].baseline for every true incident. */
NODISCARD bool baseline_judge(const struct truths *truths, struct store *s, struct arena *a, struct score *out,
			      struct err *err);

#endif
