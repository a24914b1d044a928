/*
 * acts: what people and tools did. Change records are joined (started + succeeded, or the
 * same deployment in two logs), paired with what takes them back, and completed by what
 * the servers' own lines say: a new version, a restart, a reload that no record mentions.
 */
#ifndef ANALYZE_ACTS_H
#define ANALYZE_ACTS_H

#include "analyze/facts.h"

/* Fills f->acts from the change records and the kept lines; needs services and voices. */
void acts_build(struct facts *f, const struct store_change *changes, size_t n);

/* "deployment of catalog 3.7.5", "configuration change timeouts.auth_ms 3000 -> 15 of web": for sentences. */
struct str act_words(const struct act *act, struct arena *a);

/* Could the act, by its kind, have broken something (true), or is it only what an operator does in trouble? */
bool act_is_intervention(const struct act *act);

#endif
