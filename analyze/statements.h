/*
 * statements: what the database did in the bad time and what it usually does, statement by
 * statement, most additional time first.
 */
#ifndef ANALYZE_STATEMENTS_H
#define ANALYZE_STATEMENTS_H

#include "analyze/inquiry.h"

/* In the inquiry's arena; n = 0 when no log has statements with their durations. */
struct statement *statements_of(const struct inquiry *q, size_t *n);

#endif
