/*
 * figure: the course of an incident as one inline SVG: its landmarks on a row of numbered marks,
 * and the series below it on the same axis of time. Numbers stand in the timeline's list too, to
 * which they link ("#t1-3"), so marks need no room for words; colours come from the style sheet.
 */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include "report/words.h"

struct figure {
	const struct words *w;
	const struct casefile *c;
	const struct incident *in;
	size_t number;        /* of the incident, from 1: part of the links */
	size_t n_entries;     /* entries of the timeline that the list shows */
};

/* The style sheet's class of a kind of entry: "change", "onset", "symptom", "good", "vain", "other". */
const char *figure_class(struct str kind);
/* Nothing when there is neither a series nor a time to draw. */
void figure_draw(const struct figure *f, struct buf *out);

#endif
