/*
 * settle: what can only be decided when all files are in. Every step looks at what the store
 * holds and nothing else, so that doing it again, or after another order of ingesting, gives the
 * same. The writer is locked by the caller, a transaction is open.
 */
#ifndef STORE_SETTLE_H
#define STORE_SETTLE_H

#include "store/writer_impl.h"

/* Finds the zones of logs that state none, by files that reach beyond since_ns; TIME_NONE: by all. */
bool settle_zones(struct store_writer *w, int64_t since_ns, struct arena *a, struct err *err);
/* Groups templates that differ in variables only. */
bool settle_templates(struct store_writer *w, struct arena *a, struct err *err);

#endif
