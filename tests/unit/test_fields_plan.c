/*
 * Reading plans: an object read by a plan gives what the reader of any object gives. Objects are drawn from keys and values
 * that matter to it, most of them of a few shapes, and mutated byte by byte.
 */
#include <criterion/criterion.h>

#include "core/buf.h"
#include "ingest/fields.h"
#include "tests/unit/draw.h"

static const char *const keys[] = { "level",  "time", "msg",	"req",	  "res",      "err",	  "message", "status", "statusCode",
				    "id",     "user", "ms",	"name",	  "hostname", "method",	  "url",     "stack",  "code",
				    "labels", "x",    "a\\u0062", "headers", "user-agent", "@timestamp", "log.level",
				    "a key that is longer than any that the cache of keys would take" };
static const char *const values[] = {
	"1",	"30",	   "1769653439136",  "0",	  "200",      "12.5",	   "-7",	"-0.25",	"1e3",
	"true", "false",   "null",	     "[]",	  "[1,2]",    "[\"a\",3]", "[\"b\\n\"]", "[[\"c\"]]",	"{}",
	"NaN",	"\"\"",	   "\"-\"",	     "\"GET\"",	  "\"/a/b\"", "\"x\\\"y\"", "\"\\\\\"", "\"err or\"",	"\"200\"",
	"\"a text that is longer than what is looked at in one step of a scan\"", "\"4\\u00e4\"", "\" b \"", "Infinity",
};
/* Hardly any value, and what is none. */
static const char *const odd[] = { "01", "1.", "1e", "-", "\"open", "nul", "\"\\", "[1", "" };
#define COUNT(list) (unsigned)(sizeof(list) / sizeof(list)[0])

static void draw_object(struct buf *out, unsigned depth)
{
	const char *blank = below(8) ? "" : " ";
	unsigned n = depth ? below(4) : 2 + below(9);

	buf_addc(out, '{');
	for (unsigned i = 0; i < n; i++) {
		buf_add(out, str_of(i ? "," : ""));
		buf_add(out, str_of(blank));
		buf_addc(out, '"');
		buf_add(out, str_of(keys[below(COUNT(keys))]));
		buf_add(out, STR("\":"));
		buf_add(out, str_of(blank));
		if (depth < 8 && below(5) == 0)
			draw_object(out, depth + 1);
		else
			buf_add(out, str_of(below(200) ? values[below(COUNT(values))] : odd[below(COUNT(odd))]));
	}
	buf_addc(out, '}');
}

/* Another object of the shape: digits that are others, or one byte that is. */
static void vary(struct str from, struct buf *out)
{
	static const char bytes[] = "\"{}[]:,\\ 09an-.";
	size_t at = below(3) ? from.len : below((unsigned)from.len);

	buf_clear(out);
	for (size_t i = 0; i < from.len; i++) {
		char c = from.ptr[i];

		if (c >= '1' && c <= '9' && below(2))
			c = (char)('1' + below(9));
		if (i == at) {
			if (below(2))
				buf_addc(out, bytes[below(sizeof bytes - 1)]);
			if (below(2))
				continue;
		}
		buf_addc(out, c);
	}
}

/* One text, read with what `cache` has learned and without: the same must be kept. */
static void compare(struct field_cache *cache, struct arena *scratch, struct str text)
{
	struct fields fast, slow;
	bool good;

	fields_init(&fast, cache, scratch);
	fields_init(&slow, NULL, scratch);
	good = fields_put_json(&slow, text);
	cr_assert_eq(fields_put_json(&fast, text), good, "%.*s", STR_ARG(text));
	if (!good)
		return;
	cr_assert_eq(fast.has, slow.has, "%.*s", STR_ARG(text));
	for (enum field k = FIELD_NONE; k < FIELD_COUNT; k++) {
		const struct field_value *a = &fast.value[k], *b = &slow.value[k];

		cr_assert_eq(fields_rank(&fast, k), fields_rank(&slow, k), "%.*s", STR_ARG(text));
		cr_assert(!fields_has(&slow, k) || (a->text.ptr == b->text.ptr && a->text.len == b->text.len &&
						    a->how.unit == b->how.unit && a->how.escaped == b->how.escaped && a->how.bare == b->how.bare),
			  "field %d of %.*s: %.*s, not %.*s", (int)k, STR_ARG(text), STR_ARG(a->text), STR_ARG(b->text));
	}
}

Test(fields_plan, reads_what_the_reader_of_any_object_reads)
{
	enum { SHAPES = 24, ROUNDS = 20000 };
	static struct field_cache cache;
	struct buf shapes[SHAPES], text;
	struct arena scratch;
	size_t by_plan = 0;

	arena_init(&scratch);
	buf_init(&text, 1 << 16);
	for (unsigned i = 0; i < SHAPES; i++) {
		buf_init(&shapes[i], 1 << 16);
		draw_object(&shapes[i], 0);
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct buf *shape = &shapes[below(SHAPES)];
		struct plan_object found;

		if (below(500) == 0) {
			buf_clear(shape);
			draw_object(shape, 0);
		}
		vary(buf_str(shape), &text);
		by_plan += plan_read(&cache.plan, buf_str(&text), &found);
		compare(&cache, &scratch, buf_str(&text));
		arena_reset(&scratch);
	}
	cr_expect(by_plan > ROUNDS / 5, "only %zu of %d objects were read by a plan", by_plan, ROUNDS);
	for (unsigned i = 0; i < SHAPES; i++)
		buf_release(&shapes[i]);
	buf_release(&text);
	arena_release(&scratch);
}

/* Logs whose keys are ids: what is remembered stays bounded, and does not keep a plan from learning what comes later. */
Test(fields_plan, begins_anew_when_there_is_no_room)
{
	enum { SHAPES = 3000, LATER = 100 };
	static struct field_cache cache;
	struct buf text;
	struct arena scratch;
	size_t by_plan = 0;

	arena_init(&scratch);
	buf_init(&text, 4096);
	for (unsigned i = 0; i < SHAPES; i++) {
		buf_clear(&text);
		buf_addf(&text, "{\"k%u\":1,\"l%u\":{\"j%u\":\"x\"},\"n%u\":\"m\"}", i % 12, i / 12 % 12, i / 144 % 12, i);
		compare(&cache, &scratch, buf_str(&text));
	}
	cr_assert(cache.plan.n_steps < PLAN_STEPS && cache.plan.n_text <= PLAN_TEXT_BYTES);
	for (unsigned i = 0; i < PLAN_MISSES_MAX + LATER; i++) {
		struct plan_object found;

		buf_clear(&text);
		buf_addf(&text, "{\"time\":%u,\"status\":%u}", 1000 + i, i % 500);
		by_plan += plan_read(&cache.plan, buf_str(&text), &found);
		compare(&cache, &scratch, buf_str(&text));
	}
	cr_expect_geq(by_plan, (size_t)LATER / 2);
	buf_release(&text);
	arena_release(&scratch);
}

/* What was collected before, by a format's own rules, is kept with or without a plan. */
Test(fields_plan, keeps_what_was_there)
{
	static struct field_cache cache;
	struct arena scratch;

	arena_init(&scratch);
	for (int i = 0; i < 4; i++) {
		struct fields f;

		fields_init(&f, i % 2 ? NULL : &cache, &scratch);
		fields_put(&f, NULL, STR("duration_s"), STR("0.5"), false, true);
		cr_assert(fields_put_json(&f, STR("{\"msg\":\"boom\",\"status\":200}")));
		cr_expect(str_eq(fields_text(&f, FIELD_DURATION), STR("0.5")) && str_eq(fields_text(&f, FIELD_MESSAGE), STR("boom")));
		fields_init(&f, i % 2 ? NULL : &cache, &scratch);
		cr_assert(fields_put_json(&f, STR("{\"msg\":\"boom\",\"status\":200}")));
		cr_expect(!fields_has(&f, FIELD_DURATION) && fields_has(&f, FIELD_STATUS));
	}
	arena_release(&scratch);
}
