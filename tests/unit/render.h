/*
 * render: a case file through a renderer, for tests.
 */
#ifndef TESTS_UNIT_RENDER_H
#define TESTS_UNIT_RENDER_H

#include "report/renderer.h"

/* The options that the tests use: UTC, 100 columns, no colour, redacted. */
struct render_options render_test_options(void);
/* What a renderer gives, in the arena. */
struct str render_test(const char *renderer, const struct casefile *c, const struct render_options *o, struct arena *a);

#endif
