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

bool store_load_kept(struct store *s, struct arena *a, struct kept_line **out, size_t *n, struct err *err)
{
	struct extent_list extents;
	struct arena scratch; /* the list while it grows: what it outgrew would stay behind */
	VEC(struct kept_line) list = { 0 };
	arena_init(&scratch);
	bool row, good = store_extents(s, a, &extents, err) && names_ready(s, err);
	sqlite3_stmt *st = good ? db_prepare(&s->db, "SELECT id, data FROM kept ORDER BY id", err) : NULL;
	good = st != NULL;
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		const struct extent_row *x = extent_of_fact(&extents, sqlite3_column_int64(st, 0));
		struct str rows = STR_NONE;
		struct kept_record r;
		if (!x)
			continue;
		good = kept_open(db_blob(st, 1), &s->coder, a, &rows);
		while (good && kept_next(&rows, &r))
			if (store_has(s, shifted(r.time_ns, x->shift_ns)))
				*vec_push(&scratch, &list) = line_of(s, x, &r, a);
		if (!good || rows.len)
			good = db_damaged(&s->db, "kept lines do not match their checksum", err);
	}
	sqlite3_finalize(st);
	extents_release(&extents);
	if (list.n > 1)
		qsort(list.at, list.n, sizeof *list.at, by_time);
	*n = good ? list.n : 0;
	*out = arena_new_n(a, struct kept_line, *n);
	if (*n)
		memcpy(*out, list.at, *n * sizeof **out);
	arena_release(&scratch);
	return good;
}
