/*
 * gitops: what controllers that bring a cluster to its described state (Argo CD, Argo Rollouts, Flux) say of a release,
 * in the middle of logs that are otherwise about themselves.
 */
#ifndef INGEST_GITOPS_H
#define INGEST_GITOPS_H

#include "core/arena.h"
#include "core/event.h"

/*
 * Turns a plain line into EV_CHANGE if its message is such an announcement and its fields name what was released (service).
 * Else leaves *e alone.
 */
void gitops_apply(struct event *e, struct arena *scratch);
/* Does the text begin as such an announcement does? */
bool gitops_may(struct str s);

#endif
