#include "report/figure.h"

#include <math.h>

#include "report/html.h"
#include "report/view.h"

enum {
	WIDTH = 960, LEFT = 8, RIGHT = 952, /* of the drawing and of its axis, in units of the view box */
	MARK_TOP = 16, MARK_ROW = 24, MARK_ROWS = 5, MARK_RADIUS = 9,
	PANEL = 84, PANEL_GAP = 30, PANELS_MAX = 5,
	AXIS = 26,
	COLUMNS = 472,                      /* values drawn of one series at most */
	TICKS = 9,
	LABEL_COLUMNS = 60, UNIT_COLUMNS = 12,
};

static const double FAR_NS = 4e18; /* beyond it, a time is damage and does not fit back into 64 bits */

struct drawing {
	const struct figure *f;
	struct buf *out;
	double from_ns, to_ns; /* of the axis */
	int top, bottom;       /* of the panels */
};

static double x_at(const struct drawing *d, double ns)
{
	double x = LEFT + (ns - d->from_ns) / (d->to_ns - d->from_ns) * (RIGHT - LEFT);

	return x < LEFT ? LEFT : x > RIGHT ? RIGHT : x;
}

/* ---- axis of time ---- */

/* The series' own span, else the incident's. False when nothing has a time. */
static bool find_span(struct drawing *d)
{
	const struct incident *in = d->f->in;
	bool any = false;

	for (size_t i = 0; i < in->n_plots; i++) {
		const struct plot *p = &in->plots[i];

		if (!view_plot_is_drawable(p))
			continue;
		double from = (double)p->from_ns, to = from + (double)p->step_ns * (double)p->n;
		d->from_ns = any ? fmin(d->from_ns, from) : from;
		d->to_ns = any ? fmax(d->to_ns, to) : to;
		any = true;
	}
	if (any)
		return true;
	if (in->onset_best_ns == TIME_NONE)
		return false;
	/* Without a series to go by: some room before and after. */
	double onset = (double)in->onset_best_ns;
	double end = in->recovered_ns != TIME_NONE ? (double)in->recovered_ns : (double)d->f->c->to_ns;
	double room = fmax((end - onset) / 3, 60e9);
	d->from_ns = onset - room;
	d->to_ns = fmax(end, onset) + room;
	return fabs(d->from_ns) < FAR_NS && fabs(d->to_ns) < FAR_NS;
}

/* Seconds between ticks: the least of the usual ones that gives no more than TICKS of them. */
static int64_t tick_step_s(double span_s)
{
	static const int64_t steps[] = {
		1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
		172800, 604800, 1209600, 2592000, 31536000,
	};
	size_t last = sizeof steps / sizeof steps[0] - 1;

	for (size_t i = 0; i < last; i++)
		if (span_s / (double)steps[i] <= TICKS)
			return steps[i];
	/* Longer than years: whatever keeps the number of ticks bounded. */
	return steps[last] > (int64_t)(span_s / TICKS) ? steps[last] : (int64_t)(span_s / TICKS);
}

static void draw_axis(const struct drawing *d)
{
	const struct words *w = d->f->w;
	int64_t step_s = tick_step_s((d->to_ns - d->from_ns) / 1e9);
	/* Ticks stand on round wall-clock times of the zone. */
	int64_t offset_s = w->zone ? zone_offset_at(w->zone, (int64_t)d->from_ns) : 0;
	int64_t first_s = ((int64_t)(d->from_ns / 1e9) + offset_s) / step_s * step_s - offset_s;

	for (int64_t s = first_s; (double)s * 1e9 <= d->to_ns; s += step_s) {
		double x = x_at(d, (double)s * 1e9);
		struct str label =
			step_s >= 86400 ? words_date(w, s * NS_PER_S) : words_clock(w, s * NS_PER_S);

		if ((double)s * 1e9 < d->from_ns)
			continue;
		if (step_s >= 60 && step_s < 86400)
			label = str_head(label, 5);
		buf_addf(d->out, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x, d->top - 6, d->bottom);
		/* At the very edges a centred label would be cut. */
		const char *anchor = x < LEFT + 24 ? "start" : x > RIGHT - 24 ? "end" : "middle";
		buf_addf(d->out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">", x,
			 d->bottom + 17, anchor);
		html_text(d->out, label);
		buf_addz(d->out, "</text>");
	}
}

/* ---- what happened ---- */

/* A mark's class: its colour, and whether a line runs down through the series. */
struct look { const char *kind, *class; bool line; };
static const struct look looks[] = {
	{ "change", "change", true },    { "onset", "onset", true },       { "peak", "onset", false },
	{ "symptom", "symptom", false }, { "alert", "symptom", false },    { "mitigation", "good", true },
	{ "recovered", "good", true },   { "ineffective", "vain", true }, { "relief", "vain", true },
};

static const struct look *look_of(struct str kind)
{
	static const struct look other = { "", "other", false };

	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
		if (str_eq(kind, str_of(looks[i].kind)))
			return &looks[i];
	return &other;
}

const char *figure_class(struct str kind)
{
	return look_of(kind)->class;
}

static bool is_drawn(const struct drawing *d, const struct timeline_entry *e)
{
	return words_is_landmark(e) && e->time_ns != TIME_NONE && (double)e->time_ns >= d->from_ns &&
	       (double)e->time_ns <= d->to_ns;
}

/* The first row in which a mark at x touches no earlier one; the last row takes what is left. */
static int mark_row(double x, double row_end[static MARK_ROWS])
{
	int row = 0;

	while (row < MARK_ROWS - 1 && x - row_end[row] < 2 * MARK_RADIUS + 4)
		row++;
	row_end[row] = x;
	return row;
}

/* How many rows the marks take; draws them when `draw`. */
static int marks(const struct drawing *d, bool draw)
{
	const struct incident *in = d->f->in;
	double row_end[MARK_ROWS];
	size_t number = 0;
	int rows = 0;

	for (int r = 0; r < MARK_ROWS; r++)
		row_end[r] = -WIDTH;
	for (size_t i = 0; i < d->f->n_entries; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		number += words_is_landmark(e);
		if (!is_drawn(d, e))
			continue;
		/* Marks keep clear of the edges; lines show the exact place. */
		double line_x = x_at(d, (double)e->time_ns);
		double x = fmin(fmax(line_x, LEFT + MARK_RADIUS), RIGHT - MARK_RADIUS);
		int row = mark_row(x, row_end), y = MARK_TOP + row * MARK_ROW;

		rows = row + 1 > rows ? row + 1 : rows;
		if (!draw)
			continue;
		const struct look *look = look_of(e->kind);
		if (look->line)
			buf_addf(d->out, "<path class=\"at %s\" d=\"M%.1f %dV%d\"/>", look->class, line_x,
			         y + MARK_RADIUS, d->bottom);
		buf_addf(d->out, "<a href=\"#t%zu-%zu\" class=\"mark %s\"><title>", d->f->number, i + 1,
			 look->class);
		html_text(d->out, words_clock(d->f->w, e->time_ns));
		buf_addc(d->out, ' ');
		html_text(d->out, e->text);
		buf_addf(d->out, "</title><circle cx=\"%.1f\" cy=\"%d\" r=\"%d\"/>", x, y, MARK_RADIUS);
		buf_addf(d->out, "<text x=\"%.1f\" y=\"%d\">%zu</text></a>", x, y + 4, number);
	}
	return rows;
}

static void draw_bands(const struct drawing *d)
{
	const struct incident *in = d->f->in;
	int64_t end_ns = in->recovered_ns == TIME_NONE ? (int64_t)d->to_ns : in->recovered_ns;
	struct { const char *class; int64_t from_ns, to_ns; } bands[] = {
		{ "bad", in->onset_best_ns, end_ns },
		{ "onset", in->onset_from_ns, in->onset_to_ns },
	};

	for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++) {
		if (bands[i].from_ns == TIME_NONE || bands[i].to_ns == TIME_NONE)
			continue;
		double x = x_at(d, (double)bands[i].from_ns), end = x_at(d, (double)bands[i].to_ns);
		if (end > x)
			buf_addf(d->out,
				 "<rect class=\"band %s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
				 bands[i].class, x, d->top - 6, end - x, d->bottom - d->top + 6);
	}
}

/* ---- series ---- */

/* 1, 2, 2.5 or 5 times a power of ten, at least v. */
static double nice_top(double v)
{
	static const double steps[] = { 1, 2, 2.5, 5, 10 };
	double power;

	if (!(v > 0) || !isfinite(v))
		return 1;
	power = pow(10, floor(log10(v)));
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (v <= steps[i] * power * (1 + 1e-9))
			return steps[i] * power;
	return 10 * power;
}

struct panel { const struct plot *plot; int top; double max; };

/* The greatest value of column `i` of `n`: a short burst must not be averaged away. NAN: no data. */
static double column(const struct plot *p, size_t i, size_t n)
{
	double max = NAN;

	for (size_t k = i * p->n / n; k < (i + 1) * p->n / n; k++)
		if (isfinite(p->values[k]) && !(p->values[k] <= max))
			max = p->values[k];
	return max;
}

/* "1/s" reads as "20 /s" behind a number. */
static struct str unit_of(const struct plot *p)
{
	return str_starts(p->unit, STR("1/")) ? str_from(p->unit, 1) : p->unit;
}

/* One filled outline for each run of columns that have data: a gap is no zero. */
static void draw_series(const struct drawing *d, const struct panel *panel)
{
	const struct plot *p = panel->plot;
	size_t n = p->n < COLUMNS ? p->n : COLUMNS;
	double width_ns = (double)p->step_ns * (double)p->n / (double)n, base = panel->top + PANEL;
	struct buf line, area;

	buf_init(&line, 1 << 20);
	buf_init(&area, 1 << 20);
	for (size_t i = 0, in_run = 0; i <= n; i++) {
		double v = i < n ? column(p, i, n) : NAN;
		double x = x_at(d, (double)p->from_ns + ((double)i + 0.5) * width_ns);

		if (!isfinite(v)) {
			if (in_run)
				buf_addf(&area, "V%.0fZ", base);
			in_run = 0;
			continue;
		}
		double y = base - fmin(fmax(v / panel->max, 0), 1) * PANEL;
		buf_addf(&line, "%s%.1f %.1f", in_run ? "L" : "M", x, y);
		buf_addf(&area, in_run ? "L%.1f %.1f" : "M%.1f %.0fV%.1f", x, in_run ? y : base, y);
		in_run++;
	}
	buf_addf(d->out, "<path class=\"area\" d=\"%.*s\"/><path class=\"line\" d=\"%.*s\"/>",
		 STR_ARG(buf_str(&area)), STR_ARG(buf_str(&line)));
	buf_release(&line);
	buf_release(&area);
}

/* The values behind the drawing, for the page's script: seconds, and "-" for no data. */
static void add_values(const struct drawing *d, const struct plot *p)
{
	size_t n = p->n < COLUMNS ? p->n : COLUMNS;

	buf_addz(d->out, " data-name=\"");
	html_cut(d->out, p->name, LABEL_COLUMNS);
	buf_addz(d->out, "\" data-unit=\"");
	html_cut(d->out, unit_of(p), UNIT_COLUMNS);
	buf_addf(d->out, "\" data-from=\"%.3f\" data-step=\"%.3f\" data-values=\"", (double)p->from_ns / 1e9,
	         (double)p->step_ns * (double)p->n / (double)n / 1e9);
	for (size_t i = 0; i < n; i++) {
		double v = column(p, i, n);

		buf_addz(d->out, i ? " " : "");
		if (isfinite(v))
			buf_addf(d->out, "%.4g", v);
		else
			buf_addc(d->out, '-');
	}
	buf_addc(d->out, '"');
}

static void draw_panel(const struct drawing *d, struct panel *panel)
{
	const struct plot *p = panel->plot;
	bool bad = str_find_nocase(p->name, STR("fail")) >= 0 || str_find_nocase(p->name, STR("error")) >= 0;
	double max = 0;

	for (size_t i = 0; i < p->n; i++)
		max = isfinite(p->values[i]) && p->values[i] > max ? p->values[i] : max;
	panel->max = nice_top(max);
	buf_addf(d->out, "<g class=\"panel%s\"", bad ? " bad" : "");
	add_values(d, p);
	buf_addf(d->out, "><path class=\"base\" d=\"M%d %dH%d\"/>", LEFT, panel->top + PANEL, RIGHT);
	draw_series(d, panel);
	buf_addf(d->out, "<path class=\"grid\" d=\"M%d %dH%d\"/><text class=\"name\" x=\"%d\" y=\"%d\">",
		 LEFT, panel->top, RIGHT, LEFT, panel->top - 7);
	html_cut(d->out, p->name, LABEL_COLUMNS);
	buf_addf(d->out, "</text><text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%.*s ", RIGHT,
		 panel->top - 7, STR_ARG(words_number(d->f->w, panel->max)));
	html_cut(d->out, unit_of(p), UNIT_COLUMNS);
	buf_addz(d->out, "</text></g>");
}

void figure_draw(const struct figure *f, struct buf *out)
{
	struct drawing d = { .f = f, .out = out };
	struct panel panels[PANELS_MAX];
	size_t n_panels = 0;

	if (!find_span(&d) || !(d.to_ns > d.from_ns))
		return;
	for (size_t i = 0; i < f->in->n_plots && n_panels < PANELS_MAX; i++)
		if (view_plot_is_drawable(&f->in->plots[i]))
			panels[n_panels++].plot = &f->in->plots[i];
	d.top = MARK_TOP + marks(&d, false) * MARK_ROW + (n_panels ? PANEL_GAP - 14 : 0);
	d.bottom = d.top;
	for (size_t i = 0; i < n_panels; i++) {
		panels[i].top = d.top + (int)i * (PANEL + PANEL_GAP);
		d.bottom = panels[i].top + PANEL;
	}
	buf_addf(out, "<svg class=\"course\" viewBox=\"0 0 %d %d\" data-left=\"%d\" data-right=\"%d\" ",
		 WIDTH, d.bottom + AXIS, LEFT, RIGHT);
	buf_addf(out, "data-from=\"%.3f\" data-to=\"%.3f\" data-offset=\"%d\" aria-label=\"", d.from_ns / 1e9,
	         d.to_ns / 1e9, f->w->zone ? (int)zone_offset_at(f->w->zone, (int64_t)d.from_ns) : 0);
	html_text(out, arena_printf(f->w->arena, "Course of the incident, %.*s",
	                            STR_ARG(words_span(f->w, (int64_t)d.from_ns, (int64_t)d.to_ns))));
	buf_addz(out, "\">");
	draw_bands(&d);
	draw_axis(&d);
	for (size_t i = 0; i < n_panels; i++)
		draw_panel(&d, &panels[i]);
	marks(&d, true);
	buf_addz(out, "</svg>\n");
}
