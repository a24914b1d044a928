/*
 * fingerprint: what kind of statement a SQL text is, whatever values it was run with. One pass over the
 * tokens of SQL that all dialects share; no grammar, because a log holds every dialect and cut-off texts.
 * The idea is pt-query-digest's: literals become ?, lists of them (?+), comments go, case and blanks do
 * not matter. Placeholders ($1, ?, :name, %s) are the same as literals, so that a prepared statement and
 * the same statement with values in it have one fingerprint.
 */
#include "core/buf.h"
#include "ingest/template.h"
#include "ingest/words.h"

enum {
	INPUT_MAX_BYTES = 64 * 1024, /* of statement looked at */
	RESULT_MAX_BYTES = 2000,
};

enum last { /* what was written last */
	LAST_NOTHING,
	LAST_WORD,
	LAST_KEYWORD, /* a word before which "(" has a blank, and after which a quoted word is a name */
	LAST_VALUE,   /* ? */
	LAST_OPEN,    /* ( or [ */
	LAST_CLOSE,
	LAST_COMMA,
	LAST_DOT,     /* . or :: */
	LAST_OPERATOR,
};

struct reader {
	const char *at, *end;
	struct buf *out;
	size_t limit;     /* out->len must not pass it */
	enum last last;
	bool comparing;   /* the last operator compares: a value follows */
	bool is;          /* after IS or IS NOT: NULL and TRUE are part of the statement */
};

static char peek(const struct reader *r, size_t n)
{
	return (size_t)(r->end - r->at) > n ? r->at[n] : '\0';
}

static bool is_name_byte(char c)
{
	return is_alnum(c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool skip_blank_or_comment(struct reader *r)
{
	const char *p = r->at;
	char c = peek(r, 0), next = peek(r, 1);

	if ((unsigned char)c <= ' ' && r->at < r->end) {
		r->at++;
		return true;
	}
	if (c == '/' && next == '*') {
		const char *q = memmem(p + 2, (size_t)(r->end - p) - 2, "*/", 2);

		r->at = q ? q + 2 : r->end;
		return true;
	}
	if ((c == '-' && next == '-') || (c == '#' && (next == ' ' || next == '\n'))) {
		const char *q = memchr(p, '\n', (size_t)(r->end - p));

		r->at = q ? q + 1 : r->end;
		return true;
	}
	return false;
}

static void skip_blanks(struct reader *r)
{
	while (skip_blank_or_comment(r))
		;
}

/* Skips what is quoted by the quote at r->at; its inside, doubled and escaped quotes included. */
static struct str skip_quoted(struct reader *r)
{
	char quote = *r->at++;
	const char *from = r->at;

	for (; r->at < r->end; r->at++) {
		if (*r->at == '\\' && quote != '`' && r->at + 1 < r->end) {
			r->at++;
		} else if (*r->at == quote) {
			if (peek(r, 1) == quote) {
				r->at++;
				continue;
			}
			return str_make(from, (size_t)(r->at++ - from));
		}
	}
	return str_make(from, (size_t)(r->end - from));
}

/* $$...$$ or $tag$...$tag$ at r->at: skips it. */
static bool skip_dollar_quoted(struct reader *r)
{
	const char *p = r->at + 1, *q;
	size_t tag;

	while (p < r->end && (is_alnum(*p) || *p == '_') && p - r->at < 64)
		p++;
	if (p >= r->end || *p != '$' || is_digit(r->at[1]))
		return false;
	tag = (size_t)(p + 1 - r->at);
	q = memmem(p + 1, (size_t)(r->end - p - 1), r->at, tag);
	r->at = q ? q + tag : r->end;
	return true;
}

/* Skips a bracketed group that begins at r->at, quotes and comments in it respected. */
static void skip_group(struct reader *r)
{
	size_t depth = 0;

	while (r->at < r->end) {
		char c = *r->at;

		if (skip_blank_or_comment(r))
			continue;
		if (c == '\'' || c == '"' || c == '`') {
			skip_quoted(r);
			continue;
		}
		if (c == '$' && skip_dollar_quoted(r))
			continue;
		r->at++;
		depth += c == '(';
		if (c == ')' && --depth == 0)
			return;
	}
}

static void write_token(struct reader *r, struct str text, enum last kind)
{
	bool blank = r->last != LAST_NOTHING && r->last != LAST_OPEN && r->last != LAST_DOT;

	if (kind == LAST_COMMA || kind == LAST_DOT || kind == LAST_CLOSE)
		blank = false;
	if (kind == LAST_OPEN && (r->last == LAST_WORD || r->last == LAST_CLOSE))
		blank = false;
	if (r->out->len + text.len + 1 <= r->limit) {
		if (blank)
			buf_addc(r->out, ' ');
		buf_add(r->out, text);
	} else {
		r->at = r->end; /* enough to tell statements apart */
	}
	r->last = kind;
}

static void write_value(struct reader *r)
{
	write_token(r, STR("?"), LAST_VALUE);
	r->comparing = r->is = false;
}

static bool is_keyword(struct str w)
{
	static const struct str list[] = {
		WORD("select"), WORD("from"), WORD("where"), WORD("and"), WORD("or"), WORD("not"), WORD("in"),
		WORD("values"), WORD("on"), WORD("as"), WORD("exists"), WORD("join"), WORD("when"),
		WORD("then"),
		WORD("else"), WORD("any"), WORD("all"), WORD("some"), WORD("over"), WORD("using"), WORD("by"),
		WORD("into"), WORD("set"), WORD("limit"), WORD("offset"), WORD("union"), WORD("except"),
		WORD("intersect"), WORD("with"), WORD("having"), WORD("case"), WORD("between"), WORD("like"),
		WORD("ilike"), WORD("is"), WORD("returning"), WORD("update"), WORD("delete"), WORD("insert"),
		WORD("distinct"), WORD("filter"), WORD("within"), WORD("lateral"), WORD("recursive"),
		WORD("materialized"), WORD("conflict"), WORD("key"), WORD("table"), WORD("check"),
		WORD("references"), WORD("primary"), WORD("unique"), WORD("explain"),
	};

	return word_in(w, list, WORDS(list));
}

/* IN and VALUES: the whole list, or all rows, as (?+); not when a sub-select follows. */
static void fold_list(struct reader *r, bool rows)
{
	const char *from;
	struct str inner;

	skip_blanks(r);
	if (peek(r, 0) != '(')
		return;
	from = r->at++;
	skip_blanks(r);
	inner = str_make(r->at, (size_t)(r->end - r->at));
	r->at = from;
	if (str_starts_nocase(inner, STR("select")) || str_starts_nocase(inner, STR("with ")) ||
	    (!rows && str_starts_nocase(inner, STR("values"))))
		return;
	for (;;) {
		skip_group(r);
		from = r->at;
		skip_blanks(r);
		if (!rows || peek(r, 0) != ',')
			break;
		r->at++;
		skip_blanks(r);
		if (peek(r, 0) != '(')
			break;
	}
	r->at = from;
	write_token(r, STR("(?+)"), LAST_OPEN); /* with the blank of an opening bracket */
	r->last = LAST_CLOSE;
}

static void read_word(struct reader *r)
{
	char lower[64];
	const char *from = r->at;
	struct str w;

	while (r->at < r->end && is_name_byte(*r->at))
		r->at++;
	w = str_make(from, (size_t)(r->at - from));
	if (w.len == 1 && peek(r, 0) == '\'' && memchr("eEnNbBxX", w.ptr[0], 8) != NULL)
		return; /* E'...', N'...': the string itself follows */
	if (w.len > sizeof lower) {
		write_token(r, w, LAST_WORD);
		return;
	}
	for (size_t i = 0; i < w.len; i++)
		lower[i] = to_lower(w.ptr[i]);
	w.ptr = lower;
	if (!r->is && (str_eq(w, STR("null")) || str_eq(w, STR("true")) || str_eq(w, STR("false")))) {
		if (r->last != LAST_WORD || !str_ends(buf_str(r->out), STR(" not"))) {
			write_value(r);
			return;
		}
	}
	r->is = str_eq(w, STR("is")) || (r->is && str_eq(w, STR("not")));
	write_token(r, w, is_keyword(w) ? LAST_KEYWORD : LAST_WORD);
	r->comparing = str_eq(w, STR("like")) || str_eq(w, STR("ilike")) || str_eq(w, STR("between"));
	if (str_eq(w, STR("in")) || str_eq(w, STR("values")) || str_eq(w, STR("value")))
		fold_list(r, !str_eq(w, STR("in")));
}

/* "x" is a name to the standard and a value to MySQL: a name where a value cannot stand. */
static void read_double_quoted(struct reader *r)
{
	struct str inner = skip_quoted(r);
	bool name = inner.len > 0 && !is_digit(inner.ptr[0]);

	for (size_t i = 0; i < inner.len; i++)
		name = name && is_name_byte(inner.ptr[i]);
	if (name && r->comparing && peek(r, 0) != '.')
		name = false;
	if (name)
		write_token(r, inner, LAST_WORD);
	else
		write_value(r);
	r->comparing = false;
}

static bool starts_number(const struct reader *r)
{
	char c = peek(r, 0);

	if (is_digit(c) || (c == '.' && is_digit(peek(r, 1)) && r->last != LAST_WORD))
		return true;
	return (c == '-' || c == '+') &&
	       (is_digit(peek(r, 1)) || (peek(r, 1) == '.' && is_digit(peek(r, 2)))) &&
	       r->last != LAST_WORD && r->last != LAST_VALUE && r->last != LAST_CLOSE;
}

static void read_number(struct reader *r)
{
	r->at++;
	while (r->at < r->end &&
	       (is_alnum(*r->at) || *r->at == '.' ||
		((*r->at == '-' || *r->at == '+') && to_lower(r->at[-1]) == 'e' && is_digit(peek(r, 1)))))
		r->at++;
	write_value(r);
}

/* $1, :name, @p1, %s, %(name)s, ?: true when one was read. */
static bool read_placeholder(struct reader *r)
{
	char c = peek(r, 0), next = peek(r, 1);

	if (c == '?') {
		r->at++;
	} else if (c == '$' && is_digit(next)) {
		for (r->at++; r->at < r->end && is_digit(*r->at); r->at++)
			;
	} else if (c == ':' && (is_alpha(next) || is_digit(next)) && r->last != LAST_WORD &&
		   r->last != LAST_VALUE) {
		for (r->at++; r->at < r->end && is_name_byte(*r->at); r->at++)
			;
	} else if (c == '%' && next == 's' && !is_name_byte(peek(r, 2))) {
		r->at += 2;
	} else if (c == '%' && next == '(') {
		const char *close = memchr(r->at, ')', (size_t)(r->end - r->at));

		if (!close || close + 1 >= r->end || close[1] != 's')
			return false;
		r->at = close + 2;
	} else {
		return false;
	}
	write_value(r);
	return true;
}

static void read_mark(struct reader *r)
{
	static const char operators[] = "<>=!|&+-*/%^~#@?:";
	const char *from = r->at;
	char c = *r->at++;

	switch (c) {
	case '(':
	case '[':
		write_token(r, str_make(from, 1), LAST_OPEN);
		r->comparing = false;
		return;
	case ')':
	case ']':
		write_token(r, str_make(from, 1), LAST_CLOSE);
		return;
	case ',':
		write_token(r, STR(","), LAST_COMMA);
		return;
	case '.':
		write_token(r, STR("."), LAST_DOT);
		return;
	case ';':
		skip_blanks(r);
		if (r->at < r->end)
			write_token(r, STR(";"), LAST_COMMA);
		return;
	case ':':
		if (peek(r, 0) == ':') {
			r->at++;
			write_token(r, STR("::"), LAST_DOT);
			return;
		}
		break;
	default:
		break;
	}
	if (!memchr(operators, c, sizeof operators - 1)) {
		write_token(r, str_make(from, 1), LAST_OPERATOR);
		return;
	}
	while (r->at < r->end && memchr(operators, *r->at, sizeof operators - 1) && *r->at != '-' &&
	       *r->at != '+' && *r->at != '?' && *r->at != ':' && *r->at != '@' &&
	       !(*r->at == '/' && peek(r, 1) == '*'))
		r->at++;
	if (c == '*' && r->at - from == 1) {
		write_token(r, STR("*"), LAST_WORD);
		return;
	}
	write_token(r, str_make(from, (size_t)(r->at - from)), LAST_OPERATOR);
	r->comparing = memchr("<>=!~", c, 5) != NULL;
}

/* ARRAY[?, ?, ?] and other lists of values only: as [?+]. Called after a closing bracket was written. */
static void fold_values(struct reader *r)
{
	size_t n = r->out->len, at = n - 1;
	char open = r->out->ptr[n - 1] == ']' ? '[' : '(';

	if (r->out->len == 0 || open != '[')
		return;
	while (at > 0 && memchr("?, +", r->out->ptr[at - 1], 4))
		at--;
	if (at == 0 || r->out->ptr[at - 1] != '[' || n - at < 5)
		return;
	r->out->len = at;
	buf_add(r->out, STR("?+]"));
}

void query_fingerprint(struct str sql, struct buf *out)
{
	struct reader r = {sql.ptr,	 sql.ptr + str_head(sql, INPUT_MAX_BYTES).len,
			   out,		 out->len + RESULT_MAX_BYTES,
			   LAST_NOTHING, false,
			   false};

	while (r.at < r.end) {
		char c = *r.at;

		if (skip_blank_or_comment(&r))
			continue;
		if (c == '\'') {
			skip_quoted(&r);
			write_value(&r);
		} else if (c == '"') {
			read_double_quoted(&r);
		} else if (c == '`') {
			write_token(&r, skip_quoted(&r), LAST_WORD);
		} else if (c == '$' && skip_dollar_quoted(&r)) {
			write_value(&r);
		} else if (starts_number(&r)) {
			read_number(&r);
		} else if (is_name_byte(c) && c != '$') {
			read_word(&r);
		} else if (!read_placeholder(&r)) {
			read_mark(&r);
			if (c == ']')
				fold_values(&r);
		}
	}
}
