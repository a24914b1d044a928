/*
 * night: pages of the nightly digest, pure functions from digests to bytes. Pages are whole without a script and have none; their policy
 * allows the embedded style sheets by their digests and nothing else. All text is shown through report/html.h or report/md.h.
 * What they get has been through night_shown().
 */
#ifndef REPORT_NIGHT_H
#define REPORT_NIGHT_H

#include "core/night.h"
#include "report/words.h"

struct night_options {
	const struct zone *zone;      /* times are shown in it; NULL = UTC */
	struct str title;             /* of the overview */
	struct str before, after;     /* dates of the neighbouring nights, for links; empty none */
	bool incidents;               /* there is DATE-incidents.html with the whole report */
	const char *version;
};

/* A copy without secrets and personal data (core/redact.h). */
struct night night_shown(const struct night *n, struct arena *a);
/*
 * "2026-01-29: 1 incident, 1 source fell silent: Failed requests on GET /: ..." on one line, safe for a terminal, without line end.
 * The night need not be shown before.
 */
struct str night_summary(const struct night *n, struct arena *a);

void night_page(const struct night *n, const struct night_options *o, struct buf *out);
void night_markdown(const struct night *n, const struct night_options *o, struct buf *out);
/* The overview of n nights, ascending by date. */
void night_index(const struct night *nights, size_t n, const struct night_options *o, struct buf *out);

#endif
