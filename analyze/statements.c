#include "analyze/statements.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/dense.h"

enum { STATEMENTS_MAX = 20 };

/* 0: neither, 1: quiet, 2: bad. One look per cell instead of an array per statement. */
static unsigned char *step_classes(const struct inquiry *q)
{
	const struct grid *g = &q->f->grid;
	unsigned char *class = arena_alloc(q->arena, g->n + 1, 1);

	for (size_t i = 0; i < g->n; i++)
		class[i] = q->o->bad[i] ? 2 : outbreak_quiet_step(q->o, g, i);
	return class;
}

static void add_series(const struct inquiry *q, const struct series *s, const unsigned char *class, double scale,
                       struct statement *out)
{
	const struct grid *g = &q->f->grid;

	for (size_t i = 0; i < s->n_cells; i++) {
		const struct cell c = series_cell(s, i);
		struct cell_times times = cell_times(s, i);

		if (c.bucket < g->first || (size_t)((c.bucket - g->first) / g->width) >= g->n)
			continue;
		switch (class[(c.bucket - g->first) / g->width]) {
		case 2:
			out->calls += c.count;
			out->total_s += (double)times.sum_ms / 1e3;
			out->max_ms = fmax(out->max_ms, (double)times.max_ms);
			break;
		case 1:
			out->usual_calls += c.count * scale;
			out->usual_s += (double)times.sum_ms / 1e3 * scale;
			break;
		default: break;
		}
	}
}

static int by_surplus(const void *x, const void *y)
{
	const struct statement *a = x, *b = y;
	double da = a->total_s - a->usual_s, db = b->total_s - b->usual_s;

	if (da > db || da < db)
		return da > db ? -1 : 1;
	int c = str_cmp(a->service, b->service);
	return c ? c : str_cmp(a->text, b->text);
}

struct statement *statements_of(const struct inquiry *q, size_t *n)
{
	VEC(struct statement) all = { 0 };
	unsigned char *class = step_classes(q);
	double scale = q->o->baseline_s > 0 ? q->o->degraded_s / q->o->baseline_s : 0;
	struct map known; /* of statement and service → index + 1: one may have a series for each host */

	map_init(&known);
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];

		if (s->kind != SERIES_QUERY)
			continue;
		uint64_t *at = map_put(&known, hash64_seed(s->service, s->key), NULL);
		if (!*at) {
			*vec_push(q->arena, &all) = (struct statement){ .service = s->service, .text = s->key_text };
			*at = all.n;
		}
		add_series(q, s, class, scale, &all.at[*at - 1]);
	}
	map_release(&known);
	size_t kept = 0;
	for (size_t i = 0; i < all.n; i++)
		if (all.at[i].calls > 0)
			all.at[kept++] = all.at[i];
	if (kept)
		qsort(all.at, kept, sizeof *all.at, by_surplus);
	*n = kept < STATEMENTS_MAX ? kept : STATEMENTS_MAX;
	return all.at;
}
