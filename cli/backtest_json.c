#include "cli/backtest.h"
#include "core/json.h"

static void add_share(struct jsonw *w, const char *key, double share)
{
	jsonw_key(w, key);
	if (share < 0)
		jsonw_null(w);
	else
		jsonw_fixed(w, share, 4);
}

static void add_bool(struct jsonw *w, const char *key, bool value)
{
	jsonw_key(w, key);
	jsonw_bool(w, value);
}

static void add_count(struct jsonw *w, const char *key, double n)
{
	jsonw_key(w, key);
	jsonw_u64(w, (uint64_t)n);
}

static void add_row(struct jsonw *w, const struct score_row *row)
{
	jsonw_key(w, "kind");
	jsonw_str(w, row->kind);
	add_bool(w, "det", row->found);
	add_bool(w, "top1", row->top1);
	add_bool(w, "top3", row->top3);
	add_bool(w, "strict", row->strict);
	add_share(w, "onset", row->onset_error_s);
	add_share(w, "herr", row->herrings);
	add_share(w, "ment", row->mentions);
	add_bool(w, "service", row->service);
	add_bool(w, "said_unknown", row->said_unknown);
	add_share(w, "stated", row->stated);
	add_bool(w, "latest_change", row->baseline.change);
	add_bool(w, "latest_change_service", row->baseline.change_service);
	add_bool(w, "loudest_service", row->baseline.loud_service);
}

static void add_case(struct jsonw *w, const struct result *r)
{
	size_t rows = r->score.n_rows;

	for (size_t k = 0; k < (rows > 0 ? rows : 1); k++) {
		jsonw_object(w);
		jsonw_key(w, "case");
		jsonw_str(w, r->name);
		if (rows > 0)
			add_row(w, &r->score.rows[k]);
		else
			add_bool(w, "quiet", r->score.false_alarms == 0 && !r->missing);
		add_count(w, "false", r->score.false_alarms);
		if (r->missing)
			add_bool(w, "missing", true);
		jsonw_object_end(w);
	}
}

static void add_totals(struct jsonw *w, const struct tally *t)
{
	jsonw_object(w);
	add_count(w, "incidents", (double)t->incidents);
	add_share(w, "det", mean_of(t->found));
	add_share(w, "top1", mean_of(t->top1));
	add_share(w, "top3", mean_of(t->top3));
	add_share(w, "strict", mean_of(t->strict));
	add_share(w, "service", mean_of(t->service));
	add_share(w, "onset_median_s", t->onset_median_s);
	add_count(w, "false", t->false_alarms);
	add_share(w, "herrings", mean_of(t->herrings));
	add_share(w, "mentions", mean_of(t->mentions));
	add_count(w, "quiet_cases", (double)t->quiet);
	add_count(w, "quiet_kept", (double)t->quiet_kept);
	add_count(w, "quiet_false", t->quiet_false);
	add_share(w, "quiet_days", t->quiet_days);
	add_share(w, "unknown_recognised", mean_of(t->recognised));
	add_share(w, "unknown_claimed_wrongly", mean_of(t->unknown_claimed));
	jsonw_object_end(w);
}

static void add_kinds(struct jsonw *w, const struct tally *t)
{
	jsonw_array(w);
	for (size_t i = 0; i < t->n_kinds; i++) {
		jsonw_object(w);
		jsonw_key(w, "kind");
		jsonw_str(w, t->kinds[i].kind);
		add_count(w, "incidents", t->kinds[i].found.n);
		add_share(w, "det", mean_of(t->kinds[i].found));
		add_share(w, "top1", mean_of(t->kinds[i].top1));
		add_share(w, "top3", mean_of(t->kinds[i].top3));
		add_share(w, "strict", mean_of(t->kinds[i].strict));
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void add_calibration(struct jsonw *w, const struct tally *t)
{
	jsonw_object(w);
	add_share(w, "expected_error", t->calibration_error);
	add_share(w, "brier", mean_of(t->brier));
	jsonw_key(w, "bins");
	jsonw_array(w);
	for (size_t i = 0; i < CALIBRATION_BINS; i++) {
		jsonw_object(w);
		add_share(w, "from", (double)i / CALIBRATION_BINS);
		add_share(w, "to", (double)(i + 1) / CALIBRATION_BINS);
		add_count(w, "causes", t->bins[i].stated.n);
		add_share(w, "stated", mean_of(t->bins[i].stated));
		add_share(w, "right", mean_of(t->bins[i].right));
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
	jsonw_object_end(w);
}

static void add_baselines(struct jsonw *w, const struct tally *t)
{
	jsonw_object(w);
	add_share(w, "latest_change_top1", mean_of(t->change));
	add_share(w, "latest_change_service", mean_of(t->change_service));
	add_share(w, "loudest_service", mean_of(t->loud_service));
	jsonw_object_end(w);
}

void backtest_json(const struct result *results, size_t n, const struct tally *t, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out, 1);
	jsonw_object(&w);
	jsonw_key(&w, "schema");
	jsonw_str(&w, STR("inquest-backtest/1"));
	jsonw_key(&w, "cases");
	jsonw_array(&w);
	for (size_t i = 0; i < n; i++)
		add_case(&w, &results[i]);
	jsonw_array_end(&w);
	jsonw_key(&w, "totals");
	add_totals(&w, t);
	jsonw_key(&w, "kinds");
	add_kinds(&w, t);
	jsonw_key(&w, "calibration");
	add_calibration(&w, t);
	jsonw_key(&w, "baselines");
	add_baselines(&w, t);
	jsonw_object_end(&w);
	buf_addc(out, '\n');
}
