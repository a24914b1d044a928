/*
 * plane: n bytes of one distribution as few bytes, and back. What a plane is decides how it is laid down:
 * - all the same: once;
 * - none above 1, 3 or 15: eight, four or two of them in a byte, which are packed in turn. A code has at least a bit a byte, so
 *   that rare bytes among many zeros would cost far more than they say; and there are fewer bytes to pack;
 * - mostly zeros: which ones are not, a bit each, and those;
 * - noise, as a sample says: as they are;
 * - what repeats, as a sample says: zstd, level 1;
 * - anything else: zstd without the search for repetitions, which leaves the code of its bytes.
 *
 * Bytes: the form and, times 16, the logarithm of how many bytes of the plane are in one; then, for mostly zeros, varint how many
 * are not, the bits and those, each packed in turn; for zstd varint the length of the frame, and that.
 */
#ifndef STORE_PLANE_H
#define STORE_PLANE_H

#include "core/arena.h"
#include "core/buf.h"

/* Contexts of the compressor and room for what is on its way; one per thread. Made at first use. */
struct plane_coder {
	struct ZSTD_CCtx_s *search, *plain; /* owned: with and without search for repetitions */
	struct ZSTD_DCtx_s *unpack;         /* owned */
	struct buf in, out;                 /* a plane while it is packed, and unpacked */
};

void plane_coder_init(struct plane_coder *c);
void plane_coder_release(struct plane_coder *c);
/* Appends the n bytes, n > 0. */
void plane_put(struct plane_coder *c, struct buf *out, const unsigned char *p, size_t n);
/* Appends a text with its length; of text no sample need be taken. */
void plane_put_text(struct plane_coder *c, struct buf *out, struct str text);
/* The n bytes: where they stand in *in, or in the coder's room until its next use. NULL when malformed. Moves *in past them. */
const unsigned char *plane_get(struct plane_coder *c, struct str *in, size_t n);
/* Such a text, in memory of the arena; false when it is longer than `max`, or malformed. */
bool plane_get_text(struct plane_coder *c, struct str *in, size_t max, struct arena *a, struct str *out);
/* Moves past a plane of n bytes without unpacking it; false when it is malformed. */
bool plane_skip(struct str *in, size_t n);

#endif
