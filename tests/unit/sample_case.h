/*
 * sample_case: case files made by hand for the tests of encoding, redaction and rendering: a rich
 * one as an analysis of a web shop would give it, one without an incident, and one in which every
 * text is hostile.
 */
#ifndef TESTS_UNIT_SAMPLE_CASE_H
#define TESTS_UNIT_SAMPLE_CASE_H

#include "core/casefile.h"

struct casefile sample_case(struct arena *a);
struct casefile sample_quiet(struct arena *a);
/* The rich one with `text` wherever a log or a person can be quoted, paths and names included. */
struct casefile sample_hostile(struct arena *a, struct str text);

/* A text with all that could break a document: tags, quotes, fences, markers, escapes, marks, NUL, bad UTF-8. */
struct str sample_hostile_text(void);

#endif
