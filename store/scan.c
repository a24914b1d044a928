#include "store/block.h"
#include "store/schema.h"
#include "store/store_impl.h"

/* One scan under way. */
struct scan {
	struct store *store;
	int64_t from_ns, to_ns;
	bool (*visit)(void *self, const struct scan_row *row);
	void *self;
	struct block block;
	bool stopped;
};

/* Visits the rows of the block that lie in the window. */
static void visit_block(struct scan *s, const struct extent_row *x, uint32_t source)
{
	const struct block *b = &s->block;
	struct scan_row row = { .role = x->role, .source = source };
	for (size_t i = 0; i < b->n; i++) {
		row.time_ns = shifted(b->time_ns[i], x->shift_ns);
		if (row.time_ns < s->from_ns || row.time_ns >= s->to_ns)
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
		row.bytes = b->bytes[i];
		row.status = b->status[i];
		row.severity = b->severity[i];
		row.kind = b->kind[i];
		row.line = b->line[i];
		row.offset = b->offset[i];
		if (!s->visit(s->self, &row)) {
			s->stopped = true;
			return;
		}
	}
}

/* Ids of the vocabulary index tables: none may be beyond. */
static bool makes_sense(const struct block *b)
{
	uint8_t severity = 0, kind = 0;
	for (size_t i = 0; i < b->n; i++) {
		severity = b->severity[i] > severity ? b->severity[i] : severity;
		kind = b->kind[i] > kind ? b->kind[i] : kind;
	}
	return severity < SEVERITY_COUNT && kind < EVENT_KIND_COUNT;
}

/*
 * Could [first, last], shifted, have anything in the window? Without times: only when the window is open to
 * the left.
 */
static bool overlaps(const struct scan *s, int64_t first_ns, int64_t last_ns)
{
	return last_ns >= s->from_ns && first_ns < s->to_ns;
}

static bool scan_extent(struct scan *s, sqlite3_stmt *st, const struct extent_row *x, uint32_t source,
			struct err *err)
{
	bool row, good = true;
	sqlite3_bind_int64(st, 1, x->id << EXTENT_SHIFT);
	sqlite3_bind_int64(st, 2, (x->id + 1) << EXTENT_SHIFT);
	while (!s->stopped && (good = db_step(&s->store->db, st, &row, err)) && row) {
		int64_t first = shifted(db_time(st, 0), x->shift_ns),
			last = shifted(db_time(st, 1), x->shift_ns);
		/*
		 * A block of lines with and without times may hold some of the latter: an open window wants
		 * them all.
		 */
		if (s->from_ns != TIME_NONE && !overlaps(s, first, last))
			continue;
		if (!block_decode(&s->block, &s->store->coder, db_blob(st, 2)) || !makes_sense(&s->block)) {
			good = db_damaged(&s->store->db, "a block of events does not match its checksum",
					  err);
			break;
		}
		visit_block(s, x, source);
	}
	sqlite3_reset(st);
	return good;
}

bool store_scan(struct store *s, int64_t from_ns, int64_t to_ns,
                bool (*visit)(void *self, const struct scan_row *row), void *self, struct err *err)
{
	struct arena arena;
	struct extent_list extents;
	struct scan scan = { .store = s, .from_ns = from_ns, .to_ns = to_ns, .visit = visit, .self = self };
	arena_init(&arena);
	bool good = extents_load(&s->db, &arena, &extents, err);
	sqlite3_stmt *st = good ? db_prepare(&s->db,
					     "SELECT first_ns, last_ns, data FROM block WHERE id >= ?1 AND "
					     "id < ?2 ORDER BY id",
					     err)
				: NULL;
	good = st != NULL;
	block_init(&scan.block, &arena, false);
	for (size_t i = 0; good && i < extents.n && !scan.stopped; i++)
		good = scan_extent(&scan, st, &extents.at[i], (uint32_t)i, err);
	sqlite3_finalize(st);
	extents_release(&extents);
	arena_release(&arena);
	return good;
}
