/*
 * page: the sections of the HTML report. Each writes itself whole, and nothing when it has
 * nothing to say; report/renderers/html.c puts them in order. Private to them.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report/exhibits.h"
#include "report/renderer.h"
#include "report/words.h"

struct page {
	const struct render_options *o;
	const struct casefile *c;  /* as it may be shown */
	struct words w;
	struct buf *out;
	struct exhibits exhibits;  /* lines that the page quotes at its end */
	size_t number;             /* of the incident that is written, from 1 */
};

/* <h2 id="name-number"> */
void page_heading(struct page *p, const char *name, const char *text);
/* Links to the lines that a statement rests on. */
void page_refs(struct page *p, const struct refs *r);
/* "and 12 more routes", when there are more than shown. */
void page_rest(struct page *p, size_t all, size_t shown, const char *what);

void page_course(struct page *p, const struct incident *in);      /* figure and timeline */
void page_impact(struct page *p, const struct incident *in);
void page_contrasts(struct page *p, const struct incident *in);
void page_causes(struct page *p, const struct incident *in);
void page_ruled_out(struct page *p, const struct incident *in);
void page_measures(struct page *p, const struct incident *in);
void page_exhibits(struct page *p);
void page_quality(struct page *p);

#endif
