/*
 * shard: one archive read by several runs, each of them a share. Every run looks at the beginnings of all
 * files, so all come to the same split without speaking to each other, and to the same decisions: which text
 * is a copy of which, and when the lines of a text without years were written. What the runs read, put
 * together, is therefore what one run would read.
 *
 * A share is made of whole files (an archive of files is one): splitting within one would mean unpacking it several
 * times. Files with a copy of each other's text stay together, for the copies are compared while they are
 * read. Rotations of a log need not: what a log says as a whole is settled by the store. The largest goes to
 * the share that has least so far, so that shares differ by no more than the largest file.
 */
#ifndef INGEST_SHARD_H
#define INGEST_SHARD_H

#include "ingest/run.h"

enum { SHARDS_MAX = 1000 };

/* False, with an err, when there is an input that can be read only once. */
NODISCARD bool shard_can(const struct ingest *g, struct err *err);
/*
 * After a glance at all texts: marks what other shards read, and tells the sink what is split: an id of all files, their sizes and what
 * they are read as. False when the sink failed.
 */
NODISCARD bool shard_split(struct ingest *g, struct err *err);
/* Is this run the one that speaks of what concerns none of the files? */
bool shard_first(const struct ingest_options *o);
/* After all texts with dates were read: the span of what is known of them. */
void shard_begin_span(struct ingest *g);
/*
 * Sets the span in the evidence of a text without years. Where that of this shard's texts does not suffice, the
 * beginnings of the others' are looked at, and if need be these are read, once.
 */
void shard_span(struct ingest *g, unsigned worker, struct planned *p);

#endif
