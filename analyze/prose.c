#include "analyze/prose.h"

#include "core/ascii.h"
#include "core/buf.h"

/* ---- characters ---- */

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* Blanks and hyphens of other kinds, which word processors put in: what they stand for, and their length in bytes. */
static size_t plain_form(struct str s, char *out)
{
	static const struct { const char *bytes; char plain; } forms[] = {
		{ "\xc2\xa0", ' ' },     { "\xe2\x80\x89", ' ' }, { "\xe2\x80\xaf", ' ' }, { "\xe2\x80\x87", ' ' },
		{ "\xe2\x88\x92", '-' }, { "\xe2\x80\x91", '-' }, { "\xe2\x80\x90", '-' }, { "\xe2\x80\x99", '\'' },
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (str_starts(s, str_of(forms[i].bytes))) {
			*out = forms[i].plain;
			return strlen(forms[i].bytes);
		}
	return 0;
}

/* An entity at the start of s: its length, and the character, which is ASCII. */
static size_t entity(struct str s, char *out)
{
	static const struct { const char *name; char c; } names[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&nbsp;", ' ' },
		{ "&#64;", '@' }, { "&#58;", ':' }, { "&#46;", '.' }, { "&#39;", '\'' },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_starts(s, str_of(names[i].name))) {
			*out = names[i].c;
			return strlen(names[i].name);
		}
	return 0;
}

/* "<br>", "<a id=...>", "</b>": its length, 0 when it is none. */
static size_t tag(struct str s)
{
	bool opens = s.len > 2 && s.ptr[0] == '<' && (s.ptr[1] == '/' || (s.ptr[1] >= 'a' && s.ptr[1] <= 'z'));
	ptrdiff_t end = opens ? str_chr(str_head(s, 200), '>') : -1;

	return end > 0 ? (size_t)end + 1 : 0;
}

/* "](target)" behind a link's text. */
static size_t link_target(struct str s)
{
	if (!str_starts(s, STR("](")))
		return 0;
	ptrdiff_t end = str_chr(str_head(s, 2000), ')');

	return end > 0 ? (size_t)end + 1 : 0;
}

/* "[E12](#e12)": a reference, which says nothing by itself. */
static size_t reference(struct str s)
{
	ptrdiff_t close = s.len > 3 && s.ptr[0] == '[' ? str_find(str_head(s, 24), STR("](#")) : -1;

	return close > 0 ? (size_t)close + link_target(str_from(s, (size_t)close)) : 0;
}

/* One line without its mark-up. */
static void add_plain(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len;) {
		struct str rest = str_from(s, i);
		char c = rest.ptr[0], plain;
		size_t n;

		if (c == '\\' && rest.len > 1 && !is_word(rest.ptr[1])) {
			buf_addc(out, rest.ptr[1]);
			i += 2;
		} else if ((n = reference(rest)) > 0 || (n = link_target(rest)) > 0) {
			i += n;
		} else if ((n = tag(rest)) > 0) {
			buf_addc(out, ' ');
			i += n;
		} else if ((n = plain_form(rest, &plain)) > 0 || (n = entity(rest, &plain)) > 0) {
			buf_addc(out, plain);
			i += n;
		} else {
			bool emphasis = c == '*' || c == '`' || c == '[' ||
					(c == '_' && !(i > 0 && is_word(s.ptr[i - 1]) && rest.len > 1 && is_word(rest.ptr[1])));

			if (!emphasis)
				buf_addc(out, (unsigned char)c < 0x20 ? ' ' : c);
			i++;
		}
	}
}

/* ---- blocks ---- */

struct reader {
	struct arena *arena;
	VEC(struct prose_block) blocks;
	struct buf text;          /* of the open block */
	VEC(struct prose_mark) marks;
	bool open;
	enum prose_kind kind;
	struct str heading;
	struct str fence;         /* what closes the open one; empty: none is open */
	bool comment;
};

static void close_block(struct reader *r)
{
	struct str text = str_trim(buf_str(&r->text));

	if (r->open && text.len > 0 && r->blocks.n < PROSE_BLOCKS_MAX) {
		struct prose_block *b = vec_push(r->arena, &r->blocks);

		*b = (struct prose_block){ r->kind, arena_str(r->arena, text), r->heading, r->marks.at, r->marks.n };
		if (r->kind == PROSE_HEADING)
			r->heading = b->text;
	}
	r->open = false;
	buf_clear(&r->text);
	r->marks.at = NULL;
	r->marks.n = r->marks.cap = 0;
}

static void add_line(struct reader *r, struct str line, size_t number)
{
	if (r->text.len > 0)
		buf_addc(&r->text, ' ');
	*vec_push(r->arena, &r->marks) = (struct prose_mark){ r->text.len, number };
	add_plain(&r->text, str_trim(line));
}

static void open_block(struct reader *r, enum prose_kind kind, struct str line, size_t number)
{
	close_block(r);
	r->open = true;
	r->kind = kind;
	add_line(r, line, number);
}

static bool is_rule(struct str line, const char *of)
{
	size_t n = 0;

	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] == of[0])
			n++;
		else if (!strchr(of, line.ptr[i]))
			return false;
	}
	return n >= 3;
}

/* Length of a list's mark: "- ", "* ", "12. ", "- [ ] ". */
static size_t item_mark(struct str line)
{
	size_t i = 0;

	while (i < line.len && i < 4 && is_digit(line.ptr[i]))
		i++;
	bool number = i > 0 && i < line.len && (line.ptr[i] == '.' || line.ptr[i] == ')');
	bool bullet = i == 0 && line.len > 0 && memchr("-*+", line.ptr[0], 3);
	if ((!number && !bullet) || i + 1 >= line.len || line.ptr[i + 1] != ' ')
		return 0;
	i += 2;
	struct str rest = str_from(line, i);
	return str_starts(rest, STR("[ ] ")) || str_starts_nocase(rest, STR("[x] ")) ? i + 4 : i;
}

/* The cells between the bars, joined. A bar behind a backslash is text. */
static struct str join_cells(struct str line, struct arena *a)
{
	struct buf out;

	line = str_trim(line);
	if (str_starts(line, STR("|")))
		line = str_from(line, 1);
	if (str_ends(line, STR("|")) && !str_ends(line, STR("\\|")))
		line.len--;
	buf_init(&out, line.len * 3 + 8);
	for (size_t i = 0, from = 0; i <= line.len; i++) {
		if (i < line.len && (line.ptr[i] != '|' || (i > 0 && line.ptr[i - 1] == '\\')))
			continue;
		if (from > 0)
			buf_addz(&out, " | ");
		buf_add(&out, str_trim(str_make(line.ptr + from, i - from)));
		from = i + 1;
	}
	struct str joined = arena_str(a, buf_str(&out));
	buf_release(&out);
	return joined;
}

/* "**Timeline**" alone on its line stands in for a heading. */
static bool is_bold_heading(struct str line)
{
	return line.len > 4 && line.len < 80 && str_starts(line, STR("**")) && str_ends(line, STR("**")) &&
	       str_find(str_make(line.ptr + 2, line.len - 4), STR("**")) < 0;
}

/* Comments and fences: true when the line belongs to one. */
static bool is_quoted(struct reader *r, struct str line)
{
	if (r->fence.len > 0) {
		if (str_starts(line, r->fence))
			r->fence = STR_NONE;
		return true;
	}
	if (r->comment || str_starts(line, STR("<!--"))) {
		r->comment = str_find(line, STR("-->")) < 0;
		close_block(r);
		return true;
	}
	if (str_starts(line, STR("```")) || str_starts(line, STR("~~~"))) {
		r->fence = str_head(line, 3);
		close_block(r);
		return true;
	}
	return false;
}

/* "14:23 alert", "[10:30] ...", "**Start:** 10:30", "Duration: 2 h": lines that people set one under the other. */
static bool stands_alone(struct str line)
{
	size_t i = 0, words = 0;

	while (i < line.len && memchr("*`[(~", line.ptr[i], 5))
		i++;
	line = str_from(line, i);
	if (line.len > 4 && is_digit(line.ptr[0]) && (line.ptr[1] == ':' || (is_digit(line.ptr[1]) && line.ptr[2] == ':')))
		return is_digit(line.ptr[line.ptr[1] == ':' ? 2 : 3]);
	if (line.len == 0 || line.ptr[0] < 'A' || line.ptr[0] > 'Z')
		return false;
	for (i = 0; i < line.len && i < 40 && line.ptr[i] != ':'; i++) {
		words += line.ptr[i] == ' ';
		if (!is_word(line.ptr[i]) && !memchr(" -/*()", line.ptr[i], 6))
			return false;
	}
	return i < line.len && line.ptr[i] == ':' && words <= 3 && (i + 1 == line.len || memchr(" *", line.ptr[i + 1], 2));
}

static void read_line(struct reader *r, struct str whole, size_t number)
{
	struct str line = str_trim(whole);
	size_t mark;

	if (is_quoted(r, line))
		return;
	while (str_starts(line, STR(">"))) /* a quotation of people is text like any other */
		line = str_trim(str_from(line, 1));
	if (line.len == 0) {
		close_block(r);
	} else if (is_rule(line, "-:| ") && str_chr(line, '|') >= 0) {
		if (r->open && r->kind == PROSE_ROW)
			r->kind = PROSE_HEAD;
		close_block(r);
	} else if (is_rule(line, "= ") || is_rule(line, "- ")) {
		if (r->open && r->kind == PROSE_PARAGRAPH)
			r->kind = PROSE_HEADING;
		close_block(r);
	} else if (line.ptr[0] == '#') {
		while (line.len > 0 && line.ptr[0] == '#')
			line = str_from(line, 1);
		open_block(r, PROSE_HEADING, line, number);
		close_block(r);
	} else if (line.ptr[0] == '|') {
		open_block(r, PROSE_ROW, join_cells(line, r->arena), number);
	} else if ((mark = item_mark(line)) > 0) {
		open_block(r, PROSE_ITEM, str_from(line, mark), number);
	} else if (is_bold_heading(line)) {
		open_block(r, PROSE_HEADING, line, number);
		close_block(r);
	} else if (r->open && (r->kind == PROSE_ITEM || (r->kind == PROSE_PARAGRAPH && !stands_alone(line)))) {
		add_line(r, line, number);
	} else {
		open_block(r, PROSE_PARAGRAPH, line, number);
	}
}

struct prose prose_read(struct str text, struct arena *a)
{
	struct reader r = { .arena = a };

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	buf_init(&r.text, PROSE_BLOCK_BYTES);
	for (size_t number = 1; text.len > 0; number++) {
		struct str line = str_cut(text, '\n', &text);

		/* Lines "**Start:** 14:23" with two blanks or a backslash at their end are lines of their own. */
		read_line(&r, line, number);
		if (str_ends(line, STR("  ")) || str_ends(line, STR("\\")) || str_ends(line, STR("  \r")))
			close_block(&r);
	}
	close_block(&r);
	buf_release(&r.text);
	return (struct prose){ r.blocks.at, r.blocks.n };
}

size_t prose_line(const struct prose_block *b, size_t at)
{
	size_t line = b->n_marks > 0 ? b->marks[0].line : 0;

	for (size_t i = 0; i < b->n_marks && b->marks[i].at <= at; i++)
		line = b->marks[i].line;
	return line;
}

/* ---- words ---- */

ptrdiff_t prose_find(struct str text, struct str stem)
{
	for (size_t i = 0; i + stem.len <= text.len; i++) {
		if ((i == 0 || !is_word(text.ptr[i - 1])) && str_starts_nocase(str_from(text, i), stem))
			return (ptrdiff_t)i;
	}
	return -1;
}

ptrdiff_t prose_find_any(struct str text, const char *stems)
{
	struct str rest = str_of(stems);
	ptrdiff_t first = -1;

	while (rest.len > 0) {
		struct str stem = str_cut(rest, '|', &rest);
		bool whole = str_ends(stem, STR("$")); /* "end$" is the word itself and no stem */
		if (whole)
			stem.len--;
		for (size_t from = 0; from < text.len;) {
			ptrdiff_t at = prose_find(str_from(text, from), stem);
			if (at < 0)
				break;
			at += (ptrdiff_t)from;
			size_t end = (size_t)at + stem.len;
			bool good = at == 0 || !is_word(text.ptr[at - 1]);
			if (good && (!whole || end == text.len || !is_word(text.ptr[end]))) {
				first = first < 0 || at < first ? at : first;
				break;
			}
			from = (size_t)at + 1;
		}
	}
	return first;
}

static bool ends_sentence(struct str text, size_t i)
{
	char c = text.ptr[i], after = i + 1 < text.len ? text.ptr[i + 1] : ' ';

	if (c == ';')
		return true;
	if ((c != '.' && c != '!' && c != '?') || after != ' ')
		return false;
	/* "approx. 20 %", "a.m. ", "e.g. ": an abbreviation is followed by a small letter or a digit. */
	char next = i + 2 < text.len ? text.ptr[i + 2] : 'A';
	return c != '.' || !((next >= 'a' && next <= 'z') || (is_digit(next) && i >= 6 && str_eq_nocase(str_make(text.ptr + i - 6, 6), STR("approx"))));
}

struct str prose_sentence(struct str text, size_t at)
{
	size_t from = 0, to = text.len;

	for (size_t i = 0; i < text.len; i++) {
		if (!ends_sentence(text, i))
			continue;
		if (i < at) {
			from = i + 1;
		} else {
			to = i;
			break;
		}
	}
	return str_trim(str_make(text.ptr + from, to - from));
}
