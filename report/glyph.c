#include "report/glyph.h"

#include <stdio.h>

struct range { uint32_t from, to; };

/* Invisible, reordering or line-breaking characters beyond C0 and C1 (Unicode: Cf, Zl, Zp, tags). */
static const struct range hidden[] = {
	{ 0x00ad, 0x00ad }, { 0x061c, 0x061c }, { 0x180e, 0x180e }, { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xd800, 0xdfff }, { 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb }, { 0xfffe, 0xffff }, { 0xe0000, 0xe007f },
};

/* Combining marks that log text really holds; the rest counts one column, which at worst cuts early. */
static const struct range combining[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x064b, 0x065f }, { 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
};

/* East Asian wide and emoji blocks (Unicode TR 11), coarsely. */
static const struct range wide[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff },   { 0x3400, 0x4dbf },
	{ 0x4e00, 0x9fff },   { 0xa000, 0xa4cf },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

#define IN(table, c) in_ranges((table), sizeof(table) / sizeof((table)[0]), (c))

static bool in_ranges(const struct range *r, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].from && c <= r[i].to)
			return true;
	return false;
}

/* Bytes that a lead byte announces; 0 when it cannot begin a sequence. */
static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead >= 0xf5)
		return 0;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Length of the well-formed UTF-8 sequence at s and its code point; 0 when there is none. */
static size_t decode(struct str s, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)s.ptr[0];
	size_t n = sequence_length(lead);
	uint32_t c = n <= 1 ? lead : n == 2 ? lead & 0x1f : n == 3 ? lead & 0x0f : lead & 0x07;

	if (n == 0 || n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char b = (unsigned char)s.ptr[i];

		if ((b & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b & 0x3f);
	}
	*out = c;
	return n > 1 && (c < least[n] || c > 0x10ffff) ? 0 : n;
}

bool glyph_next(struct str *s, struct glyph *g)
{
	uint32_t c = 0;
	int width;

	if (s->len == 0)
		return false;
	size_t n = decode(*s, &c);
	g->escaped = n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x80 && IN(hidden, c));
	if (!g->escaped) {
		g->text = str_head(*s, n);
		g->columns = c < 0x300 ? 1 : IN(combining, c) ? 0 : IN(wide, c) ? 2 : 1;
		*s = str_from(*s, n);
		return true;
	}
	if (c == '\n' || c == '\r' || c == '\t')
		width = snprintf(g->escape, sizeof g->escape, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
	else if (n <= 1)
		width = snprintf(g->escape, sizeof g->escape, "\\x%02x", (unsigned char)s->ptr[0]);
	else
		width = snprintf(g->escape, sizeof g->escape, "\\u%04x", (unsigned)c);
	g->text = str_make(g->escape, (size_t)width);
	g->columns = (unsigned)width;
	*s = str_from(*s, n ? n : 1);
	return true;
}

void glyph_add(struct buf *out, struct str s)
{
	struct glyph g;

	while (glyph_next(&s, &g))
		buf_add(out, g.text);
}

unsigned glyph_columns(struct str s)
{
	struct glyph g;
	unsigned columns = 0;

	while (glyph_next(&s, &g))
		columns += g.columns;
	return columns;
}

/* White space of any kind, newlines of a record over several lines included. */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

unsigned glyph_add_cut(struct buf *out, struct str s, unsigned columns)
{
	unsigned used = 0;
	struct glyph g;

	s = str_trim(s);
	size_t mark = out->len; /* where the text ends that leaves a column for the ellipsis */
	unsigned mark_used = 0;
	while (s.len) {
		if (is_space(s.ptr[0])) {
			while (s.len && is_space(s.ptr[0]))
				s = str_from(s, 1);
			g.text = STR(" ");
			g.columns = 1;
		} else {
			glyph_next(&s, &g);
		}
		if (used + g.columns > columns) {
			out->len = mark;
			if (columns)
				buf_addz(out, "…");
			return columns ? mark_used + 1 : 0;
		}
		buf_add(out, g.text);
		used += g.columns;
		if (used + 1 <= columns) {
			mark = out->len;
			mark_used = used;
		}
	}
	return used;
}
