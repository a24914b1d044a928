/*
 * extent: the writing of one file. Events go through the aggregator into the block and the kept
 * lines; what is full is packed here, by the file's own thread, and only then handed to the connection.
 */
#include "core/same.h"
#include "store/aggregate.h"
#include "store/block.h"
#include "store/checkpoint.h"
#include "store/database.h"
#include "store/db_rows.h"
#include "store/kept.h"
#include "store/schema.h"
#include "store/writer_impl.h"

enum {
	CHANGES_MAX = 50000, /* change records of one file */
	ZONES_MAX = 64,      /* distinct offsets counted */
	FORMATS_MAX = 64,    /* formats of payloads inside one carrier */
	BLOB_MAX = 32 << 20,
};

struct zone_count { int32_t offset_s; uint64_t events; };

struct extent_writer {
	struct arena arena;          /* of this struct and of what every file needs */
	struct store_writer *store;
	struct extent_writer *next;  /* all of the store's */
	bool in_use;                 /* by a file; else its memory waits for the next one */
	int64_t id;                  /* row of extent */
	struct arena texts;          /* of this file */
	struct str format, logical;
	struct dict dict;
	struct aggregate agg;
	struct cells_writer cells;   /* a part of them on its way */
	struct roster roster;
	struct kept kept;
	struct statements statements;
	struct db_events db_events;
	struct block block;
	struct column_coder coder;
	struct buf blob;             /* packed, on its way into the store */
	struct arena scratch;        /* while packing */
	size_t room;                 /* so many events can be added before something may be full */
	int64_t n_agg, n_block, n_kept, n_change; /* rows so far */
	struct zone_count zones[ZONES_MAX];
	size_t n_zones;
	struct str formats[FORMATS_MAX];
	size_t n_formats;
	struct map template_format;  /* template → index + 1 into formats, where it is not the file's */
};

/* One more for the store, which is locked. */
static struct extent_writer *extent_new(struct store_writer *w)
{
	struct arena arena;
	arena_init(&arena);
	struct extent_writer *x = arena_new(&arena, struct extent_writer);
	x->arena = arena;
	x->store = w;
	arena_init(&x->texts);
	arena_init(&x->scratch);
	dict_init(&x->dict);
	aggregate_init(&x->agg);
	cells_writer_init(&x->cells);
	roster_init(&x->roster);
	kept_init(&x->kept);
	statements_init(&x->statements);
	db_events_init(&x->db_events);
	column_coder_init(&x->coder);
	buf_init(&x->blob, BLOB_MAX);
	map_init(&x->template_format);
	block_init(&x->block, &x->arena);
	x->next = w->extents;
	w->extents = x;
	return x;
}

static void extent_release(struct extent_writer *x)
{
	arena_release(&x->texts);
	arena_release(&x->scratch);
	dict_release(&x->dict);
	aggregate_release(&x->agg);
	cells_writer_release(&x->cells);
	roster_release(&x->roster);
	kept_release(&x->kept);
	statements_release(&x->statements);
	db_events_release(&x->db_events);
	column_coder_release(&x->coder);
	buf_release(&x->blob);
	map_release(&x->template_format);
	struct arena arena = x->arena;
	arena_release(&arena);
}

void extents_free(struct store_writer *w)
{
	while (w->extents) {
		struct extent_writer *x = w->extents;
		w->extents = x->next;
		extent_release(x);
	}
}

static void start_file(struct extent_writer *x, const struct extent_info *info)
{
	arena_reset(&x->texts);
	roster_clear(&x->roster);
	dict_clear(&x->dict);
	aggregate_begin(&x->agg, &x->roster, &x->dict, info->service, info->host, info->role);
	kept_begin(&x->kept);
	statements_clear(&x->statements);
	db_events_clear(&x->db_events);
	block_clear(&x->block);
	map_clear(&x->template_format);
	x->format = arena_str(&x->texts, info->format);
	x->logical = arena_str(&x->texts, info->logical);
	x->n_agg = x->n_block = x->n_kept = x->n_change = 0;
	x->n_zones = x->n_formats = x->room = 0;
}

/* Ids are numbers of the store, 0 for none; a name without one cannot occur as a source. */
static uint64_t source_id(struct str logical)
{
	return hash64(logical);
}

/* An extent writer that no file uses. The store is locked. */
static struct extent_writer *take_idle(struct store_writer *w)
{
	struct extent_writer *x = w->extents;
	while (x && x->in_use)
		x = x->next;
	if (!x)
		x = extent_new(w);
	x->in_use = true;
	return x;
}

bool extent_begin(struct store_writer *w, const struct extent_info *info, struct extent_writer **out,
		  struct err *err)
{
	struct extent_writer *x = NULL;
	writer_lock(w);
	bool good = writer_ready(w, err);
	if (good) {
		sqlite3_stmt *s = w->statements[SQL_EXTENT_BEGIN];
		db_bind_u64(s, 1, source_id(info->logical));
		db_bind_text(s, 2, info->path);
		db_bind_u64(s, 3, info->content_id);
		db_bind_text(s, 4, info->format);
		db_bind_text(s, 5, info->service);
		db_bind_text(s, 6, info->host);
		sqlite3_bind_int(s, 7, info->role);
		sqlite3_bind_int(s, 8, info->zone_known);
		good = db_run(&w->db, s, err);
	}
	int64_t id = sqlite3_last_insert_rowid(w->db.handle);
	if (good && (id <= 0 || id >= EXTENTS_MAX))
		good = err_set(err, "%s: this many files do not fit into one store", w->db.path.ptr);
	if (good) {
		x = take_idle(w);
		x->id = id;
	}
	good = writer_unlock(w, good, err);
	if (x)
		start_file(x, info);
	*out = x;
	return good;
}

/* The id of the next row in a table of facts; false when there are too many. */
static bool next_id(struct extent_writer *x, int64_t *count, int64_t *id, struct err *err)
{
	if (*count >= EXTENT_PARTS_MAX)
		return err_set(err, "%s: a file with this many events does not fit into a store",
			       x->logical.ptr);
	*id = x->id << EXTENT_SHIFT | (*count)++;
	return true;
}

static bool write_block(struct extent_writer *x, struct err *err)
{
	int64_t id = 0;
	if (x->block.n == 0)
		return true;
	if (!next_id(x, &x->n_block, &id, err))
		return false;
	buf_clear(&x->blob);
	block_encode(&x->block, &x->dict, &x->coder, &x->blob);
	size_t block_bytes = x->blob.len;
	bool news = dict_write_news(&x->dict, &x->coder, &x->blob);
	struct store_writer *w = x->store;
	writer_lock(w);
	bool good = writer_ready(w, err);
	if (good && news) {
		sqlite3_stmt *s = w->statements[SQL_DICT];
		sqlite3_bind_int64(s, 1, id);
		db_bind_blob(s, 2, str_from(buf_str(&x->blob), block_bytes));
		good = db_run(&w->db, s, err);
	}
	if (good) {
		sqlite3_stmt *s = w->statements[SQL_BLOCK];
		sqlite3_bind_int64(s, 1, id);
		sqlite3_bind_int64(s, 2, (int64_t)x->block.n);
		db_bind_time(s, 3, x->block.first_ns);
		db_bind_time(s, 4, x->block.last_ns);
		db_bind_blob(s, 5, str_head(buf_str(&x->blob), block_bytes));
		good = db_run(&w->db, s, err);
	}
	good = writer_unlock(w, good, err);
	block_clear(&x->block);
	return good;
}

static bool write_cells(struct extent_writer *x, struct err *err)
{
	struct store_writer *w = x->store;
	for (unsigned kind = 0; kind < SERIES_KIND_COUNT; kind++) {
		int64_t id = 0;
		arena_reset(&x->scratch);
		if (!aggregate_part(&x->agg, (enum series_kind)kind, &x->scratch, &x->cells))
			continue;
		buf_clear(&x->blob);
		cells_finish(&x->cells, &x->coder, &x->blob);
		if (!next_id(x, &x->n_agg, &id, err))
			return false;
		writer_lock(w);
		bool good = writer_ready(w, err);
		if (good) {
			sqlite3_stmt *s = w->statements[SQL_AGG];
			sqlite3_bind_int64(s, 1, id);
			sqlite3_bind_int(s, 2, (int)kind);
			db_bind_blob(s, 3, buf_str(&x->blob));
			good = db_run(&w->db, s, err);
		}
		if (!writer_unlock(w, good, err))
			return false;
	}
	aggregate_clear_cells(&x->agg);
	arena_reset(&x->scratch);
	return true;
}

static bool write_kept(struct extent_writer *x, bool sample, struct err *err)
{
	int64_t id = 0;
	buf_clear(&x->blob);
	size_t n = kept_take(&x->kept, sample, &x->coder, &x->blob);
	if (n == 0)
		return true;
	if (!next_id(x, &x->n_kept, &id, err))
		return false;
	struct store_writer *w = x->store;
	writer_lock(w);
	bool good = writer_ready(w, err);
	if (good) {
		sqlite3_stmt *s = w->statements[SQL_KEPT];
		sqlite3_bind_int64(s, 1, id);
		sqlite3_bind_int64(s, 2, (int64_t)n);
		db_bind_blob(s, 3, buf_str(&x->blob));
		good = db_run(&w->db, s, err);
	}
	return writer_unlock(w, good, err);
}

static bool write_change(struct extent_writer *x, const struct event *e, struct err *err)
{
	const struct change *c = e->change;
	const struct str texts[] = { c->service,   c->version, c->previous, c->actor, c->key, c->old_value,
				     c->new_value, c->status,  c->id,	    c->text,  e->host };
	struct store_writer *w = x->store;
	int64_t id = 0;
	if (x->n_change >= CHANGES_MAX)
		return true;
	if (!next_id(x, &x->n_change, &id, err))
		return false;
	writer_lock(w);
	bool good = writer_ready(w, err);
	if (good) {
		sqlite3_stmt *s = w->statements[SQL_CHANGE];
		sqlite3_bind_int64(s, 1, id);
		db_bind_time(s, 2, e->time_ns);
		db_bind_time(s, 3, c->end_ns);
		sqlite3_bind_int(s, 4, (int)c->kind);
		for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
			db_bind_text(s, 5 + i, str_head(texts[i], KEPT_TEXT_BYTES));
		db_bind_u64(s, 16, e->line);
		db_bind_u64(s, 17, e->offset);
		db_bind_text(s, 18, str_head(e->raw, KEPT_TEXT_BYTES));
		good = db_run(&w->db, s, err);
	}
	return writer_unlock(w, good, err);
}

bool extent_checkpoint(struct extent_writer *x, const struct checkpoint *c, struct err *err)
{
	struct store_writer *w = x->store;
	buf_clear(&x->blob);
	checkpoint_pack(c->window, &x->coder, &x->blob);
	writer_lock(w);
	bool good = writer_ready(w, err);
	if (good) {
		sqlite3_stmt *s = w->statements[SQL_CHECKPOINT];
		sqlite3_bind_int64(s, 1, x->id);
		db_bind_u64(s, 2, c->out_offset);
		db_bind_u64(s, 3, c->in_offset);
		sqlite3_bind_int(s, 4, (int)c->bits);
		db_bind_blob(s, 5, buf_str(&x->blob));
		good = db_run(&w->db, s, err);
	}
	return writer_unlock(w, good, err);
}

static void count_zone(struct extent_writer *x, int32_t offset_s)
{
	for (size_t i = 0; i < x->n_zones; i++) {
		if (x->zones[i].offset_s == offset_s) {
			x->zones[i].events++;
			return;
		}
	}
	if (x->n_zones < ZONES_MAX)
		x->zones[x->n_zones++] = (struct zone_count){ offset_s, 1 };
}

/* Is it the file's own? */
static inline bool is_format(const struct extent_writer *x, struct str format)
{
	return format.len == x->format.len && same_bytes(format.ptr, x->format.ptr, format.len);
}

/* Remembers the format of a template that comes from a payload. */
static void note_format(struct extent_writer *x, uint64_t template_id, struct str format)
{
	bool is_new;
	uint64_t *at = map_put(&x->template_format, template_id, &is_new);
	if (!is_new)
		return;
	size_t i = 0;
	while (i < x->n_formats && !str_eq(x->formats[i], format))
		i++;
	if (i == x->n_formats && i < FORMATS_MAX)
		x->formats[x->n_formats++] = arena_str(&x->texts, format);
	*at = i < x->n_formats ? i + 1 : 0;
}

static inline uint32_t saturate(uint64_t v)
{
	return v < NO_U32 ? (uint32_t)v : NO_U32 - 1;
}

static inline void add_to_block(struct extent_writer *x, const struct event *e, const struct agg_answer *a)
{
	const struct block_row row = {
		.time_ns = e->time_ns,
		.line = e->line,
		.offset = e->offset,
		.shape = (uint16_t)a->number,
		.values = { a->values[DICT_CLIENTS], a->values[DICT_USERS], a->values[DICT_TRACES] },
		.duration_us = saturate(a->duration_us),
		.bytes = saturate((uint64_t)e->bytes),
	};
	block_add(&x->block, &row);
}

/* Blocks know shapes by their number: those before must be written. */
static bool start_shapes_over(struct extent_writer *x, struct err *err)
{
	if (!write_block(x, err))
		return false;
	dict_restart_shapes(&x->dict);
	aggregate_forget_shapes(&x->agg);
	return true;
}

/* Writes what is full, and says how many events need not ask for it: none of them adds more than a shape. */
static bool make_room(struct extent_writer *x, struct err *err)
{
	if (aggregate_room(&x->agg) == 0 && !write_cells(x, err))
		return false;
	if (block_full(&x->block) && !write_block(x, err))
		return false;
	if (dict_is_full(&x->dict) && !start_shapes_over(x, err))
		return false;
	if (kept_full(&x->kept) && !write_kept(x, false, err))
		return false;
	size_t room = aggregate_room(&x->agg), rows = BLOCK_EVENTS - x->block.n, shapes = DICT_SHAPES_MAX - x->dict.shapes.n;
	if (rows < room)
		room = rows;
	x->room = shapes < room ? shapes : room;
	return true;
}

bool extent_add(struct extent_writer *x, const struct event *e, struct err *err)
{
	struct agg_answer a;
	if (x->room == 0 && !make_room(x, err))
		return false;
	x->room--;
	aggregate_add(&x->agg, e, &a);
	add_to_block(x, e, &a);
	kept_add(&x->kept, e, &a);
	if (kept_full(&x->kept))
		x->room = 0;
	if (e->kind == EV_QUERY)
		statements_add(&x->statements, &x->roster, e, &a);
	if (e->kind != EV_HTTP)
		db_events_add(&x->db_events, e, x->agg.role);
	if (e->has_time && e->time.has_zone)
		count_zone(x, e->time.offset_s);
	if (e->format.len && !is_format(x, e->format) && a.shape->names[SHAPE_TEMPLATE])
		note_format(x, a.shape->names[SHAPE_TEMPLATE], e->format);
	return !e->change || write_change(x, e, err);
}

static bool insert_names(struct extent_writer *x, struct err *err)
{
	struct store_writer *w = x->store;
	sqlite3_stmt *s = w->statements[SQL_NAME];
	for (size_t i = 0; i < x->roster.names.n; i++) {
		db_bind_u64(s, 1, x->roster.names.at[i].id);
		db_bind_text(s, 2, x->roster.names.at[i].text);
		if (!db_run(&w->db, s, err))
			return false;
	}
	return true;
}

static bool insert_template(struct extent_writer *x, const struct agg_series *line, struct err *err)
{
	sqlite3_stmt *s = x->store->statements[SQL_TEMPLATE];
	const uint64_t *at = map_get(&x->template_format, line->key);
	db_bind_u64(s, 1, line->key);
	sqlite3_bind_int(s, 2, line->code);
	db_bind_text(s, 3, at && *at ? x->formats[*at - 1] : x->format);
	return db_run(&x->store->db, s, err);
}

static bool insert_series(struct extent_writer *x, struct err *err)
{
	struct store_writer *w = x->store;
	sqlite3_stmt *s = w->statements[SQL_SERIES];
	for (size_t i = 0; i < x->agg.series.n; i++) {
		const struct agg_series *series = &x->agg.series.at[i];
		db_bind_u64(s, 1, series->id);
		sqlite3_bind_int(s, 2, series->kind);
		db_bind_u64(s, 3, series->service);
		db_bind_u64(s, 4, series->host);
		db_bind_u64(s, 5, series->key);
		sqlite3_bind_int(s, 6, series->code);
		sqlite3_bind_int(s, 7, x->agg.role);
		if (!db_run(&w->db, s, err))
			return false;
		if (series->kind == SERIES_LINE && series->key && !insert_template(x, series, err))
			return false;
	}
	return true;
}

static bool insert_statements(struct extent_writer *x, struct err *err)
{
	sqlite3_stmt *s = x->store->statements[SQL_STATEMENT];
	int64_t count = 0, id = 0;
	for (size_t i = 0; i < x->statements.rows.n; i++) {
		const struct statement_row *r = &x->statements.rows.at[i];
		const uint64_t numbers[] = { r->fingerprint, r->service, r->host, r->db, r->calls, r->failed, r->timed,
					     r->sum_us, r->timed ? r->min_us : 0, r->max_us };
		if (r->calls == 0)
			continue;
		if (!next_id(x, &count, &id, err))
			return false;
		sqlite3_bind_int64(s, 1, id);
		for (int k = 0; k < (int)(sizeof numbers / sizeof *numbers); k++)
			db_bind_u64(s, 2 + k, numbers[k]);
		db_bind_count(s, 12, r->rows);
		db_bind_count(s, 13, r->examined);
		db_bind_u64(s, 14, r->lock_us);
		db_bind_time(s, 15, r->first_ns);
		db_bind_time(s, 16, r->last_ns);
		if (!db_run(&x->store->db, s, err))
			return false;
	}
	return true;
}

static bool insert_db_events(struct extent_writer *x, struct err *err)
{
	sqlite3_stmt *s = x->store->statements[SQL_DB_EVENT];
	int64_t count = 0, id = 0;
	for (size_t at = 0, n; at < x->db_events.rows.n; at += n) {
		buf_clear(&x->blob);
		n = db_rows_put(x->db_events.rows.at + at, x->db_events.rows.n - at, &x->coder, &x->blob);
		if (!next_id(x, &count, &id, err))
			return false;
		sqlite3_bind_int64(s, 1, id);
		sqlite3_bind_int64(s, 2, (int64_t)n);
		db_bind_blob(s, 3, buf_str(&x->blob));
		if (!db_run(&x->store->db, s, err))
			return false;
	}
	return true;
}

static bool insert_notes(struct extent_writer *x, bool sample, const struct str *texts, size_t n,
			 struct err *err)
{
	sqlite3_stmt *s = x->store->statements[SQL_NOTE];
	for (size_t i = 0; i < n; i++) {
		sqlite3_bind_int64(s, 1, x->id);
		sqlite3_bind_int(s, 2, sample);
		sqlite3_bind_int64(s, 3, (int64_t)i);
		db_bind_text(s, 4, str_head(texts[i], KEPT_TEXT_BYTES));
		if (!db_run(&x->store->db, s, err))
			return false;
	}
	return true;
}

static bool insert_zones(struct extent_writer *x, struct err *err)
{
	sqlite3_stmt *s = x->store->statements[SQL_ZONE_OFFSET];
	for (size_t i = 0; i < x->n_zones; i++) {
		sqlite3_bind_int64(s, 1, x->id);
		sqlite3_bind_int(s, 2, x->zones[i].offset_s);
		db_bind_u64(s, 3, x->zones[i].events);
		if (!db_run(&x->store->db, s, err))
			return false;
	}
	return true;
}

static bool insert_source(struct extent_writer *x, struct err *err)
{
	sqlite3_stmt *s = x->store->statements[SQL_SOURCE];
	db_bind_u64(s, 1, source_id(x->logical));
	db_bind_text(s, 2, x->logical);
	return db_run(&x->store->db, s, err);
}

static bool finish_extent_row(struct extent_writer *x, const struct extent_totals *t, struct err *err)
{
	sqlite3_stmt *s = x->store->statements[SQL_EXTENT_FINISH];
	sqlite3_bind_int64(s, 1, x->id);
	db_bind_u64(s, 2, t->lines);
	db_bind_u64(s, 3, t->events);
	db_bind_u64(s, 4, t->continuation);
	db_bind_u64(s, 5, t->rejected);
	db_bind_u64(s, 6, t->bytes);
	db_bind_u64(s, 7, t->end_offset);
	db_bind_time(s, 8, t->first_ns);
	db_bind_time(s, 9, t->last_ns);
	sqlite3_bind_int(s, 10, t->truncated);
	sqlite3_bind_int(s, 11, t->damaged);
	return db_run(&x->store->db, s, err);
}

bool extent_finish(struct extent_writer *x, const struct extent_totals *t, struct err *err)
{
	struct store_writer *w = x->store;
	bool good = write_block(x, err) && write_cells(x, err) && write_kept(x, false, err) &&
		    write_kept(x, true, err);
	if (!good) {
		extent_abandon(x);
		return false;
	}
	writer_lock(w);
	good = writer_ready(w, err) && insert_names(x, err) && insert_series(x, err) &&
	       insert_statements(x, err) && insert_db_events(x, err) &&
	       insert_notes(x, false, t->notes, t->n_notes, err) &&
	       insert_notes(x, true, t->samples, t->n_samples, err) && insert_zones(x, err) &&
	       insert_source(x, err) && finish_extent_row(x, t, err) && writer_commit(w, err);
	x->in_use = false;
	return writer_unlock(w, good, err);
}

void extent_abandon(struct extent_writer *x)
{
	struct store_writer *w = x->store;
	struct err err = ERR_INIT;
	writer_lock(w);
	bool good = writer_ready(w, &err) && writer_delete_extent(w, x->id, &err);
	x->in_use = false;
	(void)writer_unlock(w, good, &err);
}
