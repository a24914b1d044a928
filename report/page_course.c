#include "report/page.h"

#include "report/figure.h"
#include "report/html.h"

enum {
	TIMELINE_MAX = 60,
	ROUTES_MAX = 20,
	CONTRASTS_MAX = 12,
};

/* `number` counts the landmarks, as the figure does. */
static void entry(struct page *p, const struct incident *in, size_t i, size_t number)
{
	const struct timeline_entry *e = &in->timeline[i];
	const char *class = figure_class(e->kind);

	buf_addf(p->out, "<li id=\"t%zu-%zu\">", p->number, i + 1);
	if (words_is_landmark(e))
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
	page_refs(p, &e->refs);
	buf_addz(p->out, "</span></li>\n");
}

void page_course(struct page *p, const struct incident *in)
{
	size_t n = in->n_timeline < TIMELINE_MAX ? in->n_timeline : TIMELINE_MAX;
	struct figure figure = { .w = &p->w, .c = p->c, .in = in, .number = p->number, .n_entries = n };
	struct str day = STR_NONE;
	size_t number = 0;

	page_heading(p, "course", "Course");
	buf_addz(p->out,
		 "<figure class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Course, drawn\">\n");
	figure_draw(&figure, p->out);
	buf_addz(p->out, "</figure>\n<ol class=\"times\">\n");
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

static void number_cell(struct page *p, struct str text)
{
	html_element(p->out, "td", "num", text);
}

static void routes(struct page *p, const struct impact *i)
{
	if (i->n_routes == 0)
		return;
	buf_addz(p->out,
		 "<table><thead><tr><th scope=\"col\">Route</th><th scope=\"col\" class=\"num\">Requests</th>"
		 "<th scope=\"col\" class=\"num\">Failed</th><th scope=\"col\" class=\"num\">Share</th>"
		 "<th class=\"fit\"></th></tr></thead><tbody>\n");
	for (size_t k = 0; k < i->n_routes && k < ROUTES_MAX; k++) {
		const struct impact_route *r = &i->routes[k];
		double share = r->requests ? (double)r->failed / (double)r->requests : 0;

		buf_addz(p->out, "<tr><td>");
		html_element(p->out, "code", NULL, r->route);
		buf_addz(p->out, "</td>");
		number_cell(p, words_count(&p->w, r->requests));
		number_cell(p, words_count(&p->w, r->failed));
		number_cell(p, words_share(&p->w, share));
		buf_addz(p->out, "<td class=\"fit\">");
		html_bar(p->out, share, "bad");
		buf_addz(p->out, "</td></tr>\n");
	}
	buf_addz(p->out, "</tbody></table>\n");
	page_rest(p, i->n_routes, ROUTES_MAX, "routes");
}

void page_impact(struct page *p, const struct incident *in)
{
	if (in->n_symptoms == 0 && in->impact.n_routes == 0)
		return;
	page_heading(p, "impact", "Impact");
	buf_addz(p->out, "<ul>\n");
	for (size_t i = 0; i < in->n_symptoms; i++) {
		buf_addz(p->out, "<li>");
		html_text(p->out, words_symptom(&p->w, &in->symptoms[i]));
		page_refs(p, &in->symptoms[i].refs);
		buf_addz(p->out, "</li>\n");
	}
	buf_addz(p->out, "</ul>\n");
	routes(p, &in->impact);
}

static void share_cells(struct page *p, double share, const char *class)
{
	number_cell(p, words_share(&p->w, share));
	buf_addz(p->out, "<td class=\"fit\">");
	html_bar(p->out, share, class);
	buf_addz(p->out, "</td>");
}

void page_contrasts(struct page *p, const struct incident *in)
{
	if (in->n_contrasts == 0)
		return;
	page_heading(p, "contrasts", "What was different");
	buf_addz(p->out, "<table><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Value</th>"
			 "<th scope=\"col\" class=\"num\">In failed requests</th><th class=\"fit\"></th>"
			 "<th scope=\"col\" class=\"num\">Otherwise</th><th "
			 "class=\"fit\"></th></tr></thead><tbody>\n");
	for (size_t i = 0; i < in->n_contrasts && i < CONTRASTS_MAX; i++) {
		const struct contrast *x = &in->contrasts[i];

		buf_addz(p->out, "<tr>");
		html_element(p->out, "td", NULL, x->field);
		buf_addz(p->out, "<td>");
		html_element(p->out, "code", NULL, x->value);
		buf_addz(p->out, "</td>");
		share_cells(p, x->share_bad, "bad");
		share_cells(p, x->share_good, "calm");
		buf_addz(p->out, "</tr>\n");
	}
	buf_addz(p->out, "</tbody></table>\n");
	page_rest(p, in->n_contrasts, CONTRASTS_MAX, "values");
}
