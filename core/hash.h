/*
 * hash: 64-bit content hashes and tables keyed by them. Names, templates, routes and
 * fingerprints are identified by the hash of their text everywhere, so ids do not
 * depend on the order of work, the number of workers or the file order, and stores can
 * be joined without renumbering. The hash is fixed for all time (it is in the store).
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include "core/arena.h"
#include "core/digits.h"

/* Never 0 (0 means "none"). Same bytes and seed, same value on every machine. */
uint64_t hash64(struct str s);
uint64_t hash64_seed(struct str s, uint64_t seed);
/* A number for a text that is mostly short: of up to seven bytes those themselves, and their number. Not for the store. */
static inline uint64_t short_text_key(struct str s)
{
	return s.len > 7 ? hash64(s) : digits_load(s.ptr, s.len) << 8 | s.len;
}
/* A step of such a hash, for keys that are made from words in registers: both halves of the product, xored. */
static inline uint64_t hash64_fold(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 u128;
	u128 r = (u128)a * b;
	return (uint64_t)r ^ (uint64_t)(r >> 64);
}
/* out[i] = hash64 of the first lengths[i] bytes, all in one pass; lengths ascend and are within the text. */
void hash64_beginnings(struct str s, const size_t *lengths, size_t n, uint64_t *out);

/* hash64 of a text that comes in pieces, of any sizes; nothing of them is kept but what a step lacks. */
enum { HASH64_STEP_BYTES = 48 };
struct hash64_run {
	uint64_t lanes[3];
	uint64_t length;               /* so far */
	char rest[HASH64_STEP_BYTES];  /* its end */
	size_t n_rest;
};
void hash64_begin(struct hash64_run *r);
void hash64_add(struct hash64_run *r, struct str s);
uint64_t hash64_end(const struct hash64_run *r);
/* Order matters: hash64_mix(a, b) != hash64_mix(b, a) in general. Never 0. */
uint64_t hash64_mix(uint64_t a, uint64_t b);

/* map: uint64 key (not 0) → uint64 value; open addressing. */
struct map {
	uint64_t *keys; /* cap slots, 0 = free; owned by the map */
	uint64_t *vals;
	size_t n, cap;
};

void map_init(struct map *m);
void map_release(struct map *m);
void map_clear(struct map *m);
/* Pointer to the value or NULL; good until the next map_put. */
uint64_t *map_get(const struct map *m, uint64_t key);
/* Value slot of key, made (value 0) if new; *is_new may be NULL. */
uint64_t *map_put(struct map *m, uint64_t key, bool *is_new);

/* names: hash → text, the text copied into the arena once. */
struct names {
	struct map map;      /* id → index into texts */
	struct arena arena;
	struct str *texts;   /* n texts in order of first sight */
	uint64_t *ids;       /* their ids, parallel by construction in names_add only */
	size_t n, cap;
};

void names_init(struct names *t);
void names_release(struct names *t);
/* The id (hash64 of the text) of a name; the empty text is 0. Remembers the text. */
uint64_t names_add(struct names *t, struct str text);
/* The text of an id, or the empty slice. */
struct str names_text(const struct names *t, uint64_t id);

#endif
