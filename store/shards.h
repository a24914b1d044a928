/*
 * shards: which shares of split archives a store holds (ingest --shard, ingest/shard.h). Each is a row of `meta`:
 * "shard <listing, 16 hexadecimal digits> <number>/<of>" → "begun" or "done". So that whoever joins stores
 * knows whether a share is whole, whether all were split from the same listing, and which are missing.
 */
#ifndef STORE_SHARDS_H
#define STORE_SHARDS_H

#include "store/db.h"
#include "store/writer.h"

struct shard_row {
	uint64_t listing;    /* id of all files that were split */
	unsigned number, of; /* from 1 */
	bool done;
};

struct shard_list { struct shard_row *at; size_t n, cap; };

/* Adds the store's rows to the list, in the order of listing, of, number. */
NODISCARD bool shards_load(struct db *db, struct arena *a, struct shard_list *out, struct err *err);
/* Takes over a row: one that is done stays so. */
NODISCARD bool shards_put(struct db *db, const struct shard_row *row, struct err *err);
/*
 * A sentence for each split of which not all shares are there, with the store's path in front. Sorts the list and
 * leaves out what is there twice.
 */
void shards_missing(struct shard_list *list, struct str store, struct arena *a, struct str **out, size_t *n);

#endif
