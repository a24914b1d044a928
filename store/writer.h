/*
 * writer: events into the store. Events of one file (an extent) are packed into column
 * blocks of 16,384, summed into 10-second series, and the telling ones kept as lines. An
 * extent counts only once it is finished: a kill at any instant leaves at most an
 * unfinished extent, which readers ignore and the next writer removes.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "core/err.h"
#include "core/event.h"
#include "core/hash.h"

struct store_writer;  /* thread-safe: one per store */
struct extent_writer; /* one per file, used by one thread at a time */

struct extent_info {
	struct str path, logical, service, host, format;
	uint8_t role;
	bool zone_known;
	uint64_t content_id;
};

struct extent_totals {
	uint64_t lines, events, continuation, rejected, bytes, end_offset;
	int64_t first_ns, last_ns;
	bool truncated, damaged;
	const struct str *notes; size_t n_notes;
	const struct str *samples; size_t n_samples;
};

/*
 * Opens or makes a store; removes unfinished extents. Refuses a file that is not an inquest store or a newer
 * one.
 */
NODISCARD bool store_writer_open(const char *path, struct store_writer **out, struct err *err);
/* Ends: everything finished is on disk, extents that are not are given up. NULL is fine. */
bool store_writer_close(struct store_writer *w, struct err *err);
/*
 * Is content with this id (and at least this many bytes) in the store, finished? *end_offset says how far it
 * was read.
 */
NODISCARD bool store_writer_knows(struct store_writer *w, uint64_t content_id, bool *known,
				  uint64_t *end_offset, struct err *err);
/* All there is, finished: content id → how far it was read. */
NODISCARD bool store_writer_contents(struct store_writer *w, struct map *out, struct err *err);
/*
 * Notes that share `number` of `of` of a split archive is being read into the store, or, `done`, that all of it is there
 * (store/shards.h). Takes effect with the next extent that is finished, or at the end.
 */
NODISCARD bool store_writer_shard(struct store_writer *w, uint64_t listing, unsigned number, unsigned of, bool done,
				  struct err *err);
NODISCARD bool extent_begin(struct store_writer *w, const struct extent_info *info,
			    struct extent_writer **out, struct err *err);
NODISCARD bool extent_add(struct extent_writer *x, const struct event *e, struct err *err);
/* A place in the extent's file where decompression can start (store/checkpoint.h). */
struct checkpoint {
	uint64_t out_offset, in_offset; /* in the text, in the file */
	unsigned bits;                  /* of the byte before in_offset that still belong to it: 0..7 */
	struct str window;              /* the text before out_offset, up to 32 KiB */
};
NODISCARD bool extent_checkpoint(struct extent_writer *x, const struct checkpoint *c, struct err *err);
/* Finishes the extent in one transaction; frees x in any case. */
NODISCARD bool extent_finish(struct extent_writer *x, const struct extent_totals *t, struct err *err);
/* Gives the extent up: nothing of it counts. Frees x. */
void extent_abandon(struct extent_writer *x);
/*
 * After all extents: infers the zones of sources that state none from the spans of those that do, and stores
 * the shift (readers apply it); groups similar templates. Depends on the store's content only, so it can be
 * run again.
 */
NODISCARD bool store_writer_settle(struct store_writer *w, struct err *err);
/*
 * The same, but zones are told by files that reach beyond an instant alone, and those of logs without such a file stay: what a night
 * costs then does not grow with the store.
 */
NODISCARD bool store_writer_settle_since(struct store_writer *w, int64_t since_ns, struct err *err);

#endif
