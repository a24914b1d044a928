/*
 * points: places in a gzip file where decompression can begin: the beginnings of deflate blocks, one about every
 * 8 MiB of text, each with the 32 KiB of text before it that the decoder needs (after zran.c of zlib). They are
 * found in passing: when one is due, the decoder is given its input in small pieces until it stands at a block.
 */
#ifndef INGEST_POINTS_H
#define INGEST_POINTS_H

#include "core/arena.h"
#include "ingest/input.h"

enum {
	POINT_EVERY_BYTES = 8 << 20, /* of text: looking for a block is slow, and reading a line back takes a few milliseconds */
	POINT_WINDOW_BYTES = 32 << 10,
	POINT_NEAR_BYTES = 1 << 20,  /* from here on the text is kept for the window */
	POINT_PIECE_BYTES = 32,      /* of input; shorter than the head of nearly any block */
	POINT_PIECES_MAX = 8192,     /* then there is none here: some packers write blocks without end */
};

struct points {
	input_take_point *take; /* NULL: nobody wants any */
	void *self;
	uint64_t last_offset;   /* of the last one, in the text */
	unsigned char *tail;    /* the last tail_bytes of text before the current output, when one is near */
	size_t tail_bytes;
	unsigned pieces;        /* looked through for this one */
};

void points_init(struct points *p, input_take_point *take, void *self, struct arena *a);
/* Is one due at this place in the text? */
static inline bool points_due(const struct points *p, uint64_t text_offset)
{
	return p->take && text_offset - p->last_offset >= POINT_EVERY_BYTES;
}
/* The decoder stands at a block: `out` are the n bytes of text since points_passed. */
void points_found(struct points *p, uint64_t text_offset, uint64_t packed_bits, const unsigned char *out, size_t n);
/* A piece was read and it does not. */
void points_missed(struct points *p, uint64_t text_offset);
/* n bytes of text were given away; the text is at text_offset now. */
void points_passed(struct points *p, uint64_t text_offset, const unsigned char *out, size_t n);

#endif
