#include "analyze/nightly.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/predict.h"
#include "analyze/tracks.h"

/* A figure of the day is called unusual below this chance: there are five of them a night. */
static const double unusual_log10_p = -3;
/* Buckets of durations are 10 % wide: what medians differ by alone. */
static const double duration_noise = 0.05 * 0.05;

/* ---- figures ---- */

enum day_value { DAY_REQUESTS, DAY_FAILED_SHARE, DAY_P95, DAY_ERROR_LINES, DAY_EVENTS };

/* On the scale on which days are compared: counts and durations by their logarithm, shares by their log-odds. */
static double value_of(const struct day_total *d, enum day_value what, bool scaled)
{
	switch (what) {
	case DAY_REQUESTS:
		return scaled ? log(d->requests + 0.5) : d->requests;
	case DAY_FAILED_SHARE:
		if (d->requests <= 0)
			return NAN;
		return scaled ? log((d->failed + 0.5) / (d->requests - d->failed + 0.5)) : d->failed / d->requests;
	case DAY_P95:
		return scaled ? log(d->p95_ms) : d->p95_ms;
	case DAY_ERROR_LINES:
		return scaled ? log(d->error_lines + 0.5) : d->error_lines;
	case DAY_EVENTS:
		return scaled ? log(d->events + 0.5) : d->events;
	}
	return NAN;
}

/* What a value wanders by counting alone. */
static double noise_of(const struct day_total *d, enum day_value what)
{
	double count = what == DAY_REQUESTS       ? d->requests
		       : what == DAY_FAILED_SHARE ? d->failed
		       : what == DAY_ERROR_LINES  ? d->error_lines
						  : d->events;

	return what == DAY_P95 ? duration_noise : 1 / (count + 0.5);
}

static void add_figure(const struct tracks *t, const char *name, enum day_value what, struct night *out)
{
	double scaled[NIGHT_EARLIER_MAX], plain[NIGHT_EARLIER_MAX], noise = 0;
	size_t n = 0;
	const struct day_total *today = &t->days[t->n_days];

	for (size_t i = 0; i < t->n_days && n < NIGHT_EARLIER_MAX; i++) {
		double v = value_of(&t->days[i], what, true);
		if (isnan(v))
			continue;
		plain[n] = value_of(&t->days[i], what, false);
		noise += noise_of(&t->days[i], what);
		scaled[n++] = v;
	}
	struct night_figure *f = &out->figures[out->n_figures++];
	*f = (struct night_figure){ .name = str_of(name), .value = value_of(today, what, false), .usual = median_of(plain, n) };
	if (n)
		f->log10_p = predict_value(value_of(today, what, true), scaled, n, noise / (double)n);
	f->unusual = f->log10_p < unusual_log10_p;
}

static void add_figures(const struct tracks *t, struct night *out)
{
	static const struct { const char *name; enum day_value what; } rows[] = {
		{ "requests", DAY_REQUESTS },         { "failed_share", DAY_FAILED_SHARE }, { "p95_ms", DAY_P95 },
		{ "error_lines", DAY_ERROR_LINES },   { "events", DAY_EVENTS },
	};
	const struct day_total *d = &t->days[t->n_days];

	out->figures = arena_new_n(t->arena, struct night_figure, sizeof rows / sizeof *rows);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		add_figure(t, rows[i].name, rows[i].what, out);
	out->events = (uint64_t)d->events;
	out->requests = (uint64_t)d->requests;
	out->failed = (uint64_t)d->failed;
	out->error_lines = (uint64_t)d->error_lines;
	out->p50_ms = d->p50_ms;
	out->p95_ms = d->p95_ms;
	out->hours = t->hours;
	out->n_hours = t->n_hours;
}

/* ---- incidents ---- */

static void add_incidents(const struct casefile *c, struct arena *a, struct night *out)
{
	out->incidents = arena_new_n(a, struct night_incident, NIGHT_INCIDENTS_MAX);
	for (size_t i = 0; i < c->n_incidents && out->n_incidents < NIGHT_INCIDENTS_MAX; i++) {
		const struct incident *in = &c->incidents[i];
		const struct cause *cause = in->n_causes ? &in->causes[0] : NULL;

		if (in->recovered_ns != TIME_NONE && in->recovered_ns <= out->from_ns)
			continue;
		out->incidents[out->n_incidents++] = (struct night_incident){
			.id = in->id, .title = in->title, .kind = cause ? cause->kind : CAUSE_UNKNOWN,
			.service = cause ? cause->service : STR_NONE, .entity = cause ? cause->entity : STR_NONE,
			.probability = cause ? cause->probability : 0, .onset_ns = in->onset_best_ns, .recovered_ns = in->recovered_ns,
			.degraded_s = in->degraded_s, .requests = in->impact.requests_total, .failed = in->impact.requests_failed,
			.slow = in->impact.requests_slow, .continues = in->onset_best_ns < out->from_ns,
		};
	}
}

/* ---- notes ---- */

static void add_notes(const struct tracks *t, struct night *out)
{
	char text[TIME_TEXT_BYTES];

	out->notes = arena_new_n(t->arena, struct str, 3);
	if (t->days[t->n_days].events <= 0)
		out->notes[out->n_notes++] = STR("There is not one event of this day: no archive of it was found, or it was empty.");
	else if (t->last_ns != TIME_NONE && t->last_ns < out->to_ns)
		out->notes[out->n_notes++] = arena_printf(t->arena, "The logs of this day end early: nothing is later than %s.",
							  time_format(t->last_ns, 0, text));
	if (t->n_days < 3)
		out->notes[out->n_notes++] = arena_printf(t->arena, "%zu earlier %s known: what is usual is told from three days on.",
							  t->n_days, t->n_days == 1 ? "day is" : "days are");
}

bool nightly_compare(struct store *s, const struct nightly_request *r, const struct casefile *c, struct arena *a,
		     struct night *out, struct err *err)
{
	struct tracks t;

	*out = (struct night){ .date = r->date, .zone = r->zone, .from_ns = r->today.from_ns, .to_ns = r->today.to_ns };
	bool good = tracks_gather(&t, s, r, a, err);
	if (good) {
		out->known_days = t.n_days;
		add_figures(&t, out);
		add_incidents(c, a, out);
		nightly_lines(&t, r, out);
		nightly_queries(&t, out);
		nightly_sources(&t, out);
		add_notes(&t, out);
	}
	tracks_release(&t);
	return good;
}
