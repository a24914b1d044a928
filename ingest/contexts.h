/*
 * contexts: the decoders' state for one open file. A file has a main format, but lines of
 * other formats in it and payloads of carriers are decoded, too, each with a state of its own
 * that is made when it is first needed.
 */
#ifndef INGEST_CONTEXTS_H
#define INGEST_CONTEXTS_H

#include "ingest/format.h"

struct context {
	const struct format *format;
	struct decode_ctx ctx;
};

struct contexts {
	struct arena *file;     /* lives as long as the file is open */
	struct arena *scratch;  /* reset after every record */
	struct str path;
	const struct format *const *own; /* of the user, see format_at() */
	int64_t collected_ns;
	VEC(struct context *) open; /* few */
};

void contexts_init(struct contexts *c, struct arena *file, struct arena *scratch, struct str path,
		   const struct format *const *own);
struct decode_ctx *contexts_of(struct contexts *c, const struct format *f);

#endif
