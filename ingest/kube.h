/* kube: what the reasons of Kubernetes events mean, however the events were written. */
#ifndef INGEST_KUBE_H
#define INGEST_KUBE_H

#include "core/arena.h"
#include "core/event.h"

/*
 * Sets kind, error and, when something was scaled, the change of an event whose message, severity, service (the
 * object's name) and logger (who reports) are set.
 */
void kube_reason_apply(struct str reason, struct event *e, struct arena *a);

#endif
