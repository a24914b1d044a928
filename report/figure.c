#include "report/figure.h"

#include <math.h>
#include <stdlib.h>

#include "report/glyph.h"
#include "report/html.h"

enum {
	LANE_NAME = 18, MARK_ROW = 24, MARK_ROWS = 8, MARK_RADIUS = 9, LANE_GAP = 10,
	BAND = 20, SYMPTOM_ROW = 25, SYMPTOMS_MAX = 6,
	LABEL_COLUMNS = 70, SYMPTOM_COLUMNS = 64, SYMPTOM_COLUMNS_SLIM = 52,
	SPANS_MAX = 200,
};

/* For what a label may take: pixels of a character and of a mark, in the drawing's full width of 912. */
static const double column_share = 6.4 / 912 * 100, mark_share = 26.0 / 912 * 100;
/* Marks keep this far apart, which is their width where the page is as narrow as a telephone. */
static const double mark_room = 5.5;

/* ---- what happened ---- */

enum lane { LANE_CHANGES, LANE_PHASES, LANE_STEPS, LANES };

/* An entry's colour, its lane, and whether a line runs down through the plots. */
struct look { const char *kind, *class; enum lane lane; bool line; };
static const struct look looks[] = {
	{ "change", "change", LANE_CHANGES, true },     { "onset", "onset", LANE_PHASES, true },
	{ "peak", "onset", LANE_PHASES, false },        { "symptom", "symptom", LANE_PHASES, false },
	{ "alert", "symptom", LANE_PHASES, false },     { "recovered", "good", LANE_PHASES, true },
	{ "mitigation", "good", LANE_STEPS, true },     { "ineffective", "vain", LANE_STEPS, true },
	{ "relief", "vain", LANE_STEPS, true },
};

static const struct look *look_of(struct str kind)
{
	static const struct look other = { "", "other", LANE_CHANGES, false };

	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
		if (str_eq(kind, str_of(looks[i].kind)))
			return &looks[i];
	return &other;
}

const char *figure_class(struct str kind)
{
	return look_of(kind)->class;
}

bool figure_has_line(const struct timeline_entry *e)
{
	return look_of(e->kind)->line;
}

/* ---- lanes ---- */

struct drawing {
	const struct figure *f;
	struct buf *out;
	int y; /* top of what comes next */
};

static void lane_name(struct drawing *d, const char *name)
{
	buf_addf(d->out, "<text class=\"lane\" x=\"0\" y=\"%d\">%s</text>", d->y + 11, name);
	d->y += LANE_NAME;
}

/* Where a mark goes: its row, and its label to the right, to the left, or left out, cut to so many columns. */
struct place { double at; int row; enum { LABEL_NONE, LABEL_RIGHT, LABEL_LEFT } side; unsigned columns; };

static bool fits(double from, const double row_end[static MARK_ROWS], int *row)
{
	for (*row = 0; *row < MARK_ROWS; ++*row)
		if (from >= row_end[*row])
			return true;
	return false;
}

/* The first row in which the mark and its words touch no earlier ones. Marks come in order of time. */
static struct place place_of(double at, unsigned columns, double row_end[static MARK_ROWS])
{
	double room = fmax(at, 100 - at) - mark_share;

	if (columns * column_share > room)
		columns = (unsigned)(room / column_share);
	struct place p = { .at = at, .side = LABEL_RIGHT, .columns = columns };
	double label = columns * column_share + mark_share, end = at + fmax(label, mark_room);

	if (at + label > 100) {
		p.side = LABEL_LEFT;
		end = at + mark_room;
	}
	if (p.side == LABEL_LEFT && (at - label < 0 || !fits(at - label, row_end, &p.row)))
		p.side = LABEL_NONE;
	if (p.side == LABEL_LEFT || fits(at - mark_share / 2, row_end, &p.row)) {
		row_end[p.row] = end;
		return p;
	}
	/* All rows are taken: the mark alone, over others if need be. */
	p.side = LABEL_NONE;
	p.row = MARK_ROWS - 1;
	return p;
}

/* What is named, without what came of it: "deployment web 4.7.3: no effect (...)". */
static struct str short_text(const struct timeline_entry *e)
{
	ptrdiff_t colon = str_find(e->text, STR(": "));

	return colon > 0 ? str_head(e->text, (size_t)colon) : e->text;
}

static void draw_label(const struct drawing *d, const struct place *p, int y, struct str label)
{
	bool right = p->side == LABEL_RIGHT;

	if (p->side == LABEL_NONE)
		return;
	buf_addf(d->out, "<text class=\"label\" x=\"%.2f%%\" dx=\"%d\" y=\"%d\" text-anchor=\"%s\">", p->at,
		 right ? MARK_RADIUS + 5 : -MARK_RADIUS - 5, y, right ? "start" : "end");
	html_cut(d->out, label, p->columns);
	buf_addz(d->out, "</text>");
}

static void draw_mark(const struct drawing *d, const struct timeline_entry *e, size_t entry, size_t number,
                      const struct place *p, struct str label)
{
	const struct look *look = look_of(e->kind);
	int y = d->y + p->row * MARK_ROW + MARK_ROW / 2;

	buf_addf(d->out, "<a href=\"#t%zu-%zu\" class=\"mark %s\"><title>", d->f->number, entry + 1, look->class);
	html_text(d->out, words_clock(d->f->w, e->time_ns));
	buf_addc(d->out, ' ');
	html_text(d->out, e->text);
	buf_addf(d->out, "</title><circle cx=\"%.2f%%\" cy=\"%d\" r=\"%d\"/>", p->at, y, MARK_RADIUS);
	buf_addf(d->out, "<text class=\"n\" x=\"%.2f%%\" y=\"%d\">%zu</text>", p->at, y + 4, number);
	draw_label(d, p, y + 4, label);
	buf_addz(d->out, "</a>");
}

static bool is_in_lane(const struct drawing *d, const struct timeline_entry *e, enum lane lane)
{
	return words_is_landmark(e) && look_of(e->kind)->lane == lane && axis_has(d->f->axis, e->time_ns);
}

/* The marks of a lane under its name; nothing when it is empty and `name` is to be left out with it. */
static void draw_marks(struct drawing *d, enum lane lane, const char *name)
{
	const struct incident *in = d->f->in;
	double row_end[MARK_ROWS];
	size_t number = 0;
	int rows = 0;

	for (int r = 0; r < MARK_ROWS; r++)
		row_end[r] = -100;
	for (size_t i = 0; i < d->f->n_entries; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		number += words_is_landmark(e);
		if (!is_in_lane(d, e, lane))
			continue;
		if (rows == 0)
			lane_name(d, name);
		struct str label = lane == LANE_PHASES ? words_timeline_kind(e->kind) : short_text(e);
		unsigned columns = glyph_columns(label);
		struct place p = place_of(axis_at(d->f->axis, e->time_ns),
		                          columns < LABEL_COLUMNS ? columns : LABEL_COLUMNS, row_end);
		rows = p.row + 1 > rows ? p.row + 1 : rows;
		draw_mark(d, e, i, number, &p, label);
	}
	d->y += rows * MARK_ROW;
}

/* A cause that is no change on the timeline has a lane of its own: a surge, a statement, a lock. */
static void draw_cause(struct drawing *d)
{
	const struct figure *f = d->f;
	const struct cause *root = words_root(f->in);
	double row_end[MARK_ROWS] = { -100 };

	if (!root || root->time_ns == TIME_NONE || !axis_has(f->axis, root->time_ns))
		return;
	for (size_t i = 0; i < f->n_entries; i++) {
		const struct timeline_entry *e = &f->in->timeline[i];

		if (look_of(e->kind)->lane == LANE_CHANGES && words_is_landmark(e) && fabs((double)e->time_ns - (double)root->time_ns) <= NS_PER_S)
			return;
	}
	struct str label = words_suspect(f->w, root->kind, root->service, root->entity);
	unsigned columns = glyph_columns(label);
	struct place p = place_of(axis_at(f->axis, root->time_ns), columns < LABEL_COLUMNS ? columns : LABEL_COLUMNS, row_end);

	lane_name(d, "Cause");
	p.row = 0;
	buf_addf(d->out, "<a href=\"#cause-%zu\" class=\"mark onset\"><title>", f->number);
	html_text(d->out, arena_printf(f->w->arena, "%.*s %.*s", STR_ARG(words_clock(f->w, root->time_ns)), STR_ARG(label)));
	buf_addf(d->out, "</title><circle class=\"solid\" cx=\"%.2f%%\" cy=\"%d\" r=\"%d\"/>", p.at, d->y + MARK_ROW / 2, MARK_RADIUS - 3);
	draw_label(d, &p, d->y + MARK_ROW / 2 + 4, label);
	buf_addz(d->out, "</a>");
	d->y += MARK_ROW + LANE_GAP;
}

static void draw_span(const struct drawing *d, const char *class, int y, int height, int64_t from_ns, int64_t to_ns,
                      struct str title)
{
	double from = axis_at(d->f->axis, from_ns), to = axis_at(d->f->axis, to_ns);

	/* A moment is seen, too. */
	if (to - from < 0.25)
		to = from + 0.25;
	buf_addf(d->out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\"><title>", class,
		 from, y, to - from, height);
	html_text(d->out, title);
	buf_addz(d->out, "</title></rect>");
}

static int64_t end_of(const struct drawing *d)
{
	const struct incident *in = d->f->in;

	return in->recovered_ns != TIME_NONE ? in->recovered_ns : (int64_t)d->f->axis->to_ns;
}

/* The incident as a whole, in it the time in which it was really bad, and where its beginning can lie. */
static void draw_phases(struct drawing *d)
{
	const struct figure *f = d->f;
	const struct incident *in = f->in;
	struct str span, length;

	draw_marks(d, LANE_PHASES, "Phases");
	buf_addf(d->out, "<rect class=\"phase calm\" x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\"/>", d->y, BAND);
	if (in->onset_best_ns != TIME_NONE && end_of(d) > in->onset_best_ns)
		draw_span(d, "phase whole", d->y, BAND, in->onset_best_ns, end_of(d), words_span(f->w, in->onset_best_ns, end_of(d)));
	for (size_t i = 0; i < in->n_degraded && i < SPANS_MAX; i++) {
		int64_t from_ns = in->degraded[i].from_ns, to_ns = in->degraded[i].to_ns;

		if (from_ns == TIME_NONE || to_ns == TIME_NONE || to_ns <= from_ns)
			continue;
		/* Spans are as coarse as the counting; the incident is not. */
		from_ns = from_ns < in->onset_best_ns ? in->onset_best_ns : from_ns;
		to_ns = to_ns > end_of(d) ? end_of(d) : to_ns;
		if (to_ns <= from_ns)
			continue;
		double from = axis_at(f->axis, from_ns), to = axis_at(f->axis, to_ns);
		span = words_span(f->w, from_ns, to_ns);
		length = words_seconds(f->w, ((double)to_ns - (double)from_ns) / 1e9);
		draw_span(d, "phase bad", d->y, BAND, from_ns, to_ns, arena_printf(f->w->arena, "degraded %.*s", STR_ARG(span)));
		length = arena_printf(f->w->arena, "degraded %.*s", STR_ARG(length));
		if ((double)glyph_columns(length) * column_share + 1 < to - from) {
			buf_addf(d->out, "<text class=\"in\" x=\"%.2f%%\" y=\"%d\">", (from + to) / 2, d->y + 14);
			html_text(d->out, length);
			buf_addz(d->out, "</text>");
		}
	}
	if (in->onset_from_ns != TIME_NONE && in->onset_to_ns != TIME_NONE)
		draw_span(d, "phase onset", d->y, BAND, in->onset_from_ns, in->onset_to_ns,
		          arena_printf(f->w->arena, "onset %.*s", STR_ARG(words_span(f->w, in->onset_from_ns, in->onset_to_ns))));
	d->y += BAND + LANE_GAP;
}

static void draw_symptoms(struct drawing *d)
{
	const struct figure *f = d->f;
	size_t shown = 0;

	for (size_t i = 0; i < f->in->n_symptoms && shown < SYMPTOMS_MAX; i++) {
		const struct symptom *s = &f->in->symptoms[i];

		if (s->from_ns == TIME_NONE || s->to_ns == TIME_NONE || s->to_ns < s->from_ns)
			continue;
		if (!shown++)
			lane_name(d, "Symptoms");
		double from = axis_at(f->axis, s->from_ns), to = axis_at(f->axis, s->to_ns);
		struct str words = words_symptom(f->w, s), what = s->route.len ? s->route : s->service;
		what = arena_printf(f->w->arena, "%.*s: %s", STR_ARG(what), symptom_kind_words(s->kind));
		if (s->kind != SYMPTOM_ALERT && s->kind != SYMPTOM_VOLUME_LOSS)
			what = arena_printf(f->w->arena, "%.*s, %.*s at worst", STR_ARG(what), STR_ARG(words_share(f->w, s->peak)));

		double width = column_share * fmin(glyph_columns(what), SYMPTOM_COLUMNS);
		bool right = from + width > 100 && to - width >= 0;

		draw_span(d, "bar-of-time", d->y + 17, 5, s->from_ns, s->to_ns, words);
		buf_addf(d->out, "<text class=\"label wide\" x=\"%.2f%%\" y=\"%d\" text-anchor=\"%s\">", right ? to : from, d->y + 12,
			 right ? "end" : "start");
		html_cut(d->out, what, SYMPTOM_COLUMNS);
		/* Where the page is narrow it would not fit beside its bar. */
		buf_addf(d->out, "</text><text class=\"label slim\" x=\"0\" y=\"%d\">", d->y + 12);
		html_cut(d->out, what, SYMPTOM_COLUMNS_SLIM);
		buf_addz(d->out, "</text>");
		d->y += SYMPTOM_ROW;
	}
	d->y += shown ? LANE_GAP : 0;
}

/* Lines through all lanes: the ticks, the beginning and the end. */
static void draw_grid(const struct drawing *d, int height)
{
	const struct figure *f = d->f;
	struct axis_tick ticks[AXIS_TICKS_MAX];
	size_t n = axis_ticks(f->axis, f->w, ticks);
	const struct { const char *class; int64_t ns; } ends[] = {
		{ "at onset", f->in->onset_best_ns }, { "at good", f->in->recovered_ns },
	};

	for (size_t i = 0; i < n; i++)
		buf_addf(d->out, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%d\"/>", ticks[i].at, ticks[i].at,
			 height);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (axis_has(f->axis, ends[i].ns))
			buf_addf(d->out, "<line class=\"%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%d\"/>", ends[i].class,
				 axis_at(f->axis, ends[i].ns), axis_at(f->axis, ends[i].ns), height);
}

void figure_draw(const struct figure *f, struct buf *out)
{
	struct buf lanes;
	struct drawing d = { .f = f, .out = &lanes };

	buf_init(&lanes, 1 << 22);
	draw_cause(&d);
	int changes = d.y;
	draw_marks(&d, LANE_CHANGES, "Changes");
	d.y += d.y > changes ? LANE_GAP : 0;
	draw_phases(&d);
	draw_symptoms(&d);
	draw_marks(&d, LANE_STEPS, "Countermeasures");
	d.y += 4;
	buf_addf(out, "<svg class=\"picture\" width=\"100%%\" height=\"%d\" role=\"group\" aria-label=\"", d.y);
	html_text(out, arena_printf(f->w->arena, "Timeline, %.*s; its entries are listed below",
	                            STR_ARG(words_span(f->w, (int64_t)f->axis->from_ns, (int64_t)f->axis->to_ns))));
	buf_addz(out, "\">");
	d.out = out;
	draw_grid(&d, d.y);
	buf_add(out, buf_str(&lanes));
	buf_addz(out, "</svg>\n");
	buf_release(&lanes);
	axis_draw(f->axis, f->w, out);
}
