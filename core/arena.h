/*
 * arena: memory that is given back all at once. One arena per phase (what is kept,
 * what is scratch), so there are no malloc/free pairs and no NULL checks: out of
 * memory ends the program with a message and EXIT_SYSTEM. malloc is called here and
 * in core/buf.c only. Under AddressSanitizer the unused part is poisoned.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/str.h"

struct arena_block; /* private */

struct arena {
	struct arena_block *head; /* newest block, NULL when empty */
	char *next;               /* first free byte of it */
	char *end;                /* one past its last byte */
	size_t used_bytes;        /* handed out since the last reset */
};

struct arena_mark {
	struct arena_block *head;
	char *next;
	size_t used_bytes;
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);
/* Forget everything handed out, keep one block for reuse. */
void arena_reset(struct arena *a);
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);
/* Zeroed bytes; align is a power of two. Never NULL. */
void *arena_alloc(struct arena *a, size_t size, size_t align);
/* Zeroed array of n things; the product is checked for overflow. */
void *arena_alloc_n(struct arena *a, size_t n, size_t size, size_t align);
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type), _Alignof(type)))
#define arena_new_n(a, type, n) ((type *)arena_alloc_n((a), (n), sizeof(type), _Alignof(type)))
/* A copy that lives as long as the arena; also NUL-terminated behind its end. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Growing arrays in an arena:
 *     struct { struct thing *at; size_t n, cap; } things = { 0 };
 *     *vec_push(arena, &things) = (struct thing){ ... };
 * Growth doubles; the old copy stays behind in the arena.
 */
void *arena_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size, size_t align);
#define VEC(type) struct { type *at; size_t n, cap; }
#define vec_push(a, v)                                                                                   \
	((v)->n == (v)->cap ? (void)((v)->at = arena_grow((a), (v)->at, (v)->n, &(v)->cap, sizeof *(v)->at, \
	                                                  _Alignof(max_align_t)))                          \
	                    : (void)0,                                                                     \
	 &(v)->at[(v)->n++])

#endif
