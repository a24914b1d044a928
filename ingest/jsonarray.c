#include "ingest/jsonarray.h"

/* What lists of records are called; lists of other things are parts of a record. */
static const char *const list_names[] = {
	"records", "items",     "events",        "value",       "entries",         "logs",
	"results", "logevents", "workflow_runs", "deployments", "feature_flags",   NULL,
};
/* In front of the list they say that the object is a record itself. */
static const char *const record_names[] = {
	"time", "timestamp", "@timestamp", "ts", "date", "level", "severity", "message", "msg", NULL,
};

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

static bool is_one_of(struct str word, const char *const *list)
{
	for (; *list; list++)
		if (str_eq_nocase(word, str_of(*list)))
			return true;
	return false;
}

static size_t blanks(struct str s, size_t i)
{
	while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\t'))
		i++;
	return i;
}

/* Behind the string that begins at i; 0 when it does not end or none begins. */
static size_t string_end(struct str s, size_t i)
{
	if (i >= s.len || s.ptr[i] != '"')
		return 0;
	for (i++; i < s.len && s.ptr[i] != '"'; i++)
		i += s.ptr[i] == '\\';
	return i < s.len ? i + 1 : 0;
}

/* Behind a value that is no list of objects: a text, a word, a number, an object. */
static size_t value_end(struct str s, size_t i)
{
	struct json_object_scan o = { 0 };
	bool closed;

	if (i < s.len && s.ptr[i] == '"')
		return string_end(s, i);
	if (i < s.len && s.ptr[i] == '{') {
		size_t n = json_object_scan(&o, str_from(s, i), &closed);
		return closed ? i + n : 0;
	}
	while (i < s.len && !memchr(",[]}\"\n", s.ptr[i], 6))
		i++;
	return i < s.len && s.ptr[i] == ',' ? i : 0;
}

/* Behind a list of texts and numbers; 0 when it holds anything else. */
static size_t words_end(struct str s, size_t i)
{
	for (i++; i < s.len && s.ptr[i] != ']';) {
		if (memchr("[{}\n", s.ptr[i], 4))
			return 0;
		i = s.ptr[i] == '"' ? string_end(s, i) : i + 1;
		if (!i)
			return 0;
	}
	return i < s.len ? i + 1 : 0;
}

size_t json_array_wrapper(struct str head)
{
	size_t start = 0;

	while (start < head.len && memchr(" \t\r\n", head.ptr[start], 4))
		start++;

	struct str s = str_from(head, start);

	if (s.len == 0 || s.ptr[0] != '{')
		return 0;
	for (size_t i = 1; i < s.len; i++) {
		size_t key = blanks(s, i), end = string_end(s, key);
		if (!end)
			return 0;
		struct str name = str_make(s.ptr + key + 1, end - key - 2);
		i = blanks(s, end);
		if (i >= s.len || s.ptr[i] != ':')
			return 0;
		i = blanks(s, i + 1);
		if (i < s.len && s.ptr[i] == '[' && is_one_of(name, list_names))
			return start + i;
		end = i < s.len && s.ptr[i] == '[' ? words_end(s, i) : value_end(s, i);
		if (!end || is_one_of(name, record_names))
			return 0;
		i = blanks(s, end);
		if (i >= s.len || s.ptr[i] != ',')
			return 0;
	}
	return 0;
}

bool json_array_begins(struct str head)
{
	struct json_object_scan o = { 0 };
	uint64_t line_ends = 0;
	bool closed;
	size_t wrapper;
	struct str s;

	head = str_head(head, JSON_ARRAY_HEAD_BYTES);
	wrapper = json_array_wrapper(head);
	s = str_trim(str_from(head, wrapper));
	if (s.len < 2 || s.ptr[0] != '[')
		return false;
	/*
	 * Objects with a list in them, one a line, are records; but what has nothing but "records" is a wrapper, and so is what
	 * CloudWatch hands to its subscribers.
	 */
	if (wrapper && str_chr(s, '\n') >= 0 && !str_starts_nocase(str_trim(head), STR("{\"records\"")) &&
	    str_find(str_head(head, wrapper), STR("\"logEvents\"")) < 0)
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
