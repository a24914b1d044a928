/* Fields of JSON objects, a line each: what a reading plan made of the lines before says is what the reader of any says. */
#include <stdlib.h>

#include "ingest/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	struct arena a;
	arena_init(&a);
	struct field_cache *cache = arena_new(&a, struct field_cache);
	while (rest.len) {
		struct str line = str_cut(rest, '\n', &rest);
		struct fields fast, slow;
		fields_init(&fast, cache, &a);
		fields_init(&slow, NULL, &a);
		bool good = fields_put_json(&slow, line);
		expect(fields_put_json(&fast, line) == good);
		if (!good)
			continue;
		expect(fast.has == slow.has);
		for (enum field k = FIELD_NONE; k < FIELD_COUNT; k++) {
			const struct field_value *x = &fast.value[k], *y = &slow.value[k];
			expect(!fields_has(&slow, k) || (x->text.ptr == y->text.ptr && x->text.len == y->text.len &&
							 x->how.unit == y->how.unit && x->how.escaped == y->how.escaped && x->how.bare == y->how.bare));
		}
		struct event e = EVENT_INIT;
		fields_finish(&slow, &e, UNIT_NONE);
		struct event by_shape = EVENT_INIT;
		fields_init(&fast, cache, &a);
		expect(fields_read_json(&fast, line, &by_shape));
		expect(by_shape.kind == e.kind && by_shape.severity == e.severity && by_shape.status == e.status && by_shape.pid == e.pid &&
		       by_shape.has_time == e.has_time && by_shape.time.ns == e.time.ns && str_eq(by_shape.message, e.message) &&
		       str_eq(by_shape.service, e.service) && str_eq(by_shape.host, e.host) && str_eq(by_shape.logger, e.logger) &&
		       str_eq(by_shape.path, e.path) && str_eq(by_shape.client, e.client) && str_eq(by_shape.user, e.user));
	}
	arena_release(&a);
	return 0;
}
