/*
 * skeleton: a text without what cannot matter to the work that follows, made in a fraction of the time of that
 * work. Two texts with one skeleton have one result; texts with one result may have several skeletons. So what
 * was made of a skeleton before need not be made again (ingest/memo.h):
 *   - of a message, for template_mask: which digits stand in it, and how many in a number between blanks;
 *   - of a statement, for query_fingerprint: whole numbers and what single quotes enclose;
 *   - of a path, for route_normalise: the digits a segment begins with, and the query behind it.
 * Where the text has anything that makes this doubtful (comments and escapes in a statement), there is none.
 */
#ifndef INGEST_SKELETON_H
#define INGEST_SKELETON_H

#include "core/str.h"

enum {
	SKELETON_TEXT_BYTES = 1024, /* longer texts have none */
	SKELETON_ROOM_BYTES = SKELETON_TEXT_BYTES + 32,
};

/* Writes the skeleton into out, returns its bytes; 0: there is none. */
size_t skeleton_message(struct str s, char out[static SKELETON_ROOM_BYTES]);
size_t skeleton_statement(struct str s, char out[static SKELETON_ROOM_BYTES]);
/*
 * A number for the skeleton and a seed, without making it, as paths are many and short; 0: there is none. Where s is a slice
 * of `around` and not at its end, it takes less.
 */
uint64_t skeleton_path_key(struct str s, struct str around, uint64_t seed);

#endif
