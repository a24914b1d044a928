/* Collecting the members of a JSON object: the walk behind fields_put_json. */
#include "ingest/fields.h"
#include "ingest/fields_shape.h"
#include "ingest/words.h"

enum { RANK_GROUP = 8 };

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
	p = scan_quote_or_escape(p, end);
	if (end - p < 4 || p[0] != '"' || p[1] != ':')
		return MEMBER_OTHER;
	*key = str_make(name, (size_t)(p - name));
	p += p[2] == ' ' ? 3 : 2;
	const char *value = p;
	if (*p == '"') {
		p = scan_quote_or_escape(++value, end);
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

/* One walk over an object. */
struct walk {
	struct fields *f;
	struct plan_trace *trace; /* NULL: of no use */
};

static bool put_object(struct walk *w, struct str object, const struct field_scope *scope, unsigned depth,
		       const char **behind);

/* A value that is no object: kept, and noted with all its text. */
static void put_value(struct walk *w, const struct field_scope *scope, struct str key, struct json_value v, struct str all)
{
	struct field_alias alias = fields_meaning(w->f, scope, key);
	struct field_how how = { alias.rank, alias.unit, v.has_escape, v.type != JSON_STRING };
	fields_keep(w->f, alias.field, v.raw, &how);
	if (w->trace)
		plan_note(w->trace, alias, all, v.type == JSON_STRING && all.ptr == v.raw.ptr);
}

/* The members of an object that is a member: `object` begins with it, *behind is its end. */
static bool put_inner(struct walk *w, struct str key, struct str object, const struct field_scope *scope,
		      unsigned depth, const char **behind)
{
	uint8_t is = fields_meaning(w->f, scope, key).field;
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
	return put_object(w, object, &inner, depth - 1, behind);
}

struct json_value field_first_string(struct json_value array)
{
	struct json_iter items;
	struct json_value v = { .type = JSON_END };
	struct str none;
	if (!json_iter_init(&items, array) || !json_iter_next(&items, &none, &v) || v.type != JSON_STRING)
		v.raw = STR_NONE;
	return v;
}

/* One level of the walk; recursion is bounded by FIELD_DEPTH_MAX. */
static bool put_object(struct walk *w, struct str object, const struct field_scope *scope, unsigned depth,
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
			v = (struct json_value){ is == MEMBER_TEXT ? JSON_STRING : JSON_NUMBER, text, false };
			put_value(w, scope, key, v, text);
			continue;
		}
		if (is == MEMBER_OBJECT && depth > 0) {
			/* What is behind it must be read yet: an object that ends the text leaves this one open. */
			if (!put_inner(w, key, text, scope, depth, &it.at) || it.at == it.end)
				return false;
			continue;
		}
		it = before;
		if (!json_iter_next(&it, &key, &v))
			break;
		text = v.raw;
		if (v.type == JSON_OBJECT) {
			const char *ignored;
			if (depth > 0 && !put_inner(w, key, v.raw, scope, depth, &ignored))
				return false;
			if (depth == 0 && w->trace)
				w->trace->unfit = true;
			continue;
		}
		if (v.type == JSON_ARRAY)
			v = field_first_string(v);
		else if (v.type == JSON_NULL)
			v.raw = STR_NONE;
		put_value(w, scope, key, v, text);
	}
	*behind = it.at;
	return !it.failed;
}

/* Collects the members of an object without a plan, for which it is learned if there is one. */
static bool walk_object(struct fields *f, struct field_plan *plan, struct str object)
{
	struct plan_trace trace;
	struct walk w = { f, plan ? &trace : NULL };
	const char *end;
	trace.n = 0;
	trace.unfit = false;
	if (!put_object(&w, object, NULL, FIELD_DEPTH_MAX, &end))
		return false;
	if (plan)
		plan_learn(plan, object, end, &trace);
	return true;
}

static struct field_plan *plan_of(struct fields *f)
{
	return f->cache && !plan_pauses(&f->cache->plan) ? &f->cache->plan : NULL;
}

static void keep_all(struct fields *f, const struct plan_object *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct plan_found *v = &found->values[i];
		fields_keep(f, v->step->field, v->text, v->unusual ? &v->how : &v->step->how);
	}
}

bool fields_put_json(struct fields *f, struct str object)
{
	struct field_plan *plan = plan_of(f);
	struct plan_object found;
	if (!plan || !plan_read(plan, object, &found))
		return walk_object(f, plan, object);
	keep_all(f, &found);
	return true;
}

bool fields_read_json(struct fields *f, struct str object, struct event *e)
{
	struct field_plan *plan = plan_of(f);
	struct plan_object found;
	if (!plan || !plan_read(plan, object, &found)) {
		if (!walk_object(f, plan, object))
			return false;
	} else {
		const struct field_shape *shape = &plan->shapes[found.shape];
		if (!found.unusual && shape->n > 0) {
			if (shape_apply(shape, found.values, f->cache, e))
				return true;
			event_clear(e);
		}
		keep_all(f, &found);
	}
	fields_finish(f, e, UNIT_NONE);
	return true;
}
