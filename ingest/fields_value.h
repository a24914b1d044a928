/*
 * fields_value: what single values mean, whatever way they were found: for those who interpret the fields of a record
 * (ingest/fields.c, ingest/fields_shape.c).
 */
#ifndef INGEST_FIELDS_VALUE_H
#define INGEST_FIELDS_VALUE_H

#include "core/ascii.h"
#include "ingest/fields.h"
#include "ingest/scan.h"

/* What value_text does where the value could be one that says nothing. */
struct str value_text_of_odd(struct str text);
/* What a text that is not empty says, trimmed: "", "-" and null are how logs write nothing. */
static inline struct str value_text(struct str s)
{
	unsigned char first = (unsigned char)s.ptr[0], last = (unsigned char)s.ptr[s.len - 1];
	/* What says nothing begins with a blank, '-', '<' or a letter; digits and '/' come behind '-'. */
	if (first <= '-' || last <= ' ' || (s.len - 4 < 2 && (first == 'n' || first == 'N' || first == '<')))
		return value_text_of_odd(s);
	return s;
}
/* The whole text is a number. */
bool value_is_number(struct str s);
/* field_time, by the form of the last one. */
bool value_time(struct timestamp_last *last, struct str text, struct timestamp *out);
/* field_level, which is nearly always that of the record before; cache may be NULL. */
static inline enum severity value_level(struct field_cache *cache, struct str text)
{
	enum severity severity;
	if (cache && cache->level_len == text.len && same_bytes(cache->level, text.ptr, text.len))
		return (enum severity)cache->severity;
	severity = field_level(text);
	if (cache && text.len <= sizeof cache->level) {
		memcpy(cache->level, text.ptr, text.len);
		cache->level_len = (uint8_t)text.len;
		cache->severity = (uint8_t)severity;
	}
	return severity;
}
/*
 * Milliseconds. `unit` is that of a number; where it is UNIT_NONE, `epoch` tells: the record's time if it stands without quotes,
 * else empty. False, and *ms untouched, when it is no duration.
 */
bool value_duration(struct str s, enum field_unit unit, struct str epoch, double *ms);
/* The path of a URL: "https://host/path?x" → "/path?x". */
struct str value_path(struct str url);
/* Is what is known of the event a request that was served? Then it becomes one. */
bool value_request(struct event *e);
/* A version in words: digits with a point, or a commit; not the "1" of logstash's @version nor GELF's "1.1". */
bool value_is_version(struct str s);

#endif
