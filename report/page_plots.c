/*
 * The series of an incident. What stands in the page is drawn already, and read without a script; the
 * script puts charts of dygraphs in its place, from the values that stand beside the drawing.
 */
#include <math.h>

#include "report/figure.h"
#include "report/html.h"
#include "report/page.h"
#include "report/view.h"

enum {
	PANELS_MAX = 8, SERIES_MAX = 5,      /* of one panel */
	WIDTH = 480, HEIGHT = 100,           /* of a drawing's view box, stretched to where it stands */
	TABLE_ROWS = 48, TABLE_COLUMNS = 12, /* of the table behind the plots */
	NAME_COLUMNS = 90, UNIT_COLUMNS = 12,
	OFFSETS_MAX = 8,
};

struct panel {
	const struct plot *plots[SERIES_MAX];
	size_t n;
	double min, max;  /* of what is above zero, and of all */
	bool log;         /* drawn on a logarithmic scale */
	double low, high; /* ends of the scale */
};

/* ---- one panel ---- */

/* The greatest value of column `i` of `n`: a short burst must not be averaged away. NAN: no data. */
static double column(const struct plot *p, size_t i, size_t n)
{
	double max = NAN;

	for (size_t k = i * p->n / n; k < (i + 1) * p->n / n; k++)
		if (isfinite(p->values[k]) && !(p->values[k] <= max))
			max = p->values[k];
	return max;
}

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

/* Durations that go over orders of magnitude are read on a logarithmic scale. */
static void scale(struct panel *p)
{
	p->min = INFINITY;
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->plots[i]->n; k++) {
			double v = p->plots[i]->values[k];

			if (!isfinite(v))
				continue;
			p->max = fmax(p->max, v);
			p->min = v > 0 ? fmin(p->min, v) : p->min;
		}
	p->log = str_eq(p->plots[0]->unit, STR("ms")) && p->max > 50 * p->min;
	p->low = p->log ? pow(10, floor(log10(p->min))) : 0;
	p->high = nice_top(p->max);
}

static double height_of(const struct panel *p, double v)
{
	double share = p->log ? log(fmax(v, p->low) / p->low) / log(p->high / p->low) : v / p->high;

	return HEIGHT - fmin(fmax(share, 0), 1) * HEIGHT;
}

static bool tells_of_trouble(const struct plot *p)
{
	static const char *const beginnings[] = { "fail", "error", "refused", "slow" };

	for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (str_starts_nocase(p->name, str_of(beginnings[i])))
			return true;
	return false;
}

/* The colour of a series: 0 (red) for the first that tells of trouble, the rest from 1 in their order. */
static int color_of(const struct panel *p, size_t i)
{
	size_t red = 0;

	while (red < p->n && !tells_of_trouble(p->plots[red]))
		red++;
	return i == red ? 0 : (int)(i < red ? i + 1 : i);
}

/* "1/s" reads as "20 /s" behind a number. */
static struct str unit_of(const struct plot *p)
{
	return str_starts(p->unit, STR("1/")) ? str_from(p->unit, 1) : p->unit;
}

static struct str value_words(const struct words *w, double v, struct str unit)
{
	if (str_eq(unit, STR("ms")) && v >= 1000)
		return arena_printf(w->arena, "%.*s s", STR_ARG(words_number(w, v / 1000)));
	return arena_printf(w->arena, "%.*s %.*s", STR_ARG(words_number(w, v)), STR_ARG(unit));
}

/* One line for each run of columns that have data: a gap is no zero. */
static void line(struct page *p, const struct panel *panel, const struct axis *axis, size_t i)
{
	const struct plot *plot = panel->plots[i];
	size_t n = plot->n < WIDTH ? plot->n : WIDTH;
	double step_ns = (double)plot->step_ns * (double)plot->n / (double)n;
	bool in_run = false;

	buf_addf(p->out, "<path class=\"s%d\" d=\"", color_of(panel, i));
	for (size_t k = 0; k < n; k++) {
		double v = column(plot, k, n);
		double x = ((double)plot->from_ns + ((double)k + 0.5) * step_ns - axis->from_ns) / (axis->to_ns - axis->from_ns) * WIDTH;

		if (isfinite(v))
			buf_addf(p->out, "%s%.4g %.3g", in_run ? "L" : "M", x, height_of(panel, v));
		in_run = isfinite(v);
	}
	buf_addz(p->out, "\"/>");
}

static void bands(struct page *p, const struct incident *in, const struct axis *a)
{
	int64_t end_ns = in->recovered_ns == TIME_NONE ? (int64_t)a->to_ns : in->recovered_ns;
	const struct { const char *class; int64_t from_ns, to_ns; } rows[] = {
		{ "whole", in->onset_best_ns, end_ns },
		{ "onset", in->onset_from_ns, in->onset_to_ns },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].from_ns == TIME_NONE || rows[i].to_ns == TIME_NONE)
			continue;
		double x = axis_at(a, rows[i].from_ns) / 100 * WIDTH, end = axis_at(a, rows[i].to_ns) / 100 * WIDTH;
		if (end >= x)
			buf_addf(p->out, "<rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" height=\"%d\"/>", rows[i].class, x,
				 fmax(end - x, 0.5), HEIGHT);
	}
}

static void markers(struct page *p, const struct incident *in, const struct axis *a)
{
	for (size_t i = 0; i < in->n_timeline && i < TIMELINE_SHOWN; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (words_is_landmark(e) && figure_has_line(e) && axis_has(a, e->time_ns))
			buf_addf(p->out, "<path class=\"at %s\" d=\"M%.2f 0V%d\"/>", figure_class(e->kind),
				 axis_at(a, e->time_ns) / 100 * WIDTH, HEIGHT);
	}
}

/* The values for the script: seconds, and "-" for no data. */
static void values(struct page *p, const struct plot *plot)
{
	buf_addf(p->out, " data-from=\"%.0f\" data-step=\"%.0f\" data-values=\"", (double)plot->from_ns / 1e9,
	         (double)plot->step_ns / 1e9);
	for (size_t i = 0; i < plot->n; i++) {
		if (isfinite(plot->values[i]))
			buf_addf(p->out, i ? " %.4g" : "%.4g", plot->values[i]);
		else
			buf_addz(p->out, i ? " -" : "-");
	}
	buf_addc(p->out, '"');
}

static void legend(struct page *p, const struct panel *panel)
{
	for (size_t i = 0; i < panel->n; i++) {
		buf_addf(p->out, "<span class=\"key s%d\"", color_of(panel, i));
		values(p, panel->plots[i]);
		buf_addz(p->out, "><i></i><span>");
		html_cut(p->out, panel->plots[i]->name, NAME_COLUMNS);
		buf_addz(p->out, "</span><b class=\"now\"></b></span>\n");
	}
}

static void panel_draw(struct page *p, const struct incident *in, const struct axis *a, struct panel *panel)
{
	struct str unit = unit_of(panel->plots[0]);

	scale(panel);
	buf_addf(p->out, "<figure class=\"plot\"%s data-unit=\"", panel->log ? " data-log=\"yes\"" : "");
	html_cut(p->out, unit, UNIT_COLUMNS);
	buf_addz(p->out, "\"><figcaption>");
	html_element(p->out, "b", NULL, panel->plots[0]->panel);
	buf_addc(p->out, '\n');
	legend(p, panel);
	buf_addz(p->out, "<small class=\"scale\">");
	html_cut(p->out, value_words(&p->w, panel->high, unit), 4 * UNIT_COLUMNS);
	buf_addf(p->out,
		 "%s</small></figcaption>\n<div class=\"chart\"><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
		 "width=\"100%%\" height=\"%d\" aria-hidden=\"true\">",
		 panel->log ? ", log scale" : "", WIDTH, HEIGHT, HEIGHT);
	bands(p, in, a);
	markers(p, in, a);
	for (size_t i = panel->n; i-- > 0;)
		line(p, panel, a, i);
	buf_addz(p->out, "</svg></div></figure>\n");
}

/* ---- all of them ---- */

static size_t panels_of(const struct incident *in, struct panel out[static PANELS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < in->n_plots; i++) {
		const struct plot *plot = &in->plots[i];

		if (!view_plot_is_drawable(plot))
			continue;
		bool goes_on = n && str_eq(out[n - 1].plots[0]->panel, plot->panel) && str_eq(out[n - 1].plots[0]->unit, plot->unit);
		if (!goes_on && n == PANELS_MAX)
			break;
		struct panel *panel = goes_on ? &out[n - 1] : &out[n++];
		if (panel->n < SERIES_MAX)
			panel->plots[panel->n++] = plot;
	}
	return n;
}

/* Offsets of the zone over the axis: "seconds-from:offset ...", so that the script needs no zone of the browser's. */
static void offsets(struct page *p, const struct axis *a)
{
	const struct zone *z = p->w.zone;
	size_t shown = 0;

	buf_addf(p->out, "%.0f:%d", a->from_ns / 1e9, z ? (int)zone_offset_at(z, (int64_t)a->from_ns) : 0);
	for (size_t i = 0; z && i < z->n && shown < OFFSETS_MAX; i++)
		if ((double)z->from_s[i] * 1e9 > a->from_ns && (double)z->from_s[i] * 1e9 < a->to_ns) {
			buf_addf(p->out, " %lld:%d", (long long)z->from_s[i], (int)z->offset_s[i]);
			shown++;
		}
}

static void instant(struct page *p, const char *name, int64_t ns)
{
	if (ns != TIME_NONE)
		buf_addf(p->out, " data-%s=\"%.0f\"", name, (double)ns / 1e9);
}

/* What the script draws lines for: "seconds class number ...". */
static void marks(struct page *p, const struct incident *in, const struct axis *a)
{
	size_t number = 0, shown = 0;

	buf_addz(p->out, " data-marks=\"");
	for (size_t i = 0; i < in->n_timeline && i < TIMELINE_SHOWN; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		number += words_is_landmark(e);
		if (words_is_landmark(e) && figure_has_line(e) && axis_has(a, e->time_ns))
			buf_addf(p->out, "%s%.0f %s %zu", shown++ ? " " : "", (double)e->time_ns / 1e9, figure_class(e->kind), number);
	}
	buf_addc(p->out, '"');
}

/* ---- the table behind them ---- */

/* The greatest value in [from, to), as words. */
static struct str cell(const struct words *w, const struct plot *p, double from_ns, double to_ns)
{
	double max = NAN;

	for (size_t i = 0; i < p->n; i++) {
		double at = (double)p->from_ns + (double)i * (double)p->step_ns;

		if (at >= from_ns && at < to_ns && isfinite(p->values[i]) && !(p->values[i] <= max))
			max = p->values[i];
	}
	return isfinite(max) ? words_number(w, max) : STR("–");
}

static void table(struct page *p, const struct panel *panels, size_t n, const struct axis *a)
{
	const struct plot *columns[TABLE_COLUMNS];
	size_t n_columns = 0, points = 1;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < panels[i].n && n_columns < TABLE_COLUMNS; k++) {
			columns[n_columns++] = panels[i].plots[k];
			points = panels[i].plots[k]->n > points ? panels[i].plots[k]->n : points;
		}
	size_t fold = (points + TABLE_ROWS - 1) / TABLE_ROWS, rows = (points + fold - 1) / fold;
	double step_ns = (a->to_ns - a->from_ns) / (double)points * (double)fold;
	buf_addz(p->out, "<details class=\"numbers\"><summary>The series as a table</summary>\n<div class=\"scroll\" tabindex=\"0\" "
			 "role=\"region\" aria-label=\"Series\"><table><caption>");
	html_text(p->out, arena_printf(p->w.arena, "The greatest value within each %.*s; times %.*s.",
	                               STR_ARG(words_seconds(&p->w, step_ns / 1e9)), STR_ARG(words_zone(&p->w, (int64_t)a->from_ns))));
	buf_addz(p->out, "</caption><thead><tr><th scope=\"col\">From</th>");
	for (size_t k = 0; k < n_columns; k++) {
		buf_addz(p->out, "<th scope=\"col\" class=\"num\">");
		html_cut(p->out, columns[k]->name, NAME_COLUMNS / 3);
		buf_addz(p->out, "<br><small>");
		html_cut(p->out, unit_of(columns[k]), UNIT_COLUMNS);
		buf_addz(p->out, "</small></th>");
	}
	buf_addz(p->out, "</tr></thead><tbody>\n");
	for (size_t r = 0; r < rows; r++) {
		double from_ns = a->from_ns + (double)r * step_ns;
		int64_t ns = (int64_t)from_ns;

		buf_addz(p->out, "<tr><th scope=\"row\">");
		html_text(p->out, arena_printf(p->w.arena, "%.*s %.*s", STR_ARG(words_date(&p->w, ns)), STR_ARG(words_clock(&p->w, ns))));
		buf_addz(p->out, "</th>");
		for (size_t k = 0; k < n_columns; k++)
			html_element(p->out, "td", "num", cell(&p->w, columns[k], from_ns, from_ns + step_ns));
		buf_addz(p->out, "</tr>\n");
	}
	buf_addz(p->out, "</tbody></table></div></details>\n");
}

void page_plots(struct page *p, const struct incident *in, const struct axis *a)
{
	struct panel panels[PANELS_MAX] = { 0 };
	size_t n = panels_of(in, panels);

	if (n == 0)
		return;
	buf_addf(p->out,
		 "<div class=\"plots\" data-from=\"%.0f\" data-to=\"%.0f\" data-offsets=\"", a->from_ns / 1e9, a->to_ns / 1e9);
	offsets(p, a);
	buf_addc(p->out, '"');
	instant(p, "onset-from", in->onset_from_ns);
	instant(p, "onset", in->onset_best_ns);
	instant(p, "onset-to", in->onset_to_ns);
	instant(p, "end", in->recovered_ns);
	marks(p, in, a);
	buf_addz(p->out, ">\n<p class=\"tools\" hidden><span class=\"zooms\"><button type=\"button\" data-zoom=\"onset\">Onset</button>"
			 "<button type=\"button\" data-zoom=\"incident\">Incident</button>"
			 "<button type=\"button\" data-zoom=\"all\">All</button></span> "
			 "<span class=\"reading\" role=\"status\"></span></p>\n");
	for (size_t i = 0; i < n; i++)
		panel_draw(p, in, a, &panels[i]);
	axis_draw(a, &p->w, p->out);
	buf_addz(p->out, "</div>\n");
	table(p, panels, n, a);
}
