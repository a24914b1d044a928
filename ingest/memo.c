#include "ingest/memo.h"

enum {
	SLOTS = 8192,
	TEXTS_MAX = 16384,
	BYTES_MAX = 2 << 20,
};

void memo_init(struct memo *m, struct arena *a)
{
	*m = (struct memo){ .arena = a };
	m->slots = arena_new_n(a, struct memo_slot, SLOTS);
	map_init(&m->index);
}

void memo_release(struct memo *m)
{
	map_release(&m->index);
}

const struct memo_slot *memo_get(const struct memo *m, uint64_t key)
{
	const struct memo_slot *slot = &m->slots[key % SLOTS];

	return slot->key == key ? slot : NULL;
}

struct str memo_put(struct memo *m, uint64_t key, uint64_t id, struct str text)
{
	const uint64_t *at = map_get(&m->index, id);

	if (at) {
		text = m->texts.at[*at];
	} else if (id) {
		if (m->texts.n >= TEXTS_MAX || text.len > BYTES_MAX - m->bytes)
			return text;
		text = arena_str(m->arena, text);
		m->bytes += text.len;
		*map_put(&m->index, id, NULL) = m->texts.n;
		*vec_push(m->arena, &m->texts) = text;
	}
	m->slots[key % SLOTS] = (struct memo_slot){ key, id, text };
	return text;
}
