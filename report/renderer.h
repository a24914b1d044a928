/*
 * renderer: a pure function from a case file to bytes. One file each in report/renderers/,
 * `const struct renderer renderer_<id>`; the registry is generated from the file names.
 * No clock, no locale, no terminal: width and colour come in as options.
 */
#ifndef REPORT_RENDERER_H
#define REPORT_RENDERER_H

#include "core/buf.h"
#include "core/casefile.h"

struct render_options {
	const struct zone *zone;  /* times are shown in it; NULL = UTC */
	unsigned width;           /* columns of the terminal; 0 = 80 */
	bool color;               /* ANSI colours allowed */
	bool brief;               /* the verdict alone, where a renderer has a short form */
	bool explain;             /* json: every candidate with its terms, too */
	bool redact;              /* replace secrets, tokens, e-mail and client addresses (default true) */
	const char *next_command; /* what to suggest at the end; may be NULL */
	const char *version;      /* of the program */
	struct str template_text; /* layout of the draft, checked by template_check; empty = the default */
	struct str template_name; /* to be noted in the draft; empty = the default's */
};

struct renderer {
	const char *name;      /* "markdown" */
	const char *extension; /* "md" */
	const char *help;
	void (*render)(const struct casefile *c, const struct render_options *o, struct buf *out);
};

extern const struct renderer *const renderer_registry[]; /* ends with NULL */
const struct renderer *renderer_by_name(struct str name);

#endif
