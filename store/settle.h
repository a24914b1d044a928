/* settle: what can only be decided when all files are in. Every step looks at the store alone, and works on a locked writer. */
#ifndef STORE_SETTLE_H
#define STORE_SETTLE_H

#include "store/writer_impl.h"

/* Groups templates that differ in variables only. */
bool settle_templates(struct store_writer *w, struct arena *a, struct err *err);

#endif
