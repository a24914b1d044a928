/*
 * Skeletons: texts that have the same one have the same mask, fingerprint or route. Texts are drawn from words
 * and numbers that matter to those, so that many pairs differ only in what a skeleton leaves out.
 */
#include <criterion/criterion.h>

#include "core/buf.h"
#include "core/hash.h"
#include "ingest/memo.h"
#include "ingest/skeleton.h"
#include "ingest/template.h"
#include "tests/unit/draw.h"

enum { ROUNDS = 60000, PARTS_MAX = 7 };

static void draw(const char *const *parts, size_t n, struct buf *out)
{
	unsigned count = 1 + below(PARTS_MAX);

	buf_clear(out);
	for (unsigned i = 0; i < count; i++) {
		const char *part = parts[below((unsigned)n)];

		/* '9' stands for any digit, '8' for a few of them */
		for (const char *p = part; *p; p++) {
			for (unsigned k = *p == '8' ? 1 + below(5) : 1; k > 0; k--)
				buf_addc(out, *p == '8' || *p == '9' ? (char)('0' + below(10)) : *p);
		}
	}
}

/* Every text drawn is held against the first one that had its skeleton. */
static void check(const char *const *parts, size_t n, uint64_t (*skeleton_key)(struct str),
		  void (*work)(struct str, struct buf *))
{
	struct buf text, result;
	struct names results;
	struct map seen;
	size_t again = 0;

	buf_init(&text, 4096);
	buf_init(&result, 4096);
	names_init(&results);
	map_init(&seen);
	for (int i = 0; i < ROUNDS; i++) {
		bool is_new;

		draw(parts, n, &text);
		uint64_t key = skeleton_key(buf_str(&text));

		if (key == 0)
			continue;
		buf_clear(&result);
		work(buf_str(&text), &result);
		buf_addc(&result, '.');
		uint64_t *id = map_put(&seen, key, &is_new);

		if (is_new)
			*id = names_add(&results, buf_str(&result));
		again += !is_new;
		cr_assert(str_eq(names_text(&results, *id), buf_str(&result)), "%.*s: %.*s, not %.*s",
			  STR_ARG(buf_str(&text)), STR_ARG(buf_str(&result)), STR_ARG(names_text(&results, *id)));
	}
	cr_assert(again > ROUNDS / 20, "only %zu of %d texts had the skeleton of another", again, ROUNDS);
	buf_release(&text);
	buf_release(&result);
	names_release(&results);
	map_release(&seen);
}

static uint64_t message_key(struct str s)
{
	char room[SKELETON_ROOM_BYTES];
	size_t len = skeleton_message(s, room);

	return len ? hash64(str_make(room, len)) : 0;
}

static uint64_t statement_key(struct str s)
{
	char room[SKELETON_ROOM_BYTES];
	size_t len = skeleton_statement(s, room);

	return len ? hash64(str_make(room, len)) : 0;
}

static uint64_t path_key(struct str s)
{
	char wide[4096 + 32];
	uint64_t key = skeleton_path_key(s, s, 1);

	/* The same with more behind it that can be read. */
	memcpy(wide, s.ptr, s.len);
	memset(wide + s.len, "/17?"[below(4)], 32);
	cr_assert(skeleton_path_key(str_make(wide, s.len), str_make(wide, s.len + 32), 1) == key, "%.*s", STR_ARG(s));
	return key;
}

static void route(struct str path, struct buf *out)
{
	route_normalise(STR("GET"), path, out);
}

Test(skeleton, of_messages)
{
	static const char *const parts[] = {
		"took ", "8", " ", "8 ms", " (8 KB)", "=8", "id=8,", "user8", "0x8f", "a8b9c", "9", "99", "8.8", "10.9.9.99",
		":8", "/var/8/x", " 8 bytes (8 MB) ", "Jan 8", "Fri Jun 99", "-8", "+8", "#8", "(8)", "[8]", "<8 sec", "é8",
		"8é", ", ", ": ", "db-9.example.com", "fe80::9", "8:8:8", "blk_-8", "deadbeef9", "http://x/8?a=8 ", "8%", "\t",
	};
	draw_state = 1;
	check(parts, sizeof parts / sizeof parts[0], message_key, template_mask);
}

Test(skeleton, of_statements)
{
	static const char *const parts[] = {
		"SELECT ", "a", " FROM ", "t", "t8", " WHERE ", "a = ", "8", "'x8'", "'it''s'", "'a\\'8'", " IN (8, 8)",
		" IN ('a8','b')", "$9", "-8", "- 8", "8.8", "1e8", ".8", ":8", ":name", "::int", "\"c8\"", "`t8`", "--8\n",
		"/* 8 */", "# 8\n", "%s", "%(a8)s", "(", ")", ", ", " LIMIT 8", " OFFSET 8", "ARRAY[8, 8]", "VALUES (8,'a8'),(8,'b')",
		"E'8'", "x'8f'", " LIKE '8%'", " IS NULL", "$$8$$", "@p8", "8a", "a_8", "é8", "8é", "'", "\"", ";", " AND ",
	};
	draw_state = 2;
	check(parts, sizeof parts / sizeof parts[0], statement_key, query_fingerprint);
}

Test(skeleton, of_paths)
{
	static const char *const parts[] = {
		"/", "/8", "/8.json", "/8.webp", "/8.verylongname", "/a", "/a8", "/v9", "/product-8", "/8-8-8", "/8/x", "?a=8",
		"#8", ";j=8", "//", "/.8", "/8.9.9.9", "/..", "/8abc", "/é8", "/8é", "/wp-admin/8", "/8,8", "/a.8",
	};
	draw_state = 3;
	check(parts, sizeof parts / sizeof parts[0], path_key, route);
}

Test(skeleton, long_texts_have_none)
{
	char text[SKELETON_TEXT_BYTES + 1], room[SKELETON_ROOM_BYTES];

	memset(text, '/', sizeof text);
	cr_assert(skeleton_message(str_make(text, sizeof text), room) == 0);
	cr_assert(skeleton_path_key(str_make(text, sizeof text), STR_NONE, 1) == 0);
	memset(text, 'a', sizeof text);
	cr_assert(skeleton_statement(str_make(text, sizeof text), room) == 0);
	cr_assert(skeleton_statement(str_make(text, sizeof text - 1), room) == sizeof text - 1);
}

Test(memo, remembers_by_key)
{
	struct arena a;
	struct memo m;
	char copy[] = "text";

	arena_init(&a);
	memo_init(&m, &a);
	cr_assert(memo_get(&m, 5) == NULL);
	struct str kept = memo_put(&m, 5, 50, str_of(copy));

	copy[0] = 'n';
	cr_assert(str_eq(kept, STR("text")));
	cr_assert(memo_put(&m, 6, 50, STR("text")).ptr == kept.ptr, "the same text is kept once");
	cr_assert(memo_get(&m, 5)->id == 50 && str_eq(memo_get(&m, 6)->text, STR("text")));
	cr_assert(memo_put(&m, 7, 0, STR_NONE).len == 0 && memo_get(&m, 7)->id == 0);
	memo_release(&m);
	arena_release(&a);
}
