/*
 * prefix: short texts that are the beginning of longer ones, such as a snapshot of a log that has gone on since. Log
 * lines carry times, so a text all of which stands at the beginning of another is that one, earlier. Texts longer than
 * what identifies them (INPUT_HEAD_BYTES) need no such search: they have the id of what they have become.
 */
#ifndef INGEST_PREFIX_H
#define INGEST_PREFIX_H

#include "ingest/plan.h"

/*
 * Sets `longer` of each text of which all is the beginning of another: the longest of these, of equals the first.
 * Texts that are copies of another (`original`) or elsewhere are passed over. Which may be: those with the same first line;
 * these are read again to see.
 */
void prefix_find(struct planned_path *paths, size_t n, const struct plan_rules *rules);
/* After plan_copies: makes those copies of what they have become, to be counted there. */
void prefix_copies(struct planned_path *paths, size_t n, const struct plan_rules *rules);

#endif
