#include "report/exhibits.h"

void exhibits_init(struct exhibits *e, struct arena *a, size_t max)
{
	*e = (struct exhibits){ .arena = a, .max = max };
	map_init(&e->numbers);
}

void exhibits_release(struct exhibits *e)
{
	map_release(&e->numbers);
}

size_t exhibits_add(struct exhibits *e, const struct ref *r)
{
	uint64_t key = hash64_seed(r->source, r->line);
	uint64_t *known = map_get(&e->numbers, key);

	if (known)
		return (size_t)*known;
	if (e->n == e->max)
		return 0;
	*vec_push(e->arena, e) = r;
	*map_put(&e->numbers, key, NULL) = e->n;
	return e->n;
}
