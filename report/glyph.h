/*
 * glyph: log text made safe to show, one glyph at a time. Everything that could act on a
 * terminal or reorder a line (control bytes, C1 controls, bidirectional marks, invisible
 * characters) becomes a visible escape such as "\x1b" or "\u202e"; bytes that are not UTF-8
 * become "\xff". Renderers add the escaping of their own syntax on top, so no renderer looks
 * at raw log bytes.
 */
#ifndef REPORT_GLYPH_H
#define REPORT_GLYPH_H

#include "core/buf.h"

struct glyph {
	struct str text;    /* UTF-8 to show; borrows from the input or from `escape` */
	unsigned columns;   /* of a terminal: 0 combining, 1, 2 wide; an escape has one per byte */
	bool escaped;       /* text is an escape, not what the log holds */
	char escape[12];
};

/* Takes the next glyph off *s; false at its end. */
bool glyph_next(struct str *s, struct glyph *g);

/* The whole text, safe: for places without a width. */
void glyph_add(struct buf *out, struct str s);
/*
 * As much as fits into `columns`, with "…" for what does not; white space at both ends is left out and
 * runs of it shown as one space. Returns the columns used.
 */
unsigned glyph_add_cut(struct buf *out, struct str s, unsigned columns);
unsigned glyph_columns(struct str s);

#endif
