#include "analyze/scan.h"

#include <math.h>
#include <stdlib.h>

enum { ROUNDS = 8, BLOCKS = 60, LOUD_BLOCKS = 24, LAYERS = 3, MANY = 16 };

/* Alternatives to the baseline rate, as factors. */
static const double factors[] = { 1.35, 1.8, 2.5, 4, 8, 16, 40, 100, 300, 1000, 4000 };
enum { FACTORS = sizeof factors / sizeof *factors };

static double xlog(double x, double ratio)
{
	return x > 0 ? x * log(ratio) : 0;
}

double llr_binomial(double n, double k, double p0)
{
	if (n <= 0 || k <= n * p0)
		return 0;
	double p = k / n;
	return xlog(k, p / p0) + xlog(n - k, (1 - p) / (1 - p0));
}

double llr_poisson(double k, double m)
{
	if (k <= m)
		return 0;
	return xlog(k, k / m) - (k - m);
}

/* What the two models differ in: the score of a step at a factor, and the ratio of a whole interval. */
struct model {
	const double *n, *k; /* n: trials, or expected counts, or NULL for a constant 1 */
	size_t steps;
	bool binomial, up;
	double base, dispersion;
	struct run *stack;    /* room for all_maximal: an element a step */
	struct hit *hits;     /* of find_hits */
	size_t n_hits;
};

/*
 * A step that may raise a score, and what all steps before it add up to: the score of any stretch follows from these. A miss
 * is a trial without a hit; of counts alone, a unit of what was expected.
 */
struct hit { size_t step; double k, miss, k_before, miss_before; };

/* `older`: the nearest run before it that begins at a lower score, -1 none; all between begin higher and can be passed over. */
struct run { size_t from, to; double left, right, k_before, miss_before, k_end, miss_end; ptrdiff_t older; };

static double trials(const struct model *m, size_t i)
{
	return m->n ? m->n[i] : 1;
}

static double interval_llr(const struct model *m, double n, double k)
{
	if (n <= 0)
		return 0;
	if (m->binomial)
		return llr_binomial(n, k, m->base) / m->dispersion;
	double mean = n * m->base;
	if (m->up)
		return llr_poisson(k, mean) / m->dispersion;
	return k < mean ? (xlog(k, k / mean) - (k - mean)) / m->dispersion : 0;
}

/* Rate and overdispersion of the steps that are not masked. */
static void fit(struct model *m, const bool *masked)
{
	double n = 0, k = 0;
	for (size_t i = 0; i < m->steps; i++)
		if (!masked[i]) {
			n += trials(m, i);
			k += m->k[i];
		}
	if (n <= 0) {
		m->base = 1e-6;
		m->dispersion = 1;
		return;
	}
	m->base = (k + 0.5) / (n + 1);
	if (m->binomial && m->base > 0.9)
		m->base = 0.9;

	/* Blocks long enough to expect about three hits keep chi-square honest for rare events. */
	double want = n / BLOCKS;
	if (m->base * want < 3)
		want = 3 / m->base;
	double chi = 0, bn = 0, bk = 0;
	size_t blocks = 0;
	for (size_t i = 0; i < m->steps; i++) {
		if (masked[i])
			continue;
		bn += trials(m, i);
		bk += m->k[i];
		if (bn >= want) {
			double mean = bn * m->base;
			double var = m->binomial ? mean * (1 - m->base) : mean;
			chi += (bk - mean) * (bk - mean) / var;
			blocks++;
			bn = bk = 0;
		}
	}
	m->dispersion = blocks > 3 ? chi / (double)(blocks - 1) : 1;
	if (m->dispersion < 1)
		m->dispersion = 1;
	/* A series that wanders by an order of magnitude has no baseline to speak of; the cap keeps plain steps visible. */
	if (m->dispersion > 30)
		m->dispersion = 30;
}

/* The steps that any alternative has to look at: looking for a rise, not those without a hit. */
static void find_hits(struct model *m)
{
	double k = 0, miss = 0;
	m->n_hits = 0;
	for (size_t i = 0; i < m->steps; i++) {
		double n = trials(m, i);
		if (n <= 0)
			continue;
		double missed = m->binomial ? n - m->k[i] : n;
		if (!m->up || m->k[i] > 0)
			m->hits[m->n_hits++] = (struct hit){ i, m->k[i], missed, k, miss };
		k += m->k[i];
		miss += missed;
	}
}

/* Sums of a segment's own steps, and its ratio. */
static struct segment measure(const struct model *m, size_t from, size_t to)
{
	struct segment g = { .from = from, .to = to };
	for (size_t i = from; i < to; i++) {
		g.n += trials(m, i);
		g.k += m->k[i];
	}
	g.llr = interval_llr(m, g.n, g.k);
	g.excess = g.k - g.n * m->base;
	g.rate = g.n > 0 ? g.k / g.n : 0;
	return g;
}

static struct segment segment_of(const struct model *m, const struct run *r)
{
	double k = r->k_end - r->k_before, miss = r->miss_end - r->miss_before, n = m->binomial ? k + miss : miss;
	struct segment g = { .from = r->from, .to = r->to, .n = n, .k = k, .llr = interval_llr(m, n, k), .excess = k - n * m->base };
	g.rate = n > 0 ? k / n : 0;
	return g;
}

/*
 * All maximal-scoring disjoint intervals at a factor (Ruzzo & Tompa), those above the limit kept. Steps that score
 * nothing at this factor score nothing at any stronger one and are dropped from the hits.
 */
static size_t all_maximal(struct model *m, double factor, double limit, struct segment *out)
{
	struct run *stack = m->stack;
	double p1 = m->base * factor;
	double log_hit = log(factor), log_miss = m->binomial ? log((1 - p1) / (1 - m->base)) : -m->base * (factor - 1);
	size_t depth = 0, kept = 0;
	for (size_t h = 0; h < m->n_hits; h++) {
		struct hit x = m->hits[h];
		double s = x.k * log_hit + x.miss * log_miss;
		if (s <= 0)
			continue;
		m->hits[kept++] = x;
		double before = x.k_before * log_hit + x.miss_before * log_miss;
		struct run r = { x.step, x.step + 1, before, before + s, x.k_before, x.miss_before, x.k_before + x.k, x.miss_before + x.miss, -1 };
		ptrdiff_t j = (ptrdiff_t)depth - 1;
		while (j >= 0 && stack[j].left >= r.left)
			j = stack[j].older;
		while (j >= 0 && stack[j].right < r.right) {
			r.from = stack[j].from;
			r.left = stack[j].left;
			r.k_before = stack[j].k_before;
			r.miss_before = stack[j].miss_before;
			depth = (size_t)j;
			j = stack[j].older;
		}
		r.older = j;
		stack[depth++] = r;
	}
	m->n_hits = kept;
	size_t n_out = 0;
	for (size_t j = 0; j < depth; j++) {
		struct segment g = segment_of(m, &stack[j]);
		if (g.llr >= limit)
			out[n_out++] = g;
	}
	return n_out;
}

/*
 * The alternative whose segments, taken together, explain the series best: the sum of their ratios less what each segment
 * costs. (The best single interval would span the pauses of an intermittent fault.)
 */
static size_t best_segments(struct model *m, double limit, struct segment *out, struct segment *scratch)
{
	find_hits(m);
	double best = 0;
	size_t n_best = 0;
	for (size_t f = 0; f < FACTORS; f++) {
		double factor = m->up ? factors[f] : 1 / factors[f];
		bool last = false;
		if (m->binomial && m->base * factor >= 0.98) {
			factor = 0.98 / m->base;
			last = true;
		}
		size_t n = all_maximal(m, factor, limit, scratch);
		double sum = 0;
		for (size_t i = 0; i < n; i++)
			sum += scratch[i].llr - limit / 2;
		if (n && sum > best) {
			best = sum;
			n_best = n;
			memcpy(out, scratch, n * sizeof *out);
		}
		if (last)
			break;
	}
	return n_best;
}

static int by_from(const void *x, const void *y)
{
	const struct segment *a = x, *b = y;
	return a->from < b->from ? -1 : a->from > b->from;
}

/*
 * Segments of one alternative leave out what is bad at a lower level (the tail of a slow recovery): what remains is
 * searched again without them. Pieces of such a later find between earlier ones must be significant by themselves, so
 * that the pauses of an intermittent fault stay pauses. `out` and `scratch` have room for every other step.
 */
static size_t layered_segments(struct model *whole, double limit, struct segment *out, struct segment *scratch, struct arena *a)
{
	size_t total = best_segments(whole, limit, out, scratch);
	if (!total || total * 4 >= whole->steps)
		return total;
	struct arena_mark mark = arena_mark(a);
	struct model m = *whole;
	double *n = arena_new_n(a, double, m.steps), *k = arena_new_n(a, double, m.steps);
	bool *taken = arena_new_n(a, bool, m.steps + 1);
	struct segment *more = arena_new_n(a, struct segment, m.steps / 2 + 2);
	for (size_t j = 0; j < total; j++)
		memset(taken + out[j].from, 1, (out[j].to - out[j].from) * sizeof *taken);
	m.n = n;
	m.k = k;
	for (int layer = 1; layer < LAYERS && total * 4 < m.steps; layer++) {
		for (size_t i = 0; i < m.steps; i++) {
			n[i] = taken[i] ? 0 : trials(whole, i);
			k[i] = taken[i] ? 0 : whole->k[i];
		}
		size_t found = best_segments(&m, limit, more, scratch), before = total;
		for (size_t j = 0; j < found; j++)
			for (size_t i = more[j].from; i < more[j].to;) {
				size_t from = i;
				while (i < more[j].to && !taken[i])
					i++;
				struct segment piece = measure(whole, from, i);
				if (i > from && piece.llr >= limit && total < m.steps / 2)
					out[total++] = piece;
				while (i < more[j].to && taken[i])
					i++;
			}
		if (total == before)
			break;
		for (size_t j = before; j < total; j++)
			memset(taken + out[j].from, 1, (out[j].to - out[j].from) * sizeof *taken);
	}
	arena_rewind(a, mark);
	qsort(out, total, sizeof *out, by_from);
	return total;
}

/*
 * The pause in a segment: the interval inside it where the baseline explains the counts better than the segment's own
 * rate does, by at least the limit. A maximal segment runs across pauses as long as what follows makes up for them.
 */
static bool find_pause(const struct model *m, const struct segment *g, double limit, size_t *from, size_t *to)
{
	double rate = g->n > 0 ? g->k / g->n : 0, low = m->base;
	if (m->up ? rate <= 2 * low : rate >= low / 2)
		return false;
	/* A pause need not be spotless. */
	if (m->up && low < rate / 20)
		low = rate / 20;
	double log_hit = log(low / rate), log_miss = m->binomial && rate < 1 ? log((1 - low) / (1 - rate)) : 0;
	double sum = 0, best = 0;
	size_t begin = g->from;
	for (size_t i = g->from; i < g->to; i++) {
		double n = trials(m, i);
		double score = m->binomial ? m->k[i] * log_hit + (n - m->k[i]) * log_miss : m->k[i] * log_hit + n * (rate - low);
		sum += score / m->dispersion;
		if (sum <= 0) {
			sum = 0;
			begin = i + 1;
		} else if (sum > best) {
			best = sum;
			*from = begin;
			*to = i + 1;
		}
	}
	return best >= limit && *from > g->from && *to < g->to;
}

/* Takes the pauses out of all segments; pieces that are not significant by themselves go with them. */
static size_t split_pauses(const struct model *m, double limit, struct segment *at, size_t n, size_t room)
{
	for (size_t j = 0; j < n;) {
		size_t from = 0, to = 0;
		if (n == room || !find_pause(m, &at[j], limit, &from, &to)) {
			j++;
			continue;
		}
		struct segment left = measure(m, at[j].from, from), right = measure(m, to, at[j].to);
		if (left.llr < limit && right.llr < limit) {
			j++;
		} else if (left.llr < limit) {
			at[j] = right;
		} else if (right.llr < limit) {
			at[j] = left;
		} else {
			memmove(at + j + 2, at + j + 1, (n - j - 1) * sizeof *at);
			at[j] = left;
			at[j + 1] = right;
			n++;
		}
	}
	return n;
}

struct block { double rate, n; size_t from, to; };

static int by_rate(const void *x, const void *y)
{
	const struct block *a = x, *b = y;
	if (a->rate < b->rate || a->rate > b->rate)
		return a->rate < b->rate ? -1 : 1;
	return a->from < b->from ? -1 : a->from > b->from;
}

/* Masks all but the quieter part of the series (by blocks), so that a long incident is not taken for the baseline. */
static void mask_loud(const struct model *m, bool *masked, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	struct block *blocks = arena_new_n(a, struct block, LOUD_BLOCKS);
	size_t n = 0;
	double total = 0;
	for (size_t b = 0; b < LOUD_BLOCKS; b++) {
		struct block k = { .from = b * m->steps / LOUD_BLOCKS, .to = (b + 1) * m->steps / LOUD_BLOCKS };
		double hits = 0;
		for (size_t i = k.from; i < k.to; i++) {
			k.n += trials(m, i);
			hits += m->k[i];
		}
		if (k.n <= 0)
			continue;
		k.rate = m->up ? hits / k.n : -hits / k.n;
		total += k.n;
		blocks[n++] = k;
	}
	qsort(blocks, n, sizeof *blocks, by_rate);
	double kept = 0;
	for (size_t b = 0; b < n; b++) {
		if (kept >= 0.4 * total)
			memset(masked + blocks[b].from, 1, (blocks[b].to - blocks[b].from) * sizeof *masked);
		kept += blocks[b].n;
	}
	arena_rewind(a, mark);
}

/* Blocks picked for being quiet are quieter than the truth: take the upper end of what they allow. */
static void raise_base(struct model *m, const bool *masked)
{
	double n = 0, k = 0;
	for (size_t i = 0; i < m->steps; i++)
		if (!masked[i]) {
			n += trials(m, i);
			k += m->k[i];
		}
	if (m->up && n > 0)
		m->base = fmin(m->binomial ? 0.9 : INFINITY, (k + 2.5 * sqrt(k * m->dispersion) + 3) / n);
}

/* Fit, find, mask, until nothing changes. `picked`: the first mask was chosen by the rates themselves. */
static struct scan settle(struct model m, bool *masked, bool picked, double limit, struct arena *a)
{
	struct scan s = { .dispersion = 1 };
	s.segments = arena_new_n(a, struct segment, m.steps / 2 + 2);
	struct segment *scratch = arena_new_n(a, struct segment, m.steps / 2 + 2);
	size_t last = SIZE_MAX;
	for (int round = 0; round < ROUNDS; round++) {
		fit(&m, masked);
		if (round == 0 && picked)
			raise_base(&m, masked);
		s.base = m.base;
		s.dispersion = m.dispersion;
		s.n_segments = layered_segments(&m, limit, s.segments, scratch, a);
		size_t covered = 0;
		memset(masked, 0, m.steps * sizeof *masked);
		for (size_t j = 0; j < s.n_segments; j++)
			for (size_t i = s.segments[j].from; i < s.segments[j].to; i++) {
				masked[i] = true;
				covered++;
			}
		if (covered == last)
			break;
		last = covered;
	}
	s.best_llr = 0;
	for (size_t j = 0; j < s.n_segments; j++)
		if (s.segments[j].llr > s.best_llr)
			s.best_llr = s.segments[j].llr;
	return s;
}

/* All but what is found lives in an arena of its own: hundreds of series are scanned. */
static struct scan run_scan(struct model m, double limit, struct arena *keep)
{
	struct arena work, *a = &work;
	if (!m.steps)
		return (struct scan){ .dispersion = 1 };
	arena_init(a);
	m.stack = arena_new_n(a, struct run, m.steps + 1);
	m.hits = arena_new_n(a, struct hit, m.steps + 1);
	bool *masked = arena_new_n(a, bool, m.steps);
	mask_loud(&m, masked, a);
	struct scan s = settle(m, masked, true, limit, a);
	/* An incident has few intervals. Many of them, or hardly any quiet left, mean that the series is like that. */
	size_t quiet = 0;
	for (size_t i = 0; i < m.steps; i++)
		quiet += !masked[i];
	if (s.n_segments > MANY || quiet * 8 < m.steps) {
		memset(masked, 0, m.steps * sizeof *masked);
		s = settle(m, masked, false, limit, a);
	}
	m.base = s.base;
	m.dispersion = s.dispersion;
	s.n_segments = split_pauses(&m, limit, s.segments, s.n_segments, m.steps / 2);
	struct segment *found = arena_new_n(keep, struct segment, s.n_segments + 1);
	memcpy(found, s.segments, s.n_segments * sizeof *found);
	s.segments = found;
	arena_release(a);
	return s;
}

struct scan scan_binomial(const double *n, const double *k, size_t steps, double limit, struct arena *a)
{
	return run_scan((struct model){ .n = n, .k = k, .steps = steps, .binomial = true, .up = true }, limit, a);
}

struct scan scan_poisson(const double *k, const double *expected, size_t steps, bool up, double limit, struct arena *a)
{
	return run_scan((struct model){ .n = expected, .k = k, .steps = steps, .up = up }, limit, a);
}

void scan_onset(const double *n, const double *k, double p0, size_t lo, size_t hi, size_t end, size_t *from, size_t *best, size_t *to)
{
	/* Log-likelihood of "p0 before t, the interval's own rate from t to its end". */
	double total_n = 0, total_k = 0;
	for (size_t i = lo; i < end; i++) {
		total_n += n ? n[i] : 1;
		total_k += k[i];
	}
	double top = -INFINITY;
	*from = *best = *to = lo;
	for (int pass = 0; pass < 2; pass++) {
		double bn = 0, bk = 0;
		bool any = false;
		for (size_t t = lo; t < hi && t < end; t++) {
			double ll = llr_binomial(total_n - bn, total_k - bk, p0);
			if (!n) {
				ll = llr_poisson(total_k - bk, (total_n - bn) * p0);
			}
			if (pass == 0 && ll > top) {
				top = ll;
				*best = t;
			}
			if (pass == 1 && ll >= top - 1.92) {
				if (!any)
					*from = t;
				any = true;
				*to = t + 1;
			}
			bn += n ? n[t] : 1;
			bk += k[t];
		}
	}
}
