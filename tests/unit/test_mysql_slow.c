/*
 * MySQL's slow query log by the short way: what it takes says what the long way says, and where it takes a record to end no line
 * goes on with it. Records are drawn from usual lines and damaged.
 */
#include <criterion/criterion.h>

#include "core/buf.h"
#include "ingest/format.h"
#include "tests/unit/draw.h"

enum { ROUNDS = 20000 };

/* One of each of these, '9' for any digit. */
static const char *const pieces[][6] = {
	{ "# Time: 2026-01-29T09:09:09.999999Z\n", "# Time: 189999  9:09:09\n", "", "# Time: 2026-01-29T09:09:09.999999Z\r\n" },
	{ "# User@Host: shop[shop] @  [10.9.9.9]  Id: 99999\n", "# User@Host: a[b] @ localhost []  Id:    9\n",
	  "# User@Host: a[b] @ db.example [10.9.9.9] Id: 9\n", "# User@Host: a[b] @ x [10.9.9.9]\n", "# User@Host: [b]] @ x [9]  Id: 9x\n" },
	{ "# Query_time: 9.999999  Lock_time: 0.999999 ", "# Query_time: 99.999999  Lock_time: 0.999999 ", "# Query_time: 9  Lock_time: .9 ",
	  "# Query_time: 9.99 Lock_time: 9.0  ", "# Thread_id: 9  Schema:   QC_hit: No\n# Query_time: 9.9  Lock_time: 9.9 " },
	{ "Rows_sent: 999  Rows_examined: 99999\n", "Rows_sent: 9 Rows_examined: 99999999\n", "Rows_sent: 9  Rows_examined: 9 Bytes_sent: 99\n" },
	{ "SET timestamp=1769999999;\n", "use shop;\nSET timestamp=1769999999;\n", "SET timestamp=1769699999.999999;\n",
	  "SET last_insert_id=9,timestamp=1769999999;\n", "SET timestamp=99;\n" },
	{ "SELECT id FROM t WHERE id = 9;", "SELECT id\n\nFROM t;", "# administrator command: Quit;", "Time x\tArgument", "SELECT 1\n# x;", "  " },
};

static void draw(struct buf *out)
{
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		const char *piece = pieces[i][below(4) ? 0 : below(6)];

		for (const char *p = piece ? piece : ""; *p; p++)
			buf_addc(out, *p == '9' ? (char)('0' + below(10)) : *p);
	}
	if (below(4) == 0 && out->len > 0)
		out->ptr[below((unsigned)out->len)] = "\n\r[]#:;. 0T"[below(11)];
}

static bool same(const struct event *a, const struct event *b)
{
	const double numbers[][2] = { { a->duration_ms, b->duration_ms }, { a->lock_ms, b->lock_ms } };

	return a->kind == b->kind && a->has_time == b->has_time && a->time.ns == b->time.ns && a->time.has_zone == b->time.has_zone &&
	       memcmp(&numbers[0][0], &numbers[0][1], sizeof(double)) == 0 && memcmp(&numbers[1][0], &numbers[1][1], sizeof(double)) == 0 &&
	       a->rows == b->rows && a->examined == b->examined && a->pid == b->pid && a->bytes == b->bytes && str_eq(a->user, b->user) &&
	       str_eq(a->client, b->client) && str_eq(a->db, b->db) && str_eq(a->query, b->query) && str_eq(a->message, b->message) &&
	       str_eq(a->sqlstate, b->sqlstate);
}

Test(mysql_slow, reads_usual_records_as_others)
{
	const struct format *f = format_by_id(STR("mysql_slow"));
	struct arena file, scratch;
	struct buf text;
	size_t taken = 0;

	arena_init(&file);
	arena_init(&scratch);
	buf_init(&text, 4096);
	struct decode_ctx ctx = { .scratch = &scratch, .file = &file, .format = f };

	ctx.state = arena_alloc(&file, f->state_bytes, 16);
	for (int i = 0; i < ROUNDS; i++) {
		struct event short_way = EVENT_INIT, long_way = EVENT_INIT, untouched = EVENT_INIT;

		buf_clear(&text);
		draw(&text);
		/* In memory of its own, where a sanitizer sees a read past the end. */
		struct str record = arena_str(&scratch, buf_str(&text));

		if (f->plain(record, &ctx, &short_way)) {
			taken++;
			cr_assert(f->decode(record, &ctx, &long_way), "%s", record.ptr);
			cr_assert(same(&short_way, &long_way), "%s", record.ptr);
		} else {
			cr_assert(same(&short_way, &untouched), "%s", record.ptr);
		}
		arena_reset(&scratch);
	}
	cr_assert(taken > ROUNDS / 8 && taken < ROUNDS / 2, "%zu", taken);
	buf_release(&text);
	arena_release(&scratch);
	arena_release(&file);
}

Test(mysql_slow, knows_where_a_record_ends)
{
	const struct format *f = format_by_id(STR("mysql_slow"));
	const struct decode_ctx ctx = { .format = f };
	struct buf text, record;
	size_t known = 0;

	buf_init(&text, 4096);
	buf_init(&record, 4096);
	for (int i = 0; i < ROUNDS; i++) {
		struct further_lines further;
		struct str rest, line;

		buf_clear(&text);
		buf_clear(&record);
		for (int k = 0; k < 2; k++) {
			draw(&text);
			buf_addc(&text, '\n');
		}
		line = str_cut(buf_str(&text), '\n', &rest);
		if (f->classify(line, STR_NONE, &ctx) != LINE_START || !f->whole(line, rest, &further))
			continue;
		known++;
		cr_assert(further.bytes < rest.len);
		buf_add(&record, line);
		const char *end = rest.ptr + further.bytes;

		for (uint32_t k = 0; k < further.n; k++) {
			line = str_cut(rest, '\n', &rest);
			cr_assert(f->classify(line, buf_str(&record), &ctx) == LINE_CONTINUES && !str_ends(line, STR("\r")), "%.*s",
				  STR_ARG(buf_str(&text)));
			buf_addc(&record, '\n');
			buf_add(&record, line);
		}
		cr_assert(further.n == 0 || line.ptr + line.len == end);
		line = str_cut(rest, '\n', &rest);
		cr_assert(f->classify(line, buf_str(&record), &ctx) == LINE_START, "%.*s", STR_ARG(buf_str(&text)));
	}
	cr_assert(known > ROUNDS / 4, "%zu", known);
	buf_release(&text);
	buf_release(&record);
}
