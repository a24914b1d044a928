/*
 * golden: what a renderer gives, compared with a file under tests/golden/. With GOLDEN_UPDATE=1 in
 * the environment the file is written instead.
 */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

#include "core/str.h"

/* Fails the test, naming the first line that differs. */
void golden_check(const char *name, struct str got);

#endif
