#include "store/cells_write.h"

bool kind_has_durations(enum series_kind kind)
{
	return kind == SERIES_HTTP || kind == SERIES_QUERY || kind == SERIES_EVENT;
}

bool kind_has_hist(enum series_kind kind)
{
	return kind == SERIES_HTTP || kind == SERIES_QUERY;
}

uint32_t cells_known_hist(const struct part_more *m, struct part_hist *out)
{
	unsigned first = hist_bucket((double)(m->sum_us - m->max_us) / 1000), last = hist_bucket((double)m->max_us / 1000);
	out[0] = (struct part_hist){ (uint8_t)last, m->timed };
	if (m->timed < 2 || first == last)
		return m->timed > 0;
	out[0] = (struct part_hist){ (uint8_t)first, 1 };
	out[1] = (struct part_hist){ (uint8_t)last, 1 };
	return 2;
}

static size_t max3(size_t a, size_t b, size_t c)
{
	size_t m = a > b ? a : b;
	return m > c ? m : c;
}

/* Where decoding stands. */
struct source {
	struct column_coder *coder;
	struct str in;
	uint64_t *v; /* room for the longest column */
	enum cells_layout layout;
};

static bool next(struct source *s, size_t n)
{
	return column_get(s->coder, &s->in, s->v, n);
}

static bool get_buckets(struct cells_part *p, struct source *s)
{
	int64_t base;
	if (!svarint_next(&s->in, &base) || !next(s, p->n_cells))
		return false;
	size_t at = 0;
	for (size_t k = 0; k < p->n_series; k++) {
		int64_t bucket = 0;
		for (uint32_t i = 0; i < p->lengths[k]; i++, at++) {
			/* Both are far below an overflow once they are known to be below 2^33. */
			if (s->v[at] >> 33 || base < INT32_MIN || base > INT32_MAX)
				return false;
			bucket = i ? bucket + (int64_t)s->v[at] : base + unzigzag(s->v[at]);
			if (bucket < INT32_MIN / 2 || bucket > INT32_MAX / 2)
				return false;
			p->cells[at].bucket = (int32_t)bucket;
		}
	}
	return true;
}

static bool get_counts(struct cells_part *p, struct source *s)
{
	if (!next(s, p->n_cells))
		return false;
	for (size_t i = 0; i < p->n_cells; i++) {
		if (s->v[i] >= UINT32_MAX)
			return false;
		p->cells[i].count = (uint32_t)s->v[i] + 1;
	}
	if (!next(s, p->n_cells))
		return false;
	for (size_t i = 0; i < p->n_cells; i++) {
		if (s->v[i] > p->cells[i].count)
			return false;
		p->cells[i].failed = (uint32_t)s->v[i];
	}
	return true;
}

static bool get_durations(struct cells_part *p, struct source *s)
{
	size_t timed = 0, many = 0;
	if (!next(s, p->n_cells))
		return false;
	for (size_t i = 0; i < p->n_cells; i++) {
		if (s->v[i] > p->cells[i].count)
			return false;
		p->more[i].timed = p->cells[i].count - (uint32_t)s->v[i];
		timed += p->more[i].timed > 0;
		many += p->more[i].timed > 1;
	}
	if (!next(s, timed))
		return false;
	for (size_t i = 0, at = 0; i < p->n_cells; i++)
		if (p->more[i].timed)
			p->more[i].max_us = p->more[i].sum_us = s->v[at++];
	if (!next(s, many))
		return false;
	for (size_t i = 0, at = 0; i < p->n_cells; i++)
		if (p->more[i].timed > 1)
			p->more[i].max_us = s->v[at++];
	return true;
}

/* How many entries the histogram of each cell has; the sum in *listed, and of those that have counts in *counted. */
static bool get_hist_lengths(struct cells_part *p, struct source *s, size_t *listed, size_t *counted)
{
	uint32_t known = cells_uncounted(s->layout), hidden = cells_unlisted(s->layout);
	size_t many = 0, n = 0;
	struct part_hist few[2];
	*listed = *counted = 0;
	for (size_t i = 0; i < p->n_cells; i++)
		many += p->more[i].timed > known;
	if (!next(s, many))
		return false;
	for (size_t i = 0, at = 0; i < p->n_cells; i++) {
		struct part_more *cell = &p->more[i];
		if (cell->timed == 2 && cell->max_us > cell->sum_us && hidden)
			return false;
		uint64_t entries = cell->timed > known ? s->v[at++] : cell->timed > 1 ? cells_known_hist(cell, few) : cell->timed;
		if (entries > HIST_BUCKETS || entries > p->n_hist - n)
			return false;
		cell->hist = (uint32_t)n;
		cell->n_hist = (uint32_t)entries;
		n += cell->n_hist;
		*listed += cell->timed > hidden ? cell->n_hist : 0;
		*counted += cell->timed > known ? cell->n_hist : 0;
	}
	bool good = s->layout == LAYOUT_ALL ? n == p->n_hist : n <= p->n_hist;
	p->n_hist = n;
	return good;
}

/* The buckets of the entries of a cell, out of v; the counts of what has none there are known. */
static bool get_hist_buckets(const struct part_more *cell, const uint64_t *v, struct part_hist *out)
{
	uint64_t bucket = 0;
	for (uint32_t k = 0; k < cell->n_hist; k++) {
		if (v[k] >= HIST_BUCKETS)
			return false;
		bucket = k ? bucket + v[k] + 1 : v[k];
		if (bucket >= HIST_BUCKETS)
			return false;
		out[k] = (struct part_hist){ (uint8_t)bucket, 1 };
	}
	return true;
}

static bool get_hist(struct cells_part *p, struct source *s)
{
	size_t listed, counted;
	if (!get_hist_lengths(p, s, &listed, &counted) || !next(s, listed))
		return false;
	for (size_t i = 0, at = 0; i < p->n_cells; i++) {
		const struct part_more *cell = &p->more[i];
		if (cell->timed <= cells_unlisted(s->layout)) {
			if (cell->timed)
				cells_known_hist(cell, p->hist + cell->hist);
			continue;
		}
		if (!get_hist_buckets(cell, s->v + at, p->hist + cell->hist))
			return false;
		at += cell->n_hist;
	}
	if (!next(s, counted))
		return false;
	for (size_t i = 0, at = 0; i < p->n_cells; i++) {
		uint64_t left = p->more[i].timed;
		for (uint32_t k = 0; p->more[i].timed > cells_uncounted(s->layout) && k < p->more[i].n_hist; k++, at++) {
			if (s->v[at] >= left)
				return false;
			p->hist[p->more[i].hist + k].count = (uint32_t)s->v[at] + 1;
			left -= s->v[at] + 1;
		}
	}
	return true;
}

static bool get_registers(struct cells_part *p, struct source *s)
{
	size_t n = 0;
	if (!next(s, p->n_cells))
		return false;
	for (size_t i = 0; i < p->n_cells; i++) {
		if (s->v[i] > HLL_REGISTERS || s->v[i] > p->n_regs - n)
			return false;
		p->more[i].regs = (uint32_t)n;
		p->more[i].n_regs = (uint32_t)s->v[i];
		n += p->more[i].n_regs;
	}
	if (n != p->n_regs || !next(s, n))
		return false;
	for (size_t i = 0; i < p->n_cells; i++) {
		uint64_t index = 0;
		for (uint32_t k = 0; k < p->more[i].n_regs; k++) {
			size_t at = p->more[i].regs + k;
			if (s->v[at] >= HLL_REGISTERS)
				return false;
			index = k ? index + s->v[at] + 1 : s->v[at];
			if (index >= HLL_REGISTERS)
				return false;
			p->regs[at].index = (uint8_t)index;
		}
	}
	if (!next(s, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->v[i] > 64)
			return false;
		p->regs[i].rank = (uint8_t)s->v[i];
	}
	return true;
}

/* The head of a part, and which series has how many of its cells. */
static bool get_head(struct cells_part *p, struct source *s, struct str bytes, struct arena *a)
{
	uint64_t n_series, n_cells, n_hist, n_regs;
	enum { HEAD_BYTES = 8 };
	bool new = bytes.len > HEAD_BYTES && bytes.ptr[HEAD_BYTES] == LAYOUT_FEW_KNOWN;
	s->layout = new ? LAYOUT_FEW_KNOWN : LAYOUT_ALL;
	if (bytes.len > PART_BYTES_MAX || !blob_open(&bytes, CELLS_SEED, (unsigned char)s->layout))
		return false;
	if (!varint_next(&bytes, &n_series) || !varint_next(&bytes, &n_cells) ||
	    !varint_next(&bytes, &n_hist) || !varint_next(&bytes, &n_regs))
		return false;
	if (n_series > n_cells || n_cells > PART_CELLS_MAX || n_hist > PART_HIST_MAX ||
	    n_regs > PART_REGISTERS_MAX || (n_cells && !n_series))
		return false;
	s->in = bytes;
	if (n_cells == 0)
		return bytes.len == 0 && n_hist == 0 && n_regs == 0;
	s->v = column_numbers(s->coder, max3(n_cells, n_hist, n_regs));
	p->n_series = (size_t)n_series;
	p->n_cells = (size_t)n_cells;
	p->n_hist = (size_t)n_hist;
	p->n_regs = (size_t)n_regs;
	p->ids = arena_new_n(a, uint64_t, p->n_series);
	p->lengths = arena_new_n(a, uint32_t, p->n_series);
	for (size_t i = 0; i < p->n_series; i++)
		if (!raw64_get(&s->in, &p->ids[i]))
			return false;
	if (!next(s, p->n_series))
		return false;
	size_t sum = 0;
	for (size_t i = 0; i < p->n_series; i++) {
		if (s->v[i] == 0 || s->v[i] > p->n_cells - sum)
			return false;
		p->lengths[i] = (uint32_t)s->v[i];
		sum += p->lengths[i];
	}
	return sum == p->n_cells;
}

static bool get_cells(struct cells_part *p, struct source *s, struct arena *a)
{
	p->cells = arena_new_n(a, struct cell, p->n_cells);
	return p->n_cells == 0 || (get_buckets(p, s) && get_counts(p, s));
}

bool cells_decode_counts(struct str bytes, enum series_kind kind, struct column_coder *c, struct arena *a,
			 struct cells_part *out)
{
	struct source s = { .coder = c };
	*out = (struct cells_part){ .kind = kind };
	return get_head(out, &s, bytes, a) && get_cells(out, &s, a);
}

bool cells_decode(struct str bytes, enum series_kind kind, struct column_coder *c, struct arena *a,
                  struct cells_part *out)
{
	struct source s = { .coder = c };
	*out = (struct cells_part){ .kind = kind };
	if (!get_head(out, &s, bytes, a) || !get_cells(out, &s, a))
		return false;
	out->more = arena_new_n(a, struct part_more, out->n_cells);
	out->hist = arena_new_n(a, struct part_hist, out->n_hist);
	out->regs = arena_new_n(a, struct part_register, out->n_regs);
	return out->n_cells == 0 || ((!kind_has_durations(kind) || get_durations(out, &s)) &&
	                             (!kind_has_hist(kind) || get_hist(out, &s)) &&
	                             (kind != SERIES_CLIENTS || get_registers(out, &s)) && s.in.len == 0);
}

/*
 * How many entries the histogram of each cell has at most, in memory: those of its buckets, and another for each
 * 255 events. Passes over what does not say.
 */
static bool hist_sizes(const struct cells_part *p, struct source *s, uint32_t *out)
{
	size_t n = p->n_cells, some = 0, many = 0, told = 0, at = 0;
	uint32_t known = cells_uncounted(s->layout);
	int64_t base;
	if (!svarint_next(&s->in, &base) || !column_skip(&s->in, n) || !next(s, n))
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint32_t)s->v[i] + 1;
	if (!column_skip(&s->in, n) || !next(s, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		out[i] -= (uint32_t)s->v[i];
		some += out[i] > 0;
		many += out[i] > 1;
		told += out[i] > known;
	}
	if (!column_skip(&s->in, some) || !column_skip(&s->in, many) || !next(s, told))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (out[i] <= known)
			continue;
		if (s->v[at] > HIST_BUCKETS)
			return false;
		out[i] = out[i] / UINT8_MAX + (uint32_t)s->v[at++];
	}
	return true;
}

bool cells_sizes(struct str bytes, enum series_kind kind, struct column_coder *c, struct arena *a,
		 struct cells_part *out, uint32_t **hist)
{
	struct source s = { .coder = c };
	*out = (struct cells_part){ .kind = kind };
	if (!get_head(out, &s, bytes, a))
		return false;
	*hist = arena_new_n(a, uint32_t, out->n_series);
	if (!kind_has_hist(kind) || out->n_cells == 0)
		return true;
	uint32_t *sizes = arena_new_n(a, uint32_t, out->n_cells);
	if (!hist_sizes(out, &s, sizes))
		return false;
	for (size_t k = 0, at = 0; k < out->n_series; k++)
		for (uint32_t i = 0; i < out->lengths[k]; i++)
			(*hist)[k] += sizes[at++];
	return true;
}

bool cells_head(struct str bytes, enum series_kind kind, struct column_coder *c, struct arena *a, struct cells_part *out)
{
	struct source s = { .coder = c };
	*out = (struct cells_part){ .kind = kind };
	return get_head(out, &s, bytes, a);
}
