/*
 * block: up to 16,384 events of one file as columns, and their bytes in the store. Ids repeat a lot
 * within a block, so each id column has a dictionary of its own: values in order of first sight and an
 * index per event. Where more than half of the values differ (request ids), the values are stored as they
 * are. Columns nobody fills cost two bytes.
 *
 * Bytes: 8 bytes checksum of all that follows, the layout's number, varint n, then the columns in the order
 * of block.c (store/column.h says how a column looks). Nothing outside of the block is needed to read it, but
 * the meaning of ids (table `name`) and the zone's shift (table `source`). The same events give the same
 * columns; the compressed bytes may differ between versions of zstd.
 */
#ifndef STORE_BLOCK_H
#define STORE_BLOCK_H

#include "core/arena.h"
#include "store/column.h"

enum {
	BLOCK_EVENTS = 16384,
	BLOCK_BYTES_MAX = 8 << 20, /* no block is larger; what claims to be is damaged */
};

/* Seed of the checksum: a block's bytes never pass for another kind of blob. */
#define BLOCK_SEED UINT64_C(0x626c6f636b)
#define NO_U32 UINT32_MAX /* duration_us, bytes: none */

/* Id columns of a block: the first five are 64-bit ids of names, the rest 32-bit hashes. */
enum block_id {
	BLOCK_SERVICE,
	BLOCK_HOST,
	BLOCK_TEMPLATE,
	BLOCK_ROUTE,
	BLOCK_FINGERPRINT,
	BLOCK_CLIENT,
	BLOCK_USER,
	BLOCK_TRACE,
	BLOCK_IDS,
};

/* One event, all columns. */
struct block_row {
	int64_t time_ns;        /* as stored: before the zone's shift; TIME_NONE none */
	uint64_t line, offset;
	uint64_t ids[BLOCK_IDS]; /* enum block_id; 0 none */
	uint32_t duration_us;   /* NO_U32 none */
	uint32_t bytes;         /* saturating; NO_U32 none */
	int16_t status;         /* -1 none */
	uint8_t severity, kind;
};

/* Distinct values of one id column. */
struct block_dict {
	uint64_t *values; /* n values in order of first sight; room for BLOCK_EVENTS */
	uint16_t *slots;  /* index + 1 by hash, 0 free; NULL for reading */
	size_t n_slots;   /* in use of 2 * BLOCK_EVENTS: at least twice as many as values */
	uint16_t *index;  /* per event: which value; not filled in while there is one only, nor when plain */
	size_t n;
	bool plain;       /* hardly any value repeats: values are those of the events, n is not used */
	uint64_t last;    /* the value seen last, and where it stands: most columns come in runs */
	uint16_t last_index;
};

/* What block_decode can leave out, beside 1 << a column of ids. */
enum { BLOCK_LEAVE_PLACES = 1 << BLOCK_IDS, BLOCK_LEAVE_BYTES = 2 << BLOCK_IDS };

struct block {
	size_t n;
	unsigned leave;            /* columns that block_decode passes over: ids are 0 then, line, offset and bytes undefined */
	int64_t first_ns, last_ns; /* once encoded or decoded: the span, or TIME_NONE */
	int64_t *time_ns;
	uint64_t *line, *offset;
	struct block_dict ids[BLOCK_IDS];
	uint32_t *duration_us, *bytes;
	int16_t *status;
	uint8_t *severity, *kind;
	uint64_t *scratch;         /* a column on its way in or out */
	uint8_t *flags;            /* per event, beside a column that has gaps or signs */
};

/* Memory from the arena, for as long as that lives; for block_add or for block_decode. */
void block_init(struct block *b, struct arena *a, bool writing);
void block_clear(struct block *b);
static inline bool block_full(const struct block *b)
{
	return b->n == BLOCK_EVENTS;
}
/* The block must not be full. */
void block_add(struct block *b, const struct block_row *row);
/* A value of an id column. */
static inline uint64_t block_id(const struct block *b, enum block_id column, size_t i)
{
	const struct block_dict *d = &b->ids[column];
	return d->values[d->plain ? i : d->n == 1 ? 0 : d->index[i]];
}
/* Appends the block's bytes to out. */
void block_encode(struct block *b, struct column_coder *c, struct buf *out);
/* Fills b from bytes, but for b->leave; false when they are damaged, whatever they are. */
bool block_decode(struct block *b, struct column_coder *c, struct str bytes);

#endif
