#include "core/casefile_shape.h"
#include "core/hash.h"

struct quoted {
	const struct ref **at; /* n of at most max */
	size_t n, max;
	struct map known;      /* hash of source and line */
};

static void add(struct quoted *q, const struct ref *r)
{
	bool is_new;

	map_put(&q->known, hash64_seed(r->source, r->line), &is_new);
	if (is_new && q->n < q->max)
		q->at[q->n++] = r;
}

static void visit_members(const char *base, const struct shape *shape, struct quoted *q)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct field *f = &shape->fields[i];

		if (f->internal || f->on_demand)
			continue;
		if (f->type == FIELD_OBJECT)
			visit_members(base + f->offset, f->of, q);
		for (size_t k = 0; f->type == FIELD_LIST && k < list_count(base, f); k++) {
			if (f->of == &shape_ref)
				add(q, (const struct ref *)(const void *)list_at(base, f) + k);
			else
				visit_members(list_at(base, f) + k * f->of->size_bytes, f->of, q);
		}
	}
}

const struct ref **casefile_quoted(const struct casefile *c, struct arena *a, size_t max, size_t *n)
{
	struct quoted q = { .at = arena_new_n(a, const struct ref *, max), .max = max };

	map_init(&q.known);
	visit_members((const char *)c, &shape_casefile, &q);
	map_release(&q.known);
	*n = q.n;
	return q.at;
}
