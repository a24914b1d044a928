/* closest: what somebody who mistyped a word most likely meant: of an option, a command, a table, a column. */
#ifndef CORE_CLOSEST_H
#define CORE_CLOSEST_H

#include "core/str.h"

/* The candidate closest to `word` if it is close enough to be a typing error, else NULL. */
const char *closest_word(struct str word, const char *const *candidates, size_t n);

#endif
