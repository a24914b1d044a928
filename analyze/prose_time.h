/*
 * prose_time: the dates and times in running text, as people write them: "2023-10-10 10:30", "10 October 2023, 10:30 UTC",
 * "Oct 10th", "2:23 pm", "noon (EST)", "10:30–13:30 UTC-5". A moment says what was said; what it leaves out (date, year,
 * zone) is filled in by whoever knows the context. (core/timestamp.h reads what programs write.)
 */
#ifndef ANALYZE_PROSE_TIME_H
#define ANALYZE_PROSE_TIME_H

#include "core/timestamp.h"

struct moment {
	size_t at, end;      /* bytes of the text */
	bool has_date, has_year, has_time, has_zone;
	int year;
	unsigned month, day; /* 1-based */
	int weekday;         /* 0 Sunday .. 6; -1 none */
	int second;          /* of the day */
	int slack_s;         /* how finely it is said: 1, 60; 3600 for "2 pm" */
	int32_t offset_s;    /* of the zone, east of UTC */
	bool from;           /* the next moment of the text ends the range that this one begins */
	bool to;             /* it ends the range that the one before begins */
};

/* The moments of a text in their order, at most max. Returns how many. */
size_t moments_find(struct str text, struct moment *out, size_t max);
/* A zone alone at the start of s ("UTC-5", "UTC", "CET", "+02:00"): its length, 0 when there is none. */
size_t moment_zone(struct str s, int32_t *offset_s);
/* 0 Sunday .. 6. */
int moment_weekday(int year, unsigned month, unsigned day);

#endif
