/* What blocks refer to by number, end to end: lists that are full, and blocks that went. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>

#include "core/hash.h"
#include "store/dict.h"
#include "tests/unit/store_help.h"

enum { TEMPLATES = 2500, SEVERITIES = 6, EVENTS = DICT_SHAPES_MAX + 9000 };

/* No two of these have one shape: template, severity, and whether there are a size, a duration, a status. */
static struct event made_shape_event(size_t k, char text[static 32])
{
	struct event e = made_event(k, T0 + (int64_t)k * NS_PER_MS);

	snprintf(text, 32, "line %zu", k % TEMPLATES);
	set_template(&e, text);
	e.severity = (enum severity)(k / TEMPLATES % SEVERITIES);
	e.bytes = k / TEMPLATES / SEVERITIES % 2 ? (int64_t)k : -1;
	e.duration_ms = k / TEMPLATES / SEVERITIES / 2 % 2 ? 5 : NAN;
	e.status = k / TEMPLATES / SEVERITIES / 4 % 2 ? 200 : -1;
	return e;
}

struct seen { size_t n, first; };

static bool check_row(void *self, const struct scan_row *row)
{
	struct seen *s = self;
	char text[32];
	size_t k = s->first + s->n++;
	struct event e = made_shape_event(k, text);

	cr_assert_eq(row->line, e.line, "event %zu", k);
	cr_assert_eq(row->template_id, e.template_id, "event %zu", k);
	cr_assert_eq(row->severity, e.severity);
	cr_assert_eq(row->status, e.status);
	cr_assert_eq(row->bytes, e.bytes < 0 ? UINT32_MAX : (uint32_t)e.bytes);
	cr_assert_eq(row->duration_us, isnan(e.duration_ms) ? UINT32_MAX : 5000);
	return true;
}

static void scan(const char *path, size_t first, size_t want)
{
	struct store *s;
	struct err err = ERR_INIT;
	struct seen seen = { 0, first };

	cr_assert(store_open(path, &s, &err), "%s", err.text);
	cr_assert(store_scan(s, TIME_NONE, INT64_MAX, SCAN_ALL, check_row, &seen, &err), "%s", err.text);
	cr_expect_eq(seen.n, want);
	/* From the middle on: blocks before are passed over, and what they brought is known. */
	seen = (struct seen){ 0, EVENTS / 2 };
	cr_assert(store_scan(s, T0 + EVENTS / 2 * NS_PER_MS, INT64_MAX, SCAN_ALL, check_row, &seen, &err), "%s", err.text);
	cr_expect_eq(seen.n, EVENTS - EVENTS / 2);
	store_close(s);
}

Test(dict, more_shapes_than_there_may_be_and_blocks_that_went)
{
	const char *path = temp_store("dict");
	struct store_writer *w;
	struct extent_writer *x;
	struct err err = ERR_INIT;
	struct extent_info info = made_info(0);
	struct extent_totals totals = { .lines = EVENTS, .events = EVENTS, .first_ns = T0, .last_ns = T0 + EVENTS * NS_PER_MS };
	sqlite3 *db;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	cr_assert(extent_begin(w, &info, &x, &err), "%s", err.text);
	for (size_t k = 0; k < EVENTS; k++) {
		char text[32];
		struct event e = made_shape_event(k, text);

		cr_assert(extent_add(x, &e, &err), "%s", err.text);
	}
	cr_assert(extent_finish(x, &totals, &err), "%s", err.text);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
	scan(path, 0, EVENTS);

	/* Old events go block by block; what the others refer to stays. */
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, "DELETE FROM block WHERE id = (SELECT min(id) FROM block)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	scan(path, 16384, EVENTS - 16384);

	/* Without it, they say that the store is damaged. */
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, "DELETE FROM dict WHERE id = (SELECT min(id) FROM dict)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	struct store *s;
	struct seen seen = { 0, 16384 };

	cr_assert(store_open(path, &s, &err), "%s", err.text);
	cr_expect_not(store_scan(s, TIME_NONE, T0, SCAN_ALL, check_row, &seen, &err) &&
	              store_scan(s, TIME_NONE, INT64_MAX, SCAN_ALL, check_row, &seen, &err));
	cr_expect(str_find(str_of(err.text), STR("damaged")) >= 0, "%s", err.text);
	store_close(s);
	remove_store(path);
}
