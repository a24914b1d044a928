#include "ingest/stack.h"

#include "ingest/words.h"

static struct str skip_indent(struct str line)
{
	while (line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t'))
		line = str_from(line, 1);
	return line;
}

/* A line of a trace by its own words, indented or not. */
static bool frame_is(struct str s)
{
	static const char *const starts[] = { "Caused by: ",
					      "Suppressed: ",
					      "Traceback (most recent",
					      "File \"",
					      "During handling of the above",
					      "The above exception was",
					      "goroutine ",
					      "Stack trace:",
					      "--- End of ",
					      NULL };
	/* "at f (a.js:1:2)", "at a.B.c(D.java:3)": a place, not a sentence */
	if (str_starts(s, STR("at ")))
		return str_chr(s, '(') > 0 || str_chr(s, ':') > 0;
	for (size_t i = 0; starts[i]; i++)
		if (starts[i][0] == s.ptr[0] && str_starts(s, str_of(starts[i])))
			return true;
	if (str_starts(s, STR("... ")) && s.len > 4 && is_digit(s.ptr[4]))
		return true;
	return s.ptr[0] == '#' && s.len > 2 && is_digit(s.ptr[1]);
}

bool stack_line_is(struct str line)
{
	if (line.len == 0)
		return false;
	if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
		return true;
	return frame_is(line) || (line.len <= 2 && memchr("})]", line.ptr[0], 3));
}

bool stack_is(struct str text)
{
	struct str rest = text;
	while (rest.len) {
		struct str line = skip_indent(str_cut(rest, '\n', &rest));
		if (line.len && frame_is(line))
			return true;
	}
	return false;
}

/* The last unindented line behind the last "Traceback": "ValueError: no such id". */
static struct str python_root(struct str text)
{
	struct str rest = text, root = STR_NONE;
	bool inside = false;
	while (rest.len) {
		struct str line = str_cut(rest, '\n', &rest);
		struct str bare = skip_indent(line);
		if (str_starts(bare, STR("Traceback (most recent"))) {
			inside = true;
			root = STR_NONE;
		} else if (inside && bare.len && bare.ptr == line.ptr && !frame_is(bare)) {
			if (!root.len)
				root = bare;
		}
	}
	return root;
}

struct str stack_root(struct str text)
{
	struct str root = STR_NONE, first = STR_NONE, rest = text;
	if (str_find(text, STR("Traceback (most recent")) >= 0)
		root = python_root(text);
	while (rest.len) {
		struct str line = str_trim(str_cut(rest, '\n', &rest));
		if (!first.len && line.len && !(frame_is(line) && !str_starts(line, STR("Caused by"))))
			first = line;
		if (str_starts(line, STR("Caused by: ")))
			root = str_from(line, 11);
	}
	if (!root.len)
		root = first.len ? first : str_trim(text);
	if (str_starts(root, STR("Exception in thread \""))) {
		ptrdiff_t quote = str_chr(str_from(root, 21), '"');
		if (quote >= 0)
			root = str_trim(str_from(root, 22 + (size_t)quote));
	}
	return root;
}
