/*
 * buf: a growing byte buffer with an upper bound fixed at birth. Appending past the
 * bound sets `full` and drops the bytes: a hostile log cannot make us grow without end,
 * and a renderer checks once at its end.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdarg.h>

#include "core/str.h"

struct buf {
	char *ptr;        /* owned; NULL when nothing was added */
	size_t len;       /* bytes in use */
	size_t cap;       /* bytes allocated */
	size_t max_bytes; /* never grows beyond */
	bool full;        /* something did not fit and was dropped */
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_add(struct buf *b, struct str s);
void buf_addz(struct buf *b, const char *z);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Room for n more bytes to be written at ptr + len by the caller; NULL when over the bound. */
char *buf_reserve(struct buf *b, size_t n);
void buf_add_varint(struct buf *b, uint64_t v);  /* LEB128 */
void buf_add_svarint(struct buf *b, int64_t v);  /* zigzag, then LEB128 */
void buf_add_counted(struct buf *b, struct str s); /* behind a varint of its length */

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->ptr, b->len };
}

/* Reading varints back: false at the end or on a malformed number; *s moves on. */
bool varint_next(struct str *s, uint64_t *out);
bool svarint_next(struct str *s, int64_t *out);
/* And a counted text, which is a slice of what is read. */
bool counted_next(struct str *s, struct str *out);

#endif
