#include "report/axis.h"

#include <math.h>

#include "report/html.h"
#include "report/view.h"

enum { DAY_S = 86400 };

static const double far_ns = 4e18; /* beyond it, a time is damage and does not fit back into 64 bits */

bool axis_find(struct axis *a, const struct casefile *c, const struct incident *in)
{
	bool any = false;

	for (size_t i = 0; i < in->n_plots; i++) {
		const struct plot *p = &in->plots[i];

		if (!view_plot_is_drawable(p))
			continue;
		double from = (double)p->from_ns, to = from + (double)p->step_ns * (double)p->n;
		a->from_ns = any ? fmin(a->from_ns, from) : from;
		a->to_ns = any ? fmax(a->to_ns, to) : to;
		any = true;
	}
	if (!any) {
		if (in->onset_best_ns == TIME_NONE)
			return false;
		double onset = (double)in->onset_best_ns;
		double end = (double)(in->recovered_ns != TIME_NONE ? in->recovered_ns : c->to_ns);
		double room = fmax((end - onset) / 3, 60e9);
		a->from_ns = onset - room;
		a->to_ns = fmax(end, onset) + room;
	}
	return fabs(a->from_ns) < far_ns && fabs(a->to_ns) < far_ns && a->to_ns > a->from_ns;
}

double axis_at(const struct axis *a, int64_t ns)
{
	double at = ((double)ns - a->from_ns) / (a->to_ns - a->from_ns) * 100;

	return at < 0 ? 0 : at > 100 ? 100 : at;
}

bool axis_has(const struct axis *a, int64_t ns)
{
	return ns != TIME_NONE && (double)ns >= a->from_ns && (double)ns <= a->to_ns;
}

/* Seconds between ticks: the least of the usual ones that gives few enough of them. */
static int64_t tick_step_s(double span_s)
{
	enum { WANTED = 8 };
	static const int64_t steps[] = {
		1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
		172800, 604800, 1209600, 2592000, 31536000,
	};
	size_t last = sizeof steps / sizeof steps[0] - 1;

	for (size_t i = 0; i < last; i++)
		if (span_s / (double)steps[i] <= WANTED)
			return steps[i];
	/* Longer than years: whatever keeps the number of ticks bounded. */
	return steps[last] > (int64_t)(span_s / WANTED) ? steps[last] : (int64_t)(span_s / WANTED);
}

size_t axis_ticks(const struct axis *a, const struct words *w, struct axis_tick out[static AXIS_TICKS_MAX])
{
	int64_t step_s = tick_step_s((a->to_ns - a->from_ns) / 1e9);
	int64_t offset_s = w->zone ? zone_offset_at(w->zone, (int64_t)a->from_ns) : 0;
	int64_t wall_s = ((int64_t)(a->from_ns / 1e9) + offset_s) / step_s * step_s;
	size_t n = 0;

	for (; n < AXIS_TICKS_MAX; wall_s += step_s) {
		int64_t s = wall_s - (w->zone ? zone_offset_of_wall(w->zone, wall_s * NS_PER_S) : 0);

		if ((double)s * 1e9 > a->to_ns)
			break;
		if ((double)s * 1e9 < a->from_ns)
			continue;
		struct str date = words_date(w, s * NS_PER_S), clock = words_clock(w, s * NS_PER_S);
		bool day = step_s >= DAY_S || wall_s % DAY_S == 0;
		out[n++] = (struct axis_tick){ axis_at(a, s * NS_PER_S),
			                       day ? date : str_head(clock, step_s >= 60 ? 5 : clock.len), day };
	}
	return n;
}

void axis_draw(const struct axis *a, const struct words *w, struct buf *out)
{
	struct axis_tick ticks[AXIS_TICKS_MAX];
	size_t n = axis_ticks(a, w, ticks);

	buf_addz(out, "<svg class=\"axis\" width=\"100%\" height=\"20\" aria-hidden=\"true\">");
	for (size_t i = 0; i < n; i++) {
		/* At the very edges a centred label would be cut. */
		double room = ticks[i].day ? 5 : 3;
		const char *anchor = ticks[i].at < room ? "start" : ticks[i].at > 100 - room ? "end" : "middle";

		buf_addf(out, "<text class=\"%s\" x=\"%.2f%%\" y=\"14\" text-anchor=\"%s\">",
			 ticks[i].day ? "day" : "tick", ticks[i].at, anchor);
		html_text(out, ticks[i].label);
		buf_addz(out, "</text>");
	}
	buf_addz(out, "</svg>\n");
}
