#include "store/cells_write.h"

void cells_writer_init(struct cells_writer *w)
{
	*w = (struct cells_writer){ 0 };
	arena_init(&w->arena);
}

void cells_writer_release(struct cells_writer *w)
{
	arena_release(&w->arena);
}

void cells_begin(struct cells_writer *w, enum series_kind kind, enum cells_layout layout, size_t n_cells)
{
	w->kind = kind;
	w->layout = layout;
	w->durations = kind_has_durations(kind);
	w->hist = kind_has_hist(kind);
	w->sketches = kind == SERIES_CLIENTS;
	w->n_series = w->n_cells = w->n_sums = w->n_maxima = w->n_hist = 0;
	w->lengths_hist.n = w->hist_steps.n = w->hist_counts.n = w->lengths_regs.n = w->reg_steps.n = w->ranks.n = 0;
	if (n_cells <= w->room)
		return;
	w->room = w->room < PART_CELLS_MAX / 2 ? 2 * w->room : PART_CELLS_MAX;
	w->room = n_cells > w->room ? n_cells : w->room;
	w->ids = arena_new_n(&w->arena, uint64_t, w->room);
	w->lengths = arena_new_n(&w->arena, uint32_t, w->room);
	w->steps = arena_new_n(&w->arena, uint32_t, w->room);
	w->counts = arena_new_n(&w->arena, uint32_t, w->room);
	w->failed = arena_new_n(&w->arena, uint32_t, w->room);
	w->untimed = arena_new_n(&w->arena, uint32_t, w->room);
	/* One more, for what does not count. */
	w->sums = arena_new_n(&w->arena, uint64_t, w->room + 1);
	w->maxima = arena_new_n(&w->arena, uint64_t, w->room + 1);
}

void cells_finish(struct cells_writer *w, struct column_coder *c, struct buf *out)
{
	size_t start = blob_begin(out, (unsigned char)w->layout), n = w->n_cells;
	buf_add_varint(out, w->n_series);
	buf_add_varint(out, n);
	buf_add_varint(out, w->n_hist);
	buf_add_varint(out, w->ranks.n);
	if (n) {
		for (size_t i = 0; i < w->n_series; i++)
			raw64_put(out, w->ids[i]);
		column_put_u32(c, out, w->lengths, w->n_series);
		buf_add_svarint(out, w->base);
		column_put_u32(c, out, w->steps, n);
		column_put_u32(c, out, w->counts, n);
		column_put_u32(c, out, w->failed, n);
	}
	if (n && w->durations) {
		column_put_u32(c, out, w->untimed, n);
		column_put(c, out, w->sums, w->n_sums);
		column_put(c, out, w->maxima, w->n_maxima);
	}
	if (n && w->hist) {
		column_put_u8(c, out, w->lengths_hist.at, w->lengths_hist.n);
		column_put_u8(c, out, w->hist_steps.at, w->hist_steps.n);
		column_put_u32(c, out, w->hist_counts.at, w->hist_counts.n);
	}
	if (n && w->sketches) {
		column_put_u16(c, out, w->lengths_regs.at, w->lengths_regs.n);
		column_put_u8(c, out, w->reg_steps.at, w->reg_steps.n);
		column_put_u8(c, out, w->ranks.at, w->ranks.n);
	}
	blob_seal(out, start, CELLS_SEED);
}

static enum cells_layout layout_for(const struct cells_part *p)
{
	if (!kind_has_hist(p->kind))
		return LAYOUT_ALL;
	for (size_t i = 0; i < p->n_cells; i++) {
		const struct part_more *m = &p->more[i];
		struct part_hist known[2];
		if (m->timed == 0 || m->timed > KNOWN_DURATIONS)
			continue;
		if (m->max_us > m->sum_us || cells_known_hist(m, known) != m->n_hist)
			return LAYOUT_ALL;
		for (uint32_t k = 0; k < m->n_hist; k++)
			if (p->hist[m->hist + k].bucket != known[k].bucket || p->hist[m->hist + k].count != known[k].count)
				return LAYOUT_ALL;
	}
	return LAYOUT_FEW_KNOWN;
}

/* A cell of a part as the next one of the writer. */
static void put_cell(struct cells_writer *w, const struct cells_part *p, size_t i)
{
	const struct part_more *m = &p->more[i];
	cells_add(w, p->cells[i].bucket, p->cells[i].count, p->cells[i].failed, m->timed, m->sum_us, m->max_us);
	for (uint32_t k = 0; k < m->n_hist; k++)
		cells_hist(w, p->hist[m->hist + k].bucket, p->hist[m->hist + k].count);
	for (uint32_t k = 0; k < m->n_regs; k++)
		cells_register(w, p->regs[m->regs + k].index, p->regs[m->regs + k].rank);
	cells_end(w);
}

void cells_encode(const struct cells_part *p, struct column_coder *c, struct buf *out)
{
	struct cells_writer w;
	cells_writer_init(&w);
	cells_begin(&w, p->kind, layout_for(p), p->n_cells);
	for (size_t s = 0, i = 0; s < p->n_series; s++) {
		cells_series(&w, p->ids[s]);
		for (uint32_t k = 0; k < p->lengths[s]; k++, i++)
			put_cell(&w, p, i);
	}
	cells_finish(&w, c, out);
	cells_writer_release(&w);
}
