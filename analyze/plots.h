/*
 * plots: the series a report draws beside an incident: what users felt, how fast they were
 * served, and the cause's own series (statement time, connections, arrivals, the lines that speak of it). All
 * of an incident share one axis of time, wide enough to show what was usual before and after.
 */
#ifndef ANALYZE_PLOTS_H
#define ANALYZE_PLOTS_H

#include "analyze/inquiry.h"

/* Fills the plots, the degraded spans and the statements of an incident whose verdict is written. */
void plots_write(const struct inquiry *q, struct incident *out);

#endif
