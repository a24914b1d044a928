/*
 * evidence: text of the archive by a place of the store. The store says where decompression can start, so that this takes
 * milliseconds however large the file is. The archive may be gone, or changed since: its content is compared with
 * what the store remembers, and what does not match gives the reason.
 */
#ifndef CLI_EVIDENCE_H
#define CLI_EVIDENCE_H

#include "ingest/find.h"
#include "ingest/input.h"
#include "store/checkpoint.h"
#include "store/reader.h"

/* What stands around a line, in its order. */
struct surroundings {
	struct str *before, *after;
	size_t n_before, n_after;
};

/* Reasons: clauses about a line. */
extern const char evidence_gone[], evidence_unreadable[], evidence_changed[];
/* The file that a path of the store leads to or through ("a.tar/b.log"); NULL when there is none. */
const struct found_file *evidence_file(const struct found *files, struct str path);
/* Is this stream the text that the store has read? A short one may have grown since. */
bool evidence_is_text_of(const struct store_place *place, const struct input_stream *stream);
/*
 * The line of the text at `offset`, and up to `context` lines on each side, as slices of the text; false when it is not the line of the
 * reference. `partial`: the text begins inside of a line.
 */
bool evidence_cut(struct str text, size_t offset, const struct ref *ref, size_t context, bool partial, struct arena *a,
		  struct surroundings *out);

/*
 * The text of a source of the store, to be read from *at on, which is at or before `from`. NULL with the reason when its file is
 * gone, changed or cannot be read; and with err when the store cannot. The caller closes it.
 */
struct input *evidence_open(struct store *s, const struct found *files, struct str source, uint64_t from, struct arena *a,
			    uint64_t *at, const char **reason, struct err *err);

#endif
