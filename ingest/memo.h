/*
 * memo: what was made of a text before, by a hash of the text's skeleton (ingest/skeleton.h): a text and its id.
 * A slot belongs to a hash's low bits and a newer one takes it; the texts are kept once each, up to a bound, as
 * long as the arena lives. One per worker.
 */
#ifndef INGEST_MEMO_H
#define INGEST_MEMO_H

#include "core/hash.h"

struct memo_slot {
	uint64_t key; /* 0 empty */
	uint64_t id;  /* hash64 of the text, 0 for none */
	struct str text;
};

struct memo {
	struct arena *arena;     /* of the texts */
	struct memo_slot *slots;
	struct map index;        /* id → index into texts */
	VEC(struct str) texts;
	size_t bytes;            /* of all texts */
};

void memo_init(struct memo *m, struct arena *a);
void memo_release(struct memo *m);
/* What is known of the key; NULL: nothing. */
const struct memo_slot *memo_get(const struct memo *m, uint64_t key);
/* Remembers it, unless there is no room for a text that is new. The text kept, or `text` itself. */
struct str memo_put(struct memo *m, uint64_t key, uint64_t id, struct str text);

#endif
