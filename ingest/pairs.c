#include "ingest/pairs.h"

#include "ingest/access.h"

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
	*v = (struct field_value){ .how.bare = true };
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
				v->how.escaped = true;
				p++;
			}
			p++;
		}
		v->text = str_make(value, (size_t)(p - value));
		v->how.bare = false;
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

/* What the pairs say, added to what the head said: that wins for time, level, logger and process. */
static void finish(struct fields *f, struct event *e, struct str message, struct str error)
{
	struct event before = *e;

	fields_finish(f, e, UNIT_NONE);
	e->message = message;
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

/* The next `:key=>value` or `"key"=>value` of a hash as Ruby prints it; nested ones count like the outer. */
static bool ruby_pair(struct str *s, struct str *key, struct field_value *v)
{
	ptrdiff_t arrow = str_find(*s, STR("=>"));
	struct str rest;
	size_t from, n = 0;

	if (arrow < 0)
		return false;
	from = (size_t)arrow;
	if (from > 0 && s->ptr[from - 1] == '"')
		from--;
	*key = str_make(s->ptr + from, 0);
	while (from > 0 && pair_key_byte(s->ptr[from - 1])) {
		from--;
		key->ptr--;
		key->len++;
	}
	rest = str_from(*s, (size_t)arrow + 2);
	*v = (struct field_value){ .how.bare = true };
	if (rest.len > 0 && rest.ptr[0] == '"') {
		v->how.bare = false;
		for (n = 1; n < rest.len && rest.ptr[n] != '"'; n++)
			n += rest.ptr[n] == '\\' && n + 1 < rest.len;
		v->text = str_make(rest.ptr + 1, n - 1);
		v->how.escaped = str_chr(v->text, '\\') >= 0;
	} else {
		while (n < rest.len && rest.ptr[n] != ',' && rest.ptr[n] != '}' && rest.ptr[n] != ' ')
			n++;
		v->text = str_head(rest, n);
	}
	*s = str_from(rest, n);
	return true;
}

void pairs_take_ruby(struct event *e, struct arena *scratch)
{
	ptrdiff_t at = str_find(e->message, STR("{:"));
	struct str rest, key;
	struct field_value v;
	struct fields f;
	unsigned known = 0;

	if (at < 0 || str_find(e->message, STR("=>")) < at)
		return;
	rest = str_from(e->message, (size_t)at);
	fields_init(&f, NULL, scratch);
	while (ruby_pair(&rest, &key, &v)) {
		enum field k = fields_put(&f, NULL, key, v.text, v.how.escaped, v.how.bare);

		known += k != FIELD_NONE && k != FIELD_MESSAGE && k != FIELD_NAME && k != FIELD_SERVICE;
	}
	if (known > 0)
		finish(&f, e, e->message, STR_NONE);
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
		bool last = v.how.bare && v.text.len && v.text.ptr[v.text.len - 1] == ':' && rest.len;
		if (last)
			v.text.len--;
		enum field k = fields_put(&f, NULL, key, v.text, v.how.escaped, v.how.bare);
		int status;
		if (k == FIELD_GROUP && status_parse(v.text, &status)) /* "resp=200" */
			k = fields_put(&f, NULL, STR("status"), v.text, v.how.escaped, v.how.bare);
		pairs++;
		known += k != FIELD_NONE && k != FIELD_MESSAGE && k != FIELD_NAME;
		if (last) {
			error = str_trim(rest);
			break;
		}
	}
	if (pairs < 3 || known < 2)
		return;
	finish(&f, e, str_trim(str_head(e->message, at)), error);
}
