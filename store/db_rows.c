#include "store/db_rows.h"

enum { LAYOUT = 1 };

/* Texts of a row in their order. */
#define TEXTS(e) { &(e)->service, &(e)->host, &(e)->db, &(e)->user, &(e)->object, &(e)->holder, &(e)->query, &(e)->text }

static void put_row(struct buf *out, const struct db_event *e, struct db_rows *last)
{
	const struct str *const texts[] = TEXTS(e);

	buf_add_svarint(out, (int64_t)((uint64_t)e->time_ns - last->time_ns));
	buf_add_svarint(out, e->pid);
	buf_add_svarint(out, e->us);
	buf_add_svarint(out, e->bytes);
	buf_addc(out, (char)e->kind);
	buf_add_varint(out, e->line - last->line);
	buf_add_varint(out, e->offset - last->offset);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		buf_add_counted(out, *texts[i]);
	last->time_ns = (uint64_t)e->time_ns;
	last->line = e->line;
	last->offset = e->offset;
}

size_t db_rows_put(const struct db_event *rows, size_t n, struct column_coder *c, struct buf *out)
{
	struct db_rows last = { 0 };
	struct buf bytes;
	size_t taken = 0, start = blob_begin(out, LAYOUT);

	buf_init(&bytes, DB_ROWS_BYTES_MAX);
	while (taken < n && bytes.len < DB_ROWS_BATCH_BYTES)
		put_row(&bytes, &rows[taken++], &last);
	plane_put_text(&c->planes, out, buf_str(&bytes));
	blob_seal(out, start, DB_ROWS_SEED);
	buf_release(&bytes);
	return taken;
}

bool db_rows_open(struct db_rows *r, struct str blob, struct column_coder *c, struct arena *a)
{
	*r = (struct db_rows){ 0 };
	return blob_open(&blob, DB_ROWS_SEED, LAYOUT) && plane_get_text(&c->planes, &blob, DB_ROWS_BYTES_MAX, a, &r->rest) && blob.len == 0;
}

/* A byte that is the number of a kind. */
static bool get_kind(struct str *in, enum event_kind *out)
{
	if (in->len == 0 || (unsigned char)in->ptr[0] >= EVENT_KIND_COUNT)
		return false;
	*out = (enum event_kind)(unsigned char)in->ptr[0];
	*in = str_from(*in, 1);
	return true;
}

bool db_rows_next(struct db_rows *r, struct db_event *e)
{
	struct str in = r->rest;
	struct str *const texts[] = TEXTS(e);
	int64_t step_ns;
	uint64_t lines, bytes;

	if (!svarint_next(&in, &step_ns) || !svarint_next(&in, &e->pid) || !svarint_next(&in, &e->us) || !svarint_next(&in, &e->bytes) ||
	    !get_kind(&in, &e->kind) || !varint_next(&in, &lines) || !varint_next(&in, &bytes))
		return false;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!counted_next(&in, texts[i]))
			return false;
	e->time_ns = (int64_t)(r->time_ns += (uint64_t)step_ns);
	e->line = r->line += lines;
	e->offset = r->offset += bytes;
	r->rest = in;
	return true;
}
