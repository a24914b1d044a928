/*
 * sha256: the digest (FIPS 180-4) by which the page's policy names the one style sheet and the
 * one script that it holds, so that nothing else may run or style it.
 */
#ifndef REPORT_SHA256_H
#define REPORT_SHA256_H

#include "core/str.h"

enum { SHA256_BYTES = 32, SHA256_BASE64_BYTES = 45 };

void sha256(struct str s, unsigned char out[static SHA256_BYTES]);
/* In Base64, NUL-terminated, as "sha256-..." sources of a content security policy have it. Returns out. */
char *sha256_base64(struct str s, char out[static SHA256_BASE64_BYTES]);

#endif
