#include "ingest/jsonarray.h"

size_t json_array_gap(struct str s, uint64_t *line_ends)
{
	size_t i = 0;

	for (; i < s.len && memchr(" \t\r\n,[]", s.ptr[i], 7); i++)
		*line_ends += s.ptr[i] == '\n';
	return i;
}

size_t json_object_scan(struct json_object_scan *o, struct str s, bool *closed)
{
	*closed = false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (o->escaped) {
			o->escaped = false;
		} else if (o->in_string) {
			o->escaped = c == '\\';
			o->in_string = c != '"';
		} else if (c == '"') {
			o->in_string = true;
		} else if (c == '{') {
			o->depth++;
		} else if (c == '}' && --o->depth == 0) {
			*closed = true;
			return i + 1;
		}
	}
	return s.len;
}

bool json_array_begins(struct str head)
{
	struct json_object_scan o = { 0 };
	uint64_t line_ends = 0;
	bool closed;
	struct str s = str_trim(head);

	if (s.len < 2 || s.ptr[0] != '[')
		return false;
	s = str_from(s, json_array_gap(s, &line_ends));
	if (s.len == 0 || s.ptr[0] != '{')
		return false;
	size_t n = json_object_scan(&o, s, &closed);

	if (!closed || str_chr(str_head(s, n), '\n') >= 0)
		return false;
	s = str_from(s, n);
	line_ends = 0;
	n = json_array_gap(s, &line_ends);
	return line_ends == 0 ? n > 0 : str_chr(str_head(s, (size_t)str_chr(s, '\n')), ']') >= 0;
}
