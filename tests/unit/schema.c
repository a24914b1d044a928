#include "tests/unit/schema.h"

#include <regex.h>

#include "core/json.h"

struct check {
	struct arena *arena;
	struct json_value root; /* the schema */
	struct str why;         /* the first thing that is wrong */
};

static bool allows(struct check *c, struct json_value schema, struct json_value v, struct str at);

static bool wrong(struct check *c, struct str at, const char *what, struct str detail)
{
	if (c->why.len == 0)
		c->why = arena_printf(c->arena, "%.*s: %s %.*s", STR_ARG(at), what, STR_ARG(str_head(detail, 120)));
	return false;
}

/* Types and text are the same, whatever the white space. */
static bool same(struct check *c, struct json_value a, struct json_value b)
{
	return a.type == b.type && str_eq(json_text(a, c->arena), json_text(b, c->arena));
}

static bool is_type(struct json_value v, struct str name)
{
	switch (v.type) {
	case JSON_NULL: return str_eq(name, STR("null"));
	case JSON_BOOL: return str_eq(name, STR("boolean"));
	case JSON_STRING: return str_eq(name, STR("string"));
	case JSON_OBJECT: return str_eq(name, STR("object"));
	case JSON_ARRAY: return str_eq(name, STR("array"));
	case JSON_NUMBER:
		return str_eq(name, STR("number")) ||
		       (str_eq(name, STR("integer")) && str_chr(v.raw, '.') < 0 && str_chr(v.raw, 'e') < 0);
	case JSON_END:
	case JSON_ERROR: break;
	}
	return false;
}

static bool of_type(struct check *c, struct json_value types, struct json_value v, struct str at)
{
	struct json_iter it;
	struct json_value item;
	struct str key;

	if (types.type == JSON_STRING)
		return is_type(v, types.raw) || wrong(c, at, "is not of type", types.raw);
	for (json_iter_init(&it, types); json_iter_next(&it, &key, &item);)
		if (is_type(v, item.raw))
			return true;
	return wrong(c, at, "is not of types", types.raw);
}

static bool among(struct check *c, struct json_value list, struct json_value v, struct str at)
{
	struct json_iter it;
	struct json_value item;
	struct str key;

	for (json_iter_init(&it, list); json_iter_next(&it, &key, &item);)
		if (same(c, item, v))
			return true;
	return wrong(c, at, "is none of the values allowed:", v.raw);
}

static bool has_all(struct check *c, struct json_value names, struct json_value v, struct str at)
{
	struct json_iter it, members;
	struct json_value name, member;
	struct str key;

	if (v.type != JSON_OBJECT)
		return true;
	for (json_iter_init(&it, names); json_iter_next(&it, &key, &name);) {
		bool found = false;

		for (json_iter_init(&members, v); json_iter_next(&members, &key, &member);)
			found |= str_eq(key, name.raw);
		if (!found)
			return wrong(c, at, "has no", name.raw);
	}
	return true;
}

static bool members_allowed(struct check *c, struct json_value properties, bool others, struct json_value v, struct str at)
{
	struct json_iter it, known;
	struct json_value member, schema;
	struct str key, name;

	if (v.type != JSON_OBJECT)
		return true;
	for (json_iter_init(&it, v); json_iter_next(&it, &key, &member);) {
		bool found = false;

		for (json_iter_init(&known, properties); json_iter_next(&known, &name, &schema);) {
			if (!str_eq(name, key))
				continue;
			found = true;
			if (!allows(c, schema, member, arena_printf(c->arena, "%.*s.%.*s", STR_ARG(at), STR_ARG(key))))
				return false;
		}
		if (!found && !others)
			return wrong(c, at, "may not have", key);
	}
	return !it.failed || wrong(c, at, "is malformed", STR_NONE);
}

static bool items_allowed(struct check *c, struct json_value schema, struct json_value v, struct str at)
{
	struct json_iter it;
	struct json_value item;
	struct str key;
	size_t n = 0;

	if (v.type != JSON_ARRAY)
		return true;
	for (json_iter_init(&it, v); json_iter_next(&it, &key, &item);)
		if (!allows(c, schema, item, arena_printf(c->arena, "%.*s[%zu]", STR_ARG(at), n++)))
			return false;
	return !it.failed || wrong(c, at, "is malformed", STR_NONE);
}

static bool in_bounds(struct check *c, struct json_value bound, bool lower, struct json_value v, struct str at)
{
	double b = 0, x = 0;

	if (v.type != JSON_NUMBER)
		return true;
	if (!json_double(bound, &b) || !json_double(v, &x))
		return wrong(c, at, "is no number", v.raw);
	return (lower ? x >= b : x <= b) || wrong(c, at, "is out of bounds:", v.raw);
}

static bool matches(struct check *c, struct json_value pattern, struct json_value v, struct str at)
{
	regex_t compiled;

	if (v.type != JSON_STRING)
		return true;
	struct str source = arena_str(c->arena, json_text(pattern, c->arena)), text = arena_str(c->arena, json_text(v, c->arena));
	if (regcomp(&compiled, source.ptr, REG_EXTENDED | REG_NOSUB) != 0)
		return wrong(c, at, "cannot be held against the pattern", source);
	bool good = regexec(&compiled, text.ptr, 0, NULL, 0) == 0;
	regfree(&compiled);
	return good || wrong(c, at, "does not match the pattern:", text);
}

/* "#/$defs/name" */
static bool referred(struct check *c, struct json_value ref, struct json_value v, struct str at)
{
	struct str prefix = STR("#/$defs/");
	struct json_iter it;
	struct json_value defs = json_get(c->root, STR("$defs")), schema;
	struct str name;

	if (str_starts(ref.raw, prefix))
		for (json_iter_init(&it, defs); json_iter_next(&it, &name, &schema);)
			if (str_eq(name, str_from(ref.raw, prefix.len)))
				return allows(c, schema, v, at);
	return wrong(c, at, "is held against a definition that is not there:", ref.raw);
}

static bool allows(struct check *c, struct json_value schema, struct json_value v, struct str at)
{
	static const char *const words[] = { "$schema", "$defs", "title", "description" };
	struct json_iter it;
	struct json_value value;
	struct str key;
	bool others = !str_eq(json_get(schema, STR("additionalProperties")).raw, STR("false")), good = true;

	for (json_iter_init(&it, schema); good && json_iter_next(&it, &key, &value);) {
		bool is_word = str_eq(key, STR("additionalProperties"));

		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			is_word |= str_eq(key, str_of(words[i]));
		if (is_word)
			continue;
		if (str_eq(key, STR("$ref")))
			good = referred(c, value, v, at);
		else if (str_eq(key, STR("type")))
			good = of_type(c, value, v, at);
		else if (str_eq(key, STR("enum")))
			good = among(c, value, v, at);
		else if (str_eq(key, STR("const")))
			good = same(c, value, v) || wrong(c, at, "is not what it must be:", v.raw);
		else if (str_eq(key, STR("required")))
			good = has_all(c, value, v, at);
		else if (str_eq(key, STR("properties")))
			good = members_allowed(c, value, others, v, at);
		else if (str_eq(key, STR("items")))
			good = items_allowed(c, value, v, at);
		else if (str_eq(key, STR("minimum")) || str_eq(key, STR("maximum")))
			good = in_bounds(c, value, str_eq(key, STR("minimum")), v, at);
		else if (str_eq(key, STR("pattern")))
			good = matches(c, value, v, at);
		else
			good = wrong(c, at, "is held against a keyword that is not known:", key);
	}
	return good;
}

bool schema_allows(struct str schema, struct str text, struct arena *a, struct str *why)
{
	struct check c = { .arena = a, .root = json_value_at(schema, NULL) };

	*why = STR("the schema is no JSON object");
	if (!json_valid(schema) || c.root.type != JSON_OBJECT)
		return false;
	*why = STR("no JSON");
	if (!json_valid(text))
		return false;
	bool good = allows(&c, c.root, json_value_at(text, NULL), STR("$"));
	*why = c.why;
	return good;
}
