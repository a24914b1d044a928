/*
 * missing: which log would settle it. The service that is blamed may have no log in the archive, or have said nothing
 * around the onset: then the report must say so, for it is the first thing to fetch.
 */
#ifndef ANALYZE_MISSING_H
#define ANALYZE_MISSING_H

#include "analyze/facts.h"
#include "core/casefile.h"

/* Adds a note for every incident whose first cause lies where there is no log, each service once. */
void missing_note(const struct facts *f, struct casefile *out);

#endif
