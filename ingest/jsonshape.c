#include "ingest/jsonshape.h"

enum { COUNTED_BYTES_MAX = 2048, WRAPPER_BYTES_MAX = 2048 };

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

static size_t indent_of(struct str line)
{
	size_t n = 0;
	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return n;
}

/*
 * Is the object not closed yet? Told from its last line, so that a long record is not scanned again for every
  * line of it: a pretty-printed object ends with a brace that stands as far left as its first one. Only short
 * records of another shape are counted through.
 */
static bool record_open(struct str record)
{
	if (record.len == 0)
		return false;
	ptrdiff_t newline = str_rchr(record, '\n');
	struct str last = str_from(record, (size_t)(newline + 1));
	struct str end = json_shape_object(last);
	bool brace = end.len > 0 && end.ptr[end.len - 1] == '}';
	if (newline < 0)
		return !brace;
	if (!brace || indent_of(last) > indent_of(record))
		return true;
	if (end.ptr[0] == '}')
		return false;
	return record.len > COUNTED_BYTES_MAX || open_braces(record) > 0;
}

/* A further line of an object begins with a key, a value or a bracket. */
static bool member_line(struct str trimmed)
{
	return memchr("\"}]{[-0123456789tfn,", trimmed.ptr[0], 20) != NULL;
}

bool json_shape_wraps(struct str record)
{
	struct str s = str_trim(record);
	return s.len > 3 && s.len < WRAPPER_BYTES_MAX && s.ptr[0] == '{' && s.ptr[s.len - 1] == '[';
}

/* What stands behind the last of the objects of a list: the members of the object around it. */
static bool behind_list(struct str line, struct str record)
{
	size_t indent = indent_of(record);
	return indent > 0 && indent_of(line) <= indent && !record_open(record);
}

enum line_class json_shape_classify(struct str line, struct str record)
{
	struct str s = str_trim(line);
	if (s.len == 0)
		return LINE_SKIP;
	if (str_eq(s, STR("{")) && json_shape_wraps(record))
		return LINE_START;
	if (line.ptr[0] == '{' && (s.len > 1 || !record_open(record)))
		return LINE_START;
	if (record_open(record) && member_line(s))
		return LINE_CONTINUES;
	if (s.ptr[0] != '{' && member_line(s) && behind_list(line, record))
		return LINE_SKIP;
	if (s.ptr[0] == '{' || str_starts(s, STR("[{")))
		return LINE_START;
	for (size_t i = 0; i < s.len; i++)
		if (!memchr("[],", s.ptr[i], 3))
			return LINE_ALIEN;
	return LINE_SKIP;
}

bool json_shape_whole(struct str line, struct str behind, struct further_lines *further)
{
	(void)behind;
	*further = (struct further_lines){ 0 };
	return json_shape_is_object(line);
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
