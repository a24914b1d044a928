/*
 * Objects of a known shape: the event that their values are put into directly is the one that fields_finish makes. Objects are
 * drawn from keys with a meaning, each a few times with other values, most of them usual ones.
 */
#include <criterion/criterion.h>

#include "core/buf.h"
#include "ingest/fields.h"
#include "tests/unit/draw.h"

/* A key, and values that are usual for it; the last two are none. */
static const struct member {
	const char *key, *values[6];
} members[] = {
	{ "time", { "1769687995680", "1769687995.5", "\"2026-01-29T12:00:00.123Z\"", "\"2026-01-29T12:00:01.5Z\"", "\"soon\"", "17" } },
	{ "@timestamp", { "\"2026-01-29T12:00:00Z\"", "\"29/Jan/2026:12:00:00 +0000\"", "1769687995", "1769687995680", "0", "\"-\"" } },
	{ "level", { "30", "50", "\"info\"", "\"WARN\"", "\"loud\"", "\"\"" } },
	{ "msg", { "\"took 12 ms\"", "\"started\"", "\"cache miss for 7\"", "\"GET /x 200\"", "\" \"", "\"a\\nb\"" } },
	{ "message", { "\"loaded 7 of 9\"", "\"shutting down\"", "\"Helm upgrade succeeded\"", "\"Migrating schema s to version \"",
		       "\"\"", "\"-\"" } },
	{ "service", { "\"shop\"", "\"cart\"", "\"12ms\"", "\"null\"", "\"-\"", "\"\"" } },
	{ "name", { "\"shop\"", "\"db.pool\"", "\"x\"", "\"None\"", "\"-\"", "\"\"" } },
	{ "logger", { "\"a.b.C\"", "\"http\"", "\"h\"", "\" t \"", "\"-\"", "\"\"" } },
	{ "module", { "\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"-\"", "\"\"" } },
	{ "hostname", { "\"web-1\"", "\"web-2\"", "\"w\"", "\"10.0.0.1\"", "\"-\"", "\"\"" } },
	{ "host", { "\"shop.example\"", "\"web-1\"", "\"w\"", "\"null\"", "\"-\"", "\"\"" } },
	{ "version", { "\"1.2.3\"", "\"1\"", "1.25", "\"abcdef12\"", "\"1.0\"", "\"\"" } },
	{ "pid", { "17", "4711", "0", "\"8\"", "-1", "\"x\"" } },
	{ "method", { "\"GET\"", "\"POST\"", "\"/a.B/C\"", "\"get\"", "\"-\"", "\"\"" } },
	{ "url", { "\"/a/7\"", "\"https://h/x?y=1\"", "\"https://h\"", "\"/\"", "\"-\"", "\"\"" } },
	{ "route", { "\"/a/:id\"", "\"/b\"", "\"/c\"", "\"/d\"", "\"-\"", "\"\"" } },
	{ "status", { "200", "503", "\"404\"", "\"error\"", "12.5", "1000" } },
	{ "bytes", { "0", "12345", "\"17\"", "99999999999", "-5", "1.5" } },
	{ "duration", { "12", "0.25", "12000000", "\"1.5s\"", "\"1e9\"", "\"-\"" } },
	{ "duration_ms", { "12", "0.25", "\"7\"", "12000000", "-1", "\"x\"" } },
	{ "upstream_time", { "0.5", "\"0.1, 0.2\"", "1", "\"3ms\"", "\"-\"", "\"\"" } },
	{ "remoteAddress", { "\"10.0.0.1\"", "\"10.0.0.1:80\"", "\"::1\"", "\"[::1]:80\"", "\"name\"", "\"\"" } },
	{ "user", { "7", "\"ann\"", "\"b\"", "\"4\\u00e4\"", "\"-\"", "\"\"" } },
	{ "agent", { "\"curl/8\"", "\"Mozilla\"", "\"-\"", "\"a b\"", "[\"x\"]", "\"\"" } },
	{ "reqId", { "\"ac7b\"", "12", "\"ffff\"", "\"a-b\"", "null", "\"\"" } },
	{ "code", { "404", "\"E1\"", "200", "7", "true", "\"\"" } },
	{ "err", { "\"refused\"", "\"x\"", "{\"message\":\"boom\",\"code\":\"E\"}", "\"y\"", "false", "null" } },
	{ "db", { "\"shop\"", "12.5", "\"d\"", "\"3\"", "\"-\"", "\"\"" } },
	{ "rows", { "3", "0", "17", "\"4\"", "-1", "1.5" } },
	{ "other", { "1", "\"x\"", "[1,2]", "{\"y\":1}", "true", "null" } },
	{ "req", { "{\"method\":\"GET\",\"url\":\"/a/7\",\"remoteAddress\":\"10.0.0.7\"}", "{\"method\":\"PUT\",\"url\":\"/b\"}", "{}", "1", "\"x\"",
		   "{\"method\":\"-\"}" } },
	{ "res", { "{\"statusCode\":200}", "{\"statusCode\":500}", "{\"statusCode\":304}", "{\"status\":200}", "{\"statusCode\":\"x\"}", "{}" } },
};
enum { MEMBERS = sizeof members / sizeof *members, OBJECT_MEMBERS = 10 };

struct drawn {
	unsigned n;
	uint8_t member[OBJECT_MEMBERS];
	uint8_t value[OBJECT_MEMBERS]; /* how most objects have it: quoted or not is part of the shape */
};

static void draw_shape(struct drawn *d)
{
	d->n = 1 + below(OBJECT_MEMBERS);
	for (unsigned i = 0; i < d->n; i++) {
		/* Nearly all have a message. */
		d->member[i] = (uint8_t)(i == 0 && below(8) ? 3 + below(2) : below(MEMBERS));
		d->value[i] = (uint8_t)below(4);
	}
}

static void draw_object(const struct drawn *d, struct buf *out)
{
	buf_clear(out);
	for (unsigned i = 0; i < d->n; i++) {
		unsigned value = below(6) ? d->value[i] : below(6);

		buf_addf(out, "%c\"%s\":%s", i ? ',' : '{', members[d->member[i]].key, members[d->member[i]].values[value]);
	}
	buf_addc(out, '}');
}

static bool same_number(double a, double b)
{
	return (isnan(a) && isnan(b)) || (a <= b && a >= b);
}

static const char *difference(const struct event *a, const struct event *b)
{
	static const struct {
		const char *name;
		size_t at;
	} texts[] = {
#define TEXT(name) { #name, offsetof(struct event, name) }
		TEXT(message), TEXT(error), TEXT(detail), TEXT(service), TEXT(host), TEXT(logger), TEXT(version), TEXT(method), TEXT(path),
		TEXT(client), TEXT(user), TEXT(agent), TEXT(referrer), TEXT(upstream), TEXT(request_id), TEXT(db), TEXT(query), TEXT(sqlstate),
		TEXT(holder), TEXT(payload),
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct str x, y;

		memcpy(&x, (const char *)a + texts[i].at, sizeof x);
		memcpy(&y, (const char *)b + texts[i].at, sizeof y);
		if (!str_eq(x, y))
			return texts[i].name;
	}
	if (a->kind != b->kind || a->severity != b->severity || a->status != b->status)
		return "kind, severity or status";
	if (a->has_time != b->has_time || a->time.ns != b->time.ns || a->time.digits != b->time.digits || a->time.has_zone != b->time.has_zone)
		return "time";
	if (a->pid != b->pid || a->bytes != b->bytes || a->rows != b->rows || a->examined != b->examined)
		return "a count";
	if (!same_number(a->duration_ms, b->duration_ms) || !same_number(a->upstream_ms, b->upstream_ms) || !same_number(a->lock_ms, b->lock_ms))
		return "a duration";
	return !a->change != !b->change ? "change" : NULL;
}

/* The event of an object with what `cache` knows, and without; did the former come of the shape? */
static bool compare(struct field_cache *cache, struct arena *scratch, struct str object)
{
	struct fields fast, slow;
	struct event a, b;
	struct plan_object found;

	event_clear(&a);
	event_clear(&b);
	fields_init(&fast, cache, scratch);
	fields_init(&slow, NULL, scratch);
	bool known = plan_read(&cache->plan, object, &found) && cache->plan.shapes[found.shape].n > 0;
	cr_assert(fields_put_json(&slow, object), "%.*s", STR_ARG(object));
	fields_finish(&slow, &b, UNIT_NONE);
	cr_assert(fields_read_json(&fast, object, &a), "%.*s", STR_ARG(object));
	const char *differs = difference(&a, &b);
	cr_assert_null(differs, "%s of %.*s", differs, STR_ARG(object));
	return known && fast.has == 0; /* nothing was collected */
}

Test(fields_shape, events_are_those_of_any_object)
{
	enum { SHAPES = 1500, OBJECTS = 30 };
	static struct field_cache cache;
	struct arena scratch;
	struct buf text;
	size_t by_shape = 0;

	arena_init(&scratch);
	buf_init(&text, 1 << 14);
	for (unsigned shape = 0; shape < SHAPES; shape++) {
		struct drawn d;

		draw_shape(&d);
		if (shape % 16 == 0)
			memset(&cache, 0, sizeof cache);
		for (unsigned i = 0; i < OBJECTS; i++) {
			draw_object(&d, &text);
			by_shape += compare(&cache, &scratch, buf_str(&text));
			arena_reset(&scratch);
		}
	}
	cr_expect(by_shape > SHAPES * OBJECTS / 10, "only %zu events of %d by a shape", by_shape, SHAPES * OBJECTS);
	buf_release(&text);
	arena_release(&scratch);
}

/* More shapes than there is room for: the later ones are read like any object. */
Test(fields_shape, has_room_for_so_many)
{
	static struct field_cache cache;
	struct arena scratch;
	struct buf text;

	arena_init(&scratch);
	buf_init(&text, 4096);
	for (unsigned i = 0; i < 4 * PLAN_SHAPES; i++) {
		buf_clear(&text);
		buf_addf(&text, "{\"k%u\":1,\"level\":\"info\",\"l%u\":2,\"msg\":\"hello\",\"user\":\"u%u\"}", i % 11, i / 11 % 11, i);
		compare(&cache, &scratch, buf_str(&text));
		compare(&cache, &scratch, buf_str(&text));
	}
	cr_expect_lt(cache.plan.n_shapes, PLAN_SHAPES);
	buf_release(&text);
	arena_release(&scratch);
}
