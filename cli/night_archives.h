/*
 * night_archives: which files are a day's. A pattern is a path in which %Y %m %d %y %j stand for the day (and %% for %), and * ? [a-z]
 * for anything, also over several folders, as in --zone GLOB. It is tried for the day and for the day after, since a rotation is
 * usually named by the day on which it was made; what a file holds of other days does no harm.
 */
#ifndef CLI_NIGHT_ARCHIVES_H
#define CLI_NIGHT_ARCHIVES_H

#include "cli/night_config.h"

enum { NIGHT_BASELINE_MAX = 400 };

/* A folder or file to be read, and which files in it; no glob: all. */
struct night_root { struct str path, glob; };
struct night_roots { struct night_root *at; size_t n, cap; };

/* False, and which letter it is, when there is an unknown placeholder. */
bool night_pattern_check(struct str pattern, char bad[static 2]);
/* Adds the roots of a day that exist and are not in the list yet. */
void night_roots_add(const struct night_config *c, int64_t day, struct arena *a, struct night_roots *out);

#endif
