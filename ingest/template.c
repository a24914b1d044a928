#include "ingest/template.h"

#include "core/buf.h"

enum {
	CACHE_MAX_TEXTS = 16384, /* templates a worker remembers the text of */
	TEXT_MAX_BYTES = 2048,   /* mask of the message, ": ", mask of the error */
};

struct template_cache {
	struct arena *arena; /* texts */
	struct map index;    /* id → index into texts + 1 */
	struct str *texts;
	size_t n;
	struct buf text;     /* of the current message */
};

struct template_cache *template_cache_new(struct arena *a)
{
	struct template_cache *c = arena_new(a, struct template_cache);

	c->arena = a;
	c->texts = arena_new_n(a, struct str, CACHE_MAX_TEXTS);
	map_init(&c->index);
	buf_init(&c->text, TEXT_MAX_BYTES);
	return c;
}

void template_cache_release(struct template_cache *c)
{
	map_release(&c->index);
	buf_release(&c->text);
}

uint64_t template_of(struct template_cache *c, struct str message, struct str error, struct str *text)
{
	uint64_t id, *slot;

	buf_clear(&c->text);
	template_mask(message, &c->text);
	if (error.len > 0 && !str_eq(error, message)) {
		if (c->text.len > 0)
			buf_add(&c->text, STR(": "));
		template_mask(error, &c->text);
	}
	*text = buf_str(&c->text);
	if (text->len == 0)
		return 0;
	id = hash64(*text);
	slot = map_get(&c->index, id);
	if (slot) {
		*text = c->texts[*slot];
	} else if (c->n < CACHE_MAX_TEXTS) {
		c->texts[c->n] = *text = arena_str(c->arena, *text);
		*map_put(&c->index, id, NULL) = c->n++;
	}
	return id;
}
