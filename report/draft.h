/*
 * draft: bring the sections of ours in a written postmortem up to date. A section stands between
 * "<!-- inquest:begin NAME -->" and "<!-- inquest:end NAME -->", each on a line of its own; what
 * stands outside, and the order in which people put the sections, stays byte for byte.
 */
#ifndef REPORT_DRAFT_H
#define REPORT_DRAFT_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"

struct draft_changes {
	size_t replaced;  /* sections that were brought up to date */
	size_t same;      /* sections that were already */
	size_t stale;     /* sections of the draft that the new report does not have: kept as they are */
	size_t missing;   /* sections of the new report that people took out of the draft: left out */
};

/*
 * `draft` with every section replaced by the one of the same name in `fresh`, as the Markdown renderer gives
 * it. False when a marker of the draft has no partner, or a section is there twice: nothing could be replaced
 * safely.
 */
NODISCARD bool draft_update(struct str draft, struct str fresh, struct buf *out,
			    struct draft_changes *changes, struct err *err);

#endif
