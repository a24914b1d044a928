#include "store/query_hint.h"

#include "core/closest.h"
#include "store/catalog.h"

enum { NAMES_MAX = 512 };

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Does the statement have the name of a table as a word of its own? */
static bool mentions(struct str sql, struct str name)
{
	for (;;) {
		ptrdiff_t at = str_find_nocase(sql, name);

		if (at < 0)
			return false;
		struct str rest = str_from(sql, (size_t)at + name.len);

		if ((at == 0 || !is_word_byte(sql.ptr[at - 1])) && (rest.len == 0 || !is_word_byte(rest.ptr[0])))
			return true;
		sql = rest;
	}
}

static void hint_table(struct str wrong, struct buf *out)
{
	const char *names[NAMES_MAX] = { NULL };
	size_t n = 0;

	for (const struct catalog_table *const *t = catalog; *t && n < NAMES_MAX; t++)
		names[n++] = (*t)->name;
	const char *near = closest_word(wrong, names, n);

	if (near) {
		buf_addf(out, "; did you mean %s?", near);
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s", i == 0 ? "; there are " : ", ", names[i]);
}

static void hint_column(struct str wrong, struct str sql, struct buf *out)
{
	const char *names[NAMES_MAX] = { NULL };
	const struct catalog_table *only = NULL;
	size_t n = 0, tables = 0;
	ptrdiff_t dot = str_rchr(wrong, '.');

	for (const struct catalog_table *const *t = catalog; *t; t++) {
		if (!mentions(sql, str_of((*t)->name)))
			continue;
		only = *t;
		tables++;
		for (const struct catalog_column *c = (*t)->columns; c->name && n < NAMES_MAX; c++)
			names[n++] = c->name;
	}
	const char *near = closest_word(str_from(wrong, (size_t)(dot + 1)), names, n);

	if (near) {
		buf_addf(out, "; did you mean %s?", near);
	} else if (tables == 1) {
		buf_addf(out, "; %s has ", only->name);
		for (size_t i = 0; i < n; i++)
			buf_addf(out, "%s%s", i == 0 ? "" : ", ", names[i]);
	}
}

void query_hint(struct str message, struct str sql, struct buf *out)
{
	static const struct str table = { "no such table: ", 15 }, column = { "no such column: ", 16 };

	if (str_starts(message, table)) {
		struct str name = str_from(message, table.len);
		ptrdiff_t dot = str_rchr(name, '.');

		hint_table(str_from(name, (size_t)(dot + 1)), out);
	} else if (str_starts(message, column)) {
		hint_column(str_from(message, column.len), sql, out);
	}
}
