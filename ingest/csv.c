#include "ingest/csv.h"

static struct str without_doubled(struct str s, struct arena *a)
{
	char *to = arena_alloc(a, s.len + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		to[n++] = s.ptr[i];
		if (s.ptr[i] == '"' && i + 1 < s.len && s.ptr[i + 1] == '"')
			i++;
	}
	return str_make(to, n);
}

/* A quoted field whose opening quote stands at *at; *at moves behind its closing quote. */
static struct str quoted(struct str s, size_t *at, struct arena *a, bool *open)
{
	size_t from = *at + 1, i = from;
	bool doubled = false;

	for (;;) {
		const char *q = i < s.len ? memchr(s.ptr + i, '"', s.len - i) : NULL;

		if (!q) {
			*open = true;
			*at = s.len;
			i = s.len;
			break;
		}
		i = (size_t)(q - s.ptr);
		if (i + 1 < s.len && s.ptr[i + 1] == '"') {
			doubled = true;
			i += 2;
			continue;
		}
		*at = i + 1;
		break;
	}
	s = str_make(s.ptr + from, i - from);
	return doubled && a ? without_doubled(s, a) : s;
}

void csv_read(struct str s, char separator, struct arena *a, struct csv_record *out)
{
	size_t at = 0;

	out->n = 0;
	out->open = false;
	while (out->n < CSV_FIELDS) {
		struct str *f = &out->field[out->n++];
		const char *end;

		/* Most fields of wide tables are empty. */
		if (at < s.len && s.ptr[at] == separator) {
			*f = str_make(s.ptr + at, 0);
			at++;
			continue;
		}
		if (at < s.len && s.ptr[at] == '"')
			*f = quoted(s, &at, a, &out->open);
		else
			*f = STR_NONE;
		end = at < s.len ? memchr(s.ptr + at, separator, s.len - at) : NULL;
		if (f->ptr == NULL)
			*f = str_make(s.ptr + at, (end ? (size_t)(end - s.ptr) : s.len) - at);
		if (!end)
			break;
		at = (size_t)(end - s.ptr) + 1;
	}
}

bool csv_quotes_open(struct csv_quotes *q, struct str record)
{
	if (record.len < q->counted)
		*q = (struct csv_quotes){ 0, false };
	while (q->counted < record.len) {
		const char *p = memchr(record.ptr + q->counted, '"', record.len - q->counted);

		if (!p) {
			q->counted = record.len;
			break;
		}
		q->open = !q->open;
		q->counted = (size_t)(p - record.ptr) + 1;
	}
	return q->open;
}
