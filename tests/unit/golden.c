#include "tests/unit/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { GOLDEN_MAX_BYTES = 1 << 20 };

static void write_file(const char *path, struct str text)
{
	FILE *f = fopen(path, "wb");

	cr_assert(f, "%s cannot be written", path);
	cr_assert_eq(fwrite(text.ptr, 1, text.len, f), text.len);
	cr_assert_eq(fclose(f), 0);
}

/* The file in a buffer that lives as long as the test program. */
static struct str read_file(const char *path)
{
	static char bytes[GOLDEN_MAX_BYTES];
	FILE *f = fopen(path, "rb");

	cr_assert(f, "%s is missing; GOLDEN_UPDATE=1 writes it", path);
	size_t n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	return str_make(bytes, n);
}

void golden_check(const char *name, struct str got)
{
	char path[256];
	struct str want, a, b;

	snprintf(path, sizeof path, "tests/golden/%s", name);
	if (getenv("GOLDEN_UPDATE")) {
		write_file(path, got);
		return;
	}
	want = read_file(path);
	for (size_t line = 1; got.len || want.len; line++) {
		a = str_cut(got, '\n', &got);
		b = str_cut(want, '\n', &want);
		cr_assert(str_eq(a, b), "%s:%zu differs\n  got:  %.*s\n  want: %.*s", path, line, STR_ARG(a), STR_ARG(b));
	}
}
