#include "store/checkpoint.h"

#include "store/store_impl.h"

enum { LAYOUT = 1 };

void checkpoint_pack(struct str window, struct column_coder *c, struct buf *out)
{
	size_t start = blob_begin(out, LAYOUT);
	plane_put_text(&c->planes, out, str_head(window, CHECKPOINT_WINDOW_BYTES));
	blob_seal(out, start, CHECKPOINT_SEED);
}

bool checkpoint_unpack(struct str bytes, struct column_coder *c, struct arena *a, struct str *window)
{
	return blob_open(&bytes, CHECKPOINT_SEED, LAYOUT) && plane_get_text(&c->planes, &bytes, CHECKPOINT_WINDOW_BYTES, a, window) &&
	       bytes.len == 0;
}

/* The parts of a file share its path; the last one tells how far it was read. */
static bool find_file(struct store *s, struct str path, struct store_place *out, struct err *err)
{
	sqlite3_stmt *st = db_prepare(&s->db,
				      "SELECT content, end_offset FROM extent WHERE path = ?1 AND state = 1"
				      " ORDER BY end_offset DESC, id LIMIT 1", err);
	if (!st)
		return false;
	db_bind_text(st, 1, path);
	bool good = db_step(&s->db, st, &out->known, err);
	if (good && out->known) {
		out->content_id = db_u64(st, 0);
		out->end_offset = db_u64(st, 1);
	}
	sqlite3_finalize(st);
	return good;
}

bool store_find_place(struct store *s, struct str path, uint64_t offset, struct arena *a, struct store_place *out,
		      struct err *err)
{
	bool row = false;
	*out = (struct store_place){ 0 };
	if (!find_file(s, path, out, err))
		return false;
	if (!out->known)
		return true;
	sqlite3_stmt *st = db_prepare(&s->db,
				      "SELECT out_offset, in_offset, bits, window FROM checkpoint WHERE out_offset <= ?3 AND"
				      " extent IN (SELECT id FROM extent WHERE path = ?1 AND content = ?2 AND state = 1)"
				      " ORDER BY out_offset DESC LIMIT 1", err);
	if (!st)
		return false;
	db_bind_text(st, 1, path);
	db_bind_u64(st, 2, out->content_id);
	db_bind_u64(st, 3, offset);
	bool good = db_step(&s->db, st, &row, err);
	if (good && row) {
		out->at = (struct checkpoint){ .out_offset = db_u64(st, 0), .in_offset = db_u64(st, 1),
			.bits = (unsigned)(db_u64(st, 2) & 7) };
		good = checkpoint_unpack(db_blob(st, 3), &s->coder, a, &out->at.window) ||
		       db_damaged(&s->db, "a checkpoint does not match its checksum", err);
	}
	sqlite3_finalize(st);
	return good;
}
