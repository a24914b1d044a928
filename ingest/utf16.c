/* utf16: UTF-16 behind a byte order mark, read as UTF-8. What is no code point becomes U+FFFD. */
#include "ingest/layer.h"

enum { UNITS_BYTES = 32 << 10 };

struct utf16 {
	struct layer layer;
	bool big_endian;
	uint32_t high;        /* a high surrogate waiting for its other half; 0 none */
	unsigned char *in;    /* UNITS_BYTES */
	size_t at, to;
	bool begun;           /* the byte order mark is behind us */
};

/* Two bytes at least, unless the stream ends. */
static bool refill(struct utf16 *u)
{
	while (u->to - u->at < 2) {
		u->to -= u->at;
		memmove(u->in, u->in + u->at, u->to);
		u->at = 0;
		size_t n = layer_read(u->layer.below, (char *)u->in + u->to, UNITS_BYTES - u->to);
		if (!n)
			return false;
		u->to += n;
	}
	return true;
}

static size_t utf16_read(struct layer *self, char *out, size_t cap)
{
	struct utf16 *u = (struct utf16 *)self;
	size_t n = 0;
	/* A unit makes at most two characters: a half that stood alone, and itself. */
	while (cap - n >= 8 && refill(u)) {
		while (cap - n >= 8 && u->to - u->at >= 2) {
			const unsigned char *p = u->in + u->at;
			unsigned b = u->big_endian;
			uint32_t unit = (uint32_t)p[1 - b] << 8 | p[b];
			u->at += 2;
			if (!u->begun) {
				u->begun = true;
				continue;
			}
			if (unit < 0x80 && !u->high) {
				out[n++] = (char)unit;
				continue;
			}
			bool low = unit >= 0xdc00 && unit < 0xe000;
			if (u->high && low) {
				unit = 0x10000 + ((u->high - 0xd800) << 10) + (unit - 0xdc00);
				u->high = 0;
			} else if (u->high) {
				n += str_utf8_put(u->high, out + n);
				u->high = 0;
			}
			if (unit >= 0xd800 && unit < 0xdc00)
				u->high = unit;
			else
				n += str_utf8_put(unit, out + n);
		}
	}
	if (n)
		return n;
	/* The end: half a pair or half a unit may be left. */
	if (u->high || u->at < u->to) {
		u->high = 0;
		u->at = u->to;
		return str_utf8_put(0xfffd, out);
	}
	return 0;
}

struct layer *utf16_layer_open(struct layer *below, bool big_endian)
{
	struct arena *a = below->shared->arena;
	struct utf16 *u = arena_new(a, struct utf16);
	u->layer = (struct layer){ .read = utf16_read, .below = below, .shared = below->shared };
	u->big_endian = big_endian;
	u->in = arena_new_n(a, unsigned char, UNITS_BYTES);
	return &u->layer;
}
