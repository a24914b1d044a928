#include "store/block_walk.h"

static unsigned left_out(unsigned want)
{
	static const struct { unsigned want, leave; } rows[] = {
		{ SCAN_CLIENT, 1 << DICT_CLIENTS }, { SCAN_USER, 1 << DICT_USERS },       { SCAN_TRACE, 1 << DICT_TRACES },
		{ SCAN_BYTES, BLOCK_LEAVE_BYTES },  { SCAN_PLACE, BLOCK_LEAVE_PLACES },
	};
	unsigned leave = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		leave |= want & rows[i].want ? 0 : rows[i].leave;
	return leave;
}

/* What the shape says of an event. */
static void take_shape(const struct shape *s, struct scan_row *row)
{
	row->service = s->names[SHAPE_SERVICE];
	row->host = s->names[SHAPE_HOST];
	row->template_id = s->names[SHAPE_TEMPLATE];
	row->route_id = s->names[SHAPE_ROUTE];
	row->fingerprint_id = s->names[SHAPE_FINGERPRINT];
	row->status = s->status;
	row->severity = s->severity;
	row->kind = s->kind;
}

/* Visits the rows of the decoded block that lie in the window; *more: no visit wanted to stop. */
static void visit_block(const struct block_walk *w, unsigned want, bool (*visit)(void *self, const struct scan_row *row), void *self,
			bool *more)
{
	/* A copy: no visit can change where the columns are, so they need not be looked up for each row. */
	const struct block b = w->block;
	const struct shape *shapes = w->dict.shapes.at;
	int64_t shift_ns = block_walk_extent(w)->shift_ns;
	struct scan_row row = { .role = block_walk_extent(w)->role, .source = (uint32_t)w->at };
	for (size_t i = 0; i < b.n && *more; i++) {
		row.time_ns = shift_ns ? shifted(b.time_ns[i], shift_ns) : b.time_ns[i];
		if (!block_walk_wants(w, row.time_ns))
			continue;
		take_shape(&shapes[b.shape[i]], &row);
		row.client = b.values[DICT_CLIENTS][i];
		row.user = b.values[DICT_USERS][i];
		row.trace = b.values[DICT_TRACES][i];
		row.duration_us = b.duration_us[i];
		if (want & SCAN_BYTES)
			row.bytes = b.bytes[i];
		if (want & SCAN_PLACE) {
			row.line = b.line[i];
			row.offset = b.offset[i];
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
