#include "store/series_list.h"

#include <stdlib.h>

/* Kinds, roles and most codes index tables: none may be beyond. */
static bool makes_sense(int64_t kind, int64_t code, int64_t role)
{
	static const int codes[SERIES_KIND_COUNT] = {
		[SERIES_HTTP] = 1000, [SERIES_LINE] = SEVERITY_COUNT, [SERIES_QUERY] = 1,
		[SERIES_EVENT] = EVENT_KIND_COUNT, [SERIES_FACET] = FACET_COUNT, [SERIES_CLIENTS] = 1, [SERIES_TOTAL] = 1,
	};
	return kind >= 0 && kind < SERIES_KIND_COUNT && role >= 0 && role <= ROLE_TEXT && code >= 0 &&
	       code < codes[kind];
}

/* The rows of the series; their words go where the result is, for that outlives the store. */
static bool load_rows(struct series_list *l, struct store *s, unsigned kinds, struct arena *a, struct arena *words, struct err *err)
{
	sqlite3_stmt *st = db_prepare(
		&s->db, "SELECT id, kind, service, host, key, code, role FROM series WHERE kind NOT BETWEEN 0 AND 31 OR ?1 >> kind & 1", err);
	bool row, good = st != NULL;
	if (good)
		sqlite3_bind_int64(st, 1, kinds);
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		int64_t kind = sqlite3_column_int64(st, 1);
		uint64_t id = db_u64(st, 0);
		if (id == 0 || !makes_sense(kind, sqlite3_column_int64(st, 5), sqlite3_column_int64(st, 6))) {
			good = db_damaged(&s->db, "a series makes no sense", err);
			break;
		}
		struct series series = {
			.id = id,
			.kind = (enum series_kind)kind,
			.service = name_copy(s, db_u64(st, 2), words),
			.host = name_copy(s, db_u64(st, 3), words),
			.key = db_u64(st, 4),
			.code = sqlite3_column_int(st, 5),
			.role = (uint8_t)sqlite3_column_int(st, 6),
		};
		series.key_text = name_copy(s, series.key, words);
		*vec_push(a, &l->list) = series;
		*map_put(&l->by_id, id, NULL) = l->list.n;
	}
	sqlite3_finalize(st);
	return good;
}

bool series_list_open(struct series_list *l, struct store *s, unsigned kinds, struct arena *a, struct arena *words, struct err *err)
{
	*l = (struct series_list){ 0 };
	map_init(&l->by_id);
	map_init(&l->extents.by_id);
	if (!names_ready(s, err) || !load_rows(l, s, kinds, a, words, err) || !store_extents(s, a, &l->extents, err))
		return false;
	l->parts = db_prepare(&s->db, "SELECT id FROM agg WHERE kind = ?1 ORDER BY id", err);
	l->cells = l->parts ? db_prepare(&s->db, "SELECT cells FROM agg WHERE id = ?1", err) : NULL;
	return l->cells != NULL;
}

void series_list_close(struct series_list *l)
{
	sqlite3_finalize(l->parts);
	sqlite3_finalize(l->cells);
	extents_release(&l->extents);
	map_release(&l->by_id);
}

static int by_time(const void *a, const void *b)
{
	const struct part_ref *x = a, *y = b;
	int d = (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
	return d ? d : (x->id > y->id) - (x->id < y->id);
}

bool series_list_parts(struct series_list *l, struct store *s, enum series_kind kind, struct arena *a, struct part_refs *out, struct err *err)
{
	bool row, good = true;
	*out = (struct part_refs){ 0 };
	sqlite3_bind_int(l->parts, 1, (int)kind);
	while (good && (good = db_step(&s->db, l->parts, &row, err)) && row) {
		int64_t id = sqlite3_column_int64(l->parts, 0);
		const struct extent_row *x = extent_of_fact(&l->extents, id);
		if (x)
			*vec_push(a, out) = (struct part_ref){ id, x->first_ns, (int32_t)(x->shift_ns / (BUCKET_S * NS_PER_S)) };
	}
	sqlite3_reset(l->parts);
	if (out->n > 1)
		qsort(out->at, out->n, sizeof *out->at, by_time);
	return good;
}

bool series_list_bytes(struct series_list *l, struct store *s, const struct part_ref *part, struct str *bytes, struct err *err)
{
	bool row;
	sqlite3_reset(l->cells);
	sqlite3_bind_int64(l->cells, 1, part->id);
	if (!db_step(&s->db, l->cells, &row, err))
		return false;
	*bytes = row ? db_blob(l->cells, 0) : STR_NONE;
	return true;
}

bool series_list_find(const struct series_list *l, const struct cells_part *part, size_t series, size_t *at)
{
	const uint64_t *known = map_get(&l->by_id, part->ids[series]);
	if (!known || l->list.at[*known - 1].kind != part->kind)
		return false;
	*at = *known - 1;
	return true;
}

bool series_list_damaged(const struct store *s, struct err *err)
{
	return db_damaged(&s->db, "cells do not match their checksum", err);
}

void series_list_limit(const struct store *s, const struct cells_part *part, int32_t shift, size_t *from, size_t *n)
{
	const int64_t width = BUCKET_S * NS_PER_S;
	while (*n && !store_has(s, ((int64_t)part->cells[*from].bucket + shift) * width)) {
		++*from;
		--*n;
	}
	while (*n && !store_has(s, ((int64_t)part->cells[*from + *n - 1].bucket + shift) * width))
		--*n;
}

int series_by_place(const void *a, const void *b)
{
	const struct series *x = a, *y = b;
	int d = (x->kind > y->kind) - (x->kind < y->kind);
	if (!d)
		d = str_cmp(x->service, y->service);
	if (!d)
		d = str_cmp(x->host, y->host);
	if (!d)
		d = (x->code > y->code) - (x->code < y->code);
	if (!d)
		d = str_cmp(x->key_text, y->key_text);
	if (!d)
		d = (x->role > y->role) - (x->role < y->role);
	return d ? d : (x->id > y->id) - (x->id < y->id);
}
