/*
 * lifecycle: which messages say that a process starts or stops. Applications announce it in
 * words ("catalog 3.7.5 listening", "Started ShopApplication in 4.2 seconds", "shutting down"), and
 * those lines are the only trace of a deployment in most archives. A small table; words that also
 * describe jobs and requests ("started", "ready", "stopped") count only when what starts is a server,
 * or carries the service's own name.
 */
#ifndef INGEST_LIFECYCLE_H
#define INGEST_LIFECYCLE_H

#include "core/event.h"

/*
 * Sets kind to EV_START, EV_STOP or EV_RELOAD, and version when the message states one, if the event is a
 * plain line, not above notice (stops: not above warn), and its message is such an announcement. Else
 * leaves *e alone.
 */
void lifecycle_apply(struct event *e);
/* Has the text any of the words that an announcement contains? The quick test that nearly all messages fail. */
bool lifecycle_may(struct str s);

#endif
