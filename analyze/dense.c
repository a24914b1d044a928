#include "analyze/dense.h"

static bool step_of(const struct grid *g, int32_t bucket, size_t *step)
{
	if (bucket < g->first)
		return false;
	*step = (size_t)((bucket - g->first) / g->width);
	return *step < g->n;
}

void dense_count(const struct grid *g, const struct series *s, double *out)
{
	for (size_t i = 0, t; i < s->n_cells; i++)
		if (step_of(g, series_cell(s, i).bucket, &t))
			out[t] += series_cell(s, i).count;
}

void dense_sum_ms(const struct grid *g, const struct series *s, double *out)
{
	for (size_t i = 0, t; i < s->n_cells; i++)
		if (step_of(g, series_cell(s, i).bucket, &t))
			out[t] += (double)cell_times(s, i).sum_ms;
}

void dense_slow(const struct grid *g, const struct series *s, double limit_ms, double *slow, double *timed)
{
	for (size_t i = 0, t; i < s->n_cells; i++) {
		size_t n;
		const struct hist_entry *hist = cell_hist(s, i, &n);
		if (!step_of(g, series_cell(s, i).bucket, &t))
			continue;
		timed[t] += cell_times(s, i).timed;
		for (size_t h = 0; h < n; h++)
			if (hist_middle_ms(hist[h].bucket) > limit_ms)
				slow[t] += hist[h].count;
	}
}

double dense_total(const double *v, size_t from, size_t to)
{
	double sum = 0;
	for (size_t i = from; i < to; i++)
		sum += v[i];
	return sum;
}

static int32_t bucket_floor(int64_t ns)
{
	return (int32_t)(ns / (BUCKET_S * NS_PER_S));
}

static int32_t bucket_ceil(int64_t ns)
{
	return (int32_t)((ns + BUCKET_S * NS_PER_S - 1) / (BUCKET_S * NS_PER_S));
}

/* First cell at or after a bucket. */
static size_t cell_at(const struct series *s, int32_t bucket)
{
	size_t lo = 0, hi = s->n_cells;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (series_cell(s, mid).bucket < bucket)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

double series_between(const struct series *s, int64_t from_ns, int64_t to_ns)
{
	double sum = 0;
	int32_t end = bucket_ceil(to_ns);
	for (size_t i = cell_at(s, bucket_floor(from_ns)); i < s->n_cells && series_cell(s, i).bucket < end; i++)
		sum += series_cell(s, i).count;
	return sum;
}

int64_t series_first(const struct series *s, int64_t from_ns, int64_t to_ns)
{
	size_t i = cell_at(s, bucket_floor(from_ns));
	if (i < s->n_cells && series_cell(s, i).bucket < bucket_ceil(to_ns))
		return (int64_t)series_cell(s, i).bucket * BUCKET_S * NS_PER_S;
	return TIME_NONE;
}

struct grid grid_over(int64_t from_ns, int64_t to_ns, int32_t width)
{
	int32_t first = bucket_floor(from_ns), end = bucket_ceil(to_ns);
	if (end <= first)
		end = first + 1;
	return (struct grid){ first, width, (size_t)((end - first + width - 1) / width) };
}
