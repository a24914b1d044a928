/*
 * verdict: the candidates compete. Conditions that a better-founded candidate brings about
 * are linked to it (the chain); the posterior is the softmax over all candidates, "not in
 * these logs" included; what is not blamed is ruled out with the one term that decided it.
 */
#ifndef ANALYZE_VERDICT_H
#define ANALYZE_VERDICT_H

#include "analyze/inquiry.h"
#include "core/casefile.h"

/* Raises and tests all candidates; afterwards they are ordered by probability, herrings last. */
void verdict_reach(struct inquiry *q);

/* A copy with its first letter in upper case. */
struct str sentence_case(struct arena *a, struct str s);

/* Causes, chain and ruled-out list of a reached verdict, into the case file's incident. */
void verdict_write(struct inquiry *q, struct incident *out);

#endif
