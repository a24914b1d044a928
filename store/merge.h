/*
 * merge: stores joined into one. What is in a store belongs to extents, and ids of everything else are
 * hashes, so joining is copying extents under new numbers; blobs are copied as they are. Then all is settled
 * anew that no store could know by itself: zones, groups of templates. The result says what a store says
 * into which everything was read at once; the order of the parts does not matter, nor whether they are
 * joined at once or some first.
 *
 * A text counts once, whichever stores have it: identity is the id of its content (ingest/plan.h). Of two
 * that are equally long the one whose path comes first stays, else the one that was read further. Joining
 * a part again changes nothing.
 *
 * Digests of nights (store/nights.h) and findings are what a store was made to say, and stay with it.
 *
 * All of it is one transaction: killed at any instant the target is what it was.
 */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include "core/arena.h"
#include "core/err.h"

struct merge_outcome {
	size_t parts;             /* that brought something */
	size_t extents;           /* taken over */
	size_t extents_known;     /* not: the target or another part has their text */
	size_t extents_replaced;  /* of the target, that another part knows better */
	uint64_t lines, events;   /* taken over */
	bool incomplete;          /* of a split archive shards are missing */
	struct str *remarks;      /* sentences: which these are, and what of a part is not taken over */
	size_t n_remarks;
};

/*
 * Joins the parts into the store at `path`, which is made when it is not there. EXIT_USAGE when a part is given
 * twice or is the target. Every part must be a whole store: one whose ingest was interrupted is refused, as are
 * shards that were not split from the same listing. Memory of the outcome belongs to `a`; a connection, and a list of
 * extents, is all that is held of a part.
 */
NODISCARD bool store_merge(struct str path, const struct str *parts, size_t n, struct arena *a,
			   struct merge_outcome *out, struct err *err);

#endif
