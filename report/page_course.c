#include "report/figure.h"
#include "report/html.h"
#include "report/page.h"

/* `number` counts the landmarks, as the figure does. */
static void entry(struct page *p, const struct incident *in, size_t i, size_t number)
{
	const struct timeline_entry *e = &in->timeline[i];
	const char *class = figure_class(e->kind);
	bool landmark = words_is_landmark(e);
	struct str id = arena_printf(p->w.arena, "t%zu-%zu", p->number, i + 1);

	buf_addf(p->out, "<li id=\"%.*s\"%s>", STR_ARG(id), landmark ? "" : " class=\"minor\"");
	if (landmark)
		buf_addf(p->out, "<span class=\"n %s\">%zu</span>", class, number);
	else
		buf_addf(p->out, "<span class=\"dot %s\"></span>", class);
	html_element(p->out, "time", NULL, words_clock(&p->w, e->time_ns));
	buf_addf(p->out, "<span class=\"kind %s\">", class);
	html_text(p->out, words_timeline_kind(e->kind));
	buf_addz(p->out, "</span><span>");
	html_text(p->out, e->text);
	if (e->service.len && str_find(e->text, e->service) < 0) {
		buf_addz(p->out, " <small>");
		html_text(p->out, e->service);
		buf_addz(p->out, "</small>");
	}
	page_refs(p, &e->refs, id,
	          arena_printf(p->w.arena, "Timeline %.*s", STR_ARG(words_clock(&p->w, e->time_ns))));
	buf_addz(p->out, "</span></li>\n");
}

static void list(struct page *p, const struct incident *in, size_t n)
{
	struct str day = STR_NONE;
	size_t number = 0;

	buf_addz(p->out, "<ol class=\"times\">\n");
	for (size_t i = 0; i < n; i++) {
		struct str date = words_date(&p->w, in->timeline[i].time_ns);

		if (!str_eq(date, day)) {
			struct str zone = words_zone(&p->w, in->timeline[i].time_ns);

			html_element(p->out, "li", "day",
			             arena_printf(p->w.arena, "%.*s, %.*s", STR_ARG(date), STR_ARG(zone)));
			buf_addc(p->out, '\n');
		}
		day = date;
		number += words_is_landmark(&in->timeline[i]);
		entry(p, in, i, number);
	}
	buf_addz(p->out, "</ol>\n");
	page_rest(p, in->n_timeline, n, "entries");
}

void page_course(struct page *p, const struct incident *in)
{
	size_t n = in->n_timeline < TIMELINE_SHOWN ? in->n_timeline : TIMELINE_SHOWN;
	struct axis axis;

	page_heading(p, "course", "Course");
	if (axis_find(&axis, p->c, in)) {
		struct figure figure = { .w = &p->w, .axis = &axis, .in = in, .number = p->number, .n_entries = n };

		buf_addz(p->out, "<div class=\"course\">\n");
		figure_draw(&figure, p->out);
		page_plots(p, in, &axis);
		buf_addz(p->out, "</div>\n");
	}
	list(p, in, n);
}
