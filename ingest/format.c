#include "ingest/format.h"

const struct format *format_at(const struct format *const *own, size_t i)
{
	size_t n = 0;

	while (own && own[n]) {
		if (n == i)
			return own[n];
		n++;
	}
	return format_registry[i - n];
}

const struct format *format_find(const struct format *const *own, struct str id)
{
	const struct format *f;

	for (size_t i = 0; (f = format_at(own, i)); i++)
		if (str_eq(id, str_of(f->id)))
			return f;
	return NULL;
}

const struct format *format_by_id(struct str id)
{
	return format_find(NULL, id);
}
