#include <criterion/criterion.h>

#include <stdio.h>

#include "store/db_rows.h"

enum { N = 3000 };

static struct db_event made_event(struct arena *a, size_t i)
{
	char text[600];
	struct db_event e = { .kind = (enum event_kind)(i % EVENT_KIND_COUNT), .pid = -1, .us = -1, .bytes = -1 };

	snprintf(text, sizeof text, "process %zu%*s", i, (int)(i % 500), "still waiting");
	e.time_ns = i % 7 == 0 ? TIME_NONE : i % 7 == 1 ? INT64_MAX : (int64_t)i * 1000000 - 5;
	e.pid = i % 3 ? (int64_t)i : -1;
	e.us = i % 5 ? (int64_t)(i * i) : -1;
	e.bytes = i % 11 ? -1 : INT64_MAX;
	e.line = i % 13 == 12 ? UINT64_MAX : i * 3;
	e.offset = i * 100;
	e.service = i % 2 ? STR("db1") : STR_NONE;
	e.user = STR("shop");
	e.text = arena_str(a, str_of(text));
	return e;
}

static void check_same(const struct db_event *a, const struct db_event *b)
{
	cr_assert_eq(a->kind, b->kind);
	cr_assert_eq(a->time_ns, b->time_ns);
	cr_assert_eq(a->pid, b->pid);
	cr_assert_eq(a->us, b->us);
	cr_assert_eq(a->bytes, b->bytes);
	cr_assert_eq(a->line, b->line);
	cr_assert_eq(a->offset, b->offset);
	cr_assert(str_eq(a->service, b->service) && str_eq(a->host, b->host) && str_eq(a->db, b->db) && str_eq(a->user, b->user));
	cr_assert(str_eq(a->object, b->object) && str_eq(a->holder, b->holder) && str_eq(a->query, b->query) && str_eq(a->text, b->text));
}

Test(db_rows, events_come_back_in_several_blobs)
{
	struct arena a;
	struct buf out;
	struct column_coder c;
	size_t blobs = 0;

	arena_init(&a);
	buf_init(&out, 16 << 20);
	column_coder_init(&c);
	struct db_event *rows = arena_new_n(&a, struct db_event, N);
	for (size_t i = 0; i < N; i++)
		rows[i] = made_event(&a, i);
	for (size_t at = 0, n; at < N; at += n, blobs++) {
		struct db_rows in;
		struct db_event back;

		buf_clear(&out);
		n = db_rows_put(rows + at, N - at, &c, &out);
		cr_assert_gt(n, 0);
		cr_assert(db_rows_open(&in, buf_str(&out), &c, &a));
		for (size_t i = 0; i < n; i++) {
			cr_assert(db_rows_next(&in, &back), "%zu", at + i);
			check_same(&rows[at + i], &back);
		}
		cr_expect_not(db_rows_next(&in, &back));
		cr_expect_eq(in.rest.len, 0);
	}
	cr_expect_gt(blobs, 1);
	column_coder_release(&c);
	buf_release(&out);
	arena_release(&a);
}

Test(db_rows, damaged_blobs_are_refused)
{
	struct arena a;
	struct buf out, other;
	struct column_coder c;
	struct db_rows in;
	struct db_event back, rows[3];

	arena_init(&a);
	buf_init(&out, 1 << 20);
	buf_init(&other, 1 << 20);
	column_coder_init(&c);
	for (size_t i = 0; i < 3; i++)
		rows[i] = made_event(&a, i + 1);
	cr_assert_eq(db_rows_put(rows, 3, &c, &out), 3);
	for (size_t i = 0; i < out.len; i++) {
		out.ptr[i] ^= 1;
		cr_expect_not(db_rows_open(&in, buf_str(&out), &c, &a), "byte %zu", i);
		cr_expect_not(db_rows_open(&in, str_head(buf_str(&out), i), &c, &a));
		out.ptr[i] ^= 1;
	}
	/* Rows that end too early, under a checksum that fits: the row is not given, and the rest tells. */
	cr_assert(db_rows_open(&in, buf_str(&out), &c, &a));
	struct str whole = in.rest;
	for (size_t cut = 1; cut < whole.len; cut += 7) {
		size_t n = 0, start;

		buf_clear(&other);
		start = blob_begin(&other, 1);
		plane_put_text(&c.planes, &other, str_head(whole, whole.len - cut));
		blob_seal(&other, start, DB_ROWS_SEED);
		cr_assert(db_rows_open(&in, buf_str(&other), &c, &a));
		while (db_rows_next(&in, &back))
			n++;
		cr_expect(n < 3 && (in.rest.len > 0 || n > 0), "%zu", cut);
	}
	column_coder_release(&c);
	buf_release(&other);
	buf_release(&out);
	arena_release(&a);
}
