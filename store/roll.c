/* roll: the series of a day in coarse cells. */
#include "store/cells.h"
#include "store/nights.h"
#include "store/schema.h"
#include "store/store_impl.h"

enum {
	BLOB_MAX = 32 << 20,
	ROLL_CELLS = PART_CELLS_MAX / 2, /* a part is written when it has as many */
	ROLL_HIST = PART_HIST_MAX / 2,
	DAY_LONGEST_S = 49 * 3600,       /* bounds the coarse cells of a series */
	DAY_CELLS_MAX = DAY_LONGEST_S / BUCKET_S / DAY_HTTP_WIDTH + 2,
};

/* A part that is being filled. */
struct rolling {
	struct arena arena;
	struct cells_part part;
	size_t series_room, cells_room, hist_room;
};

static void begin_part(struct rolling *r, enum series_kind kind)
{
	arena_reset(&r->arena);
	r->series_room = r->cells_room = ROLL_CELLS + DAY_CELLS_MAX;
	r->hist_room = ROLL_HIST + DAY_CELLS_MAX * HIST_BUCKETS;
	r->part = (struct cells_part){
		.kind = kind,
		.ids = arena_new_n(&r->arena, uint64_t, r->series_room),
		.lengths = arena_new_n(&r->arena, uint32_t, r->series_room),
		.cells = arena_new_n(&r->arena, struct cell, r->cells_room),
		.more = arena_new_n(&r->arena, struct part_more, r->cells_room),
		.hist = arena_new_n(&r->arena, struct part_hist, r->hist_room),
	};
}

static uint32_t add_counts(uint64_t a, uint64_t b)
{
	return a + b < UINT32_MAX ? (uint32_t)(a + b) : UINT32_MAX;
}

static void add_cell(struct cell *to, struct part_more *more, uint32_t counts[static HIST_BUCKETS], const struct series *s, size_t cell)
{
	const struct cell from = series_cell(s, cell);
	struct cell_times times = cell_times(s, cell);
	uint64_t max_us = (uint64_t)((double)times.max_ms * 1e3 + 0.5);
	size_t n;
	const struct hist_entry *hist = cell_hist(s, cell, &n);

	to->count = add_counts(to->count, from.count);
	to->failed = add_counts(to->failed, from.failed);
	more->timed = add_counts(more->timed, times.timed);
	more->sum_us += (uint64_t)((double)times.sum_ms * 1e3 + 0.5);
	more->max_us = max_us > more->max_us ? max_us : more->max_us;
	for (size_t i = 0; i < n; i++)
		counts[hist[i].bucket] = add_counts(counts[hist[i].bucket], hist[i].count);
}

static void add_hist(struct cells_part *p, struct part_more *more, const uint32_t counts[static HIST_BUCKETS])
{
	more->hist = (uint32_t)p->n_hist;
	for (unsigned b = 0; b < HIST_BUCKETS; b++)
		if (counts[b])
			p->hist[p->n_hist++] = (struct part_hist){ (uint8_t)b, counts[b] };
	more->n_hist = (uint32_t)p->n_hist - more->hist;
}

/* A part that is not full has room for the cells of one more series. */
static void add_series(struct cells_part *p, const struct series *s, int32_t first)
{
	int32_t width = s->kind == SERIES_HTTP ? DAY_HTTP_WIDTH : DAY_OTHER_WIDTH;
	size_t start = p->n_cells;

	for (size_t i = 0; i < s->n_cells;) {
		int32_t slot = series_cell(s, i).bucket / width * width;
		uint32_t counts[HIST_BUCKETS] = { 0 };
		struct part_more *more = &p->more[p->n_cells];
		struct cell *to = &p->cells[p->n_cells++];

		*to = (struct cell){ .bucket = slot < first ? first : slot };
		for (; i < s->n_cells && series_cell(s, i).bucket / width * width == slot; i++)
			add_cell(to, more, counts, s, i);
		if (kind_has_hist(s->kind))
			add_hist(p, more, counts);
	}
	p->ids[p->n_series] = s->id;
	p->lengths[p->n_series++] = (uint32_t)(p->n_cells - start);
}

static bool write_part(struct db *db, sqlite3_stmt *st, const struct cells_part *p, int64_t *id, struct column_coder *coder,
                       struct err *err)
{
	struct buf blob;

	if (p->n_series == 0)
		return true;
	buf_init(&blob, BLOB_MAX);
	cells_encode(p, coder, &blob);
	sqlite3_bind_int64(st, 1, (*id)++);
	sqlite3_bind_int(st, 2, (int)p->kind);
	db_bind_blob(st, 3, buf_str(&blob));
	bool good = db_run(db, st, err);
	buf_release(&blob);
	return good;
}

static bool full(const struct cells_part *p)
{
	return p->n_cells >= ROLL_CELLS || p->n_hist >= ROLL_HIST;
}

/* One kind at a time, so that a day's series of one kind only are in memory. */
static bool roll_kind(struct store *s, struct db *db, sqlite3_stmt *st, enum series_kind kind, int32_t first, int64_t *id,
		      struct rolling *r, struct err *err)
{
	struct arena arena;
	struct series *series;
	size_t n;

	arena_init(&arena);
	bool good = store_load_series_of(s, 1u << kind, &arena, &series, &n, err);
	begin_part(r, kind);
	for (size_t i = 0; good && i < n; i++) {
		add_series(&r->part, &series[i], first);
		if (!full(&r->part))
			continue;
		good = write_part(db, st, &r->part, id, &s->coder, err);
		begin_part(r, kind);
	}
	good = good && write_part(db, st, &r->part, id, &s->coder, err);
	arena_release(&arena);
	return good;
}

static bool forget_day(struct db *db, int32_t day, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "DELETE FROM day_agg WHERE id >= ?1 AND id < ?2", err);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, (int64_t)day << DAY_SHIFT);
	sqlite3_bind_int64(st, 2, ((int64_t)day + 1) << DAY_SHIFT);
	bool good = db_run(db, st, err);
	sqlite3_finalize(st);
	return good;
}

bool store_roll_day(const char *path, int32_t day, int64_t from_ns, int64_t to_ns, struct err *err)
{
	struct store *s;
	struct arena arena;
	struct db db = { 0 };
	struct rolling r = { 0 };
	sqlite3_stmt *st = NULL;
	int64_t id = (int64_t)day << DAY_SHIFT;

	if (to_ns - from_ns > DAY_LONGEST_S * NS_PER_S)
		BUG("a day that is longer than two");
	if (!store_open(path, &s, err))
		return false;
	store_limit(s, from_ns, to_ns);
	arena_init(&arena);
	arena_init(&r.arena);
	bool good = db_open_write(&db, arena_str(&arena, str_of(path)), false, err) && nights_tables(&db, err) && db_exec(&db, "BEGIN IMMEDIATE", err) &&
		    forget_day(&db, day, err) && (st = db_prepare(&db, "INSERT INTO day_agg VALUES(?1, ?2, ?3)", err)) != NULL;
	for (unsigned kind = 0; good && kind < SERIES_KIND_COUNT; kind++)
		if (DAY_KINDS >> kind & 1)
			good = roll_kind(s, &db, st, (enum series_kind)kind, (int32_t)(from_ns / (BUCKET_S * NS_PER_S)), &id, &r, err);
	sqlite3_finalize(st);
	store_close(s); /* before the commit, which waits for readers */
	good = good && db_exec(&db, "COMMIT", err) && db_sync(&db, err);
	db_close(&db);
	arena_release(&r.arena);
	arena_release(&arena);
	return good;
}
