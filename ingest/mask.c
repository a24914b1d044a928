/*
 * mask: the constant part of a message, by one set of rules for all systems.
 *
 * One pass over the text, word by word, a word being letters, digits and '_' with single '.' and '-'
 * inside. A word without a digit costs a copy. Letters are kept wherever they may be what a
 * programmer wrote ("ssh2" becomes "ssh<*>", not "<*>"), because two statements joined by mistake
 * cannot be told apart later, while two texts kept apart can still be joined (core/template_group.h).
 * Quotes have no meaning of their own: what they enclose is masked like everything else, since a
 * quoted word is as often the name that tells two errors apart as it is a user's input.
 */
#include "core/buf.h"
#include "ingest/template.h"
#include "ingest/words.h"

enum {
	MASK_MAX_BYTES = 1000,   /* of masked text */
	MASK_INPUT_BYTES = 4096, /* of message looked at */
	WORD_MAX_BYTES = 512,    /* of one word; longer ones are cut into several */
};

struct masker {
	const char *in, *end;     /* what is left of the message */
	char *start, *out, *limit; /* the output: first, next free, one past the last byte */
	bool masked;               /* a mask was written since the last blank */
};

static void put(struct masker *m, const char *p, size_t n)
{
	size_t room = (size_t)(m->limit - m->out);

	if (n > room)
		n = room;
	memcpy(m->out, p, n);
	m->out += n;
}

static void put_byte(struct masker *m, char c)
{
	if (m->out < m->limit)
		*m->out++ = c;
}

static bool ends_in_mask(const struct masker *m, const char *at)
{
	return at - m->start >= 3 && memcmp(at - 3, "<*>", 3) == 0;
}

/* Joins what stands between two variable parts of one value: "10.0.0.1:80", "1##2##3", "12,5". */
static bool is_joiner(char c)
{
	return memchr(",;/:-._#|+~@", c, 12) != NULL;
}

/*
 * Writes a mask. One that follows another with at most two joiners between them melts into it, so that
 * lists of any length read the same.
 */
static void put_mask(struct masker *m)
{
	char *p = m->out;

	m->masked = true;
	while (p > m->start && m->out - p < 2 && is_joiner(p[-1]))
		p--;
	if (ends_in_mask(m, p)) {
		m->out = p;
		return;
	}
	p = m->out;
	if (p > m->start && p[-1] == ' ') {
		p--;
		if (p > m->start && p[-1] == ',')
			p--;
		if (ends_in_mask(m, p)) {
			m->out = p;
			return;
		}
	}
	put(m, "<*>", 3);
}

static bool is_word_byte(char c)
{
	return is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Can something that begins with a mark (a sign, a path) begin here? */
static bool at_boundary(const struct masker *m)
{
	char c = m->out > m->start ? m->out[-1] : ' ';

	return !is_word_byte(c) && memchr(").]>/<", c, 6) == NULL;
}

static bool has(const struct masker *m, const char *p, char c)
{
	return p < m->end && *p == c;
}

/* End of a path, URL or the like that begins at p: punctuation that may follow it is not part of it. */
static const char *path_end(const struct masker *m, const char *p)
{
	const char *from = p;

	while (p < m->end && (unsigned char)*p > ' ' && memchr("\"'`<>|;,()[]{}", *p, 14) == NULL)
		p++;
	while (p > from + 1 && memchr(".:!?", p[-1], 4) != NULL)
		p--;
	return p;
}

/* After a number: its unit, and the same size said once more in brackets: "10508 bytes (10.2 KB)". */
static void skip_unit(struct masker *m)
{
	const char *p = m->in, *q;

	if (has(m, p, '%')) {
		m->in = p + 1;
		return;
	}
	if (!has(m, p, ' '))
		return;
	for (q = ++p; q < m->end && (is_alpha(*q) || (unsigned char)*q >= 0x80); q++)
		;
	if (!word_is_unit(str_make(p, (size_t)(q - p)), false) ||
	    (q < m->end && (is_word_byte(*q) || *q == '=' || *q == ':')))
		return;
	m->in = q;
	if (m->end - q < 4 || q[0] != ' ' || q[1] != '(' || !is_digit(q[2]))
		return;
	for (p = q + 2; p < m->end && (is_digit(*p) || *p == '.' || *p == ','); p++)
		;
	p += has(m, p, ' ');
	for (q = p; q < m->end && is_alpha(*q); q++)
		;
	if (has(m, q, ')') && word_is_unit(str_make(p, (size_t)(q - p)), true))
		m->in = q + 1;
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

/* Writes a part of a word that has a digit: letters kept, runs of digits masked, or all of it. */
static void put_atom(struct masker *m, struct str atom)
{
	if (is_digit(atom.ptr[0]) || word_is_hex(atom) || word_is_random(atom)) {
		put_mask(m);
		return;
	}
	for (size_t i = 0; i < atom.len;) {
		if (is_digit(atom.ptr[i])) {
			while (i < atom.len && is_digit(atom.ptr[i]))
				i++;
			put_mask(m);
		} else {
			put_byte(m, atom.ptr[i++]);
		}
	}
}

/* A word with a digit: everything from its first variable part to its last is one mask. */
static void put_variable_word(struct masker *m, struct str w)
{
	size_t at = 0, first = SIZE_MAX, first_end = 0, last = 0, last_end = 0;

	while (at < w.len) {
		size_t end = at;
		bool digit = false;

		while (end < w.len && !is_separator(w.ptr[end]))
			digit = is_digit(w.ptr[end++]) || digit;
		if (digit && first == SIZE_MAX) {
			first = at;
			first_end = end;
		}
		if (digit) {
			last = at;
			last_end = end;
		}
		at = end + (end < w.len);
	}
	if (first > 0 && w.ptr[first - 1] == '-' && first >= 2 && is_separator(w.ptr[first - 2]))
		put(m, w.ptr, first - 1); /* "blk_-123": the sign belongs to the number */
	else
		put(m, w.ptr, first);
	if (first == last) {
		put_atom(m, str_make(w.ptr + first, first_end - first));
	} else {
		struct str atom = str_make(w.ptr + first, first_end - first);
		size_t keep = 0;

		if (!word_is_hex(atom) && !word_is_random(atom))
			while (keep < atom.len && !is_digit(atom.ptr[keep]))
				keep++;
		put(m, atom.ptr, keep);
		put_mask(m);
	}
	put(m, w.ptr + last_end, w.len - last_end);
}

/* Several '/' with words between, after a word that ends at p: "conf/site/a.yml". Its end, or NULL. */
static const char *relative_path_end(const struct masker *m, const char *p)
{
	size_t slashes = 0;
	const char *q = p;

	while (has(m, q, '/') && q + 1 < m->end && is_word_byte(q[1])) {
		slashes++;
		for (q++; q < m->end && (is_word_byte(*q) || *q == '.' || *q == '-'); q++)
			;
	}
	return slashes >= 2 ? path_end(m, p) : NULL;
}

/* An e-mail address or user@host.name whose '@' is at p: its end, or NULL. */
static const char *address_end(const struct masker *m, const char *p)
{
	const char *q = p + 1;
	bool dot = false;

	for (; q < m->end && (is_alnum(*q) || *q == '-' || (*q == '.' && q + 1 < m->end && is_alpha(q[1])));
	     q++)
		dot = dot || *q == '.';
	return dot ? q : NULL;
}

/* One to three '-' at p with a word on both sides: where the word goes on, or NULL. */
static const char *hyphens_end(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && q - p < 3 && *q == '-')
		q++;
	return q < end && is_word_byte(*q) ? q : NULL;
}

/* "Fri Jun 17", "Jan 5": a part of a date whose other parts are numbers, at a name that ends at p. */
static bool is_date_word(const struct masker *m, struct str w, const char *p)
{
	const char *q = p;

	q += has(m, q, ',');
	while (has(m, q, ' '))
		q++;
	if (w.len > 9 || w.len < 3 || q == p || q >= m->end || (!is_digit(*q) && !is_upper(*q)))
		return false;
	if (is_digit(*q))
		return word_is_month(w) || word_is_weekday(w);
	for (p = q; q < m->end && is_alpha(*q); q++)
		;
	return word_is_weekday(w) && word_is_month(str_make(p, (size_t)(q - p)));
}

static void mask_word(struct masker *m)
{
	const char *p = m->in, *cap = m->end - p > WORD_MAX_BYTES ? p + WORD_MAX_BYTES : m->end, *q;
	bool digit = false;
	unsigned dots = 0;
	struct str w;

	for (; p < cap; p++) {
		char c = *p;

		if (is_alpha(c) || c == '_' || (unsigned char)c >= 0x80)
			continue;
		if (is_digit(c))
			digit = true;
		else if (c == '.' && p + 1 < cap && is_word_byte(p[1]))
			dots++;
		else if (c == '-' && hyphens_end(p, cap))
			p = hyphens_end(p, cap) - 1;
		else
			break;
	}
	w = str_make(m->in, (size_t)(p - m->in));
	if (p < m->end && *p == ':' && w.len <= 4 && is_hex(w.ptr[0])) {
		size_t n = word_ipv6_or_mac(str_make(w.ptr, (size_t)(m->end - w.ptr)));

		if (n > 0) {
			m->in = w.ptr + n;
			put_mask(m);
			return;
		}
	}
	if (p < m->end) {
		if (*p == ':' && m->end - p > 3 && p[1] == '/' && p[2] == '/' && is_alpha(w.ptr[0])) {
			m->in = path_end(m, p + 1);
			put_mask(m);
			return;
		}
		if (*p == ':' && w.len == 1 && m->end - p > 2 && p[1] == '\\') {
			m->in = path_end(m, p);
			put_mask(m);
			return;
		}
		q = *p == '/' ? relative_path_end(m, p) : *p == '@' ? address_end(m, p) : NULL;
		/* "db.example/orders", "org.example.shop/.Orders": what is named by points has parts */
		if (!q && *p == '/' && dots > 0 && m->end - p > 1 && (is_word_byte(p[1]) || p[1] == '.'))
			q = path_end(m, p);
		if (q) {
			m->in = q;
			put_mask(m);
			return;
		}
	}
	m->in = p;
	if (dots > 0 && word_is_host(w, p + 1 < m->end && *p == ':' && is_digit(p[1]))) {
		put_mask(m);
	} else if (dots > 1 && m->out > m->start && m->out[-1] == '=') {
		put_mask(m); /* the value of a key, "class=org.example.Orders" */
	} else if (!digit) {
		if (is_upper(w.ptr[0]) && is_date_word(m, w, p))
			put_mask(m);
		else
			put(m, w.ptr, w.len);
	} else if (is_digit(w.ptr[0]) && !is_alpha(w.ptr[w.len - 1])) {
		put_variable_word(m, w);
		skip_unit(m);
	} else {
		put_variable_word(m, w);
	}
}

static bool ends_with(const struct masker *m, char c)
{
	return m->out > m->start && m->out[-1] == c;
}

/*
 * A list of values that keep some letters, "blk_<*> blk_<*>", is one value: drops the token that repeats
 * the one before.
 */
static void end_token(struct masker *m)
{
	char *p = m->out, *q;
	size_t len;

	if (!m->masked)
		return;
	m->masked = false;
	while (p > m->start && p[-1] != ' ')
		p--;
	len = (size_t)(m->out - p);
	if (len < 4 || p == m->start)
		return;
	q = p - 1;
	if (q > m->start && q[-1] == ',' && p[len - 1] != ',')
		q--;
	if ((size_t)(q - m->start) >= len && memcmp(q - len, p, len) == 0 &&
	    (q - len == m->start || q[-(ptrdiff_t)len - 1] == ' '))
		m->out = q;
}

/* Skips a terminal's escape sequence that begins at p. */
static const char *escape_end(const struct masker *m, const char *p)
{
	if (!has(m, ++p, '['))
		return p;
	for (p++; p < m->end && (is_digit(*p) || *p == ';'); p++)
		;
	return p + (p < m->end);
}

/* Cron's "(user) CMD (/srv/bin/cleanup.sh)": which program it is tells one job from another. */
static void mask_command(struct masker *m)
{
	const char *p = m->in, *end = path_end(m, p + 1), *name = p;

	for (; p < end; p++)
		if (*p == '/')
			name = p + 1;
	put_mask(m);
	put_byte(m, '/');
	if (name < end)
		put_atom(m, str_make(name, (size_t)(end - name)));
	m->in = end;
}

static void mask_mark(struct masker *m)
{
	const char *p = m->in;
	char c = *p, next = p + 1 < m->end ? p[1] : ' ';

	if ((unsigned char)c <= ' ' || c == 0x7f) {
		m->in = c == 0x1b ? escape_end(m, p) : p + 1;
		if (c != 0x1b && m->out > m->start && m->out[-1] != ' ') {
			end_token(m);
			put_byte(m, ' ');
		}
		return;
	}
	if (((c == '(' && next == ')') || (c == '[' && next == ']')) &&
	    (at_boundary(m) || ends_with(m, '='))) {
		put_byte(m, c); /* an empty list or value */
		put_mask(m);
		put_byte(m, next);
		m->in += 2;
		return;
	}
	if ((c == '-' || c == '+') && is_digit(next) && (at_boundary(m) || ends_in_mask(m, m->out))) {
		m->in++; /* a sign, or the offset behind a time of day */
		if (ends_in_mask(m, m->out))
			put_byte(m, '-');
		return;
	}
	if (c == '/' && (is_word_byte(next) || memchr(".~$%{*", next, 6) != NULL) &&
	    (at_boundary(m) || ends_in_mask(m, m->out))) {
		if (m->out - m->start >= 7 && memcmp(m->out - 7, ") CMD (", 7) == 0) {
			mask_command(m);
			return;
		}
		m->in = path_end(m, p + 1);
		put_mask(m);
		return;
	}
	if (c == '<' && is_digit(next) && at_boundary(m)) { /* "<1 sec" */
		const char *q = p + 1;

		while (q < m->end && is_digit(*q))
			q++;
		if (has(m, q, ' ')) {
			m->in++;
			return;
		}
	}
	if (c == ':' && next == ':' && p + 2 < m->end && is_hex(p[2]) && at_boundary(m)) {
		size_t n = word_ipv6_or_mac(str_make(p, (size_t)(m->end - p)));

		if (n > 0) {
			m->in = p + n;
			put_mask(m);
			return;
		}
	}
	put_byte(m, c);
	m->in++;
}

void template_mask(struct str message, struct buf *out)
{
	char *room = message.len > 0 ? buf_reserve(out, MASK_MAX_BYTES) : NULL;

	if (!room)
		return;
	struct masker m = { message.ptr, message.ptr + str_head(message, MASK_INPUT_BYTES).len, room, room, room + MASK_MAX_BYTES, false };

	while (m.in < m.end && m.out < m.limit) {
		if (is_word_byte(*m.in))
			mask_word(&m);
		else
			mask_mark(&m);
	}
	end_token(&m);
	while (m.out > m.start && m.out[-1] == ' ')
		m.out--;
	out->len += (size_t)(m.out - m.start);
}
