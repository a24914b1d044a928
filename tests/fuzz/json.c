/* JSON: the check of a whole text and the walk through it agree, and what is written can be read. */
#include <stdlib.h>

#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool good)
{
	if (!good)
		abort();
}

/* Walks a container to the bottom; as deep as the reader lets it be. */
static void walk(struct json_value container, struct arena *a, unsigned depth)
{
	struct json_iter it;
	struct json_value v;
	struct str key;
	expect(depth <= JSON_MAX_DEPTH);
	expect(json_iter_init(&it, container));
	while (json_iter_next(&it, &key, &v)) {
		double d;
		int64_t i;
		json_double(v, &d);
		json_i64(v, &i);
		json_text(v, a);
		if (v.type == JSON_OBJECT || v.type == JSON_ARRAY)
			walk(v, a, depth + 1);
	}
	expect(!it.failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size }, rest, key;
	struct json_value v = json_value_at(s, &rest);
	struct json_iter it;
	struct arena a;
	struct buf out;
	struct jsonw w;
	arena_init(&a);
	buf_init(&out, 16 * size + 64);
	if (v.type == JSON_OBJECT || v.type == JSON_ARRAY) {
		walk(v, &a, 1);
		json_get(v, STR("a.b.c"));
	}
	/* The unchecked walk sees the same object, and fails where the check did. */
	struct json_value member;
	if (json_iter_open(&it, s)) {
		while (json_iter_next(&it, &key, &member))
			;
		expect(it.failed == (v.type == JSON_ERROR));
		expect(it.failed || it.at == rest.ptr);
	}
	jsonw_init(&w, &out, 0);
	jsonw_str(&w, s);
	expect(!out.full && json_valid(buf_str(&out)) && str_is_utf8(buf_str(&out)));
	if (str_is_utf8(s))
		expect(str_eq(json_text(json_value_at(buf_str(&out), NULL), &a), s));
	buf_release(&out);
	arena_release(&a);
	return 0;
}
