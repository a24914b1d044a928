#include "report/wrap.h"

#include "report/glyph.h"

/* Columns of " %" and what clings to it, when that comes next: a number stays with its sign. */
static unsigned percent_columns(struct str rest)
{
	struct str word = str_word(&rest);

	return word.len && word.ptr[0] == '%' ? 1 + glyph_columns(word) : 0;
}

void wrap_add(struct buf *out, unsigned width, unsigned at, unsigned indent, struct str text)
{
	struct str word;
	struct glyph g;
	bool line_start = true;

	while ((word = str_word(&text)).len) {
		if (!line_start && at + 1 + glyph_columns(word) + percent_columns(text) > width && word.ptr[0] != '%') {
			buf_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!line_start) {
			buf_addc(out, ' ');
			at++;
		}
		while (glyph_next(&word, &g)) {
			if (at + g.columns > width && at > indent) {
				buf_addf(out, "\n%*s", (int)indent, "");
				at = indent;
			}
			buf_add(out, g.text);
			at += g.columns;
		}
		line_start = false;
	}
}
