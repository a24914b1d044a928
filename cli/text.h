/* text: small things for printing to people. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdio.h>

#include "core/str.h"

enum { NUMBER_BYTES = 32 };

/* 1234567 → "1,234,567". Returns out. */
const char *text_grouped(uint64_t v, char out[static NUMBER_BYTES]);
/* Log text, cut at max_bytes: control bytes, which could be escape sequences for a terminal, become dots. */
void text_print_clean(FILE *to, struct str s, size_t max_bytes);

#endif
