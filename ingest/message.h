/*
 * message: what a message in words tells beside itself: a request that was served, a start or a stop, a migration, what is
 * rolled out now, how long something took. Hardly any does, and whether it can is told by its skeleton (ingest/skeleton.h):
 * so that is found out once a skeleton. The skeleton's hash stays with the event, for who makes a template of it.
 */
#ifndef INGEST_MESSAGE_H
#define INGEST_MESSAGE_H

#include "core/arena.h"
#include "core/event.h"

enum { MESSAGE_SLOTS = 256, MESSAGE_RECENT_BYTES = 40 };

/* What messages of one skeleton can tell. */
enum message_tells {
	MESSAGE_TELLS_KIND = 1,     /* a request, a start, a change */
	MESSAGE_TELLS_DURATION = 2,
	MESSAGE_TELLS_ANY = MESSAGE_TELLS_KIND | MESSAGE_TELLS_DURATION,
};

/* Skeletons lately seen. Zeroed: none. */
struct message_memo {
	struct message_slot {
		uint64_t key;  /* hash of the skeleton; 0 free */
		uint8_t tells; /* bits of enum message_tells */
	} slots[MESSAGE_SLOTS];
	struct message_recent { /* many a message is always the same: the last one of each length */
		struct message_slot is;
		char text[MESSAGE_RECENT_BYTES];
	} recent[MESSAGE_RECENT_BYTES];
};

/*
 * What e->message can tell: a bit that is not set is sure. Sets e->message_key. memo NULL: whatever it is, it may tell all.
 */
unsigned message_tells(struct message_memo *memo, struct event *e);
/* Makes of an EV_LINE what its message tells it to be; e->change is from scratch. */
void message_apply(struct event *e, struct arena *scratch);

#endif
