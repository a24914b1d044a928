#include "report/md.h"

#include "report/glyph.h"

enum {
	BLOCK_LINES = 24,        /* of one record: the head of a stack trace says enough */
	BLOCK_COLUMNS = 1000,
	SPAN_COLUMNS = 160,
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/*
 * One ASCII character of running text at s.ptr[i]. Escapes only where the character would mean something, so
 * that people can still read and edit the draft: no backslash in "auth_ms 3000 -> 15".
 */
static void add_char(struct buf *out, struct str s, size_t i)
{
	char c = s.ptr[i], before = i ? s.ptr[i - 1] : ' ', after = i + 1 < s.len ? s.ptr[i + 1] : ' ';

	switch (c) {
	case '_': /* between letters it is no emphasis */
		buf_addz(out, is_alnum(before) && is_alnum(after) ? "_" : "\\_");
		return;
	case '&': /* an entity */
		buf_addz(out, is_alnum(after) || after == '#' ? "&amp;" : "&");
		return;
	case '@': /* a mention; a backslash does not keep GitHub from making one */
		buf_addz(out, "&#64;");
		return;
	case ':': /* a bare link */
		buf_addz(out, after == '/' ? "&#58;" : ":");
		return;
	case '.':
		buf_addz(out,
			 i >= 3 && str_eq_nocase(str_make(s.ptr + i - 3, 3), STR("www")) ? "&#46;" : ".");
		return;
	case '#': /* a reference to an issue */
		buf_addz(out, "\\#");
		return;
	case '<': /* a tag; a comment's start may not even stand in the bytes: it could pose as a marker */
		buf_addz(out, after == '!' ? "&lt;" : "\\<");
		return;
	case '\\':
	case '`':
	case '*':
	case '[':
	case ']':
	case '|':
	case '~':
	case '$':
		buf_addc(out, '\\');
		break;
	default:
		break;
	}
	buf_addc(out, c);
}

/* What would start a block at the beginning of a line or an item: "- ", "+ ", "---", "> ", "12. ", "12) ". */
static size_t add_block_start(struct buf *out, struct str s)
{
	size_t digits = 0;

	while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
		digits++;
	char mark = digits < s.len ? s.ptr[digits] : '\0';
	char after = digits + 1 < s.len ? s.ptr[digits + 1] : ' ';
	bool number = digits && (mark == '.' || mark == ')') && is_space(after);
	bool bullet = !digits && (mark == '-' || mark == '+') && (is_space(after) || after == mark);
	if (!number && !bullet && (digits || mark != '>'))
		return 0;
	buf_add(out, str_head(s, digits));
	buf_addc(out, '\\');
	buf_addc(out, mark);
	return digits + 1;
}

void md_text(struct buf *out, struct str s)
{
	struct glyph g;

	s = str_trim(s);
	size_t i = add_block_start(out, s);
	while (i < s.len) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (is_space((char)c)) {
			while (i < s.len && is_space(s.ptr[i]))
				i++;
			buf_addc(out, ' ');
		} else if (c >= 0x20 && c < 0x7f) {
			add_char(out, s, i++);
		} else {
			struct str rest = str_from(s, i);

			glyph_next(&rest, &g);
			buf_addz(out, g.escaped ? "\\" : ""); /* the escape's own backslash */
			buf_add(out, g.text);
			i = s.len - rest.len;
		}
	}
}

static size_t longest_run(struct str s, char c)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < s.len; i++) {
		run = s.ptr[i] == c ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static void add_run(struct buf *out, char c, size_t n)
{
	while (n--)
		buf_addc(out, c);
}

/* Code is shown as it is, except that it may not hold a comment's start: a marker would be found in it. */
static void add_code(struct buf *out, struct str s, unsigned columns, bool cell)
{
	struct glyph g;
	unsigned used = 0;

	while (s.len) {
		if (str_starts(s, STR("<!--"))) {
			buf_addz(out, "<! --");
			s = str_from(s, 4);
			used += 5;
			continue;
		}
		glyph_next(&s, &g);
		if ((used += g.columns) > columns) {
			buf_addz(out, "…");
			return;
		}
		if (cell && str_eq(g.text, STR("|")))
			buf_addc(out, '\\');
		buf_add(out, g.text);
	}
}

void md_code(struct buf *out, struct str s)
{
	size_t ticks = longest_run(s, '`') + 1;

	if (s.len == 0)
		return;
	add_run(out, '`', ticks);
	if (ticks > 1)
		buf_addc(out, ' ');
	add_code(out, s, SPAN_COLUMNS, true);
	if (ticks > 1)
		buf_addc(out, ' ');
	add_run(out, '`', ticks);
}

void md_block(struct buf *out, struct str s)
{
	size_t ticks = longest_run(s, '`') + 1, lines = 0;
	struct str line, rest = s;

	ticks = ticks < 3 ? 3 : ticks;
	buf_addc(out, '\n');
	add_run(out, '`', ticks);
	buf_addz(out, "text\n");
	while (rest.len && lines++ < BLOCK_LINES) {
		line = str_cut(rest, '\n', &rest);
		if (str_ends(line, STR("\r")))
			line.len--;
		add_code(out, line, BLOCK_COLUMNS, false);
		buf_addc(out, '\n');
	}
	if (rest.len)
		buf_addz(out, "…\n");
	add_run(out, '`', ticks);
	buf_addc(out, '\n');
}
