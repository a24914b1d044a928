#include "ingest/message.h"

#include "core/hash.h"
#include "ingest/gitops.h"
#include "ingest/lifecycle.h"
#include "ingest/migration.h"
#include "ingest/request_text.h"
#include "ingest/scan.h"
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

/* What is known of the message's skeleton, found out if need be; NULL when it has none. */
static const struct message_slot *look_at(struct message_memo *memo, struct str message)
{
	char skeleton[SKELETON_ROOM_BYTES];
	struct str text = str_make(skeleton, skeleton_message(message, skeleton));
	struct message_slot *slot;
	uint64_t key;

	if (text.len == 0)
		return NULL;
	key = hash64(text);
	slot = &memo->slots[key % MESSAGE_SLOTS];
	if (slot->key != key)
		*slot = (struct message_slot){ key, told_by(text) };
	return slot;
}

unsigned message_tells(struct message_memo *memo, struct event *e)
{
	struct str s = e->message;
	struct message_recent *recent;
	const struct message_slot *slot;

	if (!memo || s.len == 0)
		return MESSAGE_TELLS_ANY;
	recent = s.len <= MESSAGE_RECENT_BYTES ? &memo->recent[s.len - 1] : NULL;
	if (recent && recent->is.key && same_bytes(recent->text, s.ptr, s.len)) {
		slot = &recent->is;
	} else {
		slot = look_at(memo, s);
		if (!slot)
			return MESSAGE_TELLS_ANY;
		if (recent) {
			memcpy(recent->text, s.ptr, s.len);
			recent->is = *slot;
		}
	}
	e->message_key = (struct text_key){ .of = s, .hash = slot->key };
	return slot->tells;
}

void message_apply(struct event *e, struct arena *scratch)
{
	request_text_apply(e);
	lifecycle_apply(e);
	migration_apply(e, scratch);
	gitops_apply(e, scratch);
}
