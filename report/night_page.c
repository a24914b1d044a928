/* night_page: the digest of one day. */
#include <math.h>

#include "report/html.h"
#include "report/night_words.h"

static void link_to(struct buf *out, struct str date, const char *words)
{
	if (!date.len)
		return;
	buf_addz(out, "<a href=\"");
	html_text(out, date);
	buf_addf(out, ".html\">%s</a>", words);
}

static void top(const struct night *n, const struct night_options *o, struct buf *out)
{
	buf_addz(out, "<header class=\"top\"><b>inquest</b>");
	html_element(out, "span", NULL, o->title);
	buf_addz(out, "<nav aria-label=\"Nights\">");
	link_to(out, o->before, "← the night before");
	buf_addz(out, "<a href=\"index.html\">all nights</a>");
	link_to(out, o->after, "the night after →");
	buf_addf(out, "</nav></header>\n<main id=\"main\">\n<p class=\"count%s\">", night_attention(n) ? "" : " calm");
	html_text(out, n->date);
	buf_addz(out, "</p>\n");
}

static void verdict(const struct words *w, const struct night *n, struct buf *out)
{
	struct str said = night_verdict(w->arena, n);

	buf_addz(out, "<h1>");
	html_text(out, arena_printf(w->arena, "%c%.*s", said.ptr[0] >= 'a' && said.ptr[0] <= 'z' ? said.ptr[0] - 32 : said.ptr[0],
	                            STR_ARG(str_from(said, 1))));
	buf_addz(out, "</h1>\n<p class=\"lead\">");
	html_text(out, words_span(w, n->from_ns, n->to_ns));
	buf_addf(out, ", compared with %llu earlier day%s.</p>\n", (unsigned long long)n->known_days, n->known_days == 1 ? "" : "s");
	if (n->n_notes) {
		buf_addz(out, "<ul class=\"warn\">\n");
		for (size_t i = 0; i < n->n_notes; i++)
			html_element(out, "li", NULL, n->notes[i]);
		buf_addz(out, "</ul>\n");
	}
	buf_addz(out, "<dl class=\"facts\">\n");
	for (size_t i = 0; i < n->n_figures; i++) {
		const struct night_figure *f = &n->figures[i];
		if (isnan(f->value))
			continue;
		buf_addf(out, "<div><dt>%s</dt><dd%s>", night_figure_words(f->name), f->unusual ? " class=\"unusual\"" : "");
		html_text(out, night_figure_value(w, f->name, f->value));
		if (!isnan(f->usual))
			html_element(out, "small", NULL, arena_printf(w->arena, "usual %.*s", STR_ARG(night_figure_value(w, f->name, f->usual))));
		buf_addz(out, "</dd></div>\n");
	}
	buf_addz(out, "</dl>\n");
}

static void incidents(const struct words *w, const struct night *n, const struct night_options *o, struct buf *out)
{
	if (!n->n_incidents)
		return;
	buf_addz(out, "<h2 id=\"incidents\">Incidents</h2>\n");
	for (size_t i = 0; i < n->n_incidents; i++) {
		const struct night_incident *in = &n->incidents[i];
		html_element(out, "h3", NULL, in->title);
		buf_addz(out, "<p>");
		html_text(out, words_time(w, in->onset_ns));
		if (in->recovered_ns != TIME_NONE) {
			buf_addz(out, " – ");
			html_text(out, words_time(w, in->recovered_ns));
		}
		html_text(out, in->recovered_ns == TIME_NONE ? STR(", not over at the end of the day") : STR_NONE);
		html_text(out, in->continues ? STR("; it began before this day") : STR_NONE);
		buf_addz(out, ". ");
		html_text(out, arena_printf(w->arena, "Blamed: %.*s. %.*s of %.*s requests failed, %.*s were slow.", STR_ARG(night_cause(w, in)),
		                            STR_ARG(words_count(w, in->failed)), STR_ARG(words_count(w, in->requests)), STR_ARG(words_count(w, in->slow))));
		if (o->incidents) {
			buf_addz(out, " <a href=\"");
			html_text(out, n->date);
			/* The report numbers all it has; those of the night before are not in it. */
			buf_addf(out, "-incidents.html#incident-%zu\">The whole report</a>.", i + 1);
		}
		buf_addz(out, "</p>\n");
	}
}

/* ---- the day by hours ---- */

static void bars(const struct night *n, bool failed, double most, struct buf *out)
{
	double width = 100.0 / (double)n->n_hours;

	for (size_t i = 0; i < n->n_hours; i++) {
		double v = (double)(failed ? n->hours[i].failed : n->hours[i].requests);
		if (v > 0 && most > 0)
			buf_addf(out, "<rect class=\"hour%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>", failed ? " failed" : "",
			         width * (double)i + width * 0.08, 100 - 100 * v / most, width * 0.84, 100 * v / most);
	}
}

static void hours(const struct words *w, const struct night *n, struct buf *out)
{
	double most = 0;

	for (size_t i = 0; i < n->n_hours; i++)
		most = fmax(most, (double)n->hours[i].requests);
	if (most <= 0)
		return;
	buf_addz(out, "<h2 id=\"hours\">The day by hours</h2>\n<figure class=\"trend\"><figcaption><b>Requests an hour, failed ones in red</b><small>up to ");
	html_text(out, words_count(w, (uint64_t)most));
	buf_addz(out, "</small></figcaption>\n<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	bars(n, false, most, out);
	bars(n, true, most, out);
	buf_addz(out, "</svg><div class=\"ends\"><span>");
	html_text(out, words_clock(w, n->from_ns));
	buf_addz(out, "</span><span>");
	html_text(out, words_clock(w, n->to_ns));
	buf_addz(out, "</span></div></figure>\n<details class=\"fold\"><summary>The same in numbers</summary><div class=\"scroll\"><table>"
		      "<thead><tr><th>From</th><th class=\"num\">Requests</th><th class=\"num\">Failed</th><th class=\"num\">95 % within</th>"
		      "<th class=\"num\">Error lines</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n->n_hours; i++) {
		const struct night_hour *h = &n->hours[i];
		buf_addz(out, "<tr>");
		html_element(out, "td", NULL, words_clock(w, n->from_ns + (int64_t)i * 3600 * NS_PER_S));
		night_number(out, words_count(w, h->requests));
		night_number(out, words_count(w, h->failed));
		night_number(out, night_ms(w, h->p95_ms));
		night_number(out, words_count(w, h->error_lines));
		buf_addz(out, "</tr>\n");
	}
	buf_addz(out, "</tbody></table></div></details>\n");
}

/* ---- lists ---- */

static void new_lines(const struct words *w, const struct night *n, struct buf *out)
{
	buf_addz(out, "<h2 id=\"lines\">New lines</h2>\n");
	if (!n->n_lines) {
		buf_addz(out, "<p class=\"soft\">None that the earlier days did not have, beyond chance.</p>\n");
		return;
	}
	buf_addz(out, "<div class=\"scroll\"><table class=\"wide\"><thead><tr><th>Service</th><th>Severity</th><th>Line</th><th class=\"num\">Times</th>"
		      "</tr></thead><tbody>\n");
	for (size_t i = 0; i < n->n_lines; i++) {
		const struct night_line *l = &n->lines[i];
		buf_addz(out, "<tr>");
		html_element(out, "td", NULL, l->service);
		html_element(out, "td", NULL, l->severity);
		buf_addz(out, "<td class=\"text\">");
		html_element(out, "code", NULL, l->text);
		if (l->family.len)
			html_element(out, "small", NULL, arena_printf(w->arena, " %.*s", STR_ARG(l->family)));
		buf_addz(out, "</td>");
		night_number(out, words_count(w, l->count));
		buf_addz(out, "</tr>\n");
	}
	buf_addz(out, "</tbody></table></div>\n");
	if (n->more_lines)
		buf_addf(out, "<p class=\"soft\">And %llu more.</p>\n", (unsigned long long)n->more_lines);
}

static void queries(const struct words *w, const struct night *n, struct buf *out)
{
	if (!n->n_queries)
		return;
	buf_addz(out, "<h2 id=\"queries\">New and slower statements</h2>\n<div class=\"scroll\"><table class=\"wide\"><thead><tr><th></th><th>Statement</th>"
		      "<th class=\"num\">Calls</th><th class=\"num\">usual</th><th class=\"num\">Median</th><th class=\"num\">usual</th>"
		      "<th class=\"num\">In all</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n->n_queries; i++) {
		const struct night_query *q = &n->queries[i];
		buf_addz(out, "<tr>");
		html_element(out, "td", "state", q->change);
		buf_addz(out, "<td class=\"text\">");
		html_element(out, "code", NULL, q->text);
		html_element(out, "small", NULL, arena_printf(w->arena, " %.*s", STR_ARG(q->service)));
		buf_addz(out, "</td>");
		night_number(out, words_count(w, q->calls));
		night_number(out, night_count(w, q->usual_calls));
		night_number(out, night_ms(w, q->ms));
		night_number(out, night_ms(w, q->usual_ms));
		night_number(out, words_seconds(w, q->total_s));
		buf_addz(out, "</tr>\n");
	}
	buf_addz(out, "</tbody></table></div>\n");
}

static void families(const struct words *w, const struct night *n, struct buf *out)
{
	if (!n->n_families)
		return;
	buf_addz(out, "<h2 id=\"errors\">Errors and warnings</h2>\n<div class=\"scroll\"><table class=\"wide\"><thead><tr><th>Service</th><th>What</th>"
		      "<th class=\"num\">Lines</th><th class=\"num\">usual</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n->n_families; i++) {
		const struct night_family *f = &n->families[i];
		buf_addz(out, "<tr>");
		html_element(out, "td", NULL, f->service);
		buf_addz(out, "<td class=\"text\">");
		if (f->name.len) {
			html_text(out, f->name);
			buf_addz(out, ": ");
		}
		html_element(out, "code", NULL, f->text);
		buf_addz(out, "</td>");
		html_element(out, "td", f->unusual ? "num unusual" : "num", words_count(w, f->count));
		night_number(out, night_count(w, f->usual));
		buf_addz(out, "</tr>\n");
	}
	buf_addz(out, "</tbody></table></div>\n");
}

static void sources(const struct words *w, const struct night *n, struct buf *out)
{
	if (!n->n_sources)
		return;
	buf_addz(out, "<h2 id=\"sources\">Sources</h2>\n<div class=\"scroll\"><table><thead><tr><th>Source</th><th class=\"num\">Events</th>"
		      "<th class=\"num\">usual</th><th></th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n->n_sources; i++) {
		const struct night_source *s = &n->sources[i];
		bool silent = str_eq(s->state, STR("silent"));
		buf_addz(out, "<tr>");
		html_element(out, "td", NULL, night_source_name(w->arena, s));
		night_number(out, words_count(w, s->events));
		night_number(out, night_count(w, s->usual));
		if (silent)
			html_element(out, "td", "state silent", arena_printf(w->arena, "silent since %.*s", STR_ARG(words_time(w, s->last_ns))));
		else if (str_eq(s->state, STR("gone")))
			html_element(out, "td", "soft", arena_printf(w->arena, "gone since %.*s", STR_ARG(words_date(w, s->last_ns))));
		else
			html_element(out, "td", "soft", s->state);
		buf_addz(out, "</tr>\n");
	}
	buf_addz(out, "</tbody></table></div>\n");
}

void night_page(const struct night *n, const struct night_options *o, struct buf *out)
{
	struct arena arena;

	arena_init(&arena);
	struct words w = { &arena, o->zone };
	night_head(out, arena_printf(&arena, "%.*s: %.*s", STR_ARG(n->date), STR_ARG(night_verdict(&arena, n))));
	top(n, o, out);
	verdict(&w, n, out);
	incidents(&w, n, o, out);
	hours(&w, n, out);
	families(&w, n, out);
	new_lines(&w, n, out);
	queries(&w, n, out);
	sources(&w, n, out);
	night_foot(out, o->version);
	arena_release(&arena);
}
