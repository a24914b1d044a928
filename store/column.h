/*
 * column: n unsigned integers as few bytes, and back. A column that is the same number throughout
 * costs two bytes. Otherwise the smallest value is taken off, a common factor of a thousand, million or
 * milliard (a log that states milliseconds, kept in nanoseconds) is divided out, and what is left is
 * laid down in byte planes: first all lowest bytes, then all second ones, and so on. Each plane is
 * packed by itself (store/plane.h), because a plane has one distribution: the low bytes of a
 * duration are noise and the high ones nearly all zero, and together they would spoil each other.
 *
 * Why not varints: they are branchy on both ways, and their bytes are mixtures of all of that.
 *
 * Whoever decodes says how many values there must be; anything that does not fit is refused, whatever
 * the bytes are.
 */
#ifndef STORE_COLUMN_H
#define STORE_COLUMN_H

#include "store/plane.h"

/* What packs planes, and room; one per thread. */
struct column_coder {
	struct plane_coder planes;
	struct buf plane;   /* one plane on its way in */
	struct buf numbers; /* of column_numbers() */
};

void column_coder_init(struct column_coder *c);
void column_coder_release(struct column_coder *c);
/* Appends the n values to out. Overwrites v. */
void column_put(struct column_coder *c, struct buf *out, uint64_t *v, size_t n);
/* The same bytes, from smaller numbers. */
void column_put_u32(struct column_coder *c, struct buf *out, uint32_t *v, size_t n);
void column_put_u16(struct column_coder *c, struct buf *out, uint16_t *v, size_t n);
void column_put_u8(struct column_coder *c, struct buf *out, uint8_t *v, size_t n);
/* The same for n times the same value. */
void column_put_same(struct buf *out, uint64_t v, size_t n);
/* Reads n values from the start of *in and moves *in past them; false when they are not there. */
bool column_get(struct column_coder *c, struct str *in, uint64_t *v, size_t n);

/* The same into smaller numbers; false also for a column of larger ones. */
bool column_get_u8(struct column_coder *c, struct str *in, uint8_t *v, size_t n);
bool column_get_u16(struct column_coder *c, struct str *in, uint16_t *v, size_t n);
bool column_get_u32(struct column_coder *c, struct str *in, uint32_t *v, size_t n);

/* Reads n steps as what they lead to: from `at`, modulo 2^64. */
bool column_get_sums(struct column_coder *c, struct str *in, uint64_t at, uint64_t *out, size_t n);

/* Moves past a column of n values without unpacking it; false when it is malformed. */
bool column_skip(struct str *in, size_t n);

/* Is the next column the same number throughout? Then moves past it. */
bool column_get_same(struct str *in, uint64_t *v);
/* Room for n numbers, until it is asked for again. */
uint64_t *column_numbers(struct column_coder *c, size_t n);
/* Signed numbers as unsigned ones, small when they are near zero: 0, -1, 1, -2, ... */
static inline uint64_t zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static inline int64_t unzigzag(uint64_t u)
{
	return (int64_t)((u >> 1) ^ (u & 1 ? UINT64_MAX : 0));
}

/* 64-bit numbers as 8 bytes, little-endian: for ids, which are hashes and do not shrink. */
void raw64_put(struct buf *out, uint64_t v);
bool raw64_get(struct str *in, uint64_t *v);

/*
 * A blob's head: 8 bytes of checksum over what follows, then the number of its layout. The seed tells kinds
 * of blobs apart. begin returns where the blob starts, seal fills in the checksum, open checks both and moves
 * *in behind the head.
 */
size_t blob_begin(struct buf *out, unsigned char layout);
void blob_seal(struct buf *out, size_t start, uint64_t seed);
bool blob_open(struct str *in, uint64_t seed, unsigned char layout);
/* Is the blob what it was when it was sealed, of whatever layout? */
bool blob_is_sound(struct str blob, uint64_t seed);

#endif
