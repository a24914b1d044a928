/* Collecting the members of a JSON object: the walk behind fields_put_json. */
#include "ingest/fields.h"
#include "ingest/words.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { RANK_GROUP = 8 };

/* First '"' or '\\' from p on, sixteen or eight bytes at a time; end when there is none. */
static inline const char *quote_or_escape(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
									 _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
		if (hits)
			return p + __builtin_ctz(hits);
		p += 16;
	}
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
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

/* What simple_member found. */
enum member { MEMBER_OTHER, MEMBER_TEXT, MEMBER_BARE, MEMBER_OBJECT };

/*
 * The usual member of a log line without the generality of a JSON reader: a key, then a string without
 * escapes, a number, or an object, of which *text is the opening brace and all that follows; it->at stays in
 * front of it. MEMBER_OTHER, and nothing has happened, when the next member is anything else: json_iter_next
 * takes it.
 */
static inline enum member simple_member(struct json_iter *it, struct str *key, struct str *text)
{
	enum member is = MEMBER_TEXT;
	const char *p = it->at, *end = it->end;
	if (!it->first) {
		if (p == end || *p != ',')
			return MEMBER_OTHER;
		p++;
		p += p < end && *p == ' ';
	}
	if (p == end || *p != '"')
		return MEMBER_OTHER;
	const char *name = ++p;
	p = quote_or_escape(p, end);
	if (end - p < 4 || p[0] != '"' || p[1] != ':')
		return MEMBER_OTHER;
	*key = str_make(name, (size_t)(p - name));
	p += p[2] == ' ' ? 3 : 2;
	const char *value = p;
	if (*p == '"') {
		p = quote_or_escape(++value, end);
		if (p == end || *p != '"')
			return MEMBER_OTHER;
		*text = str_make(value, (size_t)(p - value));
		p++;
	} else if (*p == '{') {
		*text = str_make(p, (size_t)(end - p));
		it->at = p;
		it->first = false;
		return MEMBER_OBJECT;
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
			return MEMBER_OTHER;
		*text = str_make(value, (size_t)(p - value));
		is = MEMBER_BARE;
	}
	if (p == end || (*p != ',' && *p != '}'))
		return MEMBER_OTHER;
	it->at = p;
	it->first = false;
	return is;
}

static bool put_object(struct fields *f, struct str object, const struct field_scope *scope, unsigned depth,
		       const char **behind);

/* The members of an object that is a member: `object` begins with it, *behind is its end. */
static bool put_inner(struct fields *f, struct str key, struct str object, const struct field_scope *scope,
		      unsigned depth, const char **behind)
{
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
	inner.full_hash = field_prefix_hash(inner.full);
	outer = scope ? scope->bare : STR_NONE;
	memcpy(bare, outer.ptr ? outer.ptr : "", outer.len);
	n = outer.len + (group ? 0 : field_fold(key, bare + outer.len, sizeof bare - outer.len));
	inner.bare = str_make(bare, n);
	inner.rank_add = (uint8_t)((scope ? scope->rank_add : 0) + (group ? RANK_GROUP : 0));
	return put_object(f, object, &inner, depth - 1, behind);
}

/* One level of the walk; recursion is bounded by FIELD_DEPTH_MAX. */
static bool put_object(struct fields *f, struct str object, const struct field_scope *scope, unsigned depth,
		       const char **behind)
{
	struct json_iter it;
	struct str key;
	struct json_value v;
	if (!json_iter_open(&it, object) || it.array)
		return false;
	for (;;) {
		struct str text;
		struct json_iter before = it;
		enum member is = simple_member(&it, &key, &text);
		if (is == MEMBER_TEXT || is == MEMBER_BARE) {
			fields_put(f, scope, key, text, false, is == MEMBER_BARE);
			continue;
		}
		if (is == MEMBER_OBJECT && depth > 0) {
			/* What is behind it must be read yet: an object that ends the text leaves this one open. */
			if (!put_inner(f, key, text, scope, depth, &it.at) || it.at == it.end)
				return false;
			continue;
		}
		it = before;
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
		const char *ignored;
		if (depth > 0 && !put_inner(f, key, v.raw, scope, depth, &ignored))
			return false;
	}
	*behind = it.at;
	return !it.failed;
}

bool fields_put_json(struct fields *f, struct str object)
{
	const char *ignored;
	return put_object(f, object, NULL, FIELD_DEPTH_MAX, &ignored);
}
