/*
 * figure: the timeline of an incident as one inline SVG: changes, the phases, symptoms and
 * countermeasures in lanes over one axis of time. Marks carry the numbers of the list below it, to whose entries
 * they link ("#t1-3"); colours come from the style sheet. Widths are in percent and heights in pixels, so
 * that words stay readable at any width.
 */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include "report/axis.h"

struct figure {
	const struct words *w;
	const struct axis *axis;
	const struct incident *in;
	size_t number;        /* of the incident, from 1: part of the links */
	size_t n_entries;     /* entries of the timeline that the list shows */
};

/* The style sheet's class of a kind of entry: "change", "onset", "symptom", "good", "vain", "other". */
const char *figure_class(struct str kind);
/* A line runs down through the plots where it stands. */
bool figure_has_line(const struct timeline_entry *e);
void figure_draw(const struct figure *f, struct buf *out);

#endif
