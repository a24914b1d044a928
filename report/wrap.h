/* wrap: words set into the columns of a terminal. Text is shown through report/glyph.h. */
#ifndef REPORT_WRAP_H
#define REPORT_WRAP_H

#include "core/buf.h"

/*
 * Words wrapped into the columns from `at` (where the cursor stands) to `width`, further lines indented; a word longer
 * than a line is broken. Leaves the cursor behind the last word.
 */
void wrap_add(struct buf *out, unsigned width, unsigned at, unsigned indent, struct str text);

#endif
