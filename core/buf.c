#include "core/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/err.h"

enum { SMALLEST_BYTES = 64, VARINT_BYTES = 10 };

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){ .max_bytes = max_bytes };
}

void buf_release(struct buf *b)
{
	free(b->ptr);
	*b = (struct buf){ .max_bytes = b->max_bytes };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
}

/* Makes the capacity at least `need`, which is within the bound. */
static void grow(struct buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : SMALLEST_BYTES;
	while (cap < need)
		cap = cap > b->max_bytes / 2 ? b->max_bytes : cap * 2;
	if (cap > b->max_bytes)
		cap = b->max_bytes;
	char *p = realloc(b->ptr, cap);
	if (!p)
		out_of_memory(cap);
	b->ptr = p;
	b->cap = cap;
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (b->full || n > b->max_bytes - b->len) {
		b->full = true;
		return NULL;
	}
	if (b->len + n > b->cap || !b->ptr)
		grow(b, b->len + n);
	return b->ptr + b->len;
}

void buf_add(struct buf *b, struct str s)
{
	if (b->full || s.len == 0)
		return;
	size_t room = b->max_bytes - b->len;
	size_t n = s.len < room ? s.len : room;
	if (b->len + n > b->cap)
		grow(b, b->len + n);
	if (n)
		memcpy(b->ptr + b->len, s.ptr, n);
	b->len += n;
	b->full = n < s.len;
}

void buf_addz(struct buf *b, const char *z)
{
	buf_add(b, str_of(z));
}

void buf_addc(struct buf *b, char c)
{
	if (b->len < b->cap && !b->full)
		b->ptr[b->len++] = c;
	else
		buf_add(b, str_make(&c, 1));
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	if (b->full)
		return;
	char small[256];
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	if (n < 0)
		BUG("buf_addf: bad format");
	size_t len = (size_t)n;
	if (len < sizeof small) {
		buf_add(b, str_make(small, len));
	} else {
		/* A scratch copy, because vsnprintf wants room for a NUL that may lie beyond the bound. */
		char *p = malloc(len + 1);
		if (!p)
			out_of_memory(len + 1);
		vsnprintf(p, len + 1, fmt, again);
		buf_add(b, str_make(p, len));
		free(p);
	}
	va_end(again);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void buf_add_varint(struct buf *b, uint64_t v)
{
	size_t n = 1;
	for (uint64_t rest = v >> 7; rest; rest >>= 7)
		n++;
	char *p = buf_reserve(b, n);
	if (!p)
		return;
	for (; v >= 0x80; v >>= 7)
		*p++ = (char)(unsigned char)(v | 0x80);
	*p = (char)v;
	b->len += n;
}

void buf_add_svarint(struct buf *b, int64_t v)
{
	buf_add_varint(b, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

bool varint_next(struct str *s, uint64_t *out)
{
	uint64_t v = 0;
	size_t most = s->len < VARINT_BYTES ? s->len : VARINT_BYTES;
	for (size_t i = 0; i < most; i++) {
		unsigned char c = (unsigned char)s->ptr[i];
		if (i == VARINT_BYTES - 1 && c > 1)
			return false;
		v |= (uint64_t)(c & 0x7f) << (7 * i);
		if (c < 0x80) {
			*out = v;
			*s = str_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

bool svarint_next(struct str *s, int64_t *out)
{
	uint64_t v;
	if (!varint_next(s, &v))
		return false;
	*out = (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
	return true;
}

void buf_add_counted(struct buf *b, struct str s)
{
	buf_add_varint(b, s.len);
	buf_add(b, s);
}

bool counted_next(struct str *s, struct str *out)
{
	struct str in = *s;
	uint64_t len;
	if (!varint_next(&in, &len) || len > in.len)
		return false;
	*out = str_head(in, (size_t)len);
	*s = str_from(in, (size_t)len);
	return true;
}
