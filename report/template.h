/*
 * template: the layout of a postmortem: Markdown with placeholders (docs/postmortem.md lists them).
 *
 *	{{timeline}}              alone on its line: a section of ours between markers, kept up to date by --update
 *	{{window}}                anywhere: a value, written once
 *	{{#facts}} ... {{/facts}} on lines of their own: a section of the template's, with values in it, kept up to date
 *	{{! a remark}}            alone on its line: left out
 */
#ifndef REPORT_TEMPLATE_H
#define REPORT_TEMPLATE_H

#include "core/err.h"
#include "report/paper.h"

struct template {
	const char *name; /* "sre" */
	const char *help;
	struct str text;
};

/* The templates that come with the program; the first is the default. Index n is NULL-named. */
size_t template_count(void);
struct template template_at(size_t i);
/* False when there is none of that name. */
bool template_by_name(struct str name, struct template *out);

/* False, with the line, when a placeholder is unknown or a section of the template's own is not closed, or there twice. */
NODISCARD bool template_check(struct str text, struct err *err);
/* Writes one incident (p->in) by a template that was checked. `last`: what is said once for all incidents goes here. */
void template_write(struct paper *p, struct str text, bool last);
/*
 * The layout for bringing a draft up to date: with sections of ours that people put there on their own, and without the
 * quoted lines when the draft has no place for them. In the arena.
 */
struct str template_for_draft(struct str text, struct str draft, struct arena *a);
/* Is there a section of that name? */
bool template_has(struct str text, const char *section);

#endif
