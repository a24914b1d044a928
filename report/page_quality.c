#include "report/page.h"

#include "report/html.h"

enum {
	SOURCES_MAX = 300,
	QUALITY_MAX = 40,
	REFS_MAX = 4, /* for one statement */
	SOURCES_ROOM = 150 << 10, /* bytes: a page is opened from a mail */
	COVER = 96,   /* width of a source's bar of time */
};

void page_heading(struct page *p, const char *name, const char *text)
{
	buf_addf(p->out, "<h2 id=\"%s-%zu\">%s</h2>\n", name, p->number, text);
}

void page_refs(struct page *p, const struct refs *r, struct str href, struct str text)
{
	size_t shown = 0;

	for (size_t i = 0; i < r->n && shown < REFS_MAX; i++) {
		size_t known = p->exhibits.n, number = exhibits_add(&p->exhibits, &r->at[i]);

		if (number == 0)
			continue;
		if (p->exhibits.n > known)
			p->citations[known] = (struct citation){ href, text };
		buf_addf(p->out, " <a class=\"ref\" href=\"#e%zu\" title=\"", number);
		html_text(p->out, words_ref(&p->w, &r->at[i]));
		buf_addf(p->out, "\">E%zu</a>", number);
		shown++;
	}
}

void page_number(struct page *p, struct str text)
{
	html_element(p->out, "td", "num", text);
}

void page_rest(struct page *p, size_t all, size_t shown, const char *what)
{
	if (all > shown)
		buf_addf(p->out, "<p class=\"soft\">and %zu more %s</p>\n", all - shown, words_plural(&p->w, all - shown, what).ptr);
}

/* From the first line of any source to the last, and the window: a log may reach beyond what was analysed. */
static struct span whole(const struct casefile *c)
{
	struct span all = { c->from_ns, c->to_ns };

	for (size_t i = 0; i < c->n_sources; i++) {
		const struct quality_source *q = &c->sources[i];

		if (q->first_ns != TIME_NONE && (all.from_ns == TIME_NONE || q->first_ns < all.from_ns))
			all.from_ns = q->first_ns;
		if (q->last_ns != TIME_NONE && (all.to_ns == TIME_NONE || q->last_ns > all.to_ns))
			all.to_ns = q->last_ns;
	}
	return all;
}

/* When a source spoke, in the time of all: a log that was silent in the incident can be seen. */
static void cover(struct page *p, const struct quality_source *q, const struct span *all)
{
	double from = (double)all->from_ns, length = (double)all->to_ns - from;

	if (q->first_ns == TIME_NONE || q->last_ns == TIME_NONE || !(length > 0))
		return;
	double x = ((double)q->first_ns - from) / length * COVER;
	double end = ((double)q->last_ns - from) / length * COVER;
	/* A moment is seen, too, also the last one. */
	x = x < 0 ? 0 : x > COVER - 1 ? COVER - 1 : x;
	end = end < x + 1 ? x + 1 : end > COVER ? COVER : end;
	buf_addf(p->out,
		 "<svg class=\"bar calm\" viewBox=\"0 0 %d 6\" preserveAspectRatio=\"none\" role=\"img\">"
		 "<title>",
		 COVER);
	html_text(p->out, words_span(&p->w, q->first_ns, q->last_ns));
	buf_addf(p->out,
		 "</title><rect class=\"track\" width=\"%d\" height=\"6\"/><rect class=\"fill\" x=\"%.1f\" "
		 "width=\"%.1f\" height=\"6\"/></svg>",
		 COVER, x, end - x);
}

static void source(struct page *p, const struct quality_source *q, const struct span *all)
{
	const struct str cells[] = { q->format, q->service, q->host, q->zone };
	const uint64_t counts[] = { q->lines, q->events, q->rejected };

	buf_addz(p->out, "<tr><td>");
	html_element(p->out, "code", NULL, q->path);
	buf_addz(p->out, "</td>");
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		html_element(p->out, "td", NULL, cells[i]);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		html_element(p->out, "td", "num", words_count(&p->w, counts[i]));
	buf_addz(p->out, "<td class=\"fit\">");
	cover(p, q, all);
	buf_addz(p->out, "</td></tr>\n");
}

void page_quality(struct page *p)
{
	size_t n;
	struct str *sentences = words_quality(&p->w, p->c, QUALITY_MAX, &n);

	buf_addz(p->out, "<h2 id=\"quality\">Quality of the evidence</h2>\n");
	html_element(p->out, "p", NULL,
	             arena_printf(p->w.arena, "%.*s; from %.*s.", STR_ARG(words_volume(&p->w, p->c)),
	                          STR_ARG(words_span(&p->w, p->c->from_ns, p->c->to_ns))));
	if (n)
		buf_addz(p->out, "\n<ul class=\"warn\">\n");
	for (size_t i = 0; i < n; i++) {
		html_element(p->out, "li", NULL, sentences[i]);
		buf_addc(p->out, '\n');
	}
	if (n)
		buf_addz(p->out, "</ul>\n");
	if (p->c->n_sources == 0)
		return;
	buf_addz(p->out,
		 "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Sources\"><table "
		 "class=\"sources\">"
		 "<thead><tr><th scope=\"col\">Source</th><th scope=\"col\">Format</th>"
		 "<th scope=\"col\">Service</th><th scope=\"col\">Host</th><th scope=\"col\">Zone</th>"
		 "<th scope=\"col\" class=\"num\">Lines</th><th scope=\"col\" class=\"num\">Events</th>"
		 "<th scope=\"col\" class=\"num\">Not understood</th><th scope=\"col\" "
		 "class=\"fit\">Spans</th>"
		 "</tr></thead><tbody>\n");
	struct span all = whole(p->c);
	size_t begin = p->out->len, shown = 0;
	while (shown < p->c->n_sources && shown < SOURCES_MAX && p->out->len - begin < SOURCES_ROOM)
		source(p, &p->c->sources[shown++], &all);
	buf_addz(p->out, "</tbody></table></div>\n");
	page_rest(p, p->c->n_sources, shown, "sources");
}
