/*
 * explains: what can bring about what. Conditions are linked to the candidate that explains
 * them best (the chain), and a change loses weight where the failures speak of something
 * that such a change does not bring about (explaining away).
 */
#ifndef ANALYZE_EXPLAINS_H
#define ANALYZE_EXPLAINS_H

#include "analyze/inquiry.h"

/* Adds the terms "chain", "explained" and "otherwise" to the candidates and sets `caused_by`. All have been tested. */
void explains_link(struct inquiry *q);

/*
 * How well a cause of one kind explains a condition of another, where both are in reach of each other: 0 not at all ... 1 well. `family`
 * is that of the condition's lines, NULL: none.
 */
double explains_condition(enum cause_kind cause, enum cause_kind condition, const struct family *family);

#endif
