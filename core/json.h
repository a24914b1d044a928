/*
 * json: a pull reader that copies only strings with escapes, and a writer. The reader is
 * strict about structure and forgiving about text: invalid UTF-8 and control bytes pass
 * through, and so do the NaN and Infinity that Python writes (numbers without a value).
 * Depth is bounded. Made for one object per log line and for our own files.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/buf.h"
#include "core/arena.h"

enum { JSON_MAX_DEPTH = 128 }; /* deeper nesting is malformed */

enum json_type {
	JSON_END,   /* nothing there */
	JSON_ERROR, /* malformed */
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_OBJECT,
	JSON_ARRAY,
};

/* Where a value stands. `raw` spans all of it; that of a string is without its quotes and still escaped. */
struct json_value {
	enum json_type type;
	struct str raw;
	bool has_escape; /* string with a backslash: use json_text() */
};

/* Walks the members of one object or the items of one array. */
struct json_iter {
	const char *at, *end;
	bool array, failed, first;
};

/*
 * The value at the start of s (leading white space skipped); JSON_ERROR when malformed, JSON_END when there
 * is nothing. *rest (may be NULL): what follows it.
 */
struct json_value json_value_at(struct str s, struct str *rest);
bool json_iter_init(struct json_iter *it, struct json_value container); /* false when it is not one */
/*
 * The same on text that begins with a container, without looking for its end first: the hot path for a log
 * line. When json_iter_next is through, it->at is behind the container's end.
 */
bool json_iter_open(struct json_iter *it, struct str text);
/* Next member (or item: no key); the key is still escaped. False at the end; `failed` if it is malformed. */
bool json_iter_next(struct json_iter *it, struct str *key, struct json_value *val);
/* Text of a string, escapes resolved (in the arena, only if there are any); of everything else: raw. */
struct str json_text(struct json_value v, struct arena *a);
/* Member by dotted path ("http.status_code"): a literal dotted key wins over nesting. JSON_END if absent. */
struct json_value json_get(struct json_value object, struct str path);
/* Its text, where it is a string; STR_NONE where it is absent or anything else. */
struct str json_get_text(struct json_value object, const char *path, struct arena *a);
bool json_double(struct json_value v, double *out); /* numbers, and strings that hold one */
bool json_i64(struct json_value v, int64_t *out);
/* Whole text is one well-formed value? */
bool json_valid(struct str s);

/* Writer: commas and quoting by itself; the caller opens and closes. Indent 0 = one line. */
struct jsonw {
	struct buf *out;
	unsigned depth, indent;
	bool comma;      /* a comma is due before the next value */
	bool after_key;
};
void jsonw_init(struct jsonw *w, struct buf *out, unsigned indent);
void jsonw_object(struct jsonw *w);
void jsonw_object_end(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_array_end(struct jsonw *w);
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_str(struct jsonw *w, struct str s); /* invalid UTF-8 becomes U+FFFD, control bytes are escaped */
void jsonw_i64(struct jsonw *w, int64_t v);
void jsonw_u64(struct jsonw *w, uint64_t v);
void jsonw_fixed(struct jsonw *w, double v, unsigned decimals); /* NaN and infinities become null */
/* With the digits that give the same double back; NaN and infinities become null. */
void jsonw_exact(struct jsonw *w, double v);
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_null(struct jsonw *w);
void jsonw_raw(struct jsonw *w, struct str json); /* a value that is written already */

#endif
