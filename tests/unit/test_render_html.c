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

/* Goldens hold the page from its body on: the style sheet has a file of its own. */
static struct str body(struct str page)
{
	ptrdiff_t at = str_find(page, STR("<body>"));

	cr_assert(at > 0);
	return str_from(page, (size_t)at);
}

Test(render_html, shows_the_case)
{
	struct casefile c = sample_case(&arena), q = sample_quiet(&arena);
	struct render_options o = render_test_options();

	golden_check("sample.html", body(render_test("html", &c, &o, &arena)));
	golden_check("quiet.html", body(render_test("html", &q, &o, &arena)));
}

/* What a parser sees as tags: the names in order, one a line; fails on anything that our own page would not write. */
static void collect_tags(struct str page, struct buf *out)
{
	static const char *const known[] = {
		"!DOCTYPE", "html", "head", "meta", "title", "style", "body", "a", "header", "b", "span", "nav", "main",
		"article", "p", "h1", "h2", "h3", "svg", "rect", "path", "text", "g", "circle", "dl", "div", "dt", "dd",
		"small", "figure", "ol", "ul", "li", "time", "table", "thead", "tbody", "tr", "th", "td", "code",
		"details", "summary", "br", "pre", "footer",
	};

	for (ptrdiff_t at; (at = str_chr(page, '<')) >= 0;) {
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
		buf_add(out, name);
		buf_addc(out, '\n');
		page = tag;
	}
}

Test(render_html, hostile_text_stays_text)
{
	struct casefile rich = sample_case(&arena), c = sample_hostile(&arena, sample_hostile_text());
	struct render_options o = render_test_options();
	struct str page = render_test("html", &c, &o, &arena), good = render_test("html", &rich, &o, &arena);
	struct buf got, want;

	buf_init(&got, 1 << 20);
	buf_init(&want, 1 << 20);
	collect_tags(body(page), &got);
	collect_tags(body(good), &want);
	/* The same words apart, an attacker's text adds no element: only <small> and marks may differ. */
	cr_expect(str_find(buf_str(&got), STR("script")) < 0 && str_find(buf_str(&got), STR("img")) < 0);
	cr_expect(str_find(page, STR("\x1b")) < 0);
	cr_expect(str_find(page, STR("\xe2\x80\xae")) < 0);
	cr_expect(str_is_utf8(page));
	cr_expect(str_find(page, STR("&lt;script&gt;alert(1)")) > 0);
	buf_release(&got);
	buf_release(&want);
}

Test(render_html, forbids_itself_everything_but_its_style)
{
	struct casefile c = sample_case(&arena);
	struct render_options o = render_test_options();
	struct str page = render_test("html", &c, &o, &arena);

	cr_expect(str_find(page, STR("content=\"default-src 'none'; style-src 'sha256-")) > 0);
	cr_expect(str_find(body(page), STR(" style=")) < 0);
	cr_expect(str_find(body(page), STR(" onclick=")) < 0);
	cr_expect(str_find(page, STR("http://")) < 0 && str_find(page, STR("https://")) < 0, "a link to elsewhere");
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
