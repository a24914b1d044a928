/*
 * evidence: a line as it stands in the archive, with the lines around it. The store says where decompression can
 * start, so that this takes milliseconds however large the file is. The archive may be gone, or changed
 * since: its content is compared with what the store remembers, and what does not match gives the line that was
 * kept, alone, with the reason.
 */
#ifndef CLI_EVIDENCE_H
#define CLI_EVIDENCE_H

#include "ingest/find.h"
#include "ingest/input.h"
#include "store/checkpoint.h"
#include "store/reader.h"

enum { EVIDENCE_CONTEXT_MAX = 100 }; /* lines on each side */

struct evidence {
	bool from_archive;
	struct str text;            /* the line; what was kept of it when not from the archive */
	struct str *before, *after; /* lines around it, in their order */
	size_t n_before, n_after;
	const char *reason;         /* why not from the archive: a clause; NULL else */
};

/*
 * The line of a reference, with up to `context` lines on each side. `files` is what the archive's paths lead to
 * (find_files). Slices belong to the arena. False only when the store cannot be read.
 */
NODISCARD bool evidence_find(struct store *s, const struct found *files, const struct ref *ref, size_t context,
			     struct arena *a, struct evidence *out, struct err *err);

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
		  struct evidence *out);

/*
 * The text of a source of the store, to be read from *at on, which is at or before `from`. NULL with the reason when its file is
 * gone, changed or cannot be read; and with err when the store cannot. The caller closes it.
 */
struct input *evidence_open(struct store *s, const struct found *files, struct str source, uint64_t from, struct arena *a,
			    uint64_t *at, const char **reason, struct err *err);

#endif
