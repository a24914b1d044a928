#include "analyze/contrast.h"

#include <math.h>

#include "analyze/significance.h"

/*
 * Lines that are new, gone, more or fewer, per service. Two things must both have changed: the line's share of what the
 * service says, and how often it is said (else one flood of errors makes every other line "fewer", and a surge of
 * requests makes all of them "more").
 */
enum { LEAST_BAD_S = 30 };

static double rate_log10_p(const struct sides *n, const struct window *w)
{
	/* Given the sum, the count in the bad time is binomial by exposure. */
	double exposure = w->bad_s / (w->bad_s + w->good_s);
	double dispersion = block_dispersion(n->blocks, w->block_s, CONTRAST_BLOCKS);
	double all = n->bad + n->good;
	return all > 0 ? g_test(n->bad, all, exposure * 1e9, 1e9, dispersion) : 0;
}

void contrast_lines(const struct facts *f, const struct outbreak *o, const struct window *w, struct value_list *out)
{
	struct sides *totals = arena_new_n(f->arena, struct sides, f->n_services + 1);
	(void)o;
	if (w->bad_s < LEAST_BAD_S)
		return;
	size_t from = out->n;
	/* Requests are lines, too: who serves them and says nothing else has not fallen silent. */
	for (size_t i = 0; i < f->n_series; i++)
		if (f->series[i].kind == SERIES_HTTP) {
			ptrdiff_t service = facts_service(f, f->series[i].service);
			if (service >= 0)
				sides_count(w, &f->series[i], false, &totals[service]);
		}
	for (size_t i = 0; i < f->n_voices; i++) {
		const struct voice *v = &f->voices[i];
		if (v->service == SIZE_MAX)
			continue;
		struct sides n = { 0 }, *all = &totals[v->service];
		for (size_t p = 0; p < v->n_parts; p++)
			sides_count(w, v->parts[p], false, &n);
		all->bad += n.bad;
		all->good += n.good;
		for (size_t b = 0; b < CONTRAST_BLOCKS; b++)
			all->blocks[b] += n.blocks[b];
		double expected = n.good * w->bad_s / w->good_s;
		const char *field = n.good < 1 ? "new" : n.bad < 1 ? "gone" : n.bad > expected ? "more" : "fewer";
		bool changed = n.bad > 1.5 * expected + 2 || n.bad < 0.66 * expected - 2;
		if (!changed || !v->text.len)
			continue;
		*vec_push(f->arena, out) = (struct value){ .of = OF_LINES, .service = f->services[v->service].name, .field = str_of(field), .text = v->text,
			                                   .all = all, .n = n, .kind = "text", .log10_p = rate_log10_p(&n, w) };
	}
	/* Of the two tests the weaker one counts. Shares are known only now. */
	for (size_t i = from; i < out->n; i++) {
		struct value *v = &out->at[i];
		double dispersion = block_dispersion(v->n.blocks, v->all->blocks, CONTRAST_BLOCKS);
		double p = g_test(v->n.bad, v->all->bad, v->n.good, v->all->good, dispersion);
		bool same_way = (v->n.bad * v->all->good > v->n.good * v->all->bad) == (v->n.bad * w->good_s > v->n.good * w->bad_s);
		v->log10_p = same_way ? fmax(p, v->log10_p) : 0;
	}
}
