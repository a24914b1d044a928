#include "ingest/pairs.h"

bool pair_key_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@';
}

bool pair_key_byte(char c)
{
	return pair_key_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
}

bool pair_next(struct str *s, struct str *key, struct field_value *v)
{
	const char *p = s->ptr, *end = s->ptr + s->len;
	while (p < end && (*p == ' ' || *p == '\t' || *p == ','))
		p++;
	if (p == end)
		return false;
	const char *from = p;
	if (pair_key_start(*p))
		while (p < end && pair_key_byte(*p))
			p++;
	*v = (struct field_value){ .bare = true };
	*key = STR_NONE;
	if (p == from || p == end || *p != '=') {
		while (p < end && *p != ' ' && *p != '\t')
			p++;
		v->text = str_make(from, (size_t)(p - from));
		*s = str_make(p, (size_t)(end - p));
		return true;
	}
	*key = str_make(from, (size_t)(p - from));
	p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		char quote = *p++;
		const char *value = p;
		while (p < end && *p != quote) {
			if (*p == '\\' && p + 1 < end) {
				v->escaped = true;
				p++;
			}
			p++;
		}
		v->text = str_make(value, (size_t)(p - value));
		v->bare = false;
		p += p < end;
	} else {
		const char *value = p;
		while (p < end && *p != ' ' && *p != '\t')
			p++;
		/* "a=1, b=2" */
		size_t len = (size_t)(p - value);
		if (len && value[len - 1] == ',')
			len--;
		v->text = str_make(value, len);
	}
	*s = str_make(p, (size_t)(end - p));
	return true;
}

/* Where the first "key=" behind a space stands; the text's length when nowhere. */
static size_t first_pair(struct str text)
{
	for (size_t i = 1; i < text.len; i++) {
		if (text.ptr[i - 1] != ' ' || !pair_key_start(text.ptr[i]))
			continue;
		size_t n = i;
		while (n < text.len && pair_key_byte(text.ptr[n]))
			n++;
		if (n < text.len && text.ptr[n] == '=')
			return i;
		i = n;
	}
	return text.len;
}

void pairs_take_tail(struct event *e, struct arena *scratch)
{
	size_t at = first_pair(e->message);
	struct str rest = str_from(e->message, at), key, error = STR_NONE;
	struct field_value v;
	struct fields f;
	unsigned pairs = 0, known = 0;
	fields_init(&f, NULL, scratch);
	while (pair_next(&rest, &key, &v)) {
		if (!key.len)
			return;
		/* "user=5: what went wrong" */
		bool last = v.bare && v.text.len && v.text.ptr[v.text.len - 1] == ':' && rest.len;
		if (last)
			v.text.len--;
		enum field k = fields_put(&f, NULL, key, v.text, v.escaped, v.bare);
		pairs++;
		known += k != FIELD_NONE && k != FIELD_MESSAGE && k != FIELD_NAME;
		if (last) {
			error = str_trim(rest);
			break;
		}
	}
	if (pairs < 3 || known < 2)
		return;
	struct event before = *e;
	fields_finish(&f, e, UNIT_NONE);
	e->message = str_trim(str_head(before.message, at));
	if (before.severity != SEV_NONE)
		e->severity = before.severity;
	if (before.has_time) {
		e->has_time = true;
		e->time = before.time;
	}
	if (!e->error.len)
		e->error = error.len ? error : before.error;
	if (before.logger.len)
		e->logger = before.logger;
	if (before.pid >= 0)
		e->pid = before.pid;
}
