#include "cli/baseline.h"

#include <math.h>

/* A change that is logged a little after users felt it still counts as before. */
static const double logged_late_s = 60;

/* The latest change before people noticed, or NULL. */
static const struct store_change *latest_change(const struct truth *t, const struct store_change *changes, size_t n)
{
	double noticed_s = isnan(t->impact_s) ? t->onset_s : fmax(t->onset_s, t->impact_s);
	const struct store_change *latest = NULL;

	for (size_t i = 0; i < n && (double)changes[i].time_ns / 1e9 <= noticed_s + logged_late_s; i++)
		latest = &changes[i];
	return latest;
}

static void judge_change(const struct truth *t, const struct store_change *c, struct arena *a, struct baseline_row *out)
{
	struct str said = arena_printf(a, "%.*s %.*s %.*s %.*s", STR_ARG(c->service), STR_ARG(c->version), STR_ARG(c->key),
				       STR_ARG(c->text));

	out->change = truth_accepts(t, change_kind_cause(c->kind)) && truth_named(t->entity, t->service, said, a);
	out->change_service = truth_names_service(t->service, said, a);
}

/* Error lines of a series between two times, in seconds. */
static uint64_t error_lines(const struct series *s, double from_s, double to_s)
{
	uint64_t n = 0;

	if (s->kind != SERIES_LINE || s->code < SEV_ERROR)
		return 0;
	for (size_t i = 0; i < s->n_cells; i++) {
		double at_s = (double)series_cell(s, i).bucket * BUCKET_S;

		n += at_s >= from_s && at_s <= to_s ? series_cell(s, i).count : 0;
	}
	return n;
}

/* Series are in the order of their services. */
static struct str loudest_service(const struct truth *t, const struct series *series, size_t n)
{
	struct str loudest = STR_NONE;
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t lines = 0;
		struct str service = series[i].service;

		if (series[i].kind != SERIES_LINE || (i > 0 && series[i - 1].kind == SERIES_LINE && str_eq(series[i - 1].service, service)))
			continue;
		for (size_t k = i; k < n && series[k].kind == SERIES_LINE && str_eq(series[k].service, service); k++)
			lines += error_lines(&series[k], t->onset_s - BUCKET_S, t->end_s);
		if (lines > most) {
			most = lines;
			loudest = service;
		}
	}
	return loudest;
}

bool baseline_judge(const struct truths *truths, struct store *s, struct arena *a, struct score *out, struct err *err)
{
	struct store_change *changes;
	struct series *series;
	size_t n_changes, n_series;

	if (truths->n == 0)
		return true;
	if (!store_load_changes(s, a, &changes, &n_changes, err) || !store_load_series(s, a, &series, &n_series, err))
		return false;
	for (size_t i = 0; i < truths->n; i++) {
		const struct truth *t = &truths->at[i];
		const struct store_change *latest = latest_change(t, changes, n_changes);
		struct str loudest = loudest_service(t, series, n_series);

		if (latest)
			judge_change(t, latest, a, &out->rows[i].baseline);
		out->rows[i].baseline.loud_service = truth_names_service(t->service, loudest, a) ||
						     truth_names_service(loudest, t->service, a);
	}
	return true;
}
