#include "report/page.h"

#include <math.h>

#include "report/html.h"

enum {
	CAUSES_MAX = 8,
	RULED_OUT_MAX = 60,
	SERVICES_MAX = 8,
	QUOTE_COLUMNS = 84, /* that a line of a chain has room for */
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

/* What a ledger's terms add up to, on either side. */
static void sums(struct page *p, const struct cause *c)
{
	double in_favour = 0, against = 0;

	for (size_t i = 0; i < c->n_terms; i++) {
		double v = c->terms[i].log_odds;

		if (isfinite(v))
			*(v < 0 ? &against : &in_favour) += v;
	}
	buf_addf(p->out,
		 "<tfoot><tr><th scope=\"row\" colspan=\"2\">%+.1f for it, %+.1f against it; together</th>"
		 "<td class=\"num\">%+.1f</td></tr></tfoot>",
		 in_favour, against, in_favour + against);
}

static void ledger(struct page *p, const struct cause *c, size_t rank, double top)
{
	if (c->n_terms == 0)
		return;
	buf_addz(p->out,
		 "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Evidence for and against\"><table "
		 "class=\"ledger\"><thead><tr><th scope=\"col\">What the logs say</th><th scope=\"col\" class=\"weight\">"
		 "<span>against</span><span>for</span></th><th scope=\"col\" class=\"num\">Log-odds</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < c->n_terms; i++) {
		const struct term *t = &c->terms[i];
		struct str id = arena_printf(p->w.arena, "l%zu-%zu-%zu", p->number, rank, i + 1);

		buf_addf(p->out, "<tr id=\"%.*s\"><td>", STR_ARG(id));
		html_text(p->out, t->text);
		buf_addz(p->out, " <small>");
		html_text(p->out, t->name);
		buf_addz(p->out, "</small>");
		page_refs(p, &t->refs, id, arena_printf(p->w.arena, "Cause, %.*s", STR_ARG(t->name)));
		buf_addf(p->out, "</td><td class=\"weight\" title=\"%s\">", words_weight(t->log_odds));
		html_balance(p->out, t->log_odds, top);
		buf_addf(p->out, "</td><td class=\"num\">%+.1f</td></tr>\n", t->log_odds);
	}
	buf_addz(p->out, "</tbody>");
	sums(p, c);
	buf_addz(p->out, "</table></div>\n");
}

/* How long after the link before, on the arrow between them. */
static void arrow(struct page *p, int64_t before_ns, int64_t ns)
{
	buf_addz(p->out, "<span class=\"after\">");
	if (before_ns != TIME_NONE && ns != TIME_NONE && ns > before_ns) {
		html_text(p->out, words_seconds(&p->w, (double)(ns - before_ns) / 1e9));
		buf_addz(p->out, " later");
	}
	buf_addz(p->out, "</span>");
}

static void node(struct page *p, const struct incident *in, const char *class, struct str kind, int64_t ns, struct str text)
{
	buf_addf(p->out, "<div class=\"node %s\"><small>", class);
	html_text(p->out, kind);
	if (ns != TIME_NONE)
		html_element(p->out, "time", NULL, words_moment(&p->w, in, ns));
	buf_addz(p->out, "</small>");
	html_text(p->out, text);
}

/* "failure of a dependency: x" below its kind reads "x". */
static struct str without_kind(struct str text, enum cause_kind kind)
{
	struct str words = str_of(cause_kind_words(kind));

	if (str_starts(text, words) && str_starts(str_from(text, words.len), STR(": ")))
		return str_from(text, words.len + 2);
	return text;
}

static void felt(struct page *p, const struct incident *in, int64_t before_ns)
{
	buf_addz(p->out, "<li>");
	arrow(p, before_ns, in->symptoms[0].from_ns);
	node(p, in, "felt", STR("what users saw"), in->symptoms[0].from_ns, words_symptom(&p->w, &in->symptoms[0]));
	buf_addz(p->out, "</div></li>\n");
}

/* The chain from its root on, with what users saw where it belongs in time. */
static void chain(struct page *p, const struct incident *in)
{
	const struct cause *c = &in->causes[0];
	int64_t before_ns = TIME_NONE, felt_ns = in->n_symptoms ? in->symptoms[0].from_ns : TIME_NONE;
	bool was_felt = in->n_symptoms == 0;

	if (c->n_chain == 0)
		return;
	buf_addz(p->out, "<h3>How it came about</h3>\n<ol class=\"chain\">\n");
	for (size_t i = 0; i < c->n_chain; i++) {
		if (i > 0 && !was_felt && felt_ns != TIME_NONE && c->chain[i].time_ns != TIME_NONE && c->chain[i].time_ns > felt_ns) {
			felt(p, in, before_ns);
			before_ns = felt_ns;
			was_felt = true;
		}
		const struct link *l = &c->chain[i];
		struct str id = arena_printf(p->w.arena, "c%zu-%zu", p->number, i + 1), kind = str_of(cause_kind_words(l->kind));

		if (l->service.len)
			kind = arena_printf(p->w.arena, "%.*s · %.*s", STR_ARG(kind), STR_ARG(l->service));
		buf_addf(p->out, "<li id=\"%.*s\">", STR_ARG(id));
		if (i)
			arrow(p, before_ns, l->time_ns);
		node(p, in, i ? "" : "root", kind, l->time_ns, without_kind(words_link(&p->w, l), l->kind));
		page_refs(p, &l->refs, id, STR("How it came about"));
		if (l->refs.n)
			html_element(p->out, "code", "quote", words_excerpt(&p->w, l->refs.at[0].text, QUOTE_COLUMNS));
		buf_addz(p->out, "</div></li>\n");
		before_ns = l->time_ns == TIME_NONE ? before_ns : l->time_ns;
	}
	if (!was_felt)
		felt(p, in, before_ns);
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

static void candidate(struct page *p, const struct cause *c, size_t rank, double top)
{
	bool first = rank == 1;

	buf_addf(p->out, "<details%s><summary>", first ? " open" : "");
	html_element(p->out, "b", NULL, words_suspect(&p->w, c->kind, c->service, c->entity));
	buf_addz(p->out, "<span class=\"sure\">");
	html_bar(p->out, c->probability, first ? "bad" : "calm");
	html_element(p->out, "span", NULL, words_confidence(&p->w, c));
	buf_addz(p->out, "</span></summary>\n");
	if (!first)
		html_element(p->out, "p", NULL, words_sentence(&p->w, c->statement));
	ledger(p, c, rank, top);
	buf_addz(p->out, "</details>\n");
}

void page_causes(struct page *p, const struct incident *in)
{
	double top = heaviest(in);

	page_heading(p, "cause", "Cause");
	if (in->n_causes)
		chain(p, in);
	if (in->n_causes)
		buf_addz(p->out, "<h3>What speaks for and against each candidate</h3>\n");
	for (size_t i = 0; i < in->n_causes && i < CAUSES_MAX; i++)
		candidate(p, &in->causes[i], i + 1, top);
	page_rest(p, in->n_causes, CAUSES_MAX, "candidates");
	if (in->n_causes == 0)
		html_element(p->out, "p", NULL, words_no_cause(&p->w, in));
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
		struct str id = arena_printf(p->w.arena, "v%zu-%zu", p->number, i + 1);
		buf_addf(p->out, "<li id=\"%.*s\">", STR_ARG(id));
		html_element(p->out, "small", NULL, words_moment(&p->w, in, e->time_ns));
		buf_addc(p->out, ' ');
		html_text(p->out, e->text);
		page_refs(p, &e->refs, id, STR("Tried, but did not hold"));
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

		struct str id = arena_printf(p->w.arena, "r%zu-%zu", p->number, i + 1);

		buf_addf(p->out, "<li id=\"%.*s\">", STR_ARG(id));
		html_element(p->out, "b", NULL, words_ruled_out(&p->w, r));
		if (r->time_ns != TIME_NONE) {
			buf_addc(p->out, ' ');
			html_element(p->out, "small", NULL, words_time(&p->w, r->time_ns));
		}
		buf_addz(p->out, "<br>");
		html_text(p->out, words_reason(&p->w, r));
		page_refs(p, &r->refs, id, STR("Ruled out"));
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
		 "<table class=\"measures\"><tbody><tr><th scope=\"row\">Correct</th><td>%s</td></tr><tr><th "
		 "scope=\"row\">Prevent</th>"
		 "<td>%s</td></tr><tr><th scope=\"row\">Detect</th><td>%s</td></tr></tbody></table>\n",
		 m->correct, m->prevent, m->detect);
}
