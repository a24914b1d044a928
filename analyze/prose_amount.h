/*
 * prose_amount: durations, shares and counts in running text: "2 h 37 min", "about 25 hours", "half an hour", "73 %",
 * "one in five", "12,345 requests", "424 of 26,112".
 */
#ifndef ANALYZE_PROSE_AMOUNT_H
#define ANALYZE_PROSE_AMOUNT_H

#include "core/str.h"

enum amount_kind {
	AMOUNT_DURATION, /* value in seconds */
	AMOUNT_SHARE,    /* value 0..1 */
	AMOUNT_COUNT,    /* a number of something: what, is for the words behind it */
};

struct amount {
	enum amount_kind kind;
	size_t at, end;   /* bytes of the text */
	size_t said;      /* begin of what qualifies it, else `at` */
	double value;
	double slack;     /* half of the last unit that is said: 1800 for "25 hours", 0.005 for "73 %" */
	double of;        /* "424 of 26,112": the whole; 0 none */
	bool about;       /* "about", "nearly", "~" before it */
	int bound;        /* 1 "more than", -1 "less than", "up to"; 0 none */
};

/* The amounts of a text in their order, at most max. Returns how many. */
size_t amounts_find(struct str text, struct amount *out, size_t max);

#endif
