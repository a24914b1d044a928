/*
 * html: pieces of the page that are made from text that is not to be trusted. Everything goes
 * through report/glyph.h and is escaped for text and quoted attributes alike; the page has no
 * inline style or script, so that its policy can forbid both.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "core/buf.h"

/* Text on one line, fit for an element or a quoted attribute. */
void html_text(struct buf *out, struct str s);
/* The same, no wider than `columns`: for drawings, where nothing wraps. */
void html_cut(struct buf *out, struct str s, unsigned columns);
/* A record for <pre>: line breaks stay; cut after some lines. */
void html_record(struct buf *out, struct str s);
/* <tag class="class">text</tag>; class may be NULL. */
void html_element(struct buf *out, const char *tag, const char *class, struct str text);
/* A bar that fills `share` (0..1) of its width; class tells its meaning. Decoration beside a number. */
void html_bar(struct buf *out, double share, const char *class);
/* A bar to the right of a middle line for v > 0, to the left for v < 0, at full length for |v| = top. */
void html_balance(struct buf *out, double v, double top);

#endif
