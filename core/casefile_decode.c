#include <math.h>
#include <stdlib.h>

#include "core/casefile_shape.h"
#include "core/json.h"

enum {
	ITEMS_MAX = 1 << 16,  /* of one list in a stored file: more is damage, not data */
	VALUES_MAX = 1 << 22, /* of one series */
};

struct decoder {
	struct arena *arena;
	struct err *err;
};

static bool damaged(struct decoder *d, const char *key)
{
	return err_set(d->err, "the stored case file is damaged: unexpected value of \"%s\"", key);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(struct decoder *d, struct str hex, struct str *out)
{
	char *bytes = arena_alloc(d->arena, hex.len / 2 + 1, 1);

	for (size_t i = 0; i + 1 < hex.len; i += 2) {
		int high = hex_digit(hex.ptr[i]), low = hex_digit(hex.ptr[i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i / 2] = (char)(unsigned char)(high << 4 | low);
	}
	*out = str_make(bytes, hex.len / 2);
	return hex.len % 2 == 0;
}

static bool read_text(struct decoder *d, struct json_value v, struct str *out)
{
	if (v.type == JSON_OBJECT)
		return read_hex(d, json_get(v, STR("hex")).raw, out);
	if (v.type != JSON_STRING)
		return false;
	*out = v.has_escape ? json_text(v, d->arena) : arena_str(d->arena, v.raw);
	return true;
}

/*
 * strtod and not json_double, which is fast but may be off in the last place. It needs a NUL behind the
 * number; the locale is always "C" here.
 */
static bool read_double(struct json_value v, double *out)
{
	char text[64];

	*out = NAN;
	if (v.type != JSON_NUMBER || v.raw.len >= sizeof text)
		return v.type == JSON_NULL;
	memcpy(text, v.raw.ptr, v.raw.len);
	text[v.raw.len] = '\0';
	*out = strtod(text, NULL);
	return true;
}

static bool read_u64(struct json_value v, uint64_t *out)
{
	return v.type == JSON_NUMBER && str_to_u64(v.raw, out);
}

static bool read_cause(struct json_value v, enum cause_kind *out)
{
	for (int k = 0; k < CAUSE_KIND_COUNT; k++) {
		*out = (enum cause_kind)k;
		if (str_eq(v.raw, str_of(cause_kind_name(*out))))
			return true;
	}
	return false;
}

static bool read_symptom(struct json_value v, enum symptom_kind *out)
{
	for (int k = 0; k < SYMPTOM_KIND_COUNT; k++) {
		*out = (enum symptom_kind)k;
		if (str_eq(v.raw, str_of(symptom_kind_name(*out))))
			return true;
	}
	return false;
}

static bool read_members(struct decoder *d, struct json_value object, const struct shape *shape, char *base);

/* What no member said: no time, no number known; all else zero. */
static void set_absent(char *base, const struct shape *shape)
{
	const int64_t none = TIME_NONE;

	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct field *f = &shape->fields[i];

		if (f->type == FIELD_TIME)
			memcpy(base + f->offset, &none, sizeof none);
		else if (f->type == FIELD_OBJECT)
			set_absent(base + f->offset, f->of);
	}
}

static bool read_item(struct decoder *d, const struct field *f, struct json_value v, char *item)
{
	struct str text;
	double number;

	if (f->type == FIELD_LIST) {
		set_absent(item, f->of);
		return read_members(d, v, f->of, item);
	}
	if (f->type == FIELD_TEXTS) {
		if (!read_text(d, v, &text))
			return false;
		memcpy(item, &text, sizeof text);
		return true;
	}
	if (!read_double(v, &number))
		return false;
	memcpy(item, &number, sizeof number);
	return true;
}

static bool read_list(struct decoder *d, const struct field *f, struct json_value v, char *base)
{
	struct json_iter it;
	struct json_value item;
	struct str key;
	size_t size = list_item_size(f), n = 0, cap = 0;
	size_t n_max = f->type == FIELD_DOUBLES ? VALUES_MAX : ITEMS_MAX;
	char *items = NULL;

	if (v.type != JSON_ARRAY || !json_iter_init(&it, v))
		return false;
	while (json_iter_next(&it, &key, &item)) {
		if (n == n_max)
			return false;
		if (n == cap)
			items = arena_grow(d->arena, items, n, &cap, size, _Alignof(max_align_t));
		memset(items + n * size, 0, size);
		if (!read_item(d, f, item, items + n * size))
			return false;
		n++;
	}
	list_set(base, f, items, n);
	return !it.failed;
}

static bool read_field(struct decoder *d, const struct field *f, struct json_value v, char *base)
{
	char *at = base + f->offset;
	struct str text;
	uint64_t count;
	int64_t ns = TIME_NONE;
	double number;
	enum cause_kind cause;
	enum symptom_kind symptom;
	bool yes = str_eq(v.raw, STR("true")), ok = false;

	switch (f->type) {
	case FIELD_NAME:
	case FIELD_TEXT:
		ok = read_text(d, v, &text);
		if (ok)
			memcpy(at, &text, sizeof text);
		break;
	case FIELD_U64:
		ok = read_u64(v, &count);
		if (ok)
			memcpy(at, &count, sizeof count);
		break;
	case FIELD_BOOL:
		ok = v.type == JSON_BOOL;
		memcpy(at, &yes, sizeof yes);
		break;
	case FIELD_DOUBLE:
		ok = read_double(v, &number);
		memcpy(at, &number, sizeof number);
		break;
	case FIELD_TIME:
		ok = v.type == JSON_NULL || (v.type == JSON_NUMBER && json_i64(v, &ns));
		memcpy(at, &ns, sizeof ns);
		break;
	case FIELD_CAUSE:
		ok = read_cause(v, &cause);
		memcpy(at, &cause, sizeof cause);
		break;
	case FIELD_SYMPTOM:
		ok = read_symptom(v, &symptom);
		memcpy(at, &symptom, sizeof symptom);
		break;
	case FIELD_RANK:
		ok = true;
		break;
	case FIELD_TEXTS:
	case FIELD_DOUBLES:
	case FIELD_LIST:
		ok = read_list(d, f, v, base);
		break;
	case FIELD_OBJECT:
		ok = read_members(d, v, f->of, at);
		break;
	}
	return ok || damaged(d, f->key);
}

static bool read_members(struct decoder *d, struct json_value object, const struct shape *shape, char *base)
{
	struct json_iter it;
	struct json_value v;
	struct str key;

	if (object.type != JSON_OBJECT || !json_iter_init(&it, object))
		return false;
	while (json_iter_next(&it, &key, &v)) {
		for (size_t i = 0; i < shape->n_fields; i++) {
			if (!str_eq(key, str_of(shape->fields[i].key)))
				continue;
			if (!read_field(d, &shape->fields[i], v, base))
				return false;
			break;
		}
	}
	return !it.failed;
}

bool shape_read(struct str json, const struct shape *shape, struct arena *a, void *base, struct err *err)
{
	struct decoder d = { a, err };

	set_absent(base, shape);
	return read_members(&d, json_value_at(json, NULL), shape, base) || err_set(err, "the stored JSON is damaged: it ends early");
}

bool casefile_decode(struct str json, struct arena *a, struct casefile *out, struct err *err)
{
	struct decoder d = { a, err };
	struct json_value root = json_value_at(json, NULL);
	struct casefile c = { 0 };

	if (root.type != JSON_OBJECT)
		return err_set(err, "the stored case file is damaged: not a JSON object");
	if (!str_eq(json_get(root, STR("schema")).raw, STR("inquest-casefile/1")))
		return err_set(err, "the stored case file is of a version that this program does not know");
	set_absent((char *)&c, &shape_casefile);
	if (!read_members(&d, root, &shape_casefile, (char *)&c))
		return err_set(err, "the stored case file is damaged: it ends early");
	*out = c;
	return true;
}
