#include <criterion/criterion.h>

#include "report/html.h"
#include "tests/unit/golden.h"
#include "tests/unit/render.h"
#include "tests/unit/sample_case.h"

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena);
}

static void tear_down(void)
{
	arena_release(&arena);
}

TestSuite(render_html, .init = set_up, .fini = tear_down);

/*
 * Goldens hold the page's body without its foot: the style sheet before it and the scripts behind it are files of
 * their own, and the foot says which chart library the build has.
 */
static struct str body(struct str page)
{
	ptrdiff_t at = str_find(page, STR("<body>")), end = str_find(page, STR("<footer"));

	cr_assert(at > 0 && end > at);
	return str_from(str_head(page, (size_t)end), (size_t)at);
}

Test(render_html, shows_the_case)
{
	struct casefile c = sample_case(&arena), q = sample_quiet(&arena);
	struct render_options o = render_test_options();

	golden_check("sample.html", body(render_test("html", &c, &o, &arena)));
	golden_check("quiet.html", body(render_test("html", &q, &o, &arena)));
}

/* What a parser sees as tags is what our own page writes; their number. */
static size_t check_tags(struct str page)
{
	static const char *const known[] = {
		"html", "body", "a", "header", "b", "span", "nav", "main", "article", "p", "h1", "h2", "h3", "svg",
		"rect", "path", "text", "title", "g", "circle", "dl", "div", "dt", "dd", "small", "figure", "ol",
		"ul", "li", "time", "table", "thead", "tbody", "tr", "th", "td", "code", "details", "summary", "br",
		"pre", "footer", "figcaption", "i", "button", "line", "caption", "tfoot",
	};
	size_t n = 0;

	for (ptrdiff_t at; (at = str_chr(page, '<')) >= 0; n++) {
		struct str tag = str_from(page, (size_t)at + 1), name;
		bool found = false;

		if (str_starts(tag, STR("/")))
			tag = str_from(tag, 1);
		name = tag;
		for (name.len = 0; name.len < tag.len && !memchr(" >/\n", tag.ptr[name.len], 4);)
			name.len++;
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
			found |= str_eq(name, str_of(known[i]));
		cr_assert(found, "a tag <%.*s", STR_ARG(str_head(tag, 40)));
		page = tag;
	}
	return n;
}

Test(render_html, hostile_text_stays_text)
{
	struct str text = sample_hostile_text(), calmed = arena_str(&arena, text);

	/* Lines of a record are elements: the tame text has as many. */
	for (size_t i = 0; i < calmed.len; i++)
		((char *)(uintptr_t)calmed.ptr)[i] = calmed.ptr[i] == '\n' ? '\n' : 'x';
	struct casefile c = sample_hostile(&arena, text), tame = sample_hostile(&arena, calmed);
	struct render_options o = render_test_options();
	struct str page = render_test("html", &c, &o, &arena), calm = render_test("html", &tame, &o, &arena);

	/* However hostile the text, the elements are those of the same page with a tame one. */
	cr_expect_eq(check_tags(body(page)), check_tags(body(calm)));
	cr_expect(str_find(page, STR("\x1b")) < 0);
	cr_expect(str_find(page, STR("\xe2\x80\xae")) < 0);
	cr_expect(str_is_utf8(page));
	cr_expect(str_find(page, STR("&lt;script&gt;alert(1)")) > 0);
}

Test(render_html, forbids_itself_everything_but_its_own)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct str page = render_test("html", &c, &o, &arena);

	cr_expect(str_find(page, STR("content=\"default-src 'none'; style-src 'sha256-")) > 0);
	cr_expect(str_find(page, STR("script-src 'sha256-")) > 0);
	cr_expect(str_find(page, STR("<footer class=\"foot\">inquest 1.2.3. ")) > 0);
	cr_expect(str_find(body(page), STR(" style=")) < 0);
	cr_expect(str_find(body(page), STR(" onclick=")) < 0);
	cr_expect(str_find(body(page), STR("http://")) < 0 && str_find(body(page), STR("https://")) < 0, "a link to elsewhere");
}

Test(render_html, every_link_has_its_target)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct str page = render_test("html", &c, &o, &arena), rest = page, href = STR("href=\"#");
	size_t links = 0;

	for (ptrdiff_t at; (at = str_find(rest, href)) >= 0; links++) {
		struct str name = str_cut(str_from(rest, (size_t)at + href.len), '"', &rest);
		struct str id = arena_printf(&arena, "id=\"%.*s\"", STR_ARG(name));

		cr_expect(str_find(page, id) > 0, "no %.*s", STR_ARG(id));
	}
	cr_expect(links > 20);
}

static size_t count(struct str page, const char *what)
{
	size_t n = 0;

	for (ptrdiff_t at; (at = str_find(page, str_of(what))) >= 0; n++)
		page = str_from(page, (size_t)at + 1);
	return n;
}

Test(render_html, lines_stand_in_their_surroundings)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct str page = body(render_test("html", &c, &o, &arena));

	cr_expect_eq(count(page, "<details class=\"around\">"), 2);
	cr_expect(str_find(page, STR("<span><i>117</i>2026-05-12T13:20:05Z deploy service=auth")) > 0, "the line before");
	cr_expect(str_find(page, STR("<b><i>118</i>2026-05-12T13:41:10Z deploy service=checkout")) > 0, "the line itself");
	cr_expect(str_find(page, STR("<span><i>119</i>2026-05-12T13:41:32Z")) > 0, "the line after");
	cr_expect(str_find(page, STR("tr0ub4dor")) < 0 && str_find(page, STR("bob@")) < 0, "redacted");
	cr_expect_eq(count(page, "could not be read back"), 1, "told once");
	o.redact = false;
	page = render_test("html", &c, &o, &arena);
	cr_expect(str_find(page, STR("tr0ub4dor")) > 0 && str_find(page, STR("bob@")) > 0);

	/* Lines of a record of several lines keep their numbers. */
	c.passages[0].line = 24410;
	c.passages[0].source = STR("postgresql/postgresql.log.1.gz");
	c.incidents[0].timeline[4].refs.at[0].text = STR("2026-05-12 14:05:00.002 UTC [1] LOG:  ready\n\tone\n\ttwo\n\tthree\n\tfour");
	page = render_test("html", &c, &o, &arena);
	cr_expect(str_find(page, STR("<b><i>24412</i>")) > 0 && str_find(page, STR("<b><i></i>…</b>")) > 0);
	cr_expect(str_find(page, STR("<span><i>24415</i>")) > 0);
}

/* The picture shows the cause, whether it is a change or came by itself; what users saw stands where it belongs in time. */
Test(render_html, the_cause_is_in_the_picture)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct incident *in = &c.incidents[0];

	cr_expect(str_find(render_test("html", &c, &o, &arena), STR("<text class=\"lane\" x=\"0\" y=\"11\">Changes")) > 0);
	in->causes[0].kind = CAUSE_SLOW_QUERY;
	in->causes[0].time_ns += 30 * NS_PER_S;
	in->causes[0].chain[1].time_ns = in->symptoms[0].from_ns + NS_PER_S;
	struct str page = render_test("html", &c, &o, &arena);
	cr_expect(str_find(page, STR("<text class=\"lane\" x=\"0\" y=\"11\">Cause</text><a href=\"#cause-1\"")) > 0);
	cr_expect(str_find(page, STR("slow query checkout 4.12.0</text>")) > 0);
	cr_expect(str_find(page, STR("what users saw")) < str_find(page, STR("<li id=\"c1-2\">")), "in the order of time");
	cr_expect(str_find(page, STR("<p class=\"helped\">Mitigated <a href=\"#t1-7\">14:31:40</a>: rollback checkout 4.11.3")) > 0);
}

/* However much there is to say, it can be mailed; what is left out is counted or named. */
Test(render_html, stays_small)
{
	enum { INCIDENTS = 60, SOURCES = 2000, LINES = 600 };
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct incident *many = arena_new_n(&arena, struct incident, INCIDENTS);
	struct quality_source *sources = arena_new_n(&arena, struct quality_source, SOURCES);
	char *line = arena_alloc(&arena, 4096, 1);

	memset(line, '<', 4096);
	for (size_t i = 0; i < SOURCES; i++) {
		sources[i] = c.sources[i % c.n_sources];
		sources[i].path = arena_printf(&arena, "%zu/%.*s", i, 600, line);
	}
	for (size_t i = 0; i < INCIDENTS; i++) {
		many[i] = c.incidents[0];
		many[i].timeline = arena_new_n(&arena, struct timeline_entry, LINES);
		many[i].n_timeline = LINES;
		for (size_t k = 0; k < LINES; k++) {
			struct refs refs = { 0 };

			*vec_push(&arena, &refs) = (struct ref){ STR("a.log"), i * LINES + k + 1, 0, str_make(line, 4096) };
			many[i].timeline[k] = c.incidents[0].timeline[k % c.incidents[0].n_timeline];
			many[i].timeline[k].refs = refs;
		}
	}
	c.passages = arena_new_n(&arena, struct passage, LINES);
	c.n_passages = LINES;
	for (size_t i = 0; i < c.n_passages; i++)
		c.passages[i] = (struct passage){ STR("a.log"), i + 1, str_make(line, 4096), str_make(line, 4096) };
	c.incidents = many;
	c.n_incidents = INCIDENTS;
	c.sources = sources;
	c.n_sources = SOURCES;
	struct str page = render_test("html", &c, &o, &arena);
	cr_expect(page.len < 3 << 19, "%zu bytes", page.len);
	cr_expect(str_find(page, STR("Incident 60 of 60")) > 0 && str_find(page, STR("and 520 more entries")) > 0);
}

Test(render_html, text_is_escaped_for_quotes_too)
{
	struct buf out;

	buf_init(&out, 4096);
	html_text(&out, STR("<a href=\"x\" title='y'>&amp;\n</a>"));
	cr_expect(str_eq(buf_str(&out), STR("&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;\\n&lt;/a&gt;")));
	buf_clear(&out);
	html_record(&out, STR("one\r\ntwo\n"));
	cr_expect(str_eq(buf_str(&out), STR("one\ntwo")));
	buf_release(&out);
}
