/*
 * jsonshape: is this line a JSON object, the start of one over several lines, or a further
 * line of one? Shared by all formats whose records are JSON objects. Looks at the ends of lines
 * and of records; braces are counted only in short records of an unusual shape.
 */
#ifndef INGEST_JSONSHAPE_H
#define INGEST_JSONSHAPE_H

#include "ingest/format.h"

/*
 * LINE_START: begins an object. LINE_CONTINUES: the record is an object not yet closed and this is a
 * further line. LINE_SKIP: blank, or the brackets and commas of an array of objects. Else LINE_ALIEN.
 */
enum line_class json_shape_classify(struct str line, struct str record);
/*
 * The beginning of an object around a list of objects, which become the records: `{ "apiVersion": "v1", "items": [`.
 */
bool json_shape_wraps(struct str record);
/* Begins with an object's first brace and ends with a last one. */
static inline bool json_shape_is_object(struct str s)
{
	return s.len > 1 && s.ptr[0] == '{' && s.ptr[s.len - 1] == '}';
}
/* `whole` of a format (ingest/format.h): such a line is a record, whatever is behind it. */
bool json_shape_whole(struct str line, struct str behind, struct further_lines *further);
/* The object inside a record: without blanks around it and the comma of an array behind it. */
struct str json_shape_object(struct str record);
/* `"key"` stands in the line as a key, followed by a colon. key comes with its quotes: STR("\"level\""). */
bool json_shape_has_key(struct str line, struct str quoted_key);

#endif
