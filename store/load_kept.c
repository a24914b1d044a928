#include "store/store_impl.h"

#include <math.h>
#include <stdlib.h>

#include "store/kept.h"

static int by_time(const void *a, const void *b)
{
	const struct kept_line *x = a, *y = b;
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	int d = str_cmp(x->ref.source, y->ref.source);
	if (!d)
		d = (x->ref.line > y->ref.line) - (x->ref.line < y->ref.line);
	return d ? d : (x->ref.offset > y->ref.offset) - (x->ref.offset < y->ref.offset);
}

static struct kept_line line_of(struct store *s, const struct extent_row *x, const struct kept_record *r,
                                struct arena *a)
{
	return (struct kept_line){
		.time_ns = shifted(r->time_ns, x->shift_ns),
		.severity = (enum severity)r->severity, .kind = (enum event_kind)r->kind,
		.template_id = r->template_id, .route_id = r->route_id, .fingerprint_id = r->fingerprint_id,
		.status = r->status >= 0 && r->status <= INT16_MAX ? (int)r->status : -1, .pid = r->pid,
		.service = name_copy(s, r->service, a), .host = name_copy(s, r->host, a),
		.upstream = r->upstream, .client = r->client, .user = r->user, .request_id = r->request_id,
		.version = r->version,
		.duration_ms = r->duration_us == NO_DURATION ? (double)NAN : (double)r->duration_us / 1000,
		.ref = { .source = x->path, .line = r->line, .offset = r->offset, .text = r->text },
	};
}

/* How many lines there are at most: growing would need three times the room. */
static bool count_lines(struct store *s, const struct extent_list *extents, size_t *n, struct err *err)
{
	sqlite3_stmt *st = db_prepare(&s->db, "SELECT id, lines FROM kept", err);
	bool row, good = st != NULL;
	*n = 0;
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		int64_t lines = sqlite3_column_int64(st, 1);
		if (!extent_of_fact(extents, sqlite3_column_int64(st, 0)))
			continue;
		if (lines < 0 || lines > KEPT_FIRSTS_MAX + KEPT_LIFECYCLE_MAX + KEPT_SAMPLE_MAX)
			good = db_damaged(&s->db, "kept lines make no sense", err);
		else
			*n += (size_t)lines;
	}
	sqlite3_finalize(st);
	return good;
}

/* Appends the lines of a blob that lie within the reader's limits. */
static bool add_lines(struct store *s, const struct extent_row *x, struct str blob, struct arena *a, struct kept_line *list, size_t room,
		      size_t *n)
{
	struct str rows = STR_NONE;
	struct kept_record r;
	if (!kept_open(blob, &s->coder, a, &rows))
		return false;
	while (kept_next(&rows, &r)) {
		if (!store_has(s, shifted(r.time_ns, x->shift_ns)))
			continue;
		if (*n == room)
			return false;
		list[(*n)++] = line_of(s, x, &r, a);
	}
	return rows.len == 0;
}

bool store_load_kept(struct store *s, struct arena *a, struct kept_line **out, size_t *n, struct err *err)
{
	struct extent_list extents;
	size_t room = 0;
	*n = 0;
	*out = NULL;
	bool row, good = store_extents(s, a, &extents, err) && names_ready(s, err) && count_lines(s, &extents, &room, err);
	sqlite3_stmt *st = good ? db_prepare(&s->db, "SELECT id, data FROM kept ORDER BY id", err) : NULL;
	good = st != NULL;
	if (good)
		*out = arena_new_n(a, struct kept_line, room);
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		const struct extent_row *x = extent_of_fact(&extents, sqlite3_column_int64(st, 0));
		if (x && !add_lines(s, x, db_blob(st, 1), a, *out, room, n))
			good = db_damaged(&s->db, "kept lines do not match their checksum", err);
	}
	sqlite3_finalize(st);
	extents_release(&extents);
	if (good && *n > 1)
		qsort(*out, *n, sizeof **out, by_time);
	*n = good ? *n : 0;
	return good;
}
