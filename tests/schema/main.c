/*
 * validate SCHEMA [--lines]: holds standard input against a JSON Schema, as one document or each line for itself. Prints
 * what is wrong, or how many documents are right.
 */
#include <stdio.h>

#include "core/buf.h"
#include "tests/unit/schema.h"

enum { IN_MAX = 64 << 20 };

static bool read_all(FILE *f, struct buf *out)
{
	char chunk[1 << 16];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buf_add(out, str_make(chunk, n));
	return !ferror(f) && !out->full;
}

int main(int argc, char **argv)
{
	struct buf schema, text;
	struct arena arena;
	struct str rest, why;
	bool lines = argc > 2 && strcmp(argv[2], "--lines") == 0, good = true;
	size_t n = 0;

	buf_init(&schema, IN_MAX);
	buf_init(&text, IN_MAX);
	arena_init(&arena);
	FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
	if (!read_all(f, &schema) || !read_all(stdin, &text)) {
		fputs("validate SCHEMA [--lines] <JSON\n", stderr);
		return 2;
	}
	fclose(f);
	for (rest = buf_str(&text); rest.len; n++) {
		struct str one = rest;

		if (lines)
			one = str_cut(rest, '\n', &rest);
		else
			rest = STR_NONE;
		if (!schema_allows(buf_str(&schema), one, &arena, &why)) {
			printf("document %zu: %.*s\n", n + 1, STR_ARG(why));
			good = false;
			break;
		}
		arena_reset(&arena);
	}
	if (good)
		printf("%zu right\n", n);
	buf_release(&schema);
	buf_release(&text);
	arena_release(&arena);
	return !good;
}
