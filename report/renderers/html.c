/*
 * html: one page that needs nothing but itself: no network, drawings as inline SVG, whole
 * without its script. Its policy allows the embedded style sheet and script by their digests and
 * nothing else, so text that escaped our escaping could still neither run nor load anything.
 */
#include "report/html.h"
#include "report/page.h"
#include "report/sha256.h"
#include "report/view.h"

enum { EXHIBITS_MAX = 400 };

/* tools/embed makes these of report/assets/. */
extern const unsigned char asset_report_css[];
extern const size_t asset_report_css_bytes;
extern const unsigned char asset_report_js[];
extern const size_t asset_report_js_bytes;

static struct str js(void)
{
	return str_make((const char *)asset_report_js, asset_report_js_bytes);
}

static void head(struct page *p)
{
	struct str css = str_make((const char *)asset_report_css, asset_report_css_bytes), script = js();
	char css_digest[SHA256_BASE64_BYTES], js_digest[SHA256_BASE64_BYTES];

	buf_addf(p->out,
	         "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	         "style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
	         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	         "<meta name=\"referrer\" content=\"no-referrer\">\n",
	         sha256_base64(css, css_digest), sha256_base64(script, js_digest));
	html_element(p->out, "title", NULL,
		     p->c->n_incidents ? p->c->incidents[0].title : STR("No incident found"));
	buf_addz(p->out, "\n<style>");
	buf_add(p->out, css);
	buf_addz(p->out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the verdict</a>\n");
}

static void top(struct page *p)
{
	static const struct { const char *href, *text; bool of_incident; } links[] = {
		{ "course-1", "Course", true },       { "cause-1", "Cause", true },
		{ "ruled-out-1", "Ruled out", true }, { "evidence", "Evidence", true },
		{ "quality", "Quality", false },
	};

	buf_addz(p->out, "<header class=\"top\"><b>inquest</b>");
	html_element(p->out, "span", NULL, words_span(&p->w, p->c->from_ns, p->c->to_ns));
	buf_addz(p->out, "<nav aria-label=\"Sections\">");
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (!links[i].of_incident || p->c->n_incidents == 1)
			buf_addf(p->out, "<a href=\"#%s\">%s</a>", links[i].href, links[i].text);
	for (size_t i = 0; p->c->n_incidents > 1 && i < p->c->n_incidents; i++)
		buf_addf(p->out, "<a href=\"#incident-%zu\">Incident %zu</a>", i + 1, i + 1);
	buf_addz(p->out, "</nav></header>\n<main id=\"main\">\n");
}

/* A figure of the verdict: its name, its value, and what belongs to it in small. */
static void figure(struct page *p, const char *name, struct str value, struct str small)
{
	buf_addf(p->out, "<div><dt>%s</dt><dd>", name);
	html_text(p->out, value);
	if (small.len)
		html_element(p->out, "small", NULL, small);
	buf_addz(p->out, "</dd></div>\n");
}

static void request_figures(struct page *p, const struct impact *i)
{
	struct words *w = &p->w;

	if (i->requests_total == 0)
		return;
	double share = (double)i->requests_failed / (double)i->requests_total;
	figure(p, "Failed requests", words_count(w, i->requests_failed),
	       arena_printf(w->arena, "%.*s of %.*s, at worst %.*s", STR_ARG(words_share(w, share)),
	                    STR_ARG(words_count(w, i->requests_total)),
	                    STR_ARG(words_share(w, i->peak_error_rate))));
	if (i->requests_slow)
		figure(p, "Slow requests", words_count(w, i->requests_slow), STR_NONE);
	if (i->users_active == 0)
		return;
	double users = (double)i->users_affected / (double)i->users_active;
	figure(p, i->users_are_clients ? "Client addresses affected" : "Users affected",
	       words_count(w, i->users_affected),
	       arena_printf(w->arena, "%.*s of %.*s", STR_ARG(words_share(w, users)),
	                    STR_ARG(words_count(w, i->users_active))));
}

static void figures(struct page *p, const struct incident *in)
{
	struct words *w = &p->w;
	struct str end =
		in->recovered_ns == TIME_NONE
			? STR("not recovered in these logs")
			: arena_printf(w->arena, "recovered %.*s", STR_ARG(words_clock(w, in->recovered_ns)));

	buf_addz(p->out, "<dl class=\"facts\">\n");
	figure(p, "Onset",
	       arena_printf(w->arena, "%.*s %.*s", STR_ARG(words_clock(w, in->onset_best_ns)),
	                    STR_ARG(words_zone(w, in->onset_best_ns))),
	       arena_printf(w->arena, "between %.*s and %.*s", STR_ARG(words_clock(w, in->onset_from_ns)),
	                    STR_ARG(words_clock(w, in->onset_to_ns))));
	figure(p, "Duration", words_seconds(w, in->duration_s), end);
	if (in->degraded_s > 0 && in->degraded_s < in->duration_s)
		figure(p, "Degraded", words_seconds(w, in->degraded_s), STR_NONE);
	request_figures(p, &in->impact);
	buf_addz(p->out, "</dl>\n");
}

static void verdict(struct page *p, const struct incident *in)
{
	const struct cause *root = words_root(in);

	buf_addz(p->out, "<p class=\"count\">");
	if (p->c->n_incidents > 1)
		buf_addf(p->out, "Incident %zu of %zu", p->number, p->c->n_incidents);
	else
		buf_addz(p->out, "Incident");
	buf_addz(p->out, "</p>\n");
	html_element(p->out, "h1", NULL, in->title);
	html_element(p->out, "p", "lead", root ? root->statement : words_no_cause(in));
	if (root) {
		buf_addz(p->out, "\n<p class=\"sure\"><span>");
		html_text(p->out, words_confidence(&p->w, root));
		buf_addz(p->out, "</span>");
		html_bar(p->out, root->probability, "bad");
		buf_addz(p->out, "</p>\n");
	}
	figures(p, in);
}

static void incident(struct page *p, const struct incident *in)
{
	buf_addf(p->out, "<article class=\"incident\" id=\"incident-%zu\">\n", p->number);
	verdict(p, in);
	page_course(p, in);
	page_causes(p, in);
	page_ruled_out(p, in);
	page_impact(p, in);
	page_contrasts(p, in);
	page_measures(p, in);
	buf_addz(p->out, "</article>\n");
}

static void quiet(struct page *p)
{
	buf_addz(p->out,
		 "<p class=\"count calm\">All quiet</p>\n<h1>No incident found</h1>\n<p class=\"lead\">"
		 "Nothing in these logs left its usual range in a way that users would feel.</p>\n");
}

static void foot(struct page *p)
{
	buf_addz(p->out, "</main>\n<footer class=\"foot\">");
	if (p->o->version) {
		buf_addz(p->out, "inquest ");
		html_text(p->out, str_of(p->o->version));
		buf_addz(p->out, ". ");
	}
	if (p->o->redact)
		buf_addz(p->out, "Secrets and personal data are masked. ");
	if (p->o->next_command) {
		buf_addz(p->out, "Next: ");
		html_element(p->out, "code", NULL, str_of(p->o->next_command));
	}
	buf_addz(p->out, "</footer>\n<script>");
	buf_add(p->out, js());
	buf_addz(p->out, "</script>\n</body>\n</html>\n");
}

static void render(const struct casefile *c, const struct render_options *o, struct buf *out)
{
	struct arena arena;

	arena_init(&arena);
	struct casefile shown = view_casefile(c, o, &arena);
	struct page p = { .o = o, .c = &shown, .w = { &arena, o->zone }, .out = out, .number = 1 };
	exhibits_init(&p.exhibits, &arena, EXHIBITS_MAX);
	head(&p);
	top(&p);
	if (shown.n_incidents == 0)
		quiet(&p);
	for (size_t i = 0; i < shown.n_incidents; i++) {
		p.number = i + 1;
		incident(&p, &shown.incidents[i]);
	}
	page_exhibits(&p);
	page_quality(&p);
	foot(&p);
	exhibits_release(&p.exhibits);
	arena_release(&arena);
}

const struct renderer renderer_html = {
	.name = "html",
	.extension = "html",
	.help = "one self-contained page with the course drawn",
	.render = render,
};
