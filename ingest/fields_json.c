/* Collecting the members of a JSON object: the walk behind fields_put_json. */
#include "ingest/fields.h"
#include "ingest/words.h"

enum { RANK_GROUP = 8 };

/* First '"' or '\\' from p on, eight bytes at a time; end when there is none. */
static const char *quote_or_escape(const char *p, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
	while (end - p >= 8) {
		uint64_t v;
		memcpy(&v, p, sizeof v);
		uint64_t a = v ^ (ones * '"'), b = v ^ (ones * '\\');
		uint64_t hit = ((a - ones) & ~a & highs) | ((b - ones) & ~b & highs);
		if (hit)
			return p + (__builtin_ctzll(hit) >> 3);
		p += 8;
	}
#endif
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

/*
 * The usual member of a log line without the generality of a JSON reader: a key, then a string without
 * escapes or a number. False, and nothing has happened, when the next member is anything else:
 * json_iter_next takes it.
 */
static inline bool simple_member(struct json_iter *it, struct str *key, struct str *text, bool *bare)
{
	const char *p = it->at, *end = it->end;
	if (!it->first) {
		if (p == end || *p != ',')
			return false;
		p++;
		p += p < end && *p == ' ';
	}
	if (p == end || *p != '"')
		return false;
	const char *name = ++p;
	p = quote_or_escape(p, end);
	if (end - p < 4 || p[0] != '"' || p[1] != ':')
		return false;
	*key = str_make(name, (size_t)(p - name));
	p += p[2] == ' ' ? 3 : 2;
	const char *value = p;
	if (*p == '"') {
		p = quote_or_escape(++value, end);
		if (p == end || *p != '"')
			return false;
		*text = str_make(value, (size_t)(p - value));
		*bare = false;
		p++;
	} else {
		bool digits = is_digit(*p) && (*p != '0' || p + 1 == end || !is_digit(p[1]));
		while (p < end && is_digit(*p))
			p++;
		if (p < end && *p == '.') {
			digits = digits && p + 1 < end && is_digit(p[1]);
			for (p++; p < end && is_digit(*p);)
				p++;
		}
		if (!digits)
			return false;
		*text = str_make(value, (size_t)(p - value));
		*bare = true;
	}
	if (p == end || (*p != ',' && *p != '}'))
		return false;
	it->at = p;
	it->first = false;
	return true;
}

/* One level of the walk; recursion is bounded by FIELD_DEPTH_MAX. */
static bool put_object(struct fields *f, struct str object, const struct field_scope *scope, unsigned depth)
{
	struct json_iter it;
	struct str key;
	struct json_value v;
	if (!json_iter_open(&it, object) || it.array)
		return false;
	for (;;) {
		struct str text;
		bool bare_text;
		if (simple_member(&it, &key, &text, &bare_text)) {
			fields_put(f, scope, key, text, false, bare_text);
			continue;
		}
		if (!json_iter_next(&it, &key, &v))
			break;
		if (v.type == JSON_NULL)
			continue;
		if (v.type == JSON_ARRAY) {
			/* header values: ["curl/8.5"] */
			struct json_iter items;
			struct str none;
			if (!json_iter_init(&items, v) || !json_iter_next(&items, &none, &v) ||
			    v.type != JSON_STRING)
				continue;
		}
		if (v.type != JSON_OBJECT) {
			fields_put(f, scope, key, v.raw, v.has_escape, v.type != JSON_STRING);
			continue;
		}
		if (depth == 0)
			continue;
		enum field is = fields_put(f, scope, key, STR_NONE, false, false);
		bool group = is == FIELD_GROUP || is == FIELD_REQUEST || is == FIELD_MESSAGE;
		char full[FIELD_KEY_BYTES], bare[FIELD_KEY_BYTES];
		struct field_scope inner = { .full = STR_NONE, .bare = STR_NONE };
		size_t n = 0;
		/* a group inside a group: the outer one is forgotten */
		struct str outer = scope ? (group ? scope->bare : scope->full) : STR_NONE;
		memcpy(full, outer.ptr ? outer.ptr : "", outer.len);
		n = outer.len + field_fold(key, full + outer.len, sizeof full - outer.len);
		inner.full = str_make(full, n);
		outer = scope ? scope->bare : STR_NONE;
		memcpy(bare, outer.ptr ? outer.ptr : "", outer.len);
		n = outer.len + (group ? 0 : field_fold(key, bare + outer.len, sizeof bare - outer.len));
		inner.bare = str_make(bare, n);
		inner.rank_add = (uint8_t)((scope ? scope->rank_add : 0) + (group ? RANK_GROUP : 0));
		if (!put_object(f, v.raw, &inner, depth - 1))
			return false;
	}
	return !it.failed;
}

bool fields_put_json(struct fields *f, struct str object)
{
	return put_object(f, object, NULL, FIELD_DEPTH_MAX);
}
