/* nightly_lines: lines that no earlier day had, and what errors and warnings were about. */
#include <math.h>
#include <stdlib.h>

#include "analyze/predict.h"
#include "analyze/significance.h"
#include "analyze/tracks.h"

static const double false_discoveries = 0.01;

static const char *severity_word(enum severity s)
{
	return severity_name(s);
}

static bool seen_before(const struct track *t, size_t n_days)
{
	for (size_t i = 0; i < n_days; i++)
		if (t->counts[i] > 0)
			return true;
	return false;
}

/* Errors before warnings before the rest, then the most frequent; the text makes the order total. */
static int by_weight(const void *a, const void *b)
{
	const struct night_line *x = a, *y = b;
	int d = (str_eq(y->severity, STR("error")) || str_eq(y->severity, STR("fatal"))) -
		(str_eq(x->severity, STR("error")) || str_eq(x->severity, STR("fatal")));

	if (!d)
		d = str_eq(y->severity, STR("warn")) - str_eq(x->severity, STR("warn"));
	if (!d)
		d = (y->count > x->count) - (y->count < x->count);
	if (!d)
		d = str_cmp(x->service, y->service);
	return d ? d : str_cmp(x->text, y->text);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The largest log10 of a p-value that counts as a discovery; 1 when none does. */
static double discovery_limit(double *p, size_t n, size_t tests)
{
	if (n == 0)
		return 1;
	qsort(p, n, sizeof *p, ascending);
	size_t found = discoveries(p, n, tests, false_discoveries);
	return found ? p[found - 1] : 1;
}

static void new_lines(const struct tracks *t, const struct nightly_request *r, struct night *out)
{
	const struct track *all = t->lines.list.at;
	VEC(struct night_line) list = { 0 };
	double *p = arena_new_n(t->arena, double, t->lines.list.n + 1);
	size_t n = 0, tests = 0;

	for (size_t i = 0; i < t->lines.list.n; i++) {
		double count = all[i].counts[t->n_days];
		if (count <= 0)
			continue;
		tests++;
		if (!seen_before(&all[i], t->n_days) && all[i].text.len)
			p[n++] = predict_presence(count, t->n_days);
	}
	double limit = discovery_limit(p, n, tests);
	for (size_t i = 0; limit <= 0 && i < t->lines.list.n; i++) {
		const struct track *k = &all[i];
		double count = k->counts[t->n_days], log10_p = predict_presence(count, t->n_days);
		const struct family *family = families_match(r->families, k->text);
		if (count <= 0 || !k->text.len || seen_before(k, t->n_days) || log10_p > limit)
			continue;
		*vec_push(t->arena, &list) = (struct night_line){
			.service = k->service, .severity = str_of(severity_word(k->severity)), .text = k->text,
			.family = family ? str_of(family->words) : STR_NONE, .count = (uint64_t)count, .log10_p = log10_p,
		};
	}
	if (list.n > 1)
		qsort(list.at, list.n, sizeof *list.at, by_weight);
	out->lines = list.at;
	out->n_lines = list.n < NIGHT_LINES_MAX ? list.n : NIGHT_LINES_MAX;
	out->more_lines = list.n - out->n_lines;
}

/* ---- families ---- */

/* Lines of one family in one service, or one line that is of none. */
struct group { struct night_family f; double *counts, most; };

static int by_count(const void *a, const void *b)
{
	const struct night_family *x = a, *y = b;
	int d = (y->count > x->count) - (y->count < x->count);

	if (!d)
		d = str_cmp(x->service, y->service);
	if (!d)
		d = str_cmp(x->name, y->name);
	return d ? d : str_cmp(x->text, y->text);
}

static void add_to_group(const struct tracks *t, struct group *g, const struct track *k)
{
	double today = k->counts[t->n_days];

	for (size_t d = 0; d <= t->n_days; d++)
		g->counts[d] += k->counts[d];
	/* The line that says it most often today stands for all of them. */
	if (!g->f.text.len || today > g->most || (today >= g->most && str_cmp(k->text, g->f.text) < 0)) {
		g->f.text = k->text;
		g->most = today;
	}
}

static void families(const struct tracks *t, const struct nightly_request *r, struct night *out)
{
	VEC(struct group) groups = { 0 };
	VEC(struct night_family) list = { 0 };
	struct map index;

	map_init(&index);
	for (size_t i = 0; i < t->lines.list.n; i++) {
		const struct track *k = &t->lines.list.at[i];
		const struct family *family = families_match(r->families, k->text);
		bool is_new;
		if (k->severity < SEV_WARN)
			continue;
		uint64_t key = hash64_mix(family ? hash64(str_of(family->id)) : hash64_mix(i + 1, 1), k->service.len ? hash64(k->service) : 1);
		uint64_t *at = map_put(&index, key, &is_new);
		if (is_new) {
			*at = groups.n;
			*vec_push(t->arena, &groups) = (struct group){
				.f = { .name = family ? str_of(family->words) : STR_NONE, .service = k->service },
				.counts = arena_new_n(t->arena, double, t->n_days + 1),
			};
		}
		add_to_group(t, &groups.at[*at], k);
	}
	map_release(&index);
	double *p = arena_new_n(t->arena, double, groups.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < groups.n; i++) {
		struct group *g = &groups.at[i];
		if (g->counts[t->n_days] <= 0)
			continue;
		g->f.count = (uint64_t)g->counts[t->n_days];
		g->f.usual = median_of(g->counts, t->n_days);
		/* More than usual only: less of an error is no news. */
		g->f.log10_p = g->counts[t->n_days] > g->f.usual ? predict_count(g->counts[t->n_days], g->counts, t->n_days) : 0;
		p[n++] = g->f.log10_p;
		*vec_push(t->arena, &list) = g->f;
	}
	double limit = discovery_limit(p, n, n);
	for (size_t i = 0; i < list.n; i++)
		list.at[i].unusual = limit <= 0 && list.at[i].log10_p <= limit && list.at[i].log10_p < 0;
	if (list.n > 1)
		qsort(list.at, list.n, sizeof *list.at, by_count);
	out->families = list.at;
	out->n_families = list.n < NIGHT_FAMILIES_MAX ? list.n : NIGHT_FAMILIES_MAX;
}

void nightly_lines(const struct tracks *t, const struct nightly_request *r, struct night *out)
{
	new_lines(t, r, out);
	families(t, r, out);
}
