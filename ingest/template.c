#include "ingest/template.h"

#include "core/buf.h"
#include "ingest/memo.h"
#include "ingest/skeleton.h"

enum { TEXT_MAX_BYTES = 2048 }; /* mask of the message, ": ", mask of the error */

struct template_cache {
	struct memo memo;
	struct buf text; /* of the current message */
};

struct template_cache *template_cache_new(struct arena *a)
{
	struct template_cache *c = arena_new(a, struct template_cache);

	memo_init(&c->memo, a);
	buf_init(&c->text, TEXT_MAX_BYTES);
	return c;
}

void template_cache_release(struct template_cache *c)
{
	memo_release(&c->memo);
	buf_release(&c->text);
}

/* 0: not known by a skeleton. */
static uint64_t key_of(struct text_key message, struct str error)
{
	char skeleton[SKELETON_ROOM_BYTES];
	uint64_t key = message.hash;
	size_t len;

	if (!key) {
		len = skeleton_message(message.of, skeleton);
		if (len < message.of.len && len == 0)
			return 0;
		key = hash64(str_make(skeleton, len));
	}
	if (error.len == 0)
		return key;
	len = skeleton_message(error, skeleton);
	/* Two that are the same count once, which their skeletons do not tell. */
	return len ? hash64_mix(key, hash64_seed(str_make(skeleton, len), str_eq(error, message.of))) : 0;
}

uint64_t template_of(struct template_cache *c, struct text_key message, struct str error, struct str *text)
{
	uint64_t key = message.hash && error.len == 0 ? message.hash : key_of(message, error), id;
	const struct memo_slot *known = key ? memo_get(&c->memo, key) : NULL;

	if (known) {
		*text = known->text;
		return known->id;
	}
	buf_clear(&c->text);
	template_mask(message.of, &c->text);
	if (error.len > 0 && !str_eq(error, message.of)) {
		if (c->text.len > 0)
			buf_add(&c->text, STR(": "));
		template_mask(error, &c->text);
	}
	*text = buf_str(&c->text);
	id = text->len > 0 ? hash64(*text) : 0;
	if (key)
		*text = memo_put(&c->memo, key, id, *text);
	return id;
}
