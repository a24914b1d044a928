/*
 * page: the sections of the HTML report. Each writes itself whole, and nothing when it has
 * nothing to say; report/renderers/html.c puts them in order. Private to them.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report/axis.h"
#include "report/exhibits.h"
#include "report/renderer.h"
#include "report/words.h"

enum {
	EXHIBITS_MAX = 400,   /* lines that a page quotes */
	TIMELINE_SHOWN = 80,  /* entries of one incident */
};

/* Where a quoted line is spoken of first. */
struct citation { struct str href, text; };

struct page {
	const struct render_options *o;
	const struct casefile *c;    /* as it may be shown */
	struct words w;
	struct buf *out;
	struct exhibits exhibits;    /* lines that the page quotes at its end */
	struct citation *citations;  /* one for each exhibit */
	struct map passages;         /* hash of source and line → index + 1 of what stands around it */
	size_t number;               /* of the incident that is written, from 1 */
};

/* <h2 id="name-number"> */
void page_heading(struct page *p, const char *name, const char *text);
/* Links to the lines that a statement rests on. `href` names the statement's own place, `text` what it says. */
void page_refs(struct page *p, const struct refs *r, struct str href, struct str text);
/* "and 12 more routes", when there are more than shown. */
void page_rest(struct page *p, size_t all, size_t shown, const char *what);
/* <td class="num"> */
void page_number(struct page *p, struct str text);

void page_course(struct page *p, const struct incident *in);      /* the picture, the plots, the list */
void page_plots(struct page *p, const struct incident *in, const struct axis *a);
void page_causes(struct page *p, const struct incident *in);
void page_ruled_out(struct page *p, const struct incident *in);
void page_contrasts(struct page *p, const struct incident *in);
void page_statements(struct page *p, const struct incident *in);
void page_impact(struct page *p, const struct incident *in);
void page_measures(struct page *p, const struct incident *in);
void page_exhibits(struct page *p);                               /* quoted lines, with those around them */
void page_quality(struct page *p);

#endif
