/*
 * families: what an error text is about, as data. A row holds word patterns and the kind of
 * cause whose signature it is. Rows are matched against templates (once each), never against lines.
 */
#ifndef ANALYZE_FAMILIES_H
#define ANALYZE_FAMILIES_H

#include "core/vocab.h"

enum family_nature {
	NATURE_CAUSE,   /* the text itself says what is wrong (no space left on device) */
	NATURE_CALLER,  /* the text is a caller's, about something it called (upstream timed out) */
	NATURE_EFFECT,  /* follows from almost anything (worker timeout, request aborted) */
};

struct family {
	const char *id;        /* "file_descriptors" */
	enum cause_kind kind;
	enum family_nature nature;
	const char *words;     /* what it is, for people: "file descriptors are used up" */
	const char *resource;  /* what ran out or failed, used as entity: "file descriptors"; NULL: taken from the text */
	/* Alternatives separated by '|'; a '*' stands for any text in between; ASCII case does not matter. */
	const char *patterns;
};

extern const struct family family_table[]; /* ends with id NULL; the first row that matches wins */
const struct family *family_of(struct str text);
/* The row of an id, which must exist. */
const struct family *family_by_id(const char *id);

#endif
