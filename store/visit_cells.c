#include "store/series_list.h"

struct visiting {
	struct store *store;
	struct series_list list;
	struct arena rows;    /* of the list */
	struct arena part;    /* one blob */
	void (*visit)(void *self, const struct series *of, const struct cell *cells, size_t n);
	void *self;
};

static bool visit_part(struct visiting *v, enum series_kind kind, const struct part_ref *ref, struct err *err)
{
	struct cells_part part;
	struct str bytes;
	size_t at;
	arena_reset(&v->part);
	if (!series_list_bytes(&v->list, v->store, ref, &bytes, err))
		return false;
	if (!cells_decode_counts(bytes, kind, &v->store->coder, &v->part, &part))
		return series_list_damaged(v->store, err);
	for (size_t i = 0; i < part.n_cells; i++)
		part.cells[i].bucket += ref->shift;
	size_t start = 0;
	for (size_t i = 0; i < part.n_series; start += part.lengths[i++]) {
		size_t from = start, n = part.lengths[i];
		if (!series_list_find(&v->list, &part, i, &at))
			return series_list_damaged(v->store, err);
		series_list_limit(v->store, &part, 0, &from, &n);
		if (n)
			v->visit(v->self, &v->list.list.at[at], part.cells + from, n);
	}
	return true;
}

static bool visit_kind(struct visiting *v, enum series_kind kind, struct err *err)
{
	struct part_refs parts;
	if (!series_list_parts(&v->list, v->store, kind, &v->rows, &parts, err))
		return false;
	for (size_t i = 0; i < parts.n; i++)
		if (!visit_part(v, kind, &parts.at[i], err))
			return false;
	return true;
}

bool store_visit_cells(struct store *s, unsigned kinds,
                       void (*visit)(void *self, const struct series *of, const struct cell *cells, size_t n), void *self, struct err *err)
{
	struct visiting v = { .store = s, .visit = visit, .self = self };
	arena_init(&v.rows);
	arena_init(&v.part);
	bool good = series_list_open(&v.list, s, kinds, &v.rows, &v.rows, err);
	for (unsigned kind = 0; good && kind < SERIES_KIND_COUNT; kind++)
		if (kinds & 1U << kind)
			good = visit_kind(&v, (enum series_kind)kind, err);
	series_list_close(&v.list);
	arena_release(&v.part);
	arena_release(&v.rows);
	return good;
}
