#include "analyze/plots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/dense.h"
#include "analyze/statements.h"

enum {
	POINTS_MAX = 720,     /* of one series */
	POINTS_CROWDED = 240, /* when there are more incidents than CROWD */
	CROWD = 6,
	STATEMENTS_DRAWN = 3, VOICES_DRAWN = 3,
	NAME_BYTES = 80,      /* of a statement or a line that names a series */
	SPANS_MAX = 200,
	FACET_WIDTH = 6,      /* buckets: some facets are counted by the minute */
	QUANTILE_MIN = 8,     /* requests in a step, for less says nothing about quantiles */
};

static const double surplus_min_s = 5; /* of additional statement time */
static const int64_t room_min_ns = 3600 * NS_PER_S, room_max_ns = 12 * 3600 * NS_PER_S;

struct drawing {
	const struct inquiry *q;
	struct grid grid;
	VEC(struct plot) plots;
};

/* ---- the axis ---- */

/* The same span in steps of `width` buckets that begin at round times. */
static struct grid in_steps(struct grid g, int32_t width)
{
	int32_t odd = (g.first % width + width) % width;
	size_t buckets = g.n * (size_t)g.width + (size_t)odd;

	return (struct grid){ g.first - odd, width, (buckets + (size_t)width - 1) / (size_t)width };
}

/* What came before and after: as much as the incident took, within reason; and its cause. */
static struct grid axis_of(const struct inquiry *q, const struct incident *in)
{
	static const int32_t widths[] = { 1, 2, 3, 6, 12, 18, 30, 60, 90, 180, 360, 720, 1440, 8640 };
	const struct facts *f = q->f;
	int64_t span = q->o->end_ns - q->o->onset_best_ns;
	int64_t room = span < room_min_ns ? room_min_ns : span > room_max_ns ? room_max_ns : span;
	int64_t from = q->o->onset_from_ns - room, to = q->o->end_ns + room;
	int64_t cause = in->n_causes ? in->causes[0].time_ns : TIME_NONE;
	size_t points = q->outbreaks->n > CROWD ? POINTS_CROWDED : POINTS_MAX, i = 0;

	if (cause != TIME_NONE && cause < from + room / 8 && cause > q->o->onset_from_ns - 4 * room_max_ns)
		from = cause - room / 8;
	from = from < f->from_ns ? f->from_ns : from;
	to = to > f->to_ns ? f->to_ns : to;
	struct grid g = grid_over(from, to, 1);
	while (i + 1 < sizeof widths / sizeof widths[0] && g.n > points * (size_t)widths[i])
		i++;
	return in_steps(g, widths[i]);
}

/* ---- one series ---- */

/* Four digits are more than a drawing shows; fewer make a smaller store. */
static double rounded(double v)
{
	char text[32];

	if (!isfinite(v))
		return NAN;
	snprintf(text, sizeof text, "%.4g", v);
	return strtod(text, NULL);
}

/* An array of the drawing's steps, zeroed. */
static double *fresh(const struct drawing *d)
{
	return arena_new_n(d->q->arena, double, d->grid.n + 1);
}

/* hits / trials * scale for each step; trials NULL: hits * scale. The array of hits becomes the plot's. */
static void add(struct drawing *d, const char *panel, struct str name, const char *unit, double *hits,
                const double *trials, double scale)
{
	for (size_t i = 0; i < d->grid.n; i++)
		hits[i] = rounded(!trials ? hits[i] * scale : trials[i] > 0 ? hits[i] / trials[i] * scale : NAN);
	*vec_push(d->q->arena, &d->plots) = (struct plot){
		.panel = str_of(panel), .name = name, .unit = str_of(unit), .from_ns = grid_ns(&d->grid, 0),
		.step_ns = grid_step_ns(&d->grid), .values = hits, .n = d->grid.n,
	};
}

static double per_second(const struct drawing *d)
{
	return 1e9 / (double)grid_step_ns(&d->grid);
}

/* A text that names a series, on one line and cut at a character. */
static struct str name_of(const struct inquiry *q, struct str text)
{
	if (text.len <= NAME_BYTES)
		return text;
	size_t n = NAME_BYTES;
	while (n && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
		n--;
	return arena_printf(q->arena, "%.*s…", STR_ARG(str_head(text, n)));
}

/* ---- panels ---- */

static struct str signal_name(const struct inquiry *q, const struct signal *s)
{
	struct str what = str_of(symptom_kind_words(s->kind));

	return s->route.len ? arena_printf(q->arena, "%.*s on %.*s", STR_ARG(what), STR_ARG(s->route)) : what;
}

static bool takes_part(const struct outbreak *o, size_t signal)
{
	for (size_t i = 0; i < o->n_parts; i++)
		if (o->parts[i].signal == signal)
			return true;
	return false;
}

static void draw_signal(struct drawing *d, const struct signal *s)
{
	double *n = fresh(d), *k = fresh(d);

	signal_dense(d->q->f, s, &d->grid, n, k);
	add(d, "Affected", signal_name(d->q, s), "%", k, n, 100);
}

/* What leads, and the other symptoms of its service as a whole. */
static void draw_symptoms(struct drawing *d)
{
	const struct inquiry *q = d->q;
	const struct signal *lead = &q->signals->at[q->o->lead];

	draw_signal(d, lead);
	for (size_t i = 0; i < q->signals->n; i++) {
		const struct signal *s = &q->signals->at[i];

		if (i != q->o->lead && s->service == lead->service && !s->route.len && s->kind != lead->kind &&
		    (takes_part(q->o, i) || s->kind == SYMPTOM_ERRORS))
			draw_signal(d, s);
	}
}

/* The service whose requests are shown: the one that suffers, else the edge. -1: nobody logs requests. */
static ptrdiff_t served_by(const struct inquiry *q)
{
	size_t lead = q->signals->at[q->o->lead].service;

	return q->f->services[lead].has_http ? (ptrdiff_t)lead : q->f->edge;
}

static bool is_http_of(const struct inquiry *q, const struct series *s, ptrdiff_t service)
{
	return s->kind == SERIES_HTTP && str_eq(s->service, q->f->services[service].name);
}

static void draw_requests(struct drawing *d, ptrdiff_t service)
{
	const struct inquiry *q = d->q;
	double *all = fresh(d), *failed = fresh(d);

	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];

		if (!is_http_of(q, s, service))
			continue;
		dense_count(&d->grid, s, all);
		if (status_failed(s->code))
			dense_count(&d->grid, s, failed);
	}
	add(d, "Requests", STR("all requests"), "1/s", all, NULL, per_second(d));
	add(d, "Requests", STR("failed"), "1/s", failed, NULL, per_second(d));
}

static void draw_latency(struct drawing *d, ptrdiff_t service)
{
	static const struct { const char *name; double q; } lines[] = {
		{ "median", 0.5 }, { "95th percentile", 0.95 }, { "99th percentile", 0.99 },
	};
	enum { LINES = sizeof lines / sizeof lines[0] };
	const struct inquiry *q = d->q;
	double *values[LINES], *timed = fresh(d), any = 0;

	for (size_t i = 0; i < LINES; i++)
		values[i] = fresh(d);
	struct arena_mark mark = arena_mark(q->arena);
	uint32_t (*hist)[HIST_BUCKETS] = arena_alloc_n(q->arena, d->grid.n + 1, sizeof *hist, _Alignof(uint32_t));
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];

		for (size_t c = 0; is_http_of(q, s, service) && c < s->n_cells; c++) {
			int32_t at = series_cell(s, c).bucket - d->grid.first;

			if (at < 0 || (size_t)(at / d->grid.width) >= d->grid.n)
				continue;
			size_t n;
			const struct hist_entry *entries = cell_hist(s, c, &n);

			timed[at / d->grid.width] += cell_times(s, c).timed;
			any += cell_times(s, c).timed;
			for (size_t h = 0; h < n; h++)
				hist[at / d->grid.width][entries[h].bucket] += entries[h].count;
		}
	}
	for (size_t t = 0; t < d->grid.n; t++)
		for (size_t i = 0; i < LINES; i++)
			values[i][t] = timed[t] >= QUANTILE_MIN ? hist_quantile_ms(hist[t], lines[i].q) : NAN;
	arena_rewind(q->arena, mark);
	for (size_t i = 0; i < LINES && any > 0; i++)
		add(d, "Latency", str_of(lines[i].name), "ms", values[i], NULL, 1);
}

/* Is the kind among what the verdict blames, or in the chain that leads to it? */
static bool is_blamed(const struct incident *in, enum cause_kind kind)
{
	if (!in->n_causes)
		return false;
	for (size_t i = 0; i < in->causes[0].n_chain; i++)
		if (in->causes[0].chain[i].kind == kind)
			return true;
	return in->causes[0].kind == kind;
}

static void draw_statements(struct drawing *d, const struct incident *in)
{
	const struct inquiry *q = d->q;
	double surplus = 0;

	for (size_t i = 0; i < in->n_statements; i++)
		surplus += fmax(0, in->statements[i].total_s - in->statements[i].usual_s);
	/* A database that had little more to do is no part of the story, unless it is blamed. */
	if (!in->n_statements || (surplus < surplus_min_s && !is_blamed(in, CAUSE_SLOW_QUERY) && !is_blamed(in, CAUSE_LOCK_CONTENTION)))
		return;
	double *all = fresh(d);
	for (size_t i = 0; i < q->f->n_series; i++)
		if (q->f->series[i].kind == SERIES_QUERY)
			dense_sum_ms(&d->grid, &q->f->series[i], all);
	add(d, "Statement time", STR("all statements"), "s/s", all, NULL, per_second(d) / 1e3);
	for (size_t k = 0; k < in->n_statements && k < STATEMENTS_DRAWN; k++) {
		const struct statement *top = &in->statements[k];

		if (!(top->total_s - top->usual_s > 0.1 * surplus))
			break;
		double *one = fresh(d);
		for (size_t i = 0; i < q->f->n_series; i++) {
			const struct series *s = &q->f->series[i];

			if (s->kind == SERIES_QUERY && str_eq(s->key_text, top->text) && str_eq(s->service, top->service))
				dense_sum_ms(&d->grid, s, one);
		}
		add(d, "Statement time", name_of(q, top->text), "s/s", one, NULL, per_second(d) / 1e3);
	}
}

/* Events of a kind, those of `who` only when it is given. False when there are none. */
static bool count_events(const struct drawing *d, enum event_kind kind, struct str who, double *out)
{
	const struct inquiry *q = d->q;

	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];

		if (s->kind == SERIES_EVENT && s->code == (int32_t)kind && (!who.len || str_eq(s->key_text, who)))
			dense_count(&d->grid, s, out);
	}
	return dense_total(out, 0, d->grid.n) > 0;
}

static void draw_events(struct drawing *d, const char *panel, struct str name, enum event_kind kind, struct str who)
{
	double *v = fresh(d);

	if (count_events(d, kind, who, v))
		add(d, panel, name, "1/min", v, NULL, per_second(d) * 60);
}

static void draw_connections(struct drawing *d, const struct incident *in)
{
	const struct inquiry *q = d->q;
	struct str who = STR_NONE;

	for (size_t i = 0; i < q->candidates.n && !who.len; i++)
		if (q->candidates.at[i].probability > 0.05)
			who = q->candidates.at[i].culprit;
	if (!who.len && !is_blamed(in, CAUSE_CONNECTION_EXHAUSTION))
		return;
	draw_events(d, "Connections to databases", STR("opened"), EV_CONN_OPEN, STR_NONE);
	if (who.len)
		draw_events(d, "Connections to databases", arena_printf(q->arena, "opened by %.*s", STR_ARG(who)), EV_CONN_OPEN, who);
	draw_events(d, "Connections to databases", STR("refused"), EV_CONN_REFUSED, STR_NONE);
}

/* What the surge carries, against all arrivals. */
static void draw_arrivals(struct drawing *d, ptrdiff_t service)
{
	const struct inquiry *q = d->q;
	const struct candidate *c = q->candidates.n ? &q->candidates.at[0] : NULL;
	struct grid fine = d->grid;

	if (!c || c->kind != CAUSE_TRAFFIC_SURGE || !c->entity.len)
		return;
	if (fine.width < FACET_WIDTH)
		d->grid = in_steps(fine, FACET_WIDTH);
	double *all = fresh(d), *some = fresh(d);
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];

		if (is_http_of(q, s, service))
			dense_count(&d->grid, s, all);
		else if (s->kind == SERIES_FACET && str_eq(s->key_text, c->entity) && str_eq(s->service, q->f->services[service].name))
			dense_count(&d->grid, s, some);
	}
	if (dense_total(some, 0, d->grid.n) > 0) {
		add(d, "Arrivals", STR("all requests"), "1/s", all, NULL, per_second(d));
		add(d, "Arrivals", arena_printf(q->arena, "with %.*s", STR_ARG(name_of(q, c->entity))), "1/s", some, NULL, per_second(d));
	}
	d->grid = fine;
}

/* The lines of trouble that came up with the incident. */
static void draw_voices(struct drawing *d)
{
	const struct inquiry *q = d->q;
	size_t drawn = 0;

	for (size_t i = 0; i < q->n_emergent && drawn < VOICES_DRAWN; i++) {
		const struct emergence *e = &q->emergent[i];

		if (!e->trouble || e->lost || e->llr < 8)
			continue;
		double *v = fresh(d);
		for (size_t k = 0; k < e->voice->n_parts; k++)
			dense_count(&d->grid, e->voice->parts[k], v);
		struct str service = q->f->services[e->voice->service].name;
		add(d, "Log lines", arena_printf(q->arena, "%.*s: %.*s", STR_ARG(service), STR_ARG(name_of(q, e->voice->text))), "1/min", v,
		    NULL, per_second(d) * 60);
		drawn++;
	}
}

/* ---- the degraded spans ---- */

static void write_degraded(const struct inquiry *q, struct incident *out)
{
	const struct grid *g = &q->f->grid;
	VEC(struct span) spans = { 0 };

	for (size_t i = 0; i < g->n; i++) {
		if (!q->o->bad[i])
			continue;
		int64_t from = grid_ns(g, i), to = grid_ns(g, i + 1);

		if (spans.n && from <= spans.at[spans.n - 1].to_ns)
			spans.at[spans.n - 1].to_ns = to;
		else if (spans.n < SPANS_MAX)
			*vec_push(q->arena, &spans) = (struct span){ from, to };
	}
	out->degraded = spans.at;
	out->n_degraded = spans.n;
}

void plots_write(const struct inquiry *q, struct incident *out)
{
	struct drawing d = { .q = q, .grid = axis_of(q, out) };
	ptrdiff_t service = served_by(q);

	write_degraded(q, out);
	out->statements = statements_of(q, &out->n_statements);
	draw_symptoms(&d);
	if (service >= 0) {
		draw_requests(&d, service);
		draw_latency(&d, service);
		draw_arrivals(&d, service);
	}
	draw_statements(&d, out);
	draw_connections(&d, out);
	if (is_blamed(out, CAUSE_CACHE_FAILURE))
		draw_events(&d, "Cache", STR("evictions and statistics"), EV_CACHE, STR_NONE);
	draw_voices(&d);
	out->plots = d.plots.at;
	out->n_plots = d.plots.n;
}
