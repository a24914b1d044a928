#include "store/store_impl.h"

#include "store/schema.h"

bool store_open(const char *path, struct store **out, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	struct store *s = arena_new(&arena, struct store);
	struct str name = arena_str(&arena, str_of(path));
	s->arena = arena;
	s->from_ns = s->to_ns = TIME_NONE;
	map_init(&s->names);
	column_coder_init(&s->coder);
	*out = s;
	if (db_open_read(&s->db, name, err))
		return true;
	store_close(s);
	*out = NULL;
	return false;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	db_close(&s->db);
	map_release(&s->names);
	column_coder_release(&s->coder);
	struct arena arena = s->arena;
	arena_release(&arena);
}

void store_limit(struct store *s, int64_t from_ns, int64_t to_ns)
{
	s->from_ns = from_ns;
	s->to_ns = to_ns;
}

bool store_has(const struct store *s, int64_t ns)
{
	return (s->from_ns == TIME_NONE || ns >= s->from_ns) && (s->to_ns == TIME_NONE || ns < s->to_ns);
}

bool names_ready(struct store *s, struct err *err)
{
	if (s->names_loaded)
		return true;
	sqlite3_stmt *st = db_prepare(&s->db, "SELECT id, text FROM name", err);
	bool row, good = st != NULL;
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		uint64_t id = db_u64(st, 0);
		if (id == 0)
			continue;
		*map_put(&s->names, id, NULL) = s->texts.n;
		*vec_push(&s->arena, &s->texts) = arena_str(&s->arena, db_text(st, 1));
	}
	sqlite3_finalize(st);
	s->names_loaded = good;
	return good;
}

struct str store_name(struct store *s, uint64_t id)
{
	struct err ignored = ERR_INIT; /* a damaged store says so where rows are loaded */
	if (!names_ready(s, &ignored))
		return STR_NONE;
	const uint64_t *at = map_get(&s->names, id);
	return at ? s->texts.at[*at] : STR_NONE;
}

struct str name_copy(struct store *s, uint64_t id, struct arena *a)
{
	struct str text = store_name(s, id);
	return text.len ? arena_str(a, text) : STR_NONE;
}

struct str column_copy(sqlite3_stmt *st, int column, struct arena *a)
{
	struct str text = db_text(st, column);
	return text.len ? arena_str(a, text) : STR_NONE;
}

int64_t shifted(int64_t time_ns, int64_t shift_ns)
{
	int64_t t;
	return time_ns == TIME_NONE || __builtin_add_overflow(time_ns, shift_ns, &t) ? time_ns : t;
}

/* "-05:00", or "+05:45". */
static struct str offset_words(struct arena *a, int64_t offset_s)
{
	long long m = (offset_s < 0 ? -offset_s : offset_s) / 60;
	return arena_printf(a, "%c%02lld:%02lld", offset_s < 0 ? '-' : '+', m / 60 % 100, m % 60);
}

/* Fills in the words of the extents that state their zone: "stated", with the offsets when they are few. */
static bool stated_zones(struct db *db, struct arena *a, struct extent_list *l, struct err *err)
{
	sqlite3_stmt *st =
		db_prepare(db, "SELECT extent, offset_s FROM zone_offset ORDER BY extent, offset_s", err);
	bool row, good = st != NULL;
	while (good && (good = db_step(db, st, &row, err)) && row) {
		const uint64_t *at = map_get(&l->by_id, db_u64(st, 0));
		struct extent_row *x = at ? &l->at[*at - 1] : NULL;
		if (!x || !x->zone_known || x->zone.len > 48)
			continue;
		struct str offset = offset_words(a, sqlite3_column_int64(st, 1));
		x->zone = arena_printf(a, "%.*s%s %.*s", STR_ARG(x->zone), x->zone.len > 6 ? "," : "",
				       STR_ARG(offset));
	}
	sqlite3_finalize(st);
	return good;
}

enum { SHIFT_MAX_S = 24 * 3600 };

static bool load_extent(struct db *db, sqlite3_stmt *st, struct arena *a, struct extent_row *x,
			struct err *err)
{
	*x = (struct extent_row){
		.id = sqlite3_column_int64(st, 0),
		.source = db_u64(st, 1),
		.logical = column_copy(st, 2, a),
		.path = column_copy(st, 3, a),
		.format = column_copy(st, 4, a),
		.service = column_copy(st, 5, a),
		.host = column_copy(st, 6, a),
		.role = (uint8_t)sqlite3_column_int(st, 7),
		.zone_known = sqlite3_column_int(st, 8) != 0,
		.shift_ns = sqlite3_column_int64(st, 9),
		.zone = column_copy(st, 10, a),
		.lines = db_u64(st, 11),
		.events = db_u64(st, 12),
		.continuation = db_u64(st, 13),
		.rejected = db_u64(st, 14),
	};
	int64_t limit = SHIFT_MAX_S * NS_PER_S;
	if (x->shift_ns < -limit || x->shift_ns > limit || x->shift_ns % (BUCKET_S * NS_PER_S) || x->id <= 0 ||
	    x->id >= EXTENTS_MAX || x->role > ROLE_TEXT)
		return db_damaged(db, "an extent makes no sense", err);
	if (x->zone_known) {
		x->shift_ns = 0;
		x->zone = STR("stated");
	} else if (x->zone.len == 0) {
		x->zone = STR("assumed UTC");
	}
	x->first_ns = shifted(db_time(st, 15), x->shift_ns);
	x->last_ns = shifted(db_time(st, 16), x->shift_ns);
	return true;
}

bool extents_load(struct db *db, struct arena *a, struct extent_list *out, struct err *err)
{
	*out = (struct extent_list){ 0 };
	map_init(&out->by_id);
	sqlite3_stmt *st =
		db_prepare(db,
			   "SELECT x.id, x.source, s.logical, x.path, x.format, x.service, x.host, x.role, "
			   "x.zone_known, s.shift_ns,"
			   " s.zone, x.lines, x.events, x.continuation, x.rejected, x.first_ns, x.last_ns"
			   " FROM extent x JOIN source s ON s.id = x.source WHERE x.state = 1"
			   " ORDER BY s.logical, x.path, x.end_offset, x.content, x.id",
			   err);
	VEC(struct extent_row) rows = { 0 };
	bool row, good = st != NULL;
	while (good && (good = db_step(db, st, &row, err)) && row) {
		good = load_extent(db, st, a, vec_push(a, &rows), err);
		if (good)
			*map_put(&out->by_id, (uint64_t)rows.at[rows.n - 1].id, NULL) = rows.n;
	}
	sqlite3_finalize(st);
	out->at = rows.at;
	out->n = rows.n;
	return good && stated_zones(db, a, out, err);
}

void extents_limit(struct extent_list *l, int64_t from_ns, int64_t to_ns)
{
	size_t n = 0;
	if (from_ns == TIME_NONE && to_ns == TIME_NONE)
		return;
	map_clear(&l->by_id);
	for (size_t i = 0; i < l->n; i++) {
		struct extent_row x = l->at[i];
		if (x.first_ns == TIME_NONE || (from_ns != TIME_NONE && x.last_ns < from_ns) ||
		    (to_ns != TIME_NONE && x.first_ns >= to_ns))
			continue;
		l->at[n++] = x;
		*map_put(&l->by_id, (uint64_t)x.id, NULL) = n;
	}
	l->n = n;
}

bool store_extents(struct store *s, struct arena *a, struct extent_list *out, struct err *err)
{
	bool good = extents_load(&s->db, a, out, err);
	if (good)
		extents_limit(out, s->from_ns, s->to_ns);
	return good;
}

void extents_release(struct extent_list *l)
{
	map_release(&l->by_id);
}

const struct extent_row *extent_of_fact(const struct extent_list *l, int64_t fact_id)
{
	const uint64_t *at = map_get(&l->by_id, (uint64_t)(fact_id >> EXTENT_SHIFT));
	return at ? &l->at[*at - 1] : NULL;
}
