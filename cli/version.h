/* version: what this program is and what it was built with. */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include "core/buf.h"

/* The day of the version, for the manual pages; debian/changelog says the same. */
#define INQUEST_RELEASED "November 29, 2026"

/* The text of `inquest --version`: a line for the program, then one "name: what" for each thing that decides what it can do. */
void version_text(struct buf *out);

#endif
