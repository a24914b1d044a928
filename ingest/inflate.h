/*
 * inflate: raw deflate data (RFC 1951) to bytes. Two implementations behind one face: zlib, which
 * is the reference and always there, and Intel's ISA-L, about three times as fast, when the
 * program is built with HAVE_ISAL. Nothing but speed may tell them apart.
 */
#ifndef INGEST_INFLATE_H
#define INGEST_INFLATE_H

#include "core/arena.h"

enum inflate_status {
	INFLATE_MORE, /* wants more input, or more room */
	INFLATE_END,  /* the deflate stream is complete; what follows it is left unread */
	INFLATE_BAD,  /* no deflate data */
};

struct inflater;

struct inflater *inflater_open(struct arena *a);
void inflater_close(struct inflater *f);
void inflater_reset(struct inflater *f); /* for the next stream */
/*
 * Moves *in and *out by what was read and written. At the end up to 8 bytes may be given back that lie before
 * *in of this call, so the bytes before it must still be there.
 */
enum inflate_status inflater_run(struct inflater *f, unsigned char **in, size_t *in_bytes,
                                 unsigned char **out, size_t *out_bytes);
/* From now on inflater_run may stop early, with MORE, where a block begins: at most once for each. */
void inflater_watch_blocks(struct inflater *f, bool watch);
/*
 * Does it stand at the beginning of a block? Then *bits says how many bits before the *in of the last run that
 * begins. It may also have read some of the block's head and be there all the same.
 */
bool inflater_at_block(const struct inflater *f, uint64_t *bits);
/* Begins in the middle of a stream: the upper `bits` (0..7) bits of `byte`, then what is run, after `window`. */
void inflater_resume(struct inflater *f, unsigned bits, unsigned char byte, struct str window);
/* CRC-32 of gzip; begins with 0. */
uint32_t inflate_crc32(uint32_t crc, const unsigned char *bytes, size_t n);

#endif
