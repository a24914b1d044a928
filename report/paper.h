/*
 * paper: a postmortem while it is written: sections and values, by name, which a template puts in their place. A section
 * stands between markers, the second of which carries a digest of what was written, so that a later run can tell what a
 * person changed.
 */
#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include "report/exhibits.h"
#include "report/renderer.h"
#include "report/words.h"

struct paper {
	const struct render_options *o;
	const struct casefile *c;
	const struct incident *in; /* the one that is written about; NULL: none */
	struct words w;
	struct buf *out;
	size_t number;             /* of the incident, from 1 */
	bool links;                /* lines are quoted in a section of their own; else statements name file and line */
	struct exhibits exhibits;  /* of all incidents: numbers are unique in the file */
	size_t first_exhibit;      /* index of the incident's first new one */
};

/* A placeholder: "{{name}}". */
struct paper_part {
	const char *name;
	const char *help; /* a phrase, for the documentation */
	void (*write)(struct paper *p);
};

extern const struct paper_part paper_sections[]; /* blocks, each on a line of its own; ends with a NULL name */
extern const struct paper_part paper_values[];   /* within a line; escaped; ends with a NULL name */
const struct paper_part *paper_part_by_name(const struct paper_part *parts, struct str name);

/* Writes what stands between the markers of section `name`, with them. */
void paper_section(struct paper *p, struct str name, void (*write)(struct paper *p, void *with), void *with);

/* The same for one of paper_sections. */
void paper_part(struct paper *p, const struct paper_part *part);

/* ---- for those who write sections ---- */

enum { PAPER_REFS_MAX = 3 /* for one statement */ };

/* " [E1](#e1), [E2](#e2)" */
void paper_refs(struct paper *p, const struct refs *r);
/* A line: mark, text, and its refs, which may be NULL. */
void paper_item(struct paper *p, const char *mark, struct str text, const struct refs *r);
void paper_rest(struct paper *p, size_t all, size_t shown, const char *what);

#endif
