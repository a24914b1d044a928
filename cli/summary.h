/*
 * summary: what was read, accounted for to the last line: lines read = lines that began
 * an event + continuation + rejected. Without -v only the files with trouble are listed.
 */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include <stdio.h>

#include "cli/pipeline.h"

/* Totals, and a table of the files: all of them, or those with trouble. */
void summary_print(FILE *to, const struct ingest_outcome *o, bool all_files);
/* Only what could not be read. */
void summary_problems(FILE *to, const struct ingest_outcome *o);
/* Why there is no usable input, in a phrase. */
const char *summary_no_input(const struct ingest_outcome *o);

#endif
