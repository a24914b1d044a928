#include "ingest/points.h"

void points_init(struct points *p, input_take_point *take, void *self, struct arena *a)
{
	*p = (struct points){ .take = take, .self = self };
	p->tail = arena_new_n(a, unsigned char, 2 * POINT_WINDOW_BYTES);
}

/* Appends the text's end to the tail, which keeps one window of it. */
static void keep(struct points *p, const unsigned char *out, size_t n)
{
	if (n > POINT_WINDOW_BYTES) {
		out += n - POINT_WINDOW_BYTES;
		n = POINT_WINDOW_BYTES;
	}
	if (n == 0)
		return;
	memcpy(p->tail + p->tail_bytes, out, n);
	p->tail_bytes += n;
	if (p->tail_bytes > POINT_WINDOW_BYTES) {
		memmove(p->tail, p->tail + p->tail_bytes - POINT_WINDOW_BYTES, POINT_WINDOW_BYTES);
		p->tail_bytes = POINT_WINDOW_BYTES;
	}
}

void points_found(struct points *p, uint64_t text_offset, uint64_t packed_bits, const unsigned char *out, size_t n)
{
	struct input_point point = {
		.text_offset = text_offset,
		.packed_offset = (packed_bits + 7) / 8,
		.bits = (unsigned)((8 - packed_bits % 8) % 8),
	};

	keep(p, out, n);
	point.window = str_make((const char *)p->tail, p->tail_bytes);
	p->take(p->self, &point);
	p->last_offset = text_offset;
	p->pieces = 0;
	p->tail_bytes = 0; /* the next one is far */
}

void points_missed(struct points *p, uint64_t text_offset)
{
	if (++p->pieces < POINT_PIECES_MAX)
		return;
	p->last_offset = text_offset;
	p->pieces = 0;
}

void points_passed(struct points *p, uint64_t text_offset, const unsigned char *out, size_t n)
{
	if (!p->take)
		return;
	if (text_offset - p->last_offset + POINT_NEAR_BYTES < POINT_EVERY_BYTES)
		p->tail_bytes = 0;
	else
		keep(p, out, n);
}
