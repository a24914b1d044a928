/*
 * view: what every renderer does before it draws: the case file as it may be shown.
 */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "report/renderer.h"

/* The case file itself, or with o->redact a redacted copy in the arena. */
struct casefile view_casefile(const struct casefile *c, const struct render_options *o, struct arena *a);
/* Has values, and a span that fits into time. */
bool view_plot_is_drawable(const struct plot *p);
/* The series of the symptom that leads, which is the first; NULL when there is none to draw. */
const struct plot *view_failures(const struct incident *in);

#endif
