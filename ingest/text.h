/*
 * text: one log text from its first byte to its last: lines, records, payloads, events. What it is
 * (format, clock, names) was decided before; here it is only read. The same loop makes the
 * first pass over texts whose lines have no year, which finds out how many years they span.
 */
#ifndef INGEST_TEXT_H
#define INGEST_TEXT_H

#include "ingest/emit.h"
#include "ingest/input.h"
#include "ingest/records.h"

/*
 * Hashes of a text, one for each beginning of whole blocks, so that another text can be checked to begin the
 * same. Texts beyond the last block are taken for equal when everything before is.
 */
struct text_chain;
struct text_chain *text_chain_new(struct arena *a);
void text_chain_release(struct text_chain *c);

/* What every pass needs to know of a text. */
struct text_plan {
	const struct format *format;
	const struct format *const *others; /* second chances */
	size_t n_others;
	struct str path;
	const struct format *const *own;    /* of the user, see format_at() */
	int64_t collected_ns;               /* as in decode_ctx */
	uint64_t max_line_bytes;
	uint64_t resume_offset; /* bytes read by an earlier run: passed over */
	struct text_chain *chain; /* to be filled; NULL none */
};

/* A thread's own memory, reused from text to text. */
struct text_worker {
	struct arena scratch;   /* of one record */
	struct arena file;      /* of one open text */
	struct normalisers norm;
	struct arena kept;      /* template texts */
};
void text_worker_init(struct text_worker *w);
void text_worker_release(struct text_worker *w);

/* Called with every chunk read, for progress. */
struct text_progress {
	void (*consumed)(void *self, uint64_t bytes);
	void *self;
};

/*
 * Reads the text that `in` stands on and emits its events through `out` (sink, handle, file, clock are
 * set). Totals
 * are complete afterwards, notes and samples live in `a`. Without an input (NULL) the text is `head`. False
 * when the
 * sink failed.
 */
NODISCARD bool text_read(struct text_worker *w, const struct text_plan *plan, struct input *in,
			 struct str head, struct emitter *out, const struct text_progress *progress,
			 struct arena *a, struct file_totals *totals);
/*
 * Does the text begin like the one that filled `chain`? Reads `bytes` of it (all of the other text), or
 * what there is;
 * *more: it goes on.
 */
bool text_begins_like(struct input *in, const struct text_chain *chain, uint64_t bytes, bool *more);
/* The first pass. */
void text_walk(struct text_worker *w, const struct text_plan *plan, struct input *in, struct str head,
	       struct clock_walk *walk);

#endif
