/*
 * again: texts that were read before, by an earlier run or as a copy in this one (identity: ingest/plan.h).
 */
#ifndef INGEST_AGAIN_H
#define INGEST_AGAIN_H

#include "ingest/run.h"

/*
 * What an earlier run knows of a text that begins with `head`: *skip, when nothing is new; else resume_offset is
 * set to where the new part begins. False when the sink failed.
 */
bool again_check(struct ingest *g, const struct planned_path *path, struct planned *p, struct str head, bool *skip,
		 struct err *err);
/* Reads what copies have beyond their original, one after the other. */
bool again_copies(struct ingest *g, unsigned worker, struct planned *original, struct err *err);

#endif
