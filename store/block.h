/*
 * block: up to 16,384 events of one file as columns, and their bytes in the store. What an event is apart from its numbers (service,
 * route, template, status, ...) is its shape, which the file's dictionary holds (store/dict.h): most logs have some hundred of
 * them. So are clients, users and traces, unless hardly any repeats: then the values are stored as they are. Columns nobody
 * fills cost two bytes.
 *
 * Bytes: 8 bytes checksum of all that follows, the layout's number, varint n, then the columns in the order
 * of block.c (store/column.h says how a column looks); in front of numbers that refer to the dictionary stands how many things it
 * has by then, so that missing news are noticed. To read it the news up to this block are needed, and for meaning the ids of
 * names (table `name`) and the zone's shift (table `source`). The same events give the same columns; the compressed bytes
 * may differ between versions of zstd.
 */
#ifndef STORE_BLOCK_H
#define STORE_BLOCK_H

#include "store/dict.h"

enum {
	BLOCK_EVENTS = 16384,
	BLOCK_BYTES_MAX = 8 << 20, /* no block is larger; what claims to be is damaged */
};

/* Seed of the checksum: a block's bytes never pass for another kind of blob. */
#define BLOCK_SEED UINT64_C(0x626c6f636b)
#define NO_U32 UINT32_MAX /* duration_us, bytes: none */

/* One event, all columns. */
struct block_row {
	int64_t time_ns;             /* as stored: before the zone's shift; TIME_NONE none */
	uint64_t line, offset;
	uint16_t shape;              /* number in the dictionary */
	uint32_t values[DICT_LISTS]; /* client's address, hashes; 0 none */
	uint32_t duration_us;        /* counts only where the shape has one */
	uint32_t bytes;              /* saturating; likewise */
};

/* What block_decode can leave out, beside 1 << a list of values. */
enum { BLOCK_LEAVE_PLACES = 1 << DICT_LISTS, BLOCK_LEAVE_BYTES = 2 << DICT_LISTS };

struct block {
	size_t n;
	unsigned leave;            /* columns that block_decode passes over: values are 0 then, line, offset and bytes undefined */
	int64_t first_ns, last_ns; /* once encoded: the span, or TIME_NONE */
	int64_t *time_ns;
	uint64_t *line, *offset;
	uint16_t *shape;
	uint32_t *values[DICT_LISTS];
	uint32_t *duration_us, *bytes; /* once decoded: NO_U32 none */
	uint64_t *scratch;         /* a column on its way in or out: of numbers of any size */
	uint32_t *scratch32;
	uint16_t *scratch16;
	uint8_t *flags;            /* per event, beside a column that has gaps or signs */
};

/* Memory from the arena, for as long as that lives. */
void block_init(struct block *b, struct arena *a);
void block_clear(struct block *b);
static inline bool block_full(const struct block *b)
{
	return b->n == BLOCK_EVENTS;
}
/* The block must not be full. */
static inline void block_add(struct block *b, const struct block_row *row)
{
	size_t i = b->n++;
	b->time_ns[i] = row->time_ns;
	b->line[i] = row->line;
	b->offset[i] = row->offset;
	b->shape[i] = row->shape;
	for (size_t k = 0; k < DICT_LISTS; k++)
		b->values[k][i] = row->values[k];
	b->duration_us[i] = row->duration_us;
	b->bytes[i] = row->bytes;
}
/* Appends the block's bytes to out; what it refers to is in the dictionary then, and its news are to be written with it. */
void block_encode(struct block *b, struct dict *d, struct column_coder *c, struct buf *out);
/* Fills b from bytes, but for b->leave; false when they are damaged, whatever they are. */
bool block_decode(struct block *b, const struct dict *d, struct column_coder *c, struct str bytes);

#endif
