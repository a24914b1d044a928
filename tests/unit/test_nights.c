#include <criterion/criterion.h>

#include "store/nights.h"
#include "store/query.h"
#include "tests/unit/store_help.h"

enum { DAYS = 3, A_DAY = 24 * 60 * 6, FIRST_DAY = 20000 };
static const int64_t day_ns = 86400 * NS_PER_S;

static int64_t begin_of(int32_t day)
{
	return day * day_ns;
}

/* A file of every day: a request each 10 s that takes 20 ms (on the last day 80), and one error line at noon of the second day. */
static void make_days(const char *path)
{
	struct store_writer *w;
	struct err err = ERR_INIT;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	for (int32_t d = 0; d < DAYS; d++) {
		struct extent_writer *x;
		struct extent_info info = made_info((unsigned)d + 1);
		struct extent_totals t = made_totals(A_DAY, begin_of(FIRST_DAY + d), begin_of(FIRST_DAY + d + 1) - 1);
		info.zone_known = true;
		cr_assert(extent_begin(w, &info, &x, &err), "%s", err.text);
		for (int i = 0; i < A_DAY; i++) {
			struct event e = made_event((uint64_t)i, begin_of(FIRST_DAY + d) + i * 10 * NS_PER_S);
			e.kind = EV_HTTP;
			e.status = i % 100 ? 200 : 503;
			e.duration_ms = d + 1 < DAYS ? 20 : 80;
			set_route(&e, "GET /");
			if (d == 1 && i == A_DAY / 2) {
				e = made_event((uint64_t)i, begin_of(FIRST_DAY + d) + i * 10 * NS_PER_S);
				e.severity = SEV_ERROR;
				set_template(&e, "it broke");
			}
			cr_assert(extent_add(x, &e, &err), "%s", err.text);
		}
		cr_assert(extent_finish(x, &t, &err), "%s", err.text);
	}
	cr_assert(store_writer_settle(w, &err) && store_writer_close(w, &err), "%s", err.text);
}

static uint64_t count_of(const struct series *s, size_t n, enum series_kind kind)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; s[i].kind == kind && c < s[i].n_cells; c++)
			sum += series_cell(&s[i], c).count;
	return sum;
}

static void roll(const char *path, int32_t day)
{
	struct err err = ERR_INIT;

	cr_assert(store_roll_day(path, day, begin_of(day), begin_of(day + 1), &err), "%s", err.text);
}

Test(nights, a_day_in_coarse_cells_has_the_sums_of_the_day)
{
	const char *path = temp_store("coarse");
	struct arena a;
	struct err err = ERR_INIT;
	struct store *s;
	struct series *series;
	size_t n;

	arena_init(&a);
	make_days(path);
	for (int twice = 0; twice < 2; twice++)
		for (int32_t d = 0; d < DAYS; d++)
			roll(path, FIRST_DAY + d);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	for (int32_t d = 0; d < DAYS; d++) {
		cr_assert(store_load_day(s, FIRST_DAY + d, DAY_KINDS, &a, &series, &n, &err), "%s", err.text);
		cr_expect_eq(count_of(series, n, SERIES_HTTP), (uint64_t)A_DAY - (d == 1), "day %d", d);
		cr_expect_eq(count_of(series, n, SERIES_LINE), (uint64_t)(d == 1), "day %d", d);
		for (size_t i = 0; i < n; i++) {
			uint64_t in_hist = 0, cells = 0;
			for (size_t c = 0; c < series[i].n_cells; c++) {
				size_t k;
				const struct hist_entry *h = cell_hist(&series[i], c, &k);
				cells += series[i].kind == SERIES_HTTP ? series_cell(&series[i], c).count : 0;
				for (size_t j = 0; j < k; j++) {
					in_hist += h[j].count;
					cr_expect_eq(h[j].bucket, hist_bucket(d + 1 < DAYS ? 20 : 80));
				}
				cr_expect(series_cell(&series[i], c).bucket >= begin_of(FIRST_DAY + d) / (BUCKET_S * NS_PER_S));
			}
			cr_expect_eq(in_hist, cells);
			cr_expect_leq(series[i].n_cells, 144u);
		}
		arena_reset(&a);
	}
	cr_assert(store_load_day(s, FIRST_DAY - 1, DAY_KINDS, &a, &series, &n, &err));
	cr_expect_eq(n, 0u, "nothing is known of another day");
	store_close(s);
	arena_release(&a);
	remove_store(path);
}

/* A reader that is limited to a day says what a store of that day alone would say. */
Test(nights, a_limited_reader_sees_its_window_alone)
{
	const char *path = temp_store("limited");
	struct arena a;
	struct err err = ERR_INIT;
	struct store *s;
	struct series *series;
	struct store_source *sources;
	struct kept_line *kept;
	size_t n;

	arena_init(&a);
	make_days(path);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	store_limit(s, begin_of(FIRST_DAY + 1) + 3600 * NS_PER_S, begin_of(FIRST_DAY + 1) + 7200 * NS_PER_S);
	cr_assert(store_load_series(s, &a, &series, &n, &err), "%s", err.text);
	cr_expect_eq(count_of(series, n, SERIES_HTTP), 360u);
	cr_expect_eq(count_of(series, n, SERIES_LINE), 0u);
	cr_assert(store_load_sources(s, &a, &sources, &n, &err), "%s", err.text);
	cr_expect_eq(n, 1u);
	cr_assert(store_load_kept(s, &a, &kept, &n, &err), "%s", err.text);
	for (size_t i = 0; i < n; i++)
		cr_expect(kept[i].time_ns >= begin_of(FIRST_DAY + 1) + 3600 * NS_PER_S);
	store_limit(s, TIME_NONE, TIME_NONE);
	cr_assert(store_load_series(s, &a, &series, &n, &err), "%s", err.text);
	cr_expect_eq(count_of(series, n, SERIES_HTTP), (uint64_t)DAYS * A_DAY - 1);
	store_close(s);
	arena_release(&a);
	remove_store(path);
}

static uint64_t events_of(struct store *s)
{
	struct { uint64_t n; } seen = { 0 };
	struct arena a;
	struct quality_source *all;
	size_t n;
	struct err err = ERR_INIT;

	arena_init(&a);
	cr_assert(store_load_quality(s, &a, &all, &n, &err), "%s", err.text);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].n_notes; k++)
			seen.n += str_find(all[i].notes[k], STR("dropped")) >= 0;
	arena_release(&a);
	return seen.n;
}

static bool count_row(void *self, const struct scan_row *row)
{
	(void)row;
	++*(uint64_t *)self;
	return true;
}

/* Events go first, then sums, then the nights; the file stays known, and the store whole. */
Test(nights, retention_takes_the_oldest_first)
{
	const char *path = temp_store("retained");
	struct arena a;
	struct err err = ERR_INIT;
	struct retained done;
	struct store *s;
	struct series *series;
	struct stored_night *nights;
	struct store_writer *w;
	uint64_t events = 0, end;
	size_t n;
	bool known;

	arena_init(&a);
	make_days(path);
	for (int32_t d = 0; d < DAYS; d++) {
		roll(path, FIRST_DAY + d);
		cr_assert(store_save_night(path, FIRST_DAY + d, STR("{}"), &err), "%s", err.text);
	}
	struct retention keep = { begin_of(FIRST_DAY + 2), begin_of(FIRST_DAY + 1), FIRST_DAY + 1 };
	for (int twice = 0; twice < 2; twice++) {
		cr_assert(store_retain(path, &keep, &done, &err), "%s", err.text);
		cr_expect_eq(done.events, twice ? 0u : 2u * A_DAY);
		cr_expect_eq(done.days, twice ? 0u : 1u);
	}
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	cr_assert(store_scan(s, INT64_MIN + 1, INT64_MAX, SCAN_ALL, count_row, &events, &err), "%s", err.text);
	cr_expect_eq(events, (uint64_t)A_DAY);
	cr_assert(store_load_series(s, &a, &series, &n, &err), "%s", err.text);
	cr_expect_eq(count_of(series, n, SERIES_HTTP), 2u * A_DAY - 1, "sums of two days");
	cr_expect_eq(events_of(s), 1u, "a note on the file whose sums are still there");
	cr_assert(store_load_nights(s, &a, &nights, &n, &err), "%s", err.text);
	cr_expect_eq(n, 2u);
	cr_expect_eq(nights[0].day, FIRST_DAY + 1);
	store_close(s);
	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	cr_assert(store_writer_knows(w, made_info(1).content_id, &known, &end, &err) && known, "not to be read again");
	cr_assert(store_writer_close(w, &err), "%s", err.text);
	cr_expect_not(store_retain("/nonexistent/store", &keep, &done, &err));
	arena_release(&a);
	remove_store(path);
}
