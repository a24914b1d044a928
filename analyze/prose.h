/*
 * prose: a written postmortem as blocks of plain text: headings, paragraphs, items of lists and rows of tables, with the
 * mark-up taken off and the line each byte came from. Markdown as people write it, not a full parser: what is quoted
 * (fences, comments) is left out, and nothing that stands in it is an error.
 */
#ifndef ANALYZE_PROSE_H
#define ANALYZE_PROSE_H

#include "core/arena.h"

enum prose_kind {
	PROSE_HEADING,
	PROSE_PARAGRAPH,
	PROSE_ITEM,  /* of a list */
	PROSE_HEAD,  /* first row of a table */
	PROSE_ROW,   /* cells are joined with " | " */
};

/* Bytes of a block's text from `at` on stand in a line of the draft. */
struct prose_mark { size_t at, line; };

struct prose_block {
	enum prose_kind kind;
	struct str text;     /* mark-up taken off, lines joined with a blank */
	struct str heading;  /* the nearest one above; empty before the first */
	struct prose_mark *marks; size_t n_marks; /* ascending; the first has at = 0 */
};

struct prose {
	struct prose_block *at; size_t n;
};

enum { PROSE_BLOCKS_MAX = 20000, PROSE_BLOCK_BYTES = 64 << 10 };

/* At most PROSE_BLOCKS_MAX blocks, each cut at PROSE_BLOCK_BYTES. Memory belongs to the arena. */
struct prose prose_read(struct str text, struct arena *a);
/* The line of the draft, from 1, that byte `at` of a block stands in. */
size_t prose_line(const struct prose_block *b, size_t at);

/* Words are runs of letters and digits; case does not matter (ASCII). */
/* Position of a word that begins with `stem`, or -1. A stem of several words ("rolled back") matches across one blank. */
ptrdiff_t prose_find(struct str text, struct str stem);
/* The same for any of a list that is separated by '|'. */
ptrdiff_t prose_find_any(struct str text, const char *stems);
/* The sentence around byte `at`: up to ". ", "; " or "! " and the like, or the ends. */
struct str prose_sentence(struct str text, size_t at);

#endif
