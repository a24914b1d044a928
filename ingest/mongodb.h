/*
 * mongodb: what MongoDB's messages are, shared by its two formats: text up to 4.2, JSON since 4.4. The words
 * are the same in most places.
 */
#ifndef INGEST_MONGODB_H
#define INGEST_MONGODB_H

#include "core/event.h"

/* Kind of a message by its words; EV_LINE when nothing special. Slow operations are the formats' own
 * business. */
enum event_kind mongodb_kind(struct str message);
/* "10.0.0.1:49444" → address */
struct str mongodb_address(struct str remote);

#endif
