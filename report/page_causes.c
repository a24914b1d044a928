#include "report/page.h"

#include <math.h>

#include "report/html.h"

enum {
	CAUSES_MAX = 8,
	RULED_OUT_MAX = 60,
	SERVICES_MAX = 8,
};

/* Bars of all ledgers share one scale, so that they can be compared. */
static double heaviest(const struct incident *in)
{
	double top = 1;

	for (size_t i = 0; i < in->n_causes; i++)
		for (size_t k = 0; k < in->causes[i].n_terms; k++)
			if (isfinite(in->causes[i].terms[k].log_odds))
				top = fmax(top, fabs(in->causes[i].terms[k].log_odds));
	return top;
}

static void ledger(struct page *p, const struct cause *c, double top)
{
	if (c->n_terms == 0)
		return;
	buf_addz(p->out,
		 "<table><thead><tr><th scope=\"col\">Evidence</th><th scope=\"col\" class=\"weight\">"
		 "against · for</th><th scope=\"col\" class=\"num\">Log-odds</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < c->n_terms; i++) {
		const struct term *t = &c->terms[i];

		buf_addz(p->out, "<tr><td>");
		html_text(p->out, t->text);
		buf_addz(p->out, " <small>");
		html_text(p->out, t->name);
		buf_addz(p->out, "</small>");
		page_refs(p, &t->refs);
		buf_addz(p->out, "</td><td class=\"weight\">");
		html_balance(p->out, t->log_odds, top);
		buf_addf(p->out, "</td><td class=\"num\">%+.1f</td></tr>\n", t->log_odds);
	}
	buf_addz(p->out, "</tbody></table>\n");
}

static void chain(struct page *p, const struct cause *c)
{
	if (c->n_chain == 0)
		return;
	buf_addz(p->out, "<h3>How it came about</h3>\n<ol class=\"chain\">\n");
	for (size_t i = 0; i < c->n_chain; i++) {
		const struct link *l = &c->chain[i];

		buf_addz(p->out, "<li>");
		html_element(p->out, "span", NULL,
			     l->time_ns == TIME_NONE ? STR_NONE : words_clock(&p->w, l->time_ns));
		html_text(p->out, words_link(&p->w, l));
		page_refs(p, &l->refs);
		if (l->refs.n)
			html_element(p->out, "code", "quote", l->refs.at[0].text);
		buf_addz(p->out, "</li>\n");
	}
	buf_addz(p->out, "</ol>\n");
}

static void services(struct page *p, const struct incident *in)
{
	double top = 0;

	if (in->n_services < 2)
		return;
	for (size_t i = 0; i < in->n_services; i++)
		top = fmax(top, in->services[i].score);
	buf_addz(p->out,
		 "<h3>Services, by how much points at them</h3>\n<table class=\"services\"><tbody>\n");
	for (size_t i = 0; i < in->n_services && i < SERVICES_MAX; i++) {
		const struct service_score *s = &in->services[i];

		buf_addz(p->out, "<tr>");
		html_element(p->out, "td", NULL, s->service);
		html_element(p->out, "td", "num", words_number(&p->w, s->score));
		buf_addz(p->out, "<td class=\"fit\">");
		html_bar(p->out, top > 0 ? s->score / top : 0, "calm");
		buf_addz(p->out, "</td></tr>\n");
	}
	buf_addz(p->out, "</tbody></table>\n");
	page_rest(p, in->n_services, SERVICES_MAX, "services");
}

static void candidate(struct page *p, const struct cause *c, bool open, double top)
{
	buf_addf(p->out, "<details%s><summary>", open ? " open" : "");
	html_element(p->out, "b", NULL, words_suspect(&p->w, c->kind, c->service, c->entity));
	html_bar(p->out, c->probability, open ? "bad" : "calm");
	html_element(p->out, "span", "soft", words_confidence(&p->w, c));
	buf_addz(p->out, "</summary>\n");
	if (!open)
		html_element(p->out, "p", NULL, c->statement);
	ledger(p, c, top);
	buf_addz(p->out, "</details>\n");
}

void page_causes(struct page *p, const struct incident *in)
{
	double top = heaviest(in);

	page_heading(p, "cause", "Cause");
	if (in->n_causes)
		chain(p, &in->causes[0]);
	if (in->n_causes)
		buf_addz(p->out, "<h3>What speaks for and against each candidate</h3>\n");
	for (size_t i = 0; i < in->n_causes && i < CAUSES_MAX; i++)
		candidate(p, &in->causes[i], i == 0, top);
	page_rest(p, in->n_causes, CAUSES_MAX, "candidates");
	if (in->n_causes == 0)
		html_element(p->out, "p", NULL, words_no_cause(in));
	services(p, in);
}

static void did_not_hold(struct page *p, const struct incident *in)
{
	bool any = false;

	for (size_t i = 0; i < in->n_timeline; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (!words_did_not_hold(e))
			continue;
		if (!any)
			buf_addz(p->out,
				 "<h3>Tried, but did not hold</h3>\n<ul class=\"reasons vain-list\">\n");
		any = true;
		buf_addz(p->out, "<li><span class=\"soft\">");
		html_text(p->out, words_clock(&p->w, e->time_ns));
		buf_addz(p->out, "</span> ");
		html_text(p->out, e->text);
		page_refs(p, &e->refs);
		buf_addz(p->out, "</li>\n");
	}
	if (any)
		buf_addz(p->out, "</ul>\n");
}

void page_ruled_out(struct page *p, const struct incident *in)
{
	page_heading(p, "ruled-out", "Ruled out");
	if (in->n_ruled_out == 0)
		buf_addz(p->out, "<p>Nothing else stood near the onset.</p>\n");
	else
		buf_addz(p->out, "<ul class=\"reasons\">\n");
	for (size_t i = 0; i < in->n_ruled_out && i < RULED_OUT_MAX; i++) {
		const struct ruled_out *r = &in->ruled_out[i];

		buf_addz(p->out, "<li>");
		html_element(p->out, "b", NULL, words_suspect(&p->w, r->kind, r->service, r->entity));
		if (r->time_ns != TIME_NONE) {
			buf_addc(p->out, ' ');
			html_element(p->out, "small", NULL, words_time(&p->w, r->time_ns));
		}
		buf_addz(p->out, "<br>");
		html_text(p->out, words_reason(&p->w, r));
		page_refs(p, &r->refs);
		buf_addz(p->out, "</li>\n");
	}
	if (in->n_ruled_out)
		buf_addz(p->out, "</ul>\n");
	page_rest(p, in->n_ruled_out, RULED_OUT_MAX, "candidates");
	did_not_hold(p, in);
}

void page_measures(struct page *p, const struct incident *in)
{
	const struct cause *root = words_root(in);
	const struct measures *m = words_measures(root ? root->kind : CAUSE_UNKNOWN);

	page_heading(p, "measures", "Measures to consider");
	html_element(p->out, "p", "soft",
		     STR("Suggestions that follow from the kind of cause, not decisions."));
	buf_addf(p->out,
		 "<table><tbody><tr><th scope=\"row\">Correct</th><td>%s</td></tr><tr><th "
		 "scope=\"row\">Prevent</th>"
		 "<td>%s</td></tr><tr><th scope=\"row\">Detect</th><td>%s</td></tr></tbody></table>\n",
		 m->correct, m->prevent, m->detect);
}
