/*
 * axis: the span of time that an incident's drawings share, and its ticks. Places are shares
 * of the width in percent, so that drawings fit any width without being scaled.
 */
#ifndef REPORT_AXIS_H
#define REPORT_AXIS_H

#include "report/words.h"

struct axis { double from_ns, to_ns; };

/*
 * The series' own span, else the incident's with some room. False when nothing has a time that can be
 * drawn: then there is nothing to draw.
 */
bool axis_find(struct axis *a, const struct casefile *c, const struct incident *in);
/* Where an instant is, 0..100; what lies outside is put on the edge. */
double axis_at(const struct axis *a, int64_t ns);
bool axis_has(const struct axis *a, int64_t ns);

enum { AXIS_TICKS_MAX = 12 };
struct axis_tick { double at; struct str label; bool day; }; /* day: midnight, its label is a date */
/* Ticks at round wall-clock times of the zone, also over a change of the clocks. Returns how many. */
size_t axis_ticks(const struct axis *a, const struct words *w, struct axis_tick out[static AXIS_TICKS_MAX]);
/* <svg> of the ticks' labels, to stand below a drawing. */
void axis_draw(const struct axis *a, const struct words *w, struct buf *out);

#endif
