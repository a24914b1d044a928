/*
 * families: what an error text is about, as data (analyze/data/families.txt, and a file of the user's). A row holds patterns and
 * the kind of cause whose signature it is. Rows are matched against templates (once each), never against lines.
 */
#ifndef ANALYZE_FAMILIES_H
#define ANALYZE_FAMILIES_H

#include "core/arena.h"
#include "core/err.h"
#include "core/vocab.h"

enum family_nature {
	NATURE_CAUSE,   /* the text itself says what is wrong (no space left on device) */
	NATURE_CALLER,  /* the text is a caller's, about something it called (upstream timed out) */
	NATURE_EFFECT,  /* follows from almost anything (worker timeout, request aborted) */
};

/* A text that must come out as its family, and where it stands. */
struct family_sample { struct str text; unsigned line; };

struct family {
	const char *id;        /* "file_descriptors" */
	enum cause_kind kind;
	enum family_nature nature;
	const char *words;     /* what it is, for people: "file descriptors are used up" */
	const char *resource;  /* what ran out or failed, used as entity: "file descriptors"; NULL: taken from the text */
	VEC(struct str) patterns; /* a '*' stands for any text in between; ASCII case does not matter */
	VEC(struct family_sample) samples;
	const char *name;      /* the file it is from */
	unsigned line;
};

/* The first row with a pattern in a text is its family. */
struct families { const struct family *at; size_t n; };

/*
 * The rows of a text (empty: none; `name` is its file, for messages), then the built-in ones, those left out that the text
 * has under the same id. Tests every sample. What is wrong is said with file and line, as EXIT_USAGE.
 */
NODISCARD bool families_load(const char *name, struct str own, struct arena *a, struct families *out, struct err *err);

/* NULL: none. */
const struct family *families_match(const struct families *f, struct str text);
const struct family *families_by_id(const struct families *f, const char *id);

#endif
