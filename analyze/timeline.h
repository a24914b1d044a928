/* timeline: what happened when, with the steps people took and what each changed. */
#ifndef ANALYZE_TIMELINE_H
#define ANALYZE_TIMELINE_H

#include "analyze/inquiry.h"
#include "core/casefile.h"

/* Fills timeline, symptoms and mitigated_ns of an incident whose times, causes and title are there. */
void timeline_write(struct inquiry *q, struct incident *out);

#endif
