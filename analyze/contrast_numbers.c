#include "analyze/contrast.h"

#include <math.h>
#include <stdio.h>

#include "analyze/significance.h"

/*
 * Figures of events: durations of requests and of statements from the histograms of the series, sizes of responses from
 * the events around the onset. Distributions are compared by ranks; what is shown is the range that differs most.
 */
enum { MAX_SIZED = 64 };
/* Smallest effects: shares that differ by a tenth, and a bad value beyond a good one in 11 of 20 pairs. */
static const double least_difference = 0.1, least_above = 0.55;
static const int64_t scanned_ns = 15 * 60 * NS_PER_S;
/* Sizes use the histogram of durations, a byte being a hundredth of a millisecond: 1 byte to 360 MB. */
static const double bytes_per_ms = 100;

struct spread {
	struct str service;
	double bad[HIST_BUCKETS], good[HIST_BUCKETS];
	double blocks[CONTRAST_BLOCKS][HIST_BUCKETS];
};

static void spread_add(struct spread *s, signed char side, unsigned bucket, double n)
{
	if (side == 0) {
		s->bad[bucket] += n;
	} else if (side > 0) {
		s->good[bucket] += n;
		s->blocks[side - 1][bucket] += n;
	}
}

static double total(const double *v, size_t from, size_t to)
{
	double sum = 0;
	for (size_t i = from; i < to; i++)
		sum += v[i];
	return sum;
}

/* Adds the range that differs, when the distributions do. */
static void spread_compare(const struct facts *f, const struct spread *s, enum contrast_group of, const char *field, double unit, const char *unit_name,
                           struct value_list *out)
{
	size_t cut;
	double above;
	best_cut(s->bad, s->good, HIST_BUCKETS, &cut);
	if (!cut)
		return;
	struct sides n = { 0 }, *all = arena_new(f->arena, struct sides);
	rank_test(s->bad, s->good, HIST_BUCKETS, 1, &above);
	bool higher = above > 0.5;
	size_t from = higher ? cut : 0, to = higher ? HIST_BUCKETS : cut;
	n.bad = total(s->bad, from, to);
	n.good = total(s->good, from, to);
	all->bad = total(s->bad, 0, HIST_BUCKETS);
	all->good = total(s->good, 0, HIST_BUCKETS);
	for (size_t b = 0; b < CONTRAST_BLOCKS; b++) {
		n.blocks[b] = total(s->blocks[b], from, to);
		all->blocks[b] = total(s->blocks[b], 0, HIST_BUCKETS);
	}
	if (all->bad < 20 || all->good < 20 || fabs(n.bad / all->bad - n.good / all->good) < least_difference ||
	    (higher ? above : 1 - above) < least_above)
		return;
	double limit = hist_upper_ms((unsigned)cut - 1) * unit;
	char words[64];
	snprintf(words, sizeof words, "%s %.*f %s", higher ? "above" : "up to", limit < 10 ? 1 : 0, limit, unit_name);
	double dispersion = block_dispersion(n.blocks, all->blocks, CONTRAST_BLOCKS);
	*vec_push(f->arena, out) = (struct value){ .of = of, .service = s->service, .field = str_of(field), .text = arena_str(f->arena, str_of(words)), .all = all,
		                                   .n = n, .kind = "number", .log10_p = rank_test(s->bad, s->good, HIST_BUCKETS, dispersion, &above) };
}

static void compare_durations(const struct facts *f, const struct window *w, enum series_kind kind, enum contrast_group of, struct value_list *out)
{
	for (size_t v = 0; v < f->n_services; v++) {
		struct spread *s = arena_new(f->arena, struct spread);
		bool any = false;
		s->service = f->services[v].name;
		for (size_t i = 0; i < f->n_series; i++) {
			const struct series *x = &f->series[i];
			if (x->kind != kind || !str_eq(x->service, s->service))
				continue;
			any = true;
			for (size_t c = 0; c < x->n_cells; c++) {
				int32_t at = series_cell(x, c).bucket - w->grid->first;
				size_t step = at < 0 ? SIZE_MAX : (size_t)(at / w->grid->width);
				size_t n;
				const struct hist_entry *hist = cell_hist(x, c, &n);
				for (size_t h = 0; step < w->grid->n && w->side[step] >= 0 && h < n; h++)
					spread_add(s, w->side[step], hist[h].bucket, hist[h].count);
			}
		}
		if (any)
			spread_compare(f, s, of, "duration", 1, "ms", out);
	}
}

/* ---- sizes ---- */

struct sizes {
	const struct window *w;
	struct map services; /* name id → index + 1 */
	struct spread *at;
	size_t n;
};

static bool add_size(void *self, const struct scan_row *r)
{
	struct sizes *z = self;
	const uint64_t *service = r->kind == EV_HTTP && r->bytes != UINT32_MAX ? map_get(&z->services, r->service) : NULL;
	int64_t at = r->time_ns / (BUCKET_S * NS_PER_S) - z->w->grid->first;
	if (!service || at < 0 || (size_t)(at / z->w->grid->width) >= z->w->grid->n)
		return true;
	spread_add(&z->at[*service - 1], z->w->side[at / z->w->grid->width], hist_bucket(r->bytes / bytes_per_ms), 1);
	return true;
}

bool contrast_numbers(const struct facts *f, const struct outbreak *o, const struct window *w, struct value_list *out, struct err *err)
{
	struct sizes z = { .w = w, .at = arena_new_n(f->arena, struct spread, MAX_SIZED) };
	compare_durations(f, w, SERIES_HTTP, OF_REQUESTS, out);
	compare_durations(f, w, SERIES_QUERY, OF_STATEMENTS, out);
	map_init(&z.services);
	for (size_t i = 0; i < f->n_services && z.n < MAX_SIZED; i++)
		if (f->services[i].has_http) {
			z.at[z.n++].service = f->services[i].name;
			*map_put(&z.services, hash64(f->services[i].name), NULL) = z.n;
		}
	int64_t to = o->end_ns - o->onset_best_ns > scanned_ns ? o->onset_best_ns + scanned_ns : o->end_ns;
	bool ok = !z.n || store_scan(f->store, o->onset_from_ns - scanned_ns, to, SCAN_BYTES, add_size, &z, err);
	for (size_t i = 0; ok && i < z.n; i++)
		spread_compare(f, &z.at[i], OF_REQUESTS, "bytes", bytes_per_ms, "bytes", out);
	map_release(&z.services);
	return ok;
}
