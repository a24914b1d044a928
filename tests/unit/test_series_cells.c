#include <criterion/criterion.h>

#include "core/hash.h"
#include "store/series_cells.h"

enum { CELLS = 700 };

/* What a series is put together from, and what must come out again. */
struct made {
	struct cell cells[CELLS];
	struct part_more more[CELLS]; /* n_hist entries from `hist` on */
	struct hist_entry *hist;
	size_t n_hist;
};

/* How cells are: what does not fit into a narrow one comes once, at cell `odd`. */
struct shape { const char *name; size_t odd; int32_t step; uint32_t count, entries; bool some_fail, wide, failed; };

static uint64_t draw(uint64_t *state, uint64_t n)
{
	*state = hash64_mix(*state, 1);
	return *state % n;
}

static struct made make(const struct shape *how, struct arena *a)
{
	struct made m = { .hist = arena_new_n(a, struct hist_entry, CELLS * (size_t)8 + how->entries) };
	uint64_t state = 1;
	int32_t bucket = -5;
	for (size_t i = 0; i < CELLS; i++) {
		bool odd = i == how->odd;
		struct cell *c = &m.cells[i];
		bucket += odd && how->step ? how->step : 1 + (int32_t)draw(&state, 3);
		c->bucket = bucket;
		c->count = odd && how->count ? how->count : 1 + (uint32_t)draw(&state, 9);
		c->failed = how->some_fail && i >= how->odd ? (uint32_t)draw(&state, c->count + 1) : 0;
		m.more[i] = (struct part_more){ .timed = c->count, .sum_us = 1000 * i, .max_us = 500 * i, .hist = (uint32_t)m.n_hist };
		m.more[i].n_hist = odd && how->entries ? how->entries : (uint32_t)draw(&state, 8);
		for (uint32_t k = 0; k < m.more[i].n_hist; k++)
			m.hist[m.n_hist++] = (struct hist_entry){ (uint8_t)draw(&state, 200), 1 };
	}
	return m;
}

static void put(const struct made *m, enum series_kind kind, bool sums, bool is_wide, struct series *s, struct arena *a)
{
	struct cell_room room;
	*s = (struct series){ .kind = kind };
	cell_room_make(&room, kind, sums, is_wide, 1, CELLS, m->n_hist, a);
	cell_room_give(&room, s, CELLS, m->n_hist);
	for (size_t i = 0; i < CELLS; i++) {
		series_put_cell(s, &m->cells[i], &m->more[i], CELLS, a);
		if (s->hist && m->more[i].n_hist)
			memcpy(s->hist + m->more[i].hist, m->hist + m->more[i].hist, m->more[i].n_hist * sizeof *m->hist);
	}
	series_end_cells(s, m->n_hist, CELLS, a);
}

static void check(const struct made *m, const struct series *s, bool sums, const char *name)
{
	cr_assert_eq(s->n_cells, CELLS);
	for (size_t i = 0; i < CELLS; i++) {
		const struct cell c = series_cell(s, i), *want = &m->cells[i];
		struct cell_times t = cell_times(s, i);
		size_t n;
		const struct hist_entry *hist = cell_hist(s, i, &n);
		cr_assert(c.bucket == want->bucket && c.count == want->count && c.failed == want->failed, "%s, cell %zu", name, i);
		cr_assert_eq(n, kind_has_hist(s->kind) ? m->more[i].n_hist : 0, "%s, cell %zu: %zu", name, i, n);
		for (size_t k = 0; k < n; k++)
			cr_assert(hist[k].bucket == m->hist[m->more[i].hist + k].bucket && hist[k].count == 1);
		cr_assert_eq(t.timed, kind_has_hist(s->kind) ? n : kind_has_durations(s->kind) ? m->more[i].timed : 0);
		cr_assert(t.sum_ms == (sums && kind_has_durations(s->kind) ? (float)i : 0) && t.max_ms == t.sum_ms / 2, "%s, cell %zu", name, i);
	}
}

Test(series_cells, what_is_put_in_comes_out_again_however_large)
{
	static const struct shape shapes[] = {
		{ .name = "small numbers" },
		{ .name = "a bucket far from the first", .odd = 300, .step = 1 << 16, .wide = true },
		{ .name = "a bucket just near enough", .odd = 1, .step = 60000 },
		{ .name = "a large count", .odd = 449, .count = 1 << 16, .wide = true },
		{ .name = "the largest narrow count", .odd = 449, .count = UINT16_MAX },
		{ .name = "a large first cell", .odd = 0, .count = UINT32_MAX, .wide = true },
		{ .name = "a histogram without end", .odd = 129, .entries = 70000, .wide = true },
		{ .name = "one that ends with its block", .odd = 127, .entries = 70000 },
		{ .name = "one at the very end", .odd = CELLS - 1, .entries = 70000, .wide = true },
		{ .name = "some fail", .some_fail = true, .failed = true },
		{ .name = "some fail late", .odd = 600, .some_fail = true, .failed = true },
		{ .name = "some fail, and a large count", .odd = 200, .count = 1 << 20, .some_fail = true, .wide = true, .failed = true },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		struct made m = make(&shapes[i], &a);
		for (unsigned kind = 0; kind < SERIES_KIND_COUNT; kind++)
			for (unsigned how = 0; how < 4; how++) {
				struct series s;
				bool wide = how & 1, sums = how & 2;
				put(&m, (enum series_kind)kind, sums, wide, &s, &a);
				check(&m, &s, sums, shapes[i].name);
				bool hist_only = shapes[i].entries > 0 && !kind_has_hist((enum series_kind)kind);
				cr_expect_eq(s.is_wide, wide || (shapes[i].wide && !hist_only), "%s", shapes[i].name);
				cr_expect_eq(s.failed != NULL, shapes[i].failed, "%s", shapes[i].name);
			}
		arena_reset(&a);
	}
	arena_release(&a);
}

Test(series_cells, all_fail_or_none_needs_no_room)
{
	const struct shape plain = { .name = "plain" };
	struct arena a;
	struct series s;
	arena_init(&a);
	struct made m = make(&plain, &a);
	for (size_t i = 0; i < CELLS; i++)
		m.cells[i].failed = m.cells[i].count;
	put(&m, SERIES_LINE, false, false, &s, &a);
	check(&m, &s, false, "all fail");
	cr_expect_null(s.failed);
	cr_expect(s.all_failed);
	arena_release(&a);
}

/* The analysis of a day with ten million events is mostly these: what a cell takes is what decides about its memory. */
Test(series_cells, what_a_cell_takes)
{
	const struct shape plain = { .name = "plain" };
	static const struct { enum series_kind kind; bool sums; size_t bytes; } rows[] = {
		{ SERIES_LINE, false, 4 }, { SERIES_FACET, false, 4 }, { SERIES_HTTP, false, 6 }, { SERIES_HTTP, true, 14 }, { SERIES_QUERY, true, 14 },
	};
	struct arena from, to;
	struct series s;
	arena_init(&from);
	arena_init(&to);
	struct made m = make(&plain, &from);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t hist = kind_has_hist(rows[i].kind) ? m.n_hist * sizeof(struct hist_entry) : 0;
		arena_reset(&to);
		put(&m, rows[i].kind, rows[i].sums, false, &s, &to);
		cr_expect_leq(to.used_bytes, CELLS * rows[i].bytes + hist + 64, "kind %u: %zu", rows[i].kind, to.used_bytes);
	}
	arena_release(&from);
	arena_release(&to);
}
