/*
 * again: texts that were read before, by an earlier run or as a copy in this one (identity: ingest/plan.h).
 */
#ifndef INGEST_AGAIN_H
#define INGEST_AGAIN_H

#include "ingest/run.h"

/*
 * What earlier runs know of a text that begins with `head`. For all texts before any is read: what this run reads
 * must not count as known, or it would depend on who was first. False when the sink failed.
 */
bool again_find(struct ingest *g, struct planned *p, struct str head, struct err *err);
/*
 * Now that the text is open and begins with `head`: is nothing in it new? Else resume_offset is set to where the new
 * part begins.
 */
bool again_check(struct ingest *g, const struct planned_path *path, struct planned *p, struct str head);
/* Reads what copies have beyond their original, one after the other. */
bool again_copies(struct ingest *g, unsigned worker, struct planned *original, struct err *err);

#endif
