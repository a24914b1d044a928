/* Reading and writing JSON. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "core/json.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(json, tells_well_formed_from_malformed)
{
	static const char *const good[] = {
		"{}",
		"[]",
		" [ ] ",
		"null",
		"true",
		"false",
		"0",
		"-0.5e+3",
		"\"\"",
		"\"a\\\"b\"",
		"[1,2,[3,{}]]",
		"{\"a\":{\"b\":[1,\"x\",null,true]},\"c\":\"\"}",
		"{\"a\" : 1 , \"a\" : 2}",
		"[NaN,Infinity,-Infinity]",
		"\"\\u00e9\\ud83d\\ude00\"",
		"\"raw\ttab\"",
		"\"\xff\"",
		"1e5",
		"[[[[]]]]",
	};
	static const char *const bad[] = {
		"",      " ",    "{",         "}",        "[",          "[1",    "[1,",
		"[1,]",  "[,1]", "{\"a\"}",   "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:2}",
		"\"",    "\"a",  "\"a\\",     "\"a\\\"",  "tru",        "nul",   "01",
		"1.",    ".5",   "1e",        "-",        "+1",         "[1 2]", "{\"a\":1 \"b\":2}",
		"{} {}", "[1]]", "{\"a\":[}", "Inf",      "--1",        "'a'",
	};
	for (size_t i = 0; i < COUNT(good); i++)
		cr_expect(json_valid(str_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		cr_expect_not(json_valid(str_of(bad[i])), "%s", bad[i]);
	cr_expect_eq(json_value_at(STR("  "), NULL).type, JSON_END);
	cr_expect_eq(json_value_at(STR("x"), NULL).type, JSON_ERROR);
}

Test(json, depth_is_bounded, .timeout = 10)
{
	static char text[1 << 20];
	memset(text, '[', sizeof text);
	cr_expect_not(json_valid(str_make(text, sizeof text)));
	for (size_t depth = JSON_MAX_DEPTH - 1; depth < JSON_MAX_DEPTH + 2; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		cr_expect_eq(json_valid(str_make(text, 2 * depth)), depth <= JSON_MAX_DEPTH, "%zu", depth);
	}
	/* {"a":{"a":... */
	for (size_t i = 0; i + 5 < sizeof text; i += 5)
		memcpy(text + i, "{\"a\":", 5);
	cr_expect_not(json_valid(str_make(text, sizeof text / 5 * 5)));
}

Test(json, walks_members_and_items)
{
	static const char text[] = " { \"time\" : \"12:00\" , \"n\":-1.5,\"list\":[1,{\"x\":[]},\"]\"], "
	                           "\"o\":{\"k\":\"}\"},\"z\":null } rest";
	static const char *const keys[] = { "time", "n", "list", "o", "z" };
	static const char *const raws[] = { "12:00", "-1.5", "[1,{\"x\":[]},\"]\"]", "{\"k\":\"}\"}",
		                            "null" };
	static const enum json_type types[] = { JSON_STRING, JSON_NUMBER, JSON_ARRAY, JSON_OBJECT,
		                                JSON_NULL };
	struct str rest, key;
	struct json_value v, object = json_value_at(str_of(text), &rest);
	struct json_iter it;
	cr_assert_eq(object.type, JSON_OBJECT);
	cr_expect(str_eq(rest, STR(" rest")));
	for (int open = 0; open < 2; open++) {
		size_t n = 0;
		cr_assert(open ? json_iter_open(&it, str_of(text)) : json_iter_init(&it, object));
		while (json_iter_next(&it, &key, &v)) {
			cr_assert_lt(n, COUNT(keys));
			cr_expect(str_eq(key, str_of(keys[n])));
			cr_expect(str_eq(v.raw, str_of(raws[n])), "%.*s", STR_ARG(v.raw));
			cr_expect_eq(v.type, types[n]);
			n++;
		}
		cr_expect_eq(n, COUNT(keys));
		cr_expect_not(it.failed);
		cr_expect_not(json_iter_next(&it, &key, &v), "and it stays at the end");
		cr_expect_not(it.failed);
	}
	cr_expect(str_starts(str_make(it.at, 5), STR(" rest")), "behind the object");
	json_iter_init(&it, json_get(object, STR("list")));
	cr_expect(json_iter_next(&it, &key, &v) && key.len == 0 && str_eq(v.raw, STR("1")));
	cr_expect(json_iter_next(&it, &key, &v) && v.type == JSON_OBJECT);
	cr_expect(json_iter_next(&it, &key, &v) && v.type == JSON_STRING);
	cr_expect_not(json_iter_next(&it, &key, &v));
	cr_expect_not(json_iter_init(&it, json_get(object, STR("n"))));
	cr_expect_not(json_iter_next(&it, &key, &v));
	cr_expect_not(json_iter_open(&it, STR("no json")));
}

/* Every prefix of an object ends as failed, and gives only members that are in the whole. */
Test(json, truncation_at_every_byte_is_seen)
{
	static const char text[] =
		"{\"a\":1,\"bc\":\"d\\\"e\",\"f\":[1,{\"g\":2}],\"h\":true,\"i\":{\"j\":null}}";
	for (size_t len = 0; len < sizeof text - 1; len++) {
		/* A copy, so that reading beyond its end is seen by the sanitizer. */
		struct arena a;
		arena_init(&a);
		char *copy = arena_alloc(&a, len ? len : 1, 1);
		memcpy(copy, text, len);
		struct str s = { copy, len }, key;
		struct json_iter it;
		struct json_value v;
		cr_expect_not(json_valid(s), "%zu", len);
		if (json_iter_open(&it, s)) {
			while (json_iter_next(&it, &key, &v))
				cr_expect(key.len > 0);
			cr_expect(it.failed, "%.*s", STR_ARG(s));
		}
		arena_release(&a);
	}
}

Test(json, malformed_objects_fail_in_the_walk)
{
	static const char *const bad[] = {
		"{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\"1}", "{,}", "{\"a\":1]", "[1}", "[1 2]", "[", "{"
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct json_iter it;
		struct json_value v;
		struct str key;
		cr_assert(json_iter_open(&it, str_of(bad[i])));
		int n = 0;
		while (json_iter_next(&it, &key, &v))
			cr_assert_lt(n++, 3);
		cr_expect(it.failed, "%s", bad[i]);
	}
}

Test(json, resolves_escapes)
{
	static const struct {
		const char *text, *wanted;
		size_t len;
	} rows[] = {
#define ROW(text, wanted) { text, wanted, sizeof(wanted) - 1 }
		ROW("\"plain\"", "plain"),
		ROW("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"),
		ROW("\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac"),
		ROW("\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"),
		ROW("\"\\ud83d\"", "\xef\xbf\xbd"),
		ROW("\"\\ud83dx\"", "\xef\xbf\xbdx"),
		ROW("\"\\ud83d\\u0041\"", "\xef\xbf\xbd" "A"),
		ROW("\"\\ude00\"", "\xef\xbf\xbd"),
		ROW("\"a\\u0000b\"", "a\0b"),
		ROW("\"\\u12\"", "\\u12"),
		ROW("\"\\x41\"", "\\x41"),
		ROW("\"tail\\u00e\"", "tail\\u00e"),
		ROW("-12.5", "-12.5"),
		ROW("true", "true"),
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str got = json_text(json_value_at(str_of(rows[i].text), NULL), &a);
		cr_expect(str_eq(got, str_make(rows[i].wanted, rows[i].len)), "%s gave %.*s", rows[i].text,
		          STR_ARG(got));
	}
	struct str text = STR("\"no escape\"");
	cr_expect_eq(json_text(json_value_at(text, NULL), &a).ptr, text.ptr + 1, "and no copy");
	arena_release(&a);
}

Test(json, finds_by_dotted_path)
{
	static const char text[] =
		"{\"a\":{\"b\":{\"c\":1},\"b.c\":2},\"a.b\":{\"c\":3},\"x\":{\"y\":4},\"x.y\":5,"
		"\"p\":{\"q\":6},\"p\":{\"r\":7},\"s\":\"t\"}";
	static const struct {
		const char *path;
		int64_t value; /* 0: absent */
	} rows[] = {
		{ "a.b.c", 2 }, { "x.y", 5 }, { "p.q", 6 }, { "p.r", 7 },   { "p.s", 0 },
		{ "s.t", 0 },   { "a.", 0 },  { "", 0 },    { "x.y.z", 0 },
	};
	struct json_value object = json_value_at(str_of(text), NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json_value v = json_get(object, str_of(rows[i].path));
		int64_t n = 0;
		cr_expect_eq(json_i64(v, &n), rows[i].value != 0, "%s", rows[i].path);
		cr_expect_eq(n, rows[i].value, "%s", rows[i].path);
	}
	cr_expect_eq(json_get(object, STR("nothing")).type, JSON_END);
	cr_expect_eq(json_get(json_value_at(STR("[1]"), NULL), STR("a")).type, JSON_END);
}

Test(json, numbers)
{
	double d = 0;
	int64_t i = 0;
	cr_expect(json_double(json_value_at(STR("12.5"), NULL), &d) && d == 12.5);
	cr_expect(json_double(json_value_at(STR("\"0.25\""), NULL), &d) && d == 0.25);
	cr_expect_not(json_double(json_value_at(STR("\"0.25s\""), NULL), &d));
	cr_expect_not(json_double(json_value_at(STR("NaN"), NULL), &d));
	cr_expect_not(json_double(json_value_at(STR("true"), NULL), &d));
	cr_expect(json_i64(json_value_at(STR("-7"), NULL), &i) && i == -7);
	cr_expect(json_i64(json_value_at(STR("200.0"), NULL), &i) && i == 200);
	cr_expect(json_i64(json_value_at(STR("\"1773540005115000\""), NULL), &i) && i == 1773540005115000);
	cr_expect_not(json_i64(json_value_at(STR("1.5"), NULL), &i));
	cr_expect_not(json_i64(json_value_at(STR("1e300"), NULL), &i));
	cr_expect_not(json_i64(json_value_at(STR("null"), NULL), &i));
}

static void write_sample(struct jsonw *w)
{
	jsonw_object(w);
	jsonw_key(w, "s");
	jsonw_str(w, STR("a\"\\\n\x01\xff\xc3\xa9\x7f\xc2\x9b"));
	jsonw_key(w, "list");
	jsonw_array(w);
	jsonw_i64(w, INT64_MIN);
	jsonw_u64(w, UINT64_MAX);
	jsonw_fixed(w, 1.005, 2);
	jsonw_fixed(w, -0.0001, 2);
	jsonw_fixed(w, NAN, 2);
	jsonw_fixed(w, INFINITY, 2);
	jsonw_fixed(w, 1e308, 1);
	jsonw_bool(w, false);
	jsonw_null(w);
	jsonw_array_end(w);
	jsonw_key(w, "empty");
	jsonw_array(w);
	jsonw_array_end(w);
	jsonw_key(w, "o");
	jsonw_object(w);
	jsonw_object_end(w);
	jsonw_object_end(w);
}

Test(json, writes_what_it_reads)
{
	struct buf b;
	struct jsonw w;
	struct arena a;
	arena_init(&a);
	buf_init(&b, 1 << 16);
	jsonw_init(&w, &b, 0);
	write_sample(&w);
	cr_expect(str_starts(buf_str(&b), STR("{\"s\":\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa9\\u007f\\u009b\","
	                                      "\"list\":[-9223372036854775808,"
	                                      "18446744073709551615,1.00,0.00,null,null,1000")),
	          "%.*s", STR_ARG(buf_str(&b)));
	cr_expect(str_ends(buf_str(&b), STR(".0,false,null],\"empty\":[],\"o\":{}}")));
	cr_expect(json_valid(buf_str(&b)));
	struct json_value s = json_get(json_value_at(buf_str(&b), NULL), STR("s"));
	cr_expect(str_eq(json_text(s, &a), STR("a\"\\\n\x01\xef\xbf\xbd\xc3\xa9\x7f\xc2\x9b")));
	buf_clear(&b);
	jsonw_init(&w, &b, 2);
	jsonw_array(&w);
	jsonw_object(&w);
	jsonw_key(&w, "k");
	jsonw_i64(&w, 1);
	jsonw_key(&w, "e");
	jsonw_array(&w);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	jsonw_null(&w);
	jsonw_array_end(&w);
	cr_expect(str_eq(buf_str(&b), STR("[\n  {\n    \"k\": 1,\n    \"e\": []\n  },\n  null\n]")), "%.*s",
	          STR_ARG(buf_str(&b)));
	buf_release(&b);
	arena_release(&a);
}
