/* impact: whom an outbreak hurt, computed from the events themselves, never taken from a text. */
#ifndef ANALYZE_IMPACT_H
#define ANALYZE_IMPACT_H

#include "analyze/outbreak.h"
#include "core/casefile.h"

NODISCARD bool impact_compute(const struct facts *f, const struct signals *signals, const struct outbreak *o, struct impact *out, struct err *err);

#endif
