/*
 * tally: the figures over many scored cases: how many incidents were found and rightly
 * explained, whether stated probabilities can be believed, and what answers without any
 * analysis would have scored.
 */
#ifndef CLI_TALLY_H
#define CLI_TALLY_H

#include "cli/score.h"

/* One case and how it went. */
struct result {
	struct str name;
	bool missing;       /* it could not be investigated; counted as if nothing had been found */
	struct score score;
	struct err err;     /* why it is missing */
};

/* A mean over what is known. */
struct mean {
	double sum, n;
};
double mean_of(struct mean m); /* negative: of nothing */

/* Stated probabilities of one range: [i / CALIBRATION_BINS, (i + 1) / CALIBRATION_BINS). */
enum { CALIBRATION_BINS = 10 };
struct calibration_bin {
	struct mean stated, right;
};

/* True incidents of one kind. */
struct kind_tally {
	struct str kind;
	struct mean found, top1, top3, strict;
};

struct tally {
	size_t incidents, quiet, quiet_kept; /* true incidents; quiet cases; those without a report */
	unsigned false_alarms;
	unsigned quiet_false;          /* of these: in quiet cases */
	double quiet_days;             /* length of all quiet archives */
	struct mean found, top1, top3, strict, service, herrings, mentions;
	double onset_median_s;         /* negative: none was found */
	struct calibration_bin bins[CALIBRATION_BINS];
	struct mean brier;             /* squared difference of what was stated and what was right */
	double calibration_error;      /* expected calibration error: mean |right - stated| over bins, by size; negative: none */
	struct mean recognised;        /* of true "unknown": rank 1 says so, or names what is accepted */
	struct mean unknown_claimed;   /* of all other found ones: rank 1 says "unknown" */
	struct mean change, change_service, loud_service; /* baselines, over true incidents */
	struct kind_tally *kinds;      /* by name */
	size_t n_kinds;
};

struct tally tally_of(const struct result *results, size_t n, struct arena *a);

#endif
