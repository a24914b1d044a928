/* quality: what the evidence lacks, in sentences: silent sources, missing change logs, lines not understood, zones not stated. */
#ifndef ANALYZE_QUALITY_H
#define ANALYZE_QUALITY_H

#include "analyze/outbreak.h"
#include "core/casefile.h"

void quality_write(const struct facts *f, const struct signals *signals, const struct outbreaks *all, struct casefile *out);

#endif
