/* What can be counted: whom it hit, what was different, what the database did. */
#include <math.h>

#include "report/html.h"
#include "report/page.h"

enum {
	ROUTES_MAX = 20,
	CONTRASTS_MAX = 24,
	STATEMENTS_MAX = 12,
	STATEMENT_COLUMNS = 400,
	VALUE_COLUMNS = 200,
};

static void bar_cell(struct page *p, double share, const char *class)
{
	buf_addz(p->out, "<td class=\"fit\">");
	html_bar(p->out, share, class);
	buf_addz(p->out, "</td>");
}

static void scroll_begin(struct page *p, const char *label)
{
	buf_addf(p->out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">", label);
}

/* ---- impact ---- */

static void routes(struct page *p, const struct impact *i)
{
	if (i->n_routes == 0)
		return;
	scroll_begin(p, "Routes");
	buf_addz(p->out,
		 "<table><thead><tr><th scope=\"col\">Route</th><th scope=\"col\" class=\"num\">Requests</th>"
		 "<th scope=\"col\" class=\"num\">Failed</th><th scope=\"col\" class=\"num\">Share</th>"
		 "<td class=\"fit\"></td></tr></thead><tbody>\n");
	size_t n = words_failing_routes(i);
	for (size_t k = 0; k < n && k < ROUTES_MAX; k++) {
		const struct impact_route *r = &i->routes[k];
		double share = r->requests ? (double)r->failed / (double)r->requests : 0;

		buf_addz(p->out, "<tr><th scope=\"row\">");
		html_element(p->out, "code", NULL, r->route);
		buf_addz(p->out, "</th>");
		page_number(p, words_count(&p->w, r->requests));
		page_number(p, words_count(&p->w, r->failed));
		page_number(p, words_share(&p->w, share));
		bar_cell(p, share, "bad");
		buf_addz(p->out, "</tr>\n");
	}
	buf_addz(p->out, "</tbody></table></div>\n");
	page_rest(p, n, ROUTES_MAX, "routes");
	if (n < i->n_routes)
		html_element(p->out, "p", "soft", words_unharmed(&p->w, i));
}

void page_impact(struct page *p, const struct incident *in)
{
	if (in->n_symptoms == 0 && in->impact.n_routes == 0)
		return;
	page_heading(p, "impact", "Impact");
	buf_addz(p->out, "<ul class=\"symptoms\">\n");
	for (size_t i = 0; i < in->n_symptoms; i++) {
		struct str id = arena_printf(p->w.arena, "s%zu-%zu", p->number, i + 1);

		buf_addf(p->out, "<li id=\"%.*s\">", STR_ARG(id));
		html_text(p->out, words_symptom(&p->w, &in->symptoms[i]));
		page_refs(p, &in->symptoms[i].refs, id, STR("Impact"));
		buf_addz(p->out, "</li>\n");
	}
	buf_addz(p->out, "</ul>\n");
	routes(p, &in->impact);
}

/* ---- contrast ---- */

static void share_cells(struct page *p, double share, const char *class)
{
	page_number(p, words_share(&p->w, share));
	bar_cell(p, share, class);
}

/* How many times as frequent: "× 3.2", "÷ 4"; what was not there before, or is no longer, has no such number. */
static struct str change(const struct words *w, const struct contrast *x)
{
	if (!(x->share_good > 0))
		return STR("new");
	if (!(x->share_bad > 0))
		return STR("gone");
	if (!(x->lift > 0) || !isfinite(x->lift))
		return STR_NONE;
	return x->lift >= 1 ? arena_printf(w->arena, "× %.*s", STR_ARG(words_number(w, x->lift)))
			    : arena_printf(w->arena, "÷ %.*s", STR_ARG(words_number(w, 1 / x->lift)));
}

static void contrast(struct page *p, const struct contrast *x, size_t number)
{
	struct str id = arena_printf(p->w.arena, "d%zu-%zu", p->number, number);

	buf_addf(p->out, "<tr id=\"%.*s\"><td>", STR_ARG(id));
	bool of = x->of.len && str_eq(words_contrast_field(x), x->field); /* else it says so itself */
	html_text(p->out, words_contrast_field(x));
	buf_addz(p->out, " <small>");
	if (of) {
		buf_addz(p->out, "of ");
		html_text(p->out, x->of);
	}
	if (x->service.len) {
		buf_addz(p->out, of ? ", " : "");
		html_text(p->out, x->service);
	}
	buf_addz(p->out, "</small></td><th scope=\"row\"><code>");
	html_cut(p->out, x->value, VALUE_COLUMNS);
	buf_addz(p->out, "</code>");
	page_refs(p, &x->refs, id, STR("What was different"));
	buf_addz(p->out, "</th>");
	share_cells(p, x->share_bad, "bad");
	share_cells(p, x->share_good, "calm");
	page_number(p, change(&p->w, x));
	buf_addz(p->out, "</tr>\n");
}

void page_contrasts(struct page *p, const struct incident *in)
{
	if (in->n_contrasts == 0)
		return;
	page_heading(p, "contrasts", "What was different");
	scroll_begin(p, "What was different");
	buf_addz(p->out, "<table class=\"contrasts\"><caption>What the bad time had more or less of than the usual time, the surest "
			 "first.</caption><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Value</th>"
			 "<th scope=\"col\" class=\"num\">In the bad time</th><td class=\"fit\"></td>"
			 "<th scope=\"col\" class=\"num\">Usually</th><td class=\"fit\"></td>"
			 "<th scope=\"col\" class=\"num\">Change</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < in->n_contrasts && i < CONTRASTS_MAX; i++)
		contrast(p, &in->contrasts[i], i + 1);
	buf_addz(p->out, "</tbody></table></div>\n");
	page_rest(p, in->n_contrasts, CONTRASTS_MAX, "values");
}

/* ---- statements ---- */

static struct str mean(const struct words *w, double total_s, double calls)
{
	double ms = calls > 0 ? total_s * 1e3 / calls : NAN;

	if (!isfinite(ms))
		return STR("–");
	return ms >= 1000 ? arena_printf(w->arena, "%.*s s", STR_ARG(words_number(w, ms / 1000)))
			  : arena_printf(w->arena, "%.*s ms", STR_ARG(words_number(w, ms)));
}

static struct str rounded(const struct words *w, double v)
{
	return v >= 0.5 && v < 1e15 ? words_count(w, (uint64_t)llround(v)) : STR("–");
}

static void statement(struct page *p, const struct statement *s, double surplus)
{
	double share = surplus > 0 ? fmax(0, s->total_s - s->usual_s) / surplus : 0;

	buf_addz(p->out, "<tr><th scope=\"row\"><code>");
	html_cut(p->out, s->text, STATEMENT_COLUMNS);
	buf_addz(p->out, "</code> ");
	html_element(p->out, "small", NULL, s->service);
	buf_addz(p->out, "</th>");
	page_number(p, rounded(&p->w, s->calls));
	page_number(p, rounded(&p->w, s->usual_calls));
	page_number(p, mean(&p->w, s->total_s, s->calls));
	page_number(p, mean(&p->w, s->usual_s, s->usual_calls));
	page_number(p, mean(&p->w, s->max_ms / 1e3, 1));
	/* Shares of next to nothing would look like a culprit. */
	page_number(p, surplus < 1 ? STR("–") : words_share(&p->w, share));
	bar_cell(p, surplus < 1 ? 0 : share, "bad");
	buf_addz(p->out, "</tr>\n");
}

void page_statements(struct page *p, const struct incident *in)
{
	double surplus = 0;

	if (in->n_statements == 0)
		return;
	for (size_t i = 0; i < in->n_statements; i++)
		surplus += fmax(0, in->statements[i].total_s - in->statements[i].usual_s);
	page_heading(p, "statements", "Statements");
	buf_addz(p->out, "<p class=\"soft\">What databases logged in the bad time, against what the usual time gives for as long. "
			 "Logs that hold slow statements only tell of those.</p>\n");
	scroll_begin(p, "Statements");
	buf_addz(p->out, "<table class=\"statements\"><thead><tr><th scope=\"col\">Statement</th>"
			 "<th scope=\"col\" class=\"num\">Calls</th><th scope=\"col\" class=\"num\">usually</th>"
			 "<th scope=\"col\" class=\"num\">Mean</th><th scope=\"col\" class=\"num\">usually</th>"
			 "<th scope=\"col\" class=\"num\">Longest</th><th scope=\"col\" class=\"num\">Of the additional time</th>"
			 "<td class=\"fit\"></td></tr></thead><tbody>\n");
	for (size_t i = 0; i < in->n_statements && i < STATEMENTS_MAX; i++)
		statement(p, &in->statements[i], surplus);
	buf_addz(p->out, "</tbody></table></div>\n");
	page_rest(p, in->n_statements, STATEMENTS_MAX, "statements");
}
