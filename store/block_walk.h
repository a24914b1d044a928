/*
 * block_walk: the blocks of all finished extents one after the other, decoded, in the order of the extents. What
 * lies wholly outside the window is not even read. A pull walk, because SQLite's virtual tables ask for one
 * row at a time and cannot be called back.
 */
#ifndef STORE_BLOCK_WALK_H
#define STORE_BLOCK_WALK_H

#include "store/block.h"
#include "store/store_impl.h"

struct block_walk {
	struct store *store;
	const struct extent_list *extents; /* the caller's */
	int64_t from_ns, to_ns;            /* [from, to); TIME_NONE as from: events without a time, too */
	struct str path;                   /* only extents of this file; no address: all. Set it behind block_walk_seek */
	sqlite3_stmt *st;                  /* spans of the blocks of one extent: a column that is named is read, whatever becomes of it */
	sqlite3_stmt *data;                /* the bytes of one block */
	sqlite3_stmt *news;                /* those of the dictionary after one block, up to another */
	size_t at;                         /* index of the extent the walk stands in */
	bool inside;                       /* the statement gives blocks of it */
	int64_t block_id;                  /* of the block that is decoded */
	struct block block;
	struct dict dict;                  /* what the block refers to: its extent's news up to */
	int64_t dict_id;                   /* this block's */
};

/* Memory for one block from the arena. Call block_walk_end also after a failure. */
NODISCARD bool block_walk_init(struct block_walk *w, struct store *s, const struct extent_list *extents,
			       struct arena *a, struct err *err);
void block_walk_end(struct block_walk *w);
/* Before the first block of a window. */
void block_walk_seek(struct block_walk *w, int64_t from_ns, int64_t to_ns);
/* Decodes the next block that may hold something of the window; *any: there was one. */
NODISCARD bool block_walk_next(struct block_walk *w, bool *any, struct err *err);
/* The extent of the decoded block. */
const struct extent_row *block_walk_extent(const struct block_walk *w);
/* What event i of the decoded block is. */
static inline const struct shape *block_walk_shape(const struct block_walk *w, size_t i)
{
	return &w->dict.shapes.at[w->block.shape[i]];
}
/* When event i of the decoded block was, and whether that is in the window. */
int64_t block_walk_time(const struct block_walk *w, size_t i);
static inline bool block_walk_wants(const struct block_walk *w, int64_t time_ns)
{
	return time_ns >= w->from_ns && time_ns < w->to_ns;
}

#endif
