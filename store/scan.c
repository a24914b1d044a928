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

/* Visits the rows of the decoded block that lie in the window; *more: no visit wanted to stop. */
static void visit_block(const struct block_walk *w, unsigned want, bool (*visit)(void *self, const struct scan_row *row), void *self,
			bool *more)
{
	const struct block *b = &w->block;
	struct scan_row row = { .role = block_walk_extent(w)->role, .source = (uint32_t)w->at };
	for (size_t i = 0; i < b->n && *more; i++) {
		row.time_ns = block_walk_time(w, i);
		if (!block_walk_wants(w, row.time_ns))
			continue;
		row.service = block_id(b, BLOCK_SERVICE, i);
		row.host = block_id(b, BLOCK_HOST, i);
		row.template_id = block_id(b, BLOCK_TEMPLATE, i);
		row.route_id = block_id(b, BLOCK_ROUTE, i);
		row.fingerprint_id = block_id(b, BLOCK_FINGERPRINT, i);
		row.client = (uint32_t)block_id(b, BLOCK_CLIENT, i);
		row.user = (uint32_t)block_id(b, BLOCK_USER, i);
		row.trace = (uint32_t)block_id(b, BLOCK_TRACE, i);
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
