/*
 * draft: bring the sections of ours in a written postmortem up to date. A section stands between
 * "<!-- inquest:begin NAME -->" and "<!-- inquest:end NAME DIGEST -->", each on a line of its own; what
 * stands outside, and the order in which people put the sections, stays byte for byte. The digest is of what we wrote:
 * when the text between the markers has another one, or there is none, a person was at it.
 */
#ifndef REPORT_DRAFT_H
#define REPORT_DRAFT_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"

enum { DRAFT_DIGEST_BYTES = 17 };
/* Of a section's text, but for line ends and blanks before them, which editors change. Returns out. */
const char *draft_digest(struct str text, char out[static DRAFT_DIGEST_BYTES]);

/* What to do with a section that a person changed and the new report has otherwise. */
struct draft_policy {
	enum { DRAFT_REFUSE, DRAFT_KEEP, DRAFT_REPLACE, DRAFT_ASK } edited;
	bool (*ask)(void *self, struct str name, size_t line); /* DRAFT_ASK: true replaces it */
	void *self;
};

struct draft_changes {
	size_t replaced;  /* sections that were brought up to date */
	size_t same;      /* sections that were already */
	size_t kept;      /* sections that a person changed, and that stay so */
	size_t stale;     /* sections of the draft that the new report does not have: kept as they are */
	size_t missing;   /* sections of the new report that people took out of the draft: left out */
};

/*
 * `draft` with every section replaced by the one of the same name in `fresh`, as the Markdown renderer gives
 * it. False when a marker of the draft has no partner, or a section is there twice: nothing could be replaced
 * safely; and with DRAFT_REFUSE, EXIT_USAGE, when a person changed a section.
 */
NODISCARD bool draft_update(struct str draft, struct str fresh, const struct draft_policy *policy, struct buf *out,
			    struct draft_changes *changes, struct err *err);

/* The template that a draft says it was made with; empty when it does not. */
struct str draft_template(struct str draft);

#endif
