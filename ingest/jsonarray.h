/*
 * jsonarray: texts that are arrays of JSON objects with several on a line, such as [{...},{...}], which exports write. Each object
 * is taken for a line of its own, without what stands between them; so whatever reads objects one a line reads these. The array
 * may be a member of an object: {"Records":[{...},{...}]}, as clouds' services, kubectl and web APIs write it.
 */
#ifndef INGEST_JSONARRAY_H
#define INGEST_JSONARRAY_H

#include "core/str.h"

enum { JSON_ARRAY_HEAD_BYTES = 64 << 10 }; /* that tell whether a text is one */

/*
 * Is this the beginning of one? Its first object ends on the line that it begins on, and another follows there, or the
 * array ends.
 */
bool json_array_begins(struct str head);
/* How many bytes of a text that is one stand before the array: those of an object around it, else 0. */
size_t json_array_wrapper(struct str head);
/* How many bytes stand before the next object: blanks, line ends (counted), commas, brackets. */
size_t json_array_gap(struct str s, uint64_t *line_ends);

/* The way through an object, in pieces; all 0 before its first brace. */
struct json_object_scan {
	size_t depth;
	bool in_string, escaped;
};
/* How many bytes of s belong to the object; *closed: it ends with the last of them. */
size_t json_object_scan(struct json_object_scan *o, struct str s, bool *closed);

#endif
