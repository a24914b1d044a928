#include "report/html.h"

#include <math.h>

#include "report/glyph.h"

enum {
	RECORD_LINES = 24,
	RECORD_COLUMNS = 2000, TEXT_COLUMNS = 800,
};

static void add_glyph(struct buf *out, const struct glyph *g)
{
	if (g->text.len != 1) {
		buf_add(out, g->text);
		return;
	}
	switch (g->text.ptr[0]) {
	case '&':
		buf_addz(out, "&amp;");
		break;
	case '<':
		buf_addz(out, "&lt;");
		break;
	case '>':
		buf_addz(out, "&gt;");
		break;
	case '"':
		buf_addz(out, "&quot;");
		break;
	case '\'':
		buf_addz(out, "&#39;");
		break;
	default:
		buf_add(out, g->text);
	}
}

void html_cut(struct buf *out, struct str s, unsigned columns)
{
	struct glyph g;
	unsigned used = 0;

	while (glyph_next(&s, &g)) {
		if ((used += g.columns) > columns) {
			buf_addz(out, "…");
			return;
		}
		add_glyph(out, &g);
	}
}

void html_text(struct buf *out, struct str s)
{
	html_cut(out, s, TEXT_COLUMNS);
}

void html_record(struct buf *out, struct str s)
{
	size_t lines = 0;

	while (s.len && lines++ < RECORD_LINES) {
		struct str line = str_cut(s, '\n', &s);

		if (str_ends(line, STR("\r")))
			line.len--;
		if (lines > 1)
			buf_addc(out, '\n');
		html_cut(out, line, RECORD_COLUMNS);
	}
	if (s.len)
		buf_addz(out, "\n…");
}

void html_element(struct buf *out, const char *tag, const char *class, struct str text)
{
	buf_addf(out, class ? "<%s class=\"%s\">" : "<%s>", tag, class);
	html_text(out, text);
	buf_addf(out, "</%s>", tag);
}

static double within(double v, double low, double high)
{
	return !(v > low) ? low : v < high ? v : high;
}

void html_bar(struct buf *out, double share, const char *class)
{
	buf_addf(out,
		 "<svg class=\"bar %s\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" "
		 "aria-hidden=\"true\">"
		 "<rect class=\"track\" width=\"100\" height=\"6\"/>",
		 class);
	buf_addf(out, "<rect class=\"fill\" width=\"%.1f\" height=\"6\"/></svg>", within(share, 0, 1) * 100);
}

void html_balance(struct buf *out, double v, double top)
{
	double length = top > 0 ? within(fabs(v) / top, 0, 1) * 50 : 0;

	buf_addf(out,
		 "<svg class=\"bar %s\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" "
		 "aria-hidden=\"true\">"
		 "<rect class=\"track\" y=\"3.5\" width=\"100\" height=\"1\"/>",
		 v < 0 ? "against" : "for");
	buf_addf(out, "<rect class=\"fill\" x=\"%.1f\" width=\"%.1f\" height=\"8\"/>",
		 v < 0 ? 50 - length : 50.0, length);
	buf_addz(out, "<rect class=\"zero\" x=\"49.7\" width=\"0.6\" height=\"8\"/></svg>");
}
