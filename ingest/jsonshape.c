#include "ingest/jsonshape.h"

enum { OPEN_BYTES_MAX = 256 * 1024 };

struct str json_shape_object(struct str record)
{
	struct str s = str_trim(record);
	while (s.len && s.ptr[s.len - 1] == ',')
		s = str_trim(str_head(s, s.len - 1));
	if (s.len > 1 && s.ptr[0] == '[' && s.ptr[1] == '{')
		s = str_from(s, 1);
	return s;
}

/* Braces still open at the end, strings stepped over; negative when closed too often. */
static int open_braces(struct str s)
{
	int depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return depth;
}

/* A record of one line that ends in a brace is closed; only others are counted. */
static bool record_open(struct str record)
{
	if (record.len == 0 || record.len > OPEN_BYTES_MAX)
		return false;
	struct str object = json_shape_object(record);
	if (object.len && object.ptr[object.len - 1] == '}' && memchr(object.ptr, '\n', object.len) == NULL)
		return false;
	return open_braces(object) > 0;
}

enum line_class json_shape_classify(struct str line, struct str record)
{
	struct str s = str_trim(line);
	if (s.len == 0)
		return LINE_SKIP;
	if (line.ptr[0] == '{' && (s.len > 1 || !record_open(record)))
		return LINE_START;
	if (record_open(record))
		return LINE_CONTINUES;
	if (s.ptr[0] == '{' || str_starts(s, STR("[{")))
		return LINE_START;
	for (size_t i = 0; i < s.len; i++)
		if (!memchr("[],", s.ptr[i], 3))
			return LINE_ALIEN;
	return LINE_SKIP;
}

bool json_shape_has_key(struct str line, struct str quoted_key)
{
	for (;;) {
		ptrdiff_t at = str_find(line, quoted_key);
		if (at < 0)
			return false;
		line = str_from(line, (size_t)at + quoted_key.len);
		while (line.len && line.ptr[0] == ' ')
			line = str_from(line, 1);
		if (line.len && line.ptr[0] == ':')
			return true;
	}
}
