/*
 * dict: what the blocks of one file refer to by number instead of each saying it anew: the shapes of events (what they are,
 * but for their numbers), and values that keep coming back (addresses of clients, users). It grows with the file, block by
 * block. What a block refers to first is its news: they are written beside it, so that the news up to a block, in their
 * order, are all that is needed to read it. Of the news of a block shapes come in order of first sight, values ascend. A list that
 * is full starts over with what the next block needs.
 *
 * Why not a dictionary per block: a day's clients turn up in every block of it, and their addresses do not shrink.
 *
 * Bytes of news: 8 bytes checksum of all that follows, the layout's number, a byte with a bit for each list that starts over (shapes
 * first), varint and the ids of new names (8 bytes each), varint and the columns of new shapes (names by number, 0 none), then for
 * each list of values varint and a column of the steps (modulo 2^32) from one to the next: they ascend.
 */
#ifndef STORE_DICT_H
#define STORE_DICT_H

#include "core/hash.h"
#include "store/column.h"

/* Seed of the checksum: these bytes never pass for another kind of blob. */
#define DICT_SEED UINT64_C(0x64696374) /* "dict" */

enum {
	DICT_SHAPES_MAX = 1 << 16,
	DICT_VALUES_MAX = 1 << 16,  /* of each list: a number of one has 16 bits */
	DICT_BYTES_MAX = 16 << 20,  /* no news are larger; what claims to be is damaged */
};

/* Names of a shape. */
enum shape_name { SHAPE_SERVICE, SHAPE_HOST, SHAPE_TEMPLATE, SHAPE_ROUTE, SHAPE_FINGERPRINT, SHAPE_NAMES };

/* What an event says beside its numbers. */
enum { SHAPE_DURATION_BIT, SHAPE_BYTES_BIT };
enum { SHAPE_DURATION = 1 << SHAPE_DURATION_BIT, SHAPE_BYTES = 1 << SHAPE_BYTES_BIT, SHAPE_ALL = SHAPE_DURATION | SHAPE_BYTES };

/* What an event is, but for its numbers. */
struct shape {
	uint64_t names[SHAPE_NAMES]; /* ids; 0 none */
	int16_t status;              /* -1 none */
	uint8_t severity, kind;      /* enum severity, enum event_kind */
	uint8_t has;                 /* SHAPE_DURATION, SHAPE_BYTES */
};

enum dict_list { DICT_CLIENTS, DICT_USERS, DICT_TRACES, DICT_LISTS };

struct dict_slot { uint32_t value, number; }; /* number + 1; 0: free */

struct dict_values {
	VEC(uint32_t) at;        /* by number */
	struct dict_slot *slots; /* open addressing; for writing */
	size_t n_slots, room;    /* in use, allocated: powers of two, or none */
	size_t written;          /* so many of them were news before */
	bool again;              /* the list started over since */
};

struct dict {
	VEC(struct shape) shapes;
	VEC(uint8_t) has;        /* of each shape, side by side: blocks ask for every event */
	VEC(uint64_t) names;     /* ids that shapes mention */
	struct map name_numbers; /* id → number + 1; for writing */
	size_t shapes_written, names_written;
	bool shapes_again;
	struct dict_values values[DICT_LISTS];
	uint64_t *sorted;        /* for writing: two times sort_room values, being sorted */
	uint16_t *ranks;         /* sort_room numbers */
	size_t sort_room;
	struct arena arena;      /* of all arrays; kept from file to file */
};

void dict_init(struct dict *d);
void dict_release(struct dict *d);
/* Starts a file. */
void dict_clear(struct dict *d);

/* Adds a shape that is not there yet, and returns its number; the list must not be full. */
uint32_t dict_add_shape(struct dict *d, const struct shape *shape);
static inline bool dict_is_full(const struct dict *d)
{
	return d->shapes.n == DICT_SHAPES_MAX;
}
/* Forgets the shapes: no block that refers to them may still have to be encoded. */
void dict_restart_shapes(struct dict *d);
/*
 * The numbers of n values of a block, which are added; false, and nothing was added, when more than new_max of them would be new,
 * or are half as many again as fit that after an eighth of them.
 */
bool dict_numbers(struct dict *d, enum dict_list list, const uint32_t *values, size_t n, size_t new_max, uint16_t *out);
/* Appends the news since the last time to out; false when there are none. */
bool dict_write_news(struct dict *d, struct column_coder *c, struct buf *out);

/* Adds the news of a block; false when they are damaged, whatever they are. */
bool dict_read_news(struct dict *d, struct column_coder *c, struct str bytes);

#endif
