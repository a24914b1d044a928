/* The lines that statements rest on, each with its place, and with what stands around it in the archive. */
#include "report/html.h"
#include "report/page.h"

enum {
	EXHIBITS_ROOM = 420 << 10, PASSAGES_ROOM = 200 << 10, /* bytes of all, and of what is around: a page is opened from a mail */
	LINE_COLUMNS = 400,                                   /* of a line around a quoted one */
	QUOTED_LINES = 3,                                     /* of the quoted record, among the lines around it */
};

/* A numbered line; `tag` is what it stands in. */
static void line(struct page *p, const char *tag, uint64_t number, struct str text)
{
	if (str_ends(text, STR("\r")))
		text.len--;
	buf_addf(p->out, "<%s><i>%llu</i>", tag, (unsigned long long)number);
	html_cut(p->out, text, LINE_COLUMNS);
	buf_addf(p->out, "</%s>\n", tag);
}

static uint64_t count_lines(struct str text)
{
	uint64_t n = text.len > 0;

	for (size_t i = 0; i + 1 < text.len; i++)
		n += text.ptr[i] == '\n';
	return n;
}

static void lines(struct page *p, const char *tag, uint64_t number, struct str text, uint64_t max)
{
	for (uint64_t n = 0; text.len; n++) {
		struct str one = str_cut(text, '\n', &text);

		if (n == max) {
			buf_addf(p->out, "<%s><i></i>…</%s>\n", tag, tag);
			return;
		}
		line(p, tag, number + n, one);
	}
}

/* The whole passage, closed until it is asked for: reading it needs no script. */
static void around(struct page *p, const struct ref *r, const struct passage *x)
{
	uint64_t n_before = count_lines(x->before), record = count_lines(r->text);

	buf_addz(p->out, "<details class=\"around\"><summary>Lines around it</summary><pre>");
	lines(p, "span", r->line > n_before ? r->line - n_before : 1, x->before, UINT64_MAX);
	lines(p, "b", r->line, r->text, QUOTED_LINES);
	lines(p, "span", r->line + record, x->after, UINT64_MAX);
	buf_addz(p->out, "</pre></details>");
}

static void exhibit(struct page *p, size_t i, bool room, size_t *around_bytes)
{
	const struct ref *r = p->exhibits.at[i];
	const uint64_t *known = map_get(&p->passages, hash64_seed(r->source, r->line));
	const struct passage *x = known ? &p->c->passages[*known - 1] : NULL;

	buf_addf(p->out, "<li id=\"e%zu\"><span class=\"where\"><b>E%zu</b>", i + 1, i + 1);
	html_text(p->out, words_ref(&p->w, r));
	buf_addf(p->out, "</span> <a class=\"back\" href=\"#%.*s\">", STR_ARG(p->citations[i].href));
	html_text(p->out, p->citations[i].text);
	buf_addz(p->out, "</a><pre>");
	if (room)
		html_record(p->out, r->text);
	else
		buf_addz(p->out, "…");
	buf_addz(p->out, "</pre>");
	if (x && x->before.len + x->after.len > 0 && room && *around_bytes < PASSAGES_ROOM) {
		size_t begin = p->out->len;

		around(p, r, x);
		*around_bytes += p->out->len - begin;
	}
	buf_addz(p->out, "</li>\n");
}

void page_exhibits(struct page *p)
{
	size_t begin = p->out->len, around_bytes = 0;

	if (p->exhibits.n == 0)
		return;
	buf_addz(p->out, "<h2 id=\"evidence\">Evidence</h2>\n<p class=\"soft\">The lines that the statements rest on, each with its file and line in the "
			 "archive. <code>inquest lines -s STORE FILE:LINE</code> shows more around one. ");
	html_text(p->out, p->c->passages_note);
	buf_addz(p->out, "</p>\n<ol class=\"exhibits\">\n");
	for (size_t i = 0; i < p->exhibits.n; i++)
		exhibit(p, i, p->out->len - begin < EXHIBITS_ROOM, &around_bytes);
	buf_addz(p->out, "</ol>\n");
}
