/* explain: every candidate of a reached verdict, with all its terms, into the case file: what --explain shows. */
#ifndef ANALYZE_EXPLAIN_H
#define ANALYZE_EXPLAIN_H

#include "analyze/inquiry.h"

/* Fills out->contenders; out->causes must be written, since they say who is blamed. */
void explain_write(const struct inquiry *q, struct incident *out);

#endif
