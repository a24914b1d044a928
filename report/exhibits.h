/*
 * exhibits: the lines a document quotes, numbered in the order of first mention, each line once
 * however many statements rest on it. Statements say "[E3]"; the list stands at the end.
 */
#ifndef REPORT_EXHIBITS_H
#define REPORT_EXHIBITS_H

#include "core/casefile.h"
#include "core/hash.h"

struct exhibits {
	struct arena *arena;
	const struct ref **at; /* n of them: number = index + 1 */
	size_t n, cap;
	size_t max;            /* further lines get no number; may be raised */
	struct map numbers;    /* hash of source and line → number */
};

void exhibits_init(struct exhibits *e, struct arena *a, size_t max);
void exhibits_release(struct exhibits *e);
/* The number of a line, 0 when there are too many. The ref must outlive the exhibits. */
size_t exhibits_add(struct exhibits *e, const struct ref *r);

#endif
