#include "core/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void jsonw_init(struct jsonw *w, struct buf *out, unsigned indent)
{
	*w = (struct jsonw){ .out = out, .indent = indent };
}

static void new_line(struct jsonw *w)
{
	if (!w->indent)
		return;
	buf_addc(w->out, '\n');
	for (unsigned i = 0; i < w->depth * w->indent; i++)
		buf_addc(w->out, ' ');
}

/* What has to stand before a value or a key. */
static void lead(struct jsonw *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->comma)
		buf_addc(w->out, ',');
	if (w->depth)
		new_line(w);
}

static void open_container(struct jsonw *w, char c)
{
	lead(w);
	buf_addc(w->out, c);
	w->depth++;
	w->comma = false;
}

static void close_container(struct jsonw *w, char c)
{
	w->depth--;
	if (w->comma)
		new_line(w);
	buf_addc(w->out, c);
	w->comma = true;
}

void jsonw_object(struct jsonw *w)
{
	open_container(w, '{');
}

void jsonw_object_end(struct jsonw *w)
{
	close_container(w, '}');
}

void jsonw_array(struct jsonw *w)
{
	open_container(w, '[');
}

void jsonw_array_end(struct jsonw *w)
{
	close_container(w, ']');
}

static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void add_quoted(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.len;) {
		size_t from = i;
		while (i < s.len && plain((unsigned char)s.ptr[i]))
			i++;
		buf_add(out, str_make(s.ptr + from, i - from));
		if (i == s.len)
			break;
		unsigned char c = (unsigned char)s.ptr[i];
		if (c >= 0x80) {
			size_t n = str_utf8_at(s, i);
			if (n == 2 && !str_printable_at(s, i)) {
				/* C1 controls may stand in JSON as they are, but JSON is looked at on terminals, too. */
				buf_addf(out, "\\u%04x", (unsigned char)s.ptr[i + 1]);
				i += n;
				continue;
			}
			buf_add(out, n ? str_make(s.ptr + i, n) : STR("\xef\xbf\xbd"));
			i += n ? n : 1;
			continue;
		}
		i++;
		static const char short_of[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
		const char *known = c ? strchr(short_of, c) : NULL;
		if (known) {
			buf_addc(out, '\\');
			buf_addc(out, letters[known - short_of]);
		} else {
			buf_addf(out, "\\u%04x", c);
		}
	}
	buf_addc(out, '"');
}

void jsonw_key(struct jsonw *w, const char *key)
{
	lead(w);
	add_quoted(w->out, str_of(key));
	buf_addz(w->out, w->indent ? ": " : ":");
	w->after_key = true;
	w->comma = true;
}

static void raw_value(struct jsonw *w, const char *text)
{
	lead(w);
	buf_addz(w->out, text);
	w->comma = true;
}

void jsonw_str(struct jsonw *w, struct str s)
{
	lead(w);
	add_quoted(w->out, s);
	w->comma = true;
}

void jsonw_i64(struct jsonw *w, int64_t v)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, v);
	raw_value(w, text);
}

void jsonw_u64(struct jsonw *w, uint64_t v)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRIu64, v);
	raw_value(w, text);
}

void jsonw_fixed(struct jsonw *w, double v, unsigned decimals)
{
	if (!isfinite(v)) {
		raw_value(w, "null");
		return;
	}
	char text[352]; /* 309 digits, sign, point, decimals */
	snprintf(text, sizeof text, "%.*f", decimals > 17 ? 17 : (int)decimals, v);
	/* "-0.00" is 0.00 for a reader and a difference for a comparison of bytes. */
	bool zero = text[0] == '-' && text[1 + strspn(text + 1, "0.")] == '\0';
	raw_value(w, zero ? text + 1 : text);
}

void jsonw_exact(struct jsonw *w, double v)
{
	char text[32];

	if (!isfinite(v)) {
		raw_value(w, "null");
		return;
	}
	/* 17 digits always give the same double back; often 15 do, and read better. */
	snprintf(text, sizeof text, "%.15g", v);
	if (strtod(text, NULL) < v || strtod(text, NULL) > v)
		snprintf(text, sizeof text, "%.17g", v);
	raw_value(w, text);
}

void jsonw_bool(struct jsonw *w, bool v)
{
	raw_value(w, v ? "true" : "false");
}

void jsonw_null(struct jsonw *w)
{
	raw_value(w, "null");
}

void jsonw_raw(struct jsonw *w, struct str json)
{
	lead(w);
	buf_add(w->out, json);
	w->comma = true;
}
