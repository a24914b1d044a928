#include "store/store_impl.h"

#include <stdlib.h>

static int by_text(const void *a, const void *b)
{
	const struct store_template *x = a, *y = b;
	int d = str_cmp(x->text, y->text);
	return d ? d : (x->id > y->id) - (x->id < y->id);
}

bool store_load_templates(struct store *s, struct arena *a, struct store_template **out, size_t *n,
			  struct err *err)
{
	VEC(struct store_template) list = { 0 };
	bool row;
	sqlite3_stmt *st = db_prepare(&s->db,
				      "SELECT t.id, t.grp, n.text, t.severity, t.format, t.grp_text FROM "
				      "template t LEFT JOIN name n ON n.id = t.id",
				      err);
	bool good = st != NULL;
	while (good && (good = db_step(&s->db, st, &row, err)) && row) {
		int64_t severity = sqlite3_column_int64(st, 3);
		if (severity < 0 || severity >= SEVERITY_COUNT) {
			good = db_damaged(&s->db, "a template makes no sense", err);
			break;
		}
		struct store_template t = {
			.id = db_u64(st, 0), .group = db_u64(st, 1), .text = column_copy(st, 2, a),
			.severity = (enum severity)severity, .format = column_copy(st, 4, a),
			.group_text = column_copy(st, 5, a),
		};
		if (t.group_text.len == 0)
			t.group_text = t.text;
		*vec_push(a, &list) = t;
	}
	sqlite3_finalize(st);
	if (list.n > 1)
		qsort(list.at, list.n, sizeof *list.at, by_text);
	*out = list.at;
	*n = good ? list.n : 0;
	return good;
}
