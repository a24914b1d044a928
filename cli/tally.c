#include "cli/tally.h"

#include <math.h>
#include <stdlib.h>

static void mean_add(struct mean *m, double v)
{
	if (v < 0)
		return;
	m->sum += v;
	m->n++;
}

double mean_of(struct mean m)
{
	return m.n > 0 ? m.sum / m.n : -1;
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int by_kind(const void *a, const void *b)
{
	return str_cmp(((const struct kind_tally *)a)->kind, ((const struct kind_tally *)b)->kind);
}

/* A cause that stood at rank 1 with this probability. */
static void add_stated(struct tally *t, double stated, bool right)
{
	if (stated < 0)
		return;
	size_t i = (size_t)(stated * CALIBRATION_BINS);
	struct calibration_bin *bin = &t->bins[i < CALIBRATION_BINS ? i : CALIBRATION_BINS - 1];

	mean_add(&bin->stated, stated);
	mean_add(&bin->right, right);
	mean_add(&t->brier, (stated - right) * (stated - right));
}

/*
 * Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (2015): bins of equal
 * width, the distance of their means weighted with their size.
 */
static double calibration_error(const struct tally *t)
{
	double sum = 0, n = 0;

	for (size_t i = 0; i < CALIBRATION_BINS; i++) {
		const struct calibration_bin *bin = &t->bins[i];

		if (bin->stated.n == 0)
			continue;
		sum += bin->stated.n * fabs(mean_of(bin->right) - mean_of(bin->stated));
		n += bin->stated.n;
	}
	return n > 0 ? sum / n : -1;
}

static struct kind_tally *kind_at(struct tally *t, struct str kind)
{
	for (size_t i = 0; i < t->n_kinds; i++)
		if (str_eq(t->kinds[i].kind, kind))
			return &t->kinds[i];
	t->kinds[t->n_kinds] = (struct kind_tally){ .kind = kind };
	return &t->kinds[t->n_kinds++];
}

static void add_row(struct tally *t, const struct score_row *row)
{
	struct kind_tally *kind = kind_at(t, row->kind);

	mean_add(&t->found, row->found);
	mean_add(&t->top1, row->top1);
	mean_add(&t->top3, row->top3);
	mean_add(&t->strict, row->strict);
	mean_add(&t->service, row->service);
	mean_add(&t->herrings, row->herrings);
	mean_add(&t->mentions, row->mentions);
	mean_add(&t->change, row->baseline.change);
	mean_add(&t->change_service, row->baseline.change_service);
	mean_add(&t->loud_service, row->baseline.loud_service);
	mean_add(&kind->found, row->found);
	mean_add(&kind->top1, row->top1);
	mean_add(&kind->top3, row->top3);
	mean_add(&kind->strict, row->strict);
	bool unknown = str_eq(row->kind, str_of(cause_kind_name(CAUSE_UNKNOWN)));
	bool right = row->top1 || (unknown && row->said_unknown);

	if (unknown)
		mean_add(&t->recognised, right);
	else if (row->found)
		mean_add(&t->unknown_claimed, row->said_unknown);
	add_stated(t, row->stated, right);
}

struct tally tally_of(const struct result *results, size_t n, struct arena *a)
{
	struct tally t = { .onset_median_s = -1 };
	VEC(double) onsets = { 0 };

	for (size_t i = 0; i < n; i++)
		t.incidents += results[i].score.n_rows;
	t.kinds = arena_new_n(a, struct kind_tally, t.incidents + 1);
	for (size_t i = 0; i < n; i++) {
		const struct score *s = &results[i].score;
		bool quiet = s->n_rows == 0;

		t.false_alarms += s->false_alarms;
		t.quiet += quiet;
		t.quiet_kept += quiet && s->false_alarms == 0 && !results[i].missing;
		t.quiet_false += quiet ? s->false_alarms : 0;
		t.quiet_days += quiet ? s->days : 0;
		for (size_t k = 0; k < s->n_rows; k++) {
			add_row(&t, &s->rows[k]);
			if (s->rows[k].onset_error_s >= 0)
				*vec_push(a, &onsets) = s->rows[k].onset_error_s;
		}
		for (size_t k = 0; k < s->false_alarms; k++)
			add_stated(&t, s->false_stated[k], false);
	}
	if (onsets.n > 0) {
		qsort(onsets.at, onsets.n, sizeof *onsets.at, by_number);
		t.onset_median_s = onsets.at[onsets.n / 2];
	}
	if (t.n_kinds > 0)
		qsort(t.kinds, t.n_kinds, sizeof *t.kinds, by_kind);
	t.calibration_error = calibration_error(&t);
	return t;
}
