#include "cli/backtest.h"

/* A number, or "-" where there is none. */
static void add_share(struct buf *out, double share, int width, int decimals)
{
	if (share < 0)
		buf_addf(out, " %*s", width, "-");
	else
		buf_addf(out, " %*.*f", width, decimals, share);
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "NO";
}

static void add_result(struct buf *out, const struct result *r)
{
	if (r->score.n_rows == 0) {
		buf_addf(out, "%-34.*s quiet day: %s   false=%u\n", STR_ARG(r->name),
			 r->score.false_alarms == 0 && !r->missing ? "kept quiet" : "FALSE ALARM or no result",
			 r->score.false_alarms);
		return;
	}
	for (size_t i = 0; i < r->score.n_rows; i++) {
		const struct score_row *row = &r->score.rows[i];

		buf_addf(out, "%-34.*s %4s %5s %5s %6s", STR_ARG(r->name), yes_no(row->found), yes_no(row->top1),
			 yes_no(row->top3), yes_no(row->strict));
		add_share(out, row->onset_error_s, 8, 2);
		buf_addf(out, " %5u", r->score.false_alarms);
		add_share(out, row->herrings, 5, 2);
		add_share(out, row->mentions, 5, 2);
		buf_addc(out, '\n');
	}
}

static void add_total(struct buf *out, const char *label, double v, int decimals)
{
	buf_addf(out, "  %s", label);
	add_share(out, v, 1, decimals);
}

static void add_totals(struct buf *out, const struct tally *t)
{
	buf_addf(out, "incidents %zu", t->incidents);
	add_total(out, "det", mean_of(t->found), 3);
	add_total(out, "top1", mean_of(t->top1), 3);
	add_total(out, "top3", mean_of(t->top3), 3);
	add_total(out, "strict", mean_of(t->strict), 3);
	add_total(out, "onset median", t->onset_median_s, 0);
	buf_addf(out, " s  false %u", t->false_alarms);
	add_total(out, "herrings", mean_of(t->herrings), 3);
	add_total(out, "mentions", mean_of(t->mentions), 3);
	buf_addf(out, "  quiet days kept quiet %zu/%zu\n", t->quiet_kept, t->quiet);
}

static void add_kinds(struct buf *out, const struct tally *t)
{
	buf_addf(out, "\n%-34s %4s %5s %5s %6s\n", "true kind", "n", "det", "top1", "top3");
	for (size_t i = 0; i < t->n_kinds; i++) {
		const struct kind_tally *k = &t->kinds[i];

		buf_addf(out, "%-34.*s %4.0f", STR_ARG(k->kind), k->found.n);
		add_share(out, mean_of(k->found), 5, 2);
		add_share(out, mean_of(k->top1), 5, 2);
		add_share(out, mean_of(k->top3), 6, 2);
		buf_addc(out, '\n');
	}
}

static void add_calibration(struct buf *out, const struct tally *t)
{
	buf_addf(out, "\n%-34s %4s %5s %5s\n", "probability stated for rank 1", "n", "mean", "right");
	for (int i = 0; i < CALIBRATION_BINS; i++) {
		const struct calibration_bin *bin = &t->bins[i];

		if (bin->stated.n == 0)
			continue;
		buf_addf(out, "%3d – %3d %%%24s %4.0f", i * 100 / CALIBRATION_BINS, (i + 1) * 100 / CALIBRATION_BINS, "",
			 bin->stated.n);
		add_share(out, mean_of(bin->stated), 5, 2);
		add_share(out, mean_of(bin->right), 5, 2);
		buf_addc(out, '\n');
	}
	buf_addz(out, "calibration:");
	add_total(out, "expected error", t->calibration_error, 3);
	add_total(out, "Brier", mean_of(t->brier), 3);
	buf_addf(out, "  over %.0f causes\n", t->brier.n);
	buf_addz(out, "not in the logs:");
	add_total(out, "recognised", mean_of(t->recognised), 3);
	buf_addf(out, " of %.0f", t->recognised.n);
	add_total(out, "wrongly claimed", mean_of(t->unknown_claimed), 3);
	buf_addf(out, " of %.0f\n", t->unknown_claimed.n);
	buf_addz(out, "quiet:");
	add_total(out, "false incidents a day", t->quiet_days > 0 ? t->quiet_false / t->quiet_days : -1, 3);
	buf_addf(out, " over %.1f days\n", t->quiet_days);
}

static void add_answer(struct buf *out, const char *name, double cause, double service, double quiet)
{
	buf_addf(out, "%-34s", name);
	add_share(out, cause, 5, 3);
	add_share(out, service, 7, 3);
	add_share(out, quiet, 5, 3);
	buf_addc(out, '\n');
}

static void add_baselines(struct buf *out, const struct tally *t)
{
	double kept = t->quiet > 0 ? (double)t->quiet_kept / (double)t->quiet : -1;

	buf_addf(out, "\n%-34s %5s %7s %5s\n", "answers", "cause", "service", "quiet");
	add_answer(out, "inquest", mean_of(t->top1), mean_of(t->service), kept);
	add_answer(out, "latest change before the onset", mean_of(t->change), mean_of(t->change_service), -1);
	add_answer(out, "loudest service", -1, mean_of(t->loud_service), -1);
	add_answer(out, "always none", t->incidents > 0 ? 0 : -1, t->incidents > 0 ? 0 : -1, t->quiet > 0 ? 1 : -1);
}

void backtest_table(const struct result *results, size_t n, const struct tally *t, struct buf *out)
{
	buf_addf(out, "%-34s %4s %5s %5s %6s %8s %5s %5s %5s\n", "case", "det", "top1", "top3", "strict", "onset_s", "false",
		 "herr", "ment");
	for (size_t i = 0; i < n; i++)
		add_result(out, &results[i]);
	add_totals(out, t);
	if (t->n_kinds > 0)
		add_kinds(out, t);
	add_calibration(out, t);
	add_baselines(out, t);
}
