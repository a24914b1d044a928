/*
 * html: one page that needs nothing but itself: no network, drawings as inline SVG, whole
 * without its script. Its policy allows the embedded style sheet and script by their digests and
 * nothing else, so text that escaped our escaping could still neither run nor load anything.
 */
#include "report/assets.h"
#include "report/glyph.h"
#include "report/html.h"
#include "report/page.h"
#include "report/sha256.h"
#include "report/view.h"

enum {
	PAGE_ROOM = 600 << 10,   /* bytes after which further incidents are only named: a page is opened from a mail */
	LINKS_MAX = 20,          /* to incidents, at the top */
	HELPED_MAX = 3,          /* measures that the verdict names */
	TITLE_COLUMNS_LARGE = 90, /* longer titles are set smaller */
};

static void head(struct page *p)
{
	struct str css = asset_style();
	char css_digest[SHA256_BASE64_BYTES], js_digest[SHA256_BASE64_BYTES], charts_digest[SHA256_BASE64_BYTES];

	buf_addf(p->out,
	         "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	         "style-src 'sha256-%s'; script-src 'sha256-%s' 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
	         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	         "<meta name=\"referrer\" content=\"no-referrer\">\n",
	         sha256_base64(css, css_digest), sha256_base64(asset_script(), js_digest),
	         sha256_base64(asset_charts(), charts_digest));
	html_element(p->out, "title", NULL,
		     p->c->n_incidents ? p->c->incidents[0].title : STR("No incident found"));
	buf_addz(p->out, "\n<style>");
	buf_add(p->out, css);
	buf_addz(p->out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the verdict</a>\n");
}

/* Sections that say nothing are left out, and so are links to them. */
static bool has_section(const struct page *p, const char *href)
{
	const struct incident *in = &p->c->incidents[0];

	return strcmp(href, "impact-1") != 0 || in->n_symptoms || in->impact.n_routes;
}

static void top(struct page *p)
{
	static const struct { const char *href, *text; bool of_incident; } links[] = {
		{ "course-1", "Course", true },       { "cause-1", "Cause", true },
		{ "ruled-out-1", "Ruled out", true }, { "impact-1", "Impact", true },
		{ "evidence", "Evidence", true },     { "quality", "Quality", false },
	};

	buf_addz(p->out, "<header class=\"top\"><b>inquest</b>");
	html_element(p->out, "span", NULL, words_span(&p->w, p->c->from_ns, p->c->to_ns));
	buf_addz(p->out, "<nav aria-label=\"Sections\">");
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (!links[i].of_incident || (p->c->n_incidents == 1 && has_section(p, links[i].href)))
			buf_addf(p->out, "<a href=\"#%s\">%s</a>", links[i].href, links[i].text);
	for (size_t i = 0; p->c->n_incidents > 1 && i < p->c->n_incidents && i < LINKS_MAX; i++)
		buf_addf(p->out, "<a href=\"#incident-%zu\">Incident %zu</a>", i + 1, i + 1);
	buf_addz(p->out, "</nav></header>\n<main id=\"main\">\n");
}

/* A number stays with its sign of percent. */
static struct str unbroken(struct page *p, struct str text)
{
	struct str done = STR_NONE;
	ptrdiff_t at;

	while ((at = str_find(text, STR(" %"))) >= 0) {
		done = arena_printf(p->w.arena, "%.*s%.*s\xc2\xa0%%", STR_ARG(done), (int)at, text.ptr);
		text = str_from(text, (size_t)at + 2);
	}
	return arena_printf(p->w.arena, "%.*s%.*s", STR_ARG(done), STR_ARG(text));
}

/* A figure of the verdict: its name, its value, and what belongs to it in small. */
static void figure(struct page *p, const char *name, struct str value, struct str small)
{
	buf_addf(p->out, "<div><dt>%s</dt><dd>", name);
	html_text(p->out, value);
	if (small.len)
		html_element(p->out, "small", NULL, unbroken(p, small));
	buf_addz(p->out, "</dd></div>\n");
}

static void request_figures(struct page *p, const struct impact *i)
{
	struct words *w = &p->w;

	if (i->requests_total == 0)
		return;
	double share = (double)i->requests_failed / (double)i->requests_total;
	struct str peak = words_peak(w, i);
	figure(p, "Failed requests", words_count(w, i->requests_failed),
	       arena_printf(w->arena, "%.*s of %.*s%s%.*s", STR_ARG(words_share(w, share)),
	                    STR_ARG(words_count(w, i->requests_total)), peak.len ? ", " : "", STR_ARG(peak)));
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

/* "10:29:50 – 10:30:00" on the day that stands beside it. */
static struct str onset_interval(struct page *p, const struct incident *in)
{
	struct words *w = &p->w;
	struct str date = words_date(w, in->onset_best_ns);

	if (in->onset_from_ns == in->onset_to_ns || in->onset_from_ns == TIME_NONE || in->onset_to_ns == TIME_NONE)
		return date;
	return arena_printf(w->arena, "%.*s, between %.*s and %.*s", STR_ARG(date), STR_ARG(words_clock(w, in->onset_from_ns)),
	                    STR_ARG(words_clock(w, in->onset_to_ns)));
}

static struct str how_it_ended(struct page *p, const struct incident *in)
{
	struct words *w = &p->w;
	struct str end = STR("not recovered in these logs");

	if (in->recovered_ns != TIME_NONE)
		end = arena_printf(w->arena, "recovered %.*s", STR_ARG(words_moment(w, in, in->recovered_ns)));
	struct str degraded = words_degraded(w, in);
	return degraded.len ? arena_printf(w->arena, "%.*s; %.*s", STR_ARG(degraded), STR_ARG(end)) : end;
}

static void figures(struct page *p, const struct incident *in)
{
	struct words *w = &p->w;

	buf_addz(p->out, "<dl class=\"facts\">\n");
	figure(p, "Onset",
	       arena_printf(w->arena, "%.*s %.*s", STR_ARG(words_clock(w, in->onset_best_ns)),
	                    STR_ARG(words_zone(w, in->onset_best_ns))),
	       onset_interval(p, in));
	figure(p, "Duration", words_seconds(w, in->duration_s), how_it_ended(p, in));
	request_figures(p, &in->impact);
	buf_addz(p->out, "</dl>\n");
}

/* What ended it, in a line each. */
static void helped(struct page *p, const struct incident *in)
{
	size_t shown = 0;

	for (size_t i = 0; i < in->n_timeline && i < TIMELINE_SHOWN && shown < HELPED_MAX; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (!words_helped(e))
			continue;
		shown++;
		buf_addf(p->out, "<p class=\"helped\">Mitigated <a href=\"#t%zu-%zu\">", p->number, i + 1);
		html_text(p->out, words_moment(&p->w, in, e->time_ns));
		buf_addz(p->out, "</a>: ");
		html_text(p->out, unbroken(p, e->text));
		buf_addz(p->out, "</p>\n");
	}
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
	html_element(p->out, "h1", glyph_columns(in->title) > TITLE_COLUMNS_LARGE ? "long" : NULL, in->title);
	html_element(p->out, "p", "lead", unbroken(p, words_statement(&p->w, in)));
	if (root) {
		buf_addz(p->out, "\n<p class=\"sure\"><span>");
		html_text(p->out, words_confidence(&p->w, root));
		buf_addz(p->out, "</span>");
		html_bar(p->out, root->probability, "bad");
		buf_addz(p->out, "</p>\n");
	}
	helped(p, in);
	figures(p, in);
}

static void incident(struct page *p, const struct incident *in)
{
	buf_addf(p->out, "<article class=\"incident\" id=\"incident-%zu\">\n", p->number);
	verdict(p, in);
	page_course(p, in);
	page_causes(p, in);
	page_ruled_out(p, in);
	page_contrasts(p, in);
	page_statements(p, in);
	page_impact(p, in);
	page_measures(p, in);
	buf_addz(p->out, "</article>\n");
}

/* Only what it is and when, where there is no room for more. */
static void short_incident(struct page *p, const struct incident *in)
{
	buf_addf(p->out, "<article class=\"incident brief\" id=\"incident-%zu\">\n<p class=\"count\">Incident %zu of %zu</p>\n",
		 p->number, p->number, p->c->n_incidents);
	html_element(p->out, "h2", NULL, in->title);
	html_element(p->out, "p", NULL, words_window(&p->w, p->c, in));
	buf_addz(p->out, "<p class=\"soft\">This page is full; findings.json has the details.</p>\n</article>\n");
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
		buf_addz(p->out, ". ");
	}
	buf_addz(p->out, "Plots: ");
	html_text(p->out, asset_plots_about());
	buf_addz(p->out, asset_charts().len ? " (MIT license).</footer>\n" : ".</footer>\n");
	if (asset_charts().len) {
		buf_addz(p->out, "<script>");
		buf_add(p->out, asset_charts());
		buf_addz(p->out, "</script>\n");
	}
	buf_addz(p->out, "<script>");
	buf_add(p->out, asset_script());
	buf_addz(p->out, "</script>\n</body>\n</html>\n");
}

static void render(const struct casefile *c, const struct render_options *o, struct buf *out)
{
	struct arena arena;

	arena_init(&arena);
	struct casefile shown = view_casefile(c, o, &arena);
	struct page p = { .o = o, .c = &shown, .w = { &arena, o->zone }, .out = out, .number = 1 };
	exhibits_init(&p.exhibits, &arena, EXHIBITS_MAX);
	p.citations = arena_new_n(&arena, struct citation, EXHIBITS_MAX);
	map_init(&p.passages);
	for (size_t i = 0; i < shown.n_passages; i++)
		*map_put(&p.passages, hash64_seed(shown.passages[i].source, shown.passages[i].line), NULL) = i + 1;
	head(&p);
	top(&p);
	if (shown.n_incidents == 0)
		quiet(&p);
	for (size_t i = 0; i < shown.n_incidents; i++) {
		p.number = i + 1;
		if (out->len < PAGE_ROOM)
			incident(&p, &shown.incidents[i]);
		else
			short_incident(&p, &shown.incidents[i]);
	}
	page_exhibits(&p);
	page_quality(&p);
	foot(&p);
	map_release(&p.passages);
	exhibits_release(&p.exhibits);
	arena_release(&arena);
}

const struct renderer renderer_html = {
	.name = "html",
	.extension = "html",
	.help = "one self-contained page with the course drawn",
	.render = render,
};
