/*
 * merge_plan: which extents of several stores make up the joined one. Decided from the rows of the
 * extents alone, before anything is written.
 */
#ifndef STORE_MERGE_PLAN_H
#define STORE_MERGE_PLAN_H

#include "store/shards.h"

/* An extent of one of the stores. */
struct merge_extent {
	size_t store;           /* 0 the target, k the k-th part */
	int64_t id;
	uint64_t content, end_offset, lines, events;
	int64_t first_ns;       /* TIME_NONE */
	struct str path;
	bool taken;             /* is in the joined store */
};

struct merge_plan {
	struct merge_extent *at; /* as loaded; after merge_decide by content, store, end */
	size_t n, cap;
	struct shard_list shards;     /* of all stores */
	struct shard_list new_shards; /* of the parts */
	VEC(struct str) remarks;
};

/*
 * Adds a store's finished extents and shards. `part` 0 is the target. A part with an unfinished extent or shard is
 * refused, as is one whose cells or blocks have another size.
 */
NODISCARD bool merge_load(struct db *db, size_t part, struct arena *a, struct merge_plan *p, struct err *err);
/* Marks what is taken; refuses shards that were not split from the same listing. */
NODISCARD bool merge_decide(struct merge_plan *p, struct err *err);

#endif
