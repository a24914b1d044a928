#include "core/hash.h"

#include <stdlib.h>

#include "core/err.h"

/*
 * Folded multiplication (64 × 64 → 128 bits, halves xored), 16 bytes a step and 48 a step in three
 * independent lanes for long texts. Odd constants with about half of their bits set.
 */
#define K0 UINT64_C(0x9e3779b97f4a7c15)
#define K1 UINT64_C(0xd6e8feb86659fd93)
#define K2 UINT64_C(0xa0761d6478bd642f)
#define K3 UINT64_C(0xe7037ed1a0b428db)

static inline uint64_t read8(const char *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline uint64_t read4(const char *p)
{
	uint32_t v;
	memcpy(&v, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

/* Three lanes over the text, HASH64_STEP_BYTES a step, while more than that is left. */
struct lanes { uint64_t h, h1, h2; };

static inline struct lanes lanes_begin(uint64_t seed)
{
	uint64_t h = hash64_fold(seed ^ K0, K1);
	return (struct lanes){ h, h, h };
}

static inline void lanes_step(struct lanes *l, const char *p)
{
	l->h = hash64_fold(read8(p) ^ K1, read8(p + 8) ^ l->h);
	l->h1 = hash64_fold(read8(p + 16) ^ K2, read8(p + 24) ^ l->h1);
	l->h2 = hash64_fold(read8(p + 32) ^ K3, read8(p + 40) ^ l->h2);
}

/* The last `left` bytes (at most a step's) of a text of `len`. */
static inline uint64_t lanes_end(struct lanes l, const char *p, size_t left, size_t len)
{
	uint64_t h = l.h ^ l.h1 ^ l.h2;
	uint64_t a = 0, b = 0;
	for (; left > 16; left -= 16, p += 16)
		h = hash64_fold(read8(p) ^ K1, read8(p + 8) ^ h);
	if (left >= 8) {
		/* The two words overlap unless there are 16 bytes; the length below keeps them apart. */
		a = read8(p);
		b = read8(p + left - 8);
	} else if (left >= 4) {
		a = read4(p);
		b = read4(p + left - 4);
	} else if (left) {
		a = (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[left / 2] << 8 |
		    (unsigned char)p[left - 1];
	}
	h = hash64_fold(a ^ K2, b ^ h) ^ len;
	h = hash64_fold(h ^ K3, K0);
	return h ? h : K0;
}

static inline uint64_t hash_from(struct str s, struct lanes l)
{
	const char *p = s.ptr;
	size_t left = s.len;
	for (; left > HASH64_STEP_BYTES; left -= HASH64_STEP_BYTES, p += HASH64_STEP_BYTES)
		lanes_step(&l, p);
	return lanes_end(l, p, left, s.len);
}

uint64_t hash64_seed(struct str s, uint64_t seed)
{
	return hash_from(s, lanes_begin(seed));
}

void hash64_beginnings(struct str s, const size_t *lengths, size_t n, uint64_t *out)
{
	struct lanes l = lanes_begin(0);
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		for (; lengths[i] - at > HASH64_STEP_BYTES; at += HASH64_STEP_BYTES)
			lanes_step(&l, s.ptr + at);
		out[i] = lanes_end(l, s.ptr + at, lengths[i] - at, lengths[i]);
	}
}

void hash64_begin(struct hash64_run *r)
{
	struct lanes l = lanes_begin(0);
	*r = (struct hash64_run){ .lanes = { l.h, l.h1, l.h2 } };
}

void hash64_add(struct hash64_run *r, struct str s)
{
	struct lanes l = { r->lanes[0], r->lanes[1], r->lanes[2] };
	r->length += s.len;
	/* The last step of a text is another one: one is made only when it is known that more follows. */
	if (r->n_rest && s.len > HASH64_STEP_BYTES - r->n_rest) {
		size_t n = HASH64_STEP_BYTES - r->n_rest;
		memcpy(r->rest + r->n_rest, s.ptr, n);
		lanes_step(&l, r->rest);
		r->n_rest = 0;
		s = str_from(s, n);
	}
	for (; s.len > HASH64_STEP_BYTES - r->n_rest; s = str_from(s, HASH64_STEP_BYTES))
		lanes_step(&l, s.ptr);
	if (s.len)
		memcpy(r->rest + r->n_rest, s.ptr, s.len);
	r->n_rest += s.len;
	r->lanes[0] = l.h;
	r->lanes[1] = l.h1;
	r->lanes[2] = l.h2;
}

uint64_t hash64_end(const struct hash64_run *r)
{
	return lanes_end((struct lanes){ r->lanes[0], r->lanes[1], r->lanes[2] }, r->rest, r->n_rest, (size_t)r->length);
}

uint64_t hash64(struct str s)
{
	return hash_from(s, lanes_begin(0)); /* which is constant */
}

uint64_t hash64_mix(uint64_t a, uint64_t b)
{
	uint64_t h = hash64_fold(a ^ K1, K2) ^ b;
	h = hash64_fold(h ^ K3, K0);
	return h ? h : K0;
}

enum { SMALLEST_MAP = 16 };

void map_init(struct map *m)
{
	*m = (struct map){ 0 };
}

void map_release(struct map *m)
{
	free(m->keys);
	free(m->vals);
	map_init(m);
}

void map_clear(struct map *m)
{
	if (m->n)
		memset(m->keys, 0, m->cap * sizeof *m->keys);
	m->n = 0;
}

/* Slot of key, or the free one where it would go. Keys need not be hashes themselves, so they are spread. */
static size_t slot_of(const struct map *m, uint64_t key)
{
	size_t mask = m->cap - 1;
	size_t i = (size_t)((key * K0) >> 32) & mask;
	while (m->keys[i] && m->keys[i] != key)
		i = (i + 1) & mask;
	return i;
}

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n, size);
	if (!p)
		out_of_memory(n * size);
	return p;
}

static void map_grow(struct map *m)
{
	struct map bigger = { .cap = m->cap ? m->cap * 2 : SMALLEST_MAP };
	bigger.keys = zeroed(bigger.cap, sizeof *bigger.keys);
	bigger.vals = zeroed(bigger.cap, sizeof *bigger.vals);
	for (size_t i = 0; i < m->cap; i++) {
		if (!m->keys[i])
			continue;
		size_t at = slot_of(&bigger, m->keys[i]);
		bigger.keys[at] = m->keys[i];
		bigger.vals[at] = m->vals[i];
	}
	bigger.n = m->n;
	map_release(m);
	*m = bigger;
}

uint64_t *map_get(const struct map *m, uint64_t key)
{
	if (!m->n || !key)
		return NULL;
	size_t i = slot_of(m, key);
	return m->keys[i] ? &m->vals[i] : NULL;
}

uint64_t *map_put(struct map *m, uint64_t key, bool *is_new)
{
	if (!key)
		BUG("map_put: key 0");
	if (m->n + 1 > m->cap - m->cap / 4)
		map_grow(m);
	size_t i = slot_of(m, key);
	bool fresh = m->keys[i] == 0;
	if (fresh) {
		m->keys[i] = key;
		m->vals[i] = 0;
		m->n++;
	}
	if (is_new)
		*is_new = fresh;
	return &m->vals[i];
}

void names_init(struct names *t)
{
	*t = (struct names){ 0 };
	map_init(&t->map);
	arena_init(&t->arena);
}

void names_release(struct names *t)
{
	map_release(&t->map);
	arena_release(&t->arena);
	free(t->texts);
	free(t->ids);
	*t = (struct names){ 0 };
}

static void *resized(void *p, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory(SIZE_MAX);
	p = realloc(p, bytes);
	if (!p)
		out_of_memory(bytes);
	return p;
}

uint64_t names_add(struct names *t, struct str text)
{
	if (text.len == 0)
		return 0;
	uint64_t id = hash64(text);
	bool is_new;
	uint64_t *index = map_put(&t->map, id, &is_new);
	if (!is_new)
		return id;
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : SMALLEST_MAP;
		t->texts = resized(t->texts, t->cap, sizeof *t->texts);
		t->ids = resized(t->ids, t->cap, sizeof *t->ids);
	}
	*index = t->n;
	t->texts[t->n] = arena_str(&t->arena, text);
	t->ids[t->n] = id;
	t->n++;
	return id;
}

struct str names_text(const struct names *t, uint64_t id)
{
	const uint64_t *index = map_get(&t->map, id);
	return index ? t->texts[*index] : STR_NONE;
}
