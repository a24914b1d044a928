#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/err.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

struct arena_block {
	struct arena_block *older;
	size_t size;             /* bytes of data */
	max_align_t data[];      /* aligned for everything */
};

enum {
	FIRST_BLOCK_BYTES = 16 << 10,
	LARGEST_BLOCK_BYTES = 1 << 20, /* blocks double up to here; larger requests get one of their own */
};

static char *block_data(struct arena_block *b)
{
	return (char *)b->data;
}

void arena_init(struct arena *a)
{
	*a = (struct arena){ 0 };
}

static void free_block(struct arena_block *b)
{
	UNPOISON(b->data, b->size);
	free(b);
}

void arena_release(struct arena *a)
{
	while (a->head) {
		struct arena_block *b = a->head;
		a->head = b->older;
		free_block(b);
	}
	arena_init(a);
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->head;
	if (!keep)
		return;
	while (keep->older) {
		struct arena_block *b = keep->older;
		keep->older = b->older;
		free_block(b);
	}
	if (keep->size > LARGEST_BLOCK_BYTES) {
		/* One giant record must not hold its memory for the rest of the file. */
		free_block(keep);
		arena_init(a);
		return;
	}
	a->next = block_data(keep);
	a->end = a->next + keep->size;
	a->used_bytes = 0;
	POISON(a->next, keep->size);
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->head, a->next, a->used_bytes };
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
	if (!mark.head) {
		arena_reset(a);
		return;
	}
	while (a->head != mark.head) {
		struct arena_block *b = a->head;
		if (!b)
			BUG("arena_rewind: the mark is of another arena, or older than a reset");
		a->head = b->older;
		free_block(b);
	}
	a->next = mark.next;
	a->end = block_data(a->head) + a->head->size;
	a->used_bytes = mark.used_bytes;
	POISON(a->next, (size_t)(a->end - a->next));
}

static void add_block(struct arena *a, size_t need)
{
	size_t size = a->head ? a->head->size * 2 : FIRST_BLOCK_BYTES;
	if (size > LARGEST_BLOCK_BYTES)
		size = LARGEST_BLOCK_BYTES;
	if (size < need)
		size = need;
	if (size > PTRDIFF_MAX - sizeof(struct arena_block))
		out_of_memory(size);
	struct arena_block *b = malloc(sizeof *b + size);
	if (!b)
		out_of_memory(size);
	b->older = a->head;
	b->size = size;
	a->head = b;
	a->next = block_data(b);
	a->end = a->next + size;
	POISON(a->next, size);
}

/* Bytes that are not zeroed, for those who fill them at once. */
static void *take(struct arena *a, size_t size, size_t align)
{
	size_t pad = (size_t)(0 - (uintptr_t)a->next) & (align - 1);
	if (!a->head || pad + size < size || (size_t)(a->end - a->next) < pad + size) {
		if (size > PTRDIFF_MAX - align)
			out_of_memory(size);
		add_block(a, size + align);
		pad = (size_t)(0 - (uintptr_t)a->next) & (align - 1);
	}
	char *p = a->next + pad;
	a->next = p + size;
	a->used_bytes += size;
	UNPOISON(p, size);
	return p;
}

void *arena_alloc(struct arena *a, size_t size, size_t align)
{
	return memset(take(a, size, align), 0, size);
}

void *arena_alloc_n(struct arena *a, size_t n, size_t size, size_t align)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory(SIZE_MAX);
	return arena_alloc(a, bytes, align);
}

struct str arena_str(struct arena *a, struct str s)
{
	if (s.len == SIZE_MAX)
		out_of_memory(s.len);
	char *p = take(a, s.len + 1, 1);
	if (s.len)
		memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return str_make(p, s.len);
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	char small[256];
	int n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n < 0)
		BUG("arena_printf: bad format");
	struct str s = { small, (size_t)n };
	if (s.len < sizeof small) {
		s = arena_str(a, s);
	} else {
		char *p = take(a, s.len + 1, 1);
		vsnprintf(p, s.len + 1, fmt, again);
		s.ptr = p;
	}
	va_end(again);
	return s;
}

void *arena_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size, size_t align)
{
	size_t bigger = *cap ? *cap : 4;
	if (*cap && __builtin_mul_overflow(*cap, (size_t)2, &bigger))
		out_of_memory(SIZE_MAX);
	void *p = arena_alloc_n(a, bigger, size, align);
	if (n)
		memcpy(p, old, n * size);
	*cap = bigger;
	return p;
}
