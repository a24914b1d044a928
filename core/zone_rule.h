/*
 * zone_rule: the rule at the end of a TZif file ("CET-1CEST,M3.5.0,M10.5.0/3"), POSIX's TZ
 * with the extensions of RFC 8536, for times after the last transition in its table.
 */
#ifndef CORE_ZONE_RULE_H
#define CORE_ZONE_RULE_H

#include "core/str.h"

/* When in a year a change happens. */
struct zone_change {
	char form;       /* 'M': a weekday of a month; 'J': day 1..365 without 29 February; 'D': day 0..365 */
	unsigned month;  /* M: 1..12 */
	unsigned week;   /* M: 1..5, 5 = last */
	unsigned day;    /* M: 0 = Sunday; J, D: the day */
	int32_t time_s;  /* wall clock, -167 h .. 167 h */
};

struct zone_rule {
	int32_t standard_s, summer_s; /* offsets, seconds east */
	bool has_summer;
	struct zone_change to_summer, to_standard;
};

bool zone_rule_parse(struct zone_rule *r, struct str text);
/* The two changes of a year, in UTC seconds. Only when has_summer. */
void zone_rule_changes(const struct zone_rule *r, int64_t year, int64_t *to_summer_s, int64_t *to_standard_s);

#endif
