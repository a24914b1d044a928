/*
 * skew: a change log whose clock is off. A deployment restarts what it deploys; when the
 * records of one log all miss the restarts of their services by the same time, the log's clock is
 * wrong by that time, and its acts are moved.
 */
#ifndef ANALYZE_SKEW_H
#define ANALYZE_SKEW_H

#include "analyze/facts.h"

/* Moves the acts of change logs that are certainly off; what was moved is said in f->skew_notes. */
void skew_correct(struct facts *f);

#endif
