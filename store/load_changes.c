#include "store/store_impl.h"

#include <stdlib.h>

static int by_time(const void *a, const void *b)
{
	const struct store_change *x = a, *y = b;
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	int d = str_cmp(x->text, y->text);
	if (!d)
		d = str_cmp(x->ref.source, y->ref.source);
	if (!d)
		d = (x->ref.line > y->ref.line) - (x->ref.line < y->ref.line);
	return d;
}

static bool load_change(struct store *s, sqlite3_stmt *st, const struct extent_row *x, struct arena *a,
                        struct store_change *c, struct err *err)
{
	int64_t kind = sqlite3_column_int64(st, 3);
	if (kind < 0 || kind >= CHANGE_KIND_COUNT)
		return db_damaged(&s->db, "a change record makes no sense", err);
	*c = (struct store_change){
		.time_ns = shifted(db_time(st, 1), x->shift_ns),
		.end_ns = shifted(db_time(st, 2), x->shift_ns),
		.kind = (enum change_kind)kind,
	};
	struct str *const texts[] = { &c->service, &c->version,	 &c->previous,	&c->actor,
				     &c->key,	  &c->old_value, &c->new_value, &c->status,
				     &c->id,	  &c->text,	 &c->host };
	for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
		*texts[i] = column_copy(st, 4 + i, a);
	if (c->host.len == 0)
		c->host = x->host;
	c->ref = (struct ref){ .source = x->path, .line = db_u64(st, 15), .offset = db_u64(st, 16),
		.text = column_copy(st, 17, a) };
	return true;
}

bool store_load_changes(struct store *s, struct arena *a, struct store_change **out, size_t *n,
			struct err *err)
{
	struct extent_list extents;
	VEC(struct store_change) list = { 0 };
	bool row, good = extents_load(&s->db, a, &extents, err);
	sqlite3_stmt *st =
		good ? db_prepare(&s->db,
				  "SELECT id, time_ns, end_ns, kind, service, version, previous, actor, key, "
				  "old_value, new_value, status,"
				  " change_id, text, host, line, offset, raw FROM change ORDER BY id",
				  err)
		     : NULL;
	good = st != NULL;
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		const struct extent_row *x = extent_of_fact(&extents, sqlite3_column_int64(st, 0));
		good = !x || load_change(s, st, x, a, vec_push(a, &list), err);
	}
	sqlite3_finalize(st);
	extents_release(&extents);
	if (list.n > 1)
		qsort(list.at, list.n, sizeof *list.at, by_time);
	*out = list.at;
	*n = good ? list.n : 0;
	return good;
}
