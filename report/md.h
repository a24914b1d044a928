/*
 * md: Markdown (CommonMark with GitHub's tables) from text that is not to be trusted. Nothing
 * in a log line can start a block, close a fence, make a link, mention a person or pose as one
 * of the markers between which a draft is kept up to date.
 */
#ifndef REPORT_MD_H
#define REPORT_MD_H

#include "core/buf.h"

/* As running text, on one line; fit for a table's cell. */
void md_text(struct buf *out, struct str s);
/* As a code span, on one line; fit for a table's cell. */
void md_code(struct buf *out, struct str s);
/* As a fenced block of its own, after an empty line; long records are cut. */
void md_block(struct buf *out, struct str s);

#endif
