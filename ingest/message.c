#include "ingest/message.h"

#include "core/hash.h"
#include "ingest/gitops.h"
#include "ingest/lifecycle.h"
#include "ingest/migration.h"
#include "ingest/request_text.h"
#include "ingest/skeleton.h"

/*
 * Asked of a skeleton, which has a message's bytes but for its digits, and one for the digits of a number that is a word:
 * none of those who are asked looks at more than whether there is a digit.
 */
static uint8_t told_by(struct str skeleton)
{
	bool kind = request_text_may(skeleton) || lifecycle_may(skeleton) || migration_may(skeleton) || gitops_may(skeleton);

	return (uint8_t)((kind ? MESSAGE_TELLS_KIND : 0) | (duration_text_may(skeleton) ? MESSAGE_TELLS_DURATION : 0));
}

unsigned message_tells(struct message_memo *memo, struct event *e)
{
	char skeleton[SKELETON_ROOM_BYTES];
	struct message_slot *slot;
	struct str text;

	if (!memo || e->message.len == 0)
		return MESSAGE_TELLS_ANY;
	text = str_make(skeleton, skeleton_message(e->message, skeleton));
	if (text.len == 0)
		return MESSAGE_TELLS_ANY;
	e->message_key = (struct text_key){ .of = e->message, .hash = hash64(text) };
	slot = &memo->slots[e->message_key.hash % MESSAGE_SLOTS];
	if (slot->key != e->message_key.hash)
		*slot = (struct message_slot){ e->message_key.hash, told_by(text) };
	return slot->tells;
}

void message_apply(struct event *e, struct arena *scratch)
{
	request_text_apply(e);
	lifecycle_apply(e);
	migration_apply(e, scratch);
	gitops_apply(e, scratch);
}
