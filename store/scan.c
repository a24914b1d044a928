#include "store/block_walk.h"

static unsigned left_out(unsigned want)
{
	static const struct { unsigned want, leave; } rows[] = {
		{ SCAN_HOST, 1 << BLOCK_HOST },     { SCAN_TEMPLATE, 1 << BLOCK_TEMPLATE },       { SCAN_ROUTE, 1 << BLOCK_ROUTE },
		{ SCAN_CLIENT, 1 << BLOCK_CLIENT }, { SCAN_FINGERPRINT, 1 << BLOCK_FINGERPRINT }, { SCAN_USER, 1 << BLOCK_USER },
		{ SCAN_TRACE, 1 << BLOCK_TRACE },   { SCAN_BYTES, BLOCK_LEAVE_BYTES },            { SCAN_PLACE, BLOCK_LEAVE_PLACES },
	};
	unsigned leave = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		leave |= want & rows[i].want ? 0 : rows[i].leave;
	return leave;
}

/* A column of ids of the decoded block with more than one value, and where in the row it goes. */
struct id_column {
	const uint64_t *values;
	const uint16_t *index; /* NULL: the values are those of the events */
	uint64_t *to;
	uint32_t *to_short;    /* instead */
};

/* What is the same for all events goes into the row at once; returns how many columns are left. */
static size_t id_columns(const struct block *b, struct scan_row *row, struct id_column *out)
{
	uint64_t *const to[] = { [BLOCK_SERVICE] = &row->service, [BLOCK_HOST] = &row->host, [BLOCK_TEMPLATE] = &row->template_id,
		                 [BLOCK_ROUTE] = &row->route_id, [BLOCK_FINGERPRINT] = &row->fingerprint_id, [BLOCK_TRACE] = NULL };
	uint32_t *const to_short[] = { [BLOCK_CLIENT] = &row->client, [BLOCK_USER] = &row->user, [BLOCK_TRACE] = &row->trace };
	size_t n = 0;
	for (unsigned k = 0; k < BLOCK_IDS; k++) {
		const struct block_dict *d = &b->ids[k];
		uint64_t first = block_id(b, (enum block_id)k, 0);
		if (to[k])
			*to[k] = first;
		else
			*to_short[k] = (uint32_t)first;
		if (d->plain || d->n > 1)
			out[n++] = (struct id_column){ d->values, d->plain ? NULL : d->index, to[k], to[k] ? NULL : to_short[k] };
	}
	return n;
}

/* Visits the rows of the decoded block that lie in the window; *more: no visit wanted to stop. */
static void visit_block(const struct block_walk *w, unsigned want, bool (*visit)(void *self, const struct scan_row *row), void *self,
			bool *more)
{
	const struct block *b = &w->block;
	int64_t shift_ns = block_walk_extent(w)->shift_ns;
	struct scan_row row = { .role = block_walk_extent(w)->role, .source = (uint32_t)w->at };
	struct id_column ids[BLOCK_IDS];
	size_t n_ids = b->n ? id_columns(b, &row, ids) : 0;
	for (size_t i = 0; i < b->n && *more; i++) {
		row.time_ns = shift_ns ? shifted(b->time_ns[i], shift_ns) : b->time_ns[i];
		if (!block_walk_wants(w, row.time_ns))
			continue;
		for (size_t k = 0; k < n_ids; k++) {
			uint64_t id = ids[k].values[ids[k].index ? ids[k].index[i] : i];
			if (ids[k].to)
				*ids[k].to = id;
			else
				*ids[k].to_short = (uint32_t)id;
		}
		row.duration_us = b->duration_us[i];
		if (want & SCAN_BYTES)
			row.bytes = b->bytes[i];
		row.status = b->status[i];
		row.severity = b->severity[i];
		row.kind = b->kind[i];
		if (want & SCAN_PLACE) {
			row.line = b->line[i];
			row.offset = b->offset[i];
		}
		*more = visit(self, &row);
	}
}

bool store_scan(struct store *s, int64_t from_ns, int64_t to_ns, unsigned want,
                bool (*visit)(void *self, const struct scan_row *row), void *self, struct err *err)
{
	struct arena arena;
	struct extent_list extents;
	struct block_walk walk = { 0 };
	bool any = true, more = true;
	arena_init(&arena);
	bool good = store_extents(s, &arena, &extents, err) && block_walk_init(&walk, s, &extents, &arena, err);
	walk.block.leave = left_out(want);
	if (good)
		block_walk_seek(&walk, from_ns, to_ns);
	while (good && more && (good = block_walk_next(&walk, &any, err)) && any)
		visit_block(&walk, want, visit, self, &more);
	block_walk_end(&walk);
	extents_release(&extents);
	arena_release(&arena);
	return good;
}
