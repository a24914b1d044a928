#include "ingest/text_level.h"

#include "ingest/syslog_head.h"
#include "ingest/words.h"

enum { BRACKET_BYTES_MAX = 160, NAME_BYTES_MAX = 100, SEARCH_BYTES = 110, COLUMNS_BYTES = 400 };

/*
 * severity_parse; the cuts of logrus' and supervisord's four letters; what some products add to the
 * usual words.
 */
static enum severity level_word(struct str w)
{
	static const struct {
		struct str word;
		enum severity is;
	} more[] = {
		{ { "FATA", 4 }, SEV_FATAL }, { { "PANI", 4 }, SEV_FATAL },
		{ { "TRAC", 4 }, SEV_TRACE }, { { "BLAT", 4 }, SEV_TRACE },
		{ { "AUDIT", 5 }, SEV_INFO }, { { "OK", 2 }, SEV_INFO },
	};
	enum severity s = severity_parse(w);
	for (size_t i = 0; s == SEV_NONE && i < sizeof more / sizeof more[0]; i++)
		if (str_eq(w, more[i].word))
			s = more[i].is;
	return s;
}

/* All capitals and digits: INFO, DEBUG2. */
static bool capitals(struct str w)
{
	for (size_t i = 0; i < w.len; i++)
		if (!is_upper(w.ptr[i]) && !(i && is_digit(w.ptr[i])))
			return false;
	return w.len > 0;
}

static struct str skip_blanks(struct str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_from(s, 1);
	return s;
}

static char closing(char open)
{
	return open == '[' ? ']' : open == '<' ? '>' : open == '(' ? ')' : open == '{' ? '}' : 0;
}

/* Words that are levels and hardly anything else. */
static enum severity plain_level(struct str w)
{
	static const char *const words[] = { "TRACE",	 "DEBUG", "INFO",   "NOTICE", "WARN",
					     "WARNING",	 "ERROR", "ERR",    "FATAL",  "CRIT",
					     "CRITICAL", "PANIC", "SEVERE", "EMERG",  "DBG",
					     "INF",	 "WRN",	  "FTL",    "TRC" };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_eq_nocase(w, str_of(words[i])))
			return severity_parse(w);
	return SEV_NONE;
}

/* "[DEBUG 2026-01-29 17:43:00 main]": of the bracket only the level is taken, since the time is next. */
static bool level_before_time(struct str inside, size_t n)
{
	struct str time = str_trim(str_from(inside, n));
	struct timestamp t;

	return n >= 4 && capitals(str_head(inside, n)) && time.len && is_digit(time.ptr[0]) && timestamp_parse(&time, &t) && t.has_date;
}

/* "[INFO ]", "<Error>", "[debug||0 ||name]", "[debug, scan]", "[error:module]", "[Server thread/INFO]" */
static bool bracketed_take(struct str *s, char close, struct text_level *out)
{
	ptrdiff_t end = str_chr(str_head(*s, BRACKET_BYTES_MAX), close);
	if (end <= 1)
		return false;
	struct str inside = str_trim(str_make(s->ptr + 1, (size_t)end - 1));
	ptrdiff_t slash = str_rchr(inside, '/');
	size_t n = 0;
	if (slash > 0 && capitals(str_from(inside, (size_t)slash + 1))) {
		out->severity = plain_level(str_from(inside, (size_t)slash + 1));
		if (out->severity != SEV_NONE) {
			*s = str_from(*s, (size_t)end + 1);
			return true;
		}
	}
	while (n < inside.len && is_alnum(inside.ptr[n]))
		n++;
	char next = n < inside.len ? inside.ptr[n] : 0;
	if (next == ' ' && level_before_time(inside, n)) {
		out->severity = level_word(str_head(inside, n));
		if (out->severity != SEV_NONE)
			*s = str_from(*s, (size_t)(inside.ptr - s->ptr) + n);
		return out->severity != SEV_NONE;
	}
	if (n == 0 || n > 16 || is_digit(inside.ptr[0]) ||
	    (next && next != '|' && next != ',' && next != ':'))
		return false;
	enum severity level = level_word(str_head(inside, n));
	/* a thread called "main" is not one, and a letter alone needs its bracket for itself */
	if (level == SEV_NONE || (n == 1 && (next || !is_upper(inside.ptr[0]))))
		return false;
	out->severity = level;
	struct str t = str_from(*s, (size_t)end + 1);
	*s = t.len && t.ptr[0] == ':' ? str_from(t, 1) : t;
	return true;
}

static bool php_take(struct str *s, struct text_level *out)
{
	static const struct {
		const char *words;
		enum severity is;
	} rows[] = { { "PHP Fatal error:", SEV_ERROR }, { "PHP Parse error:", SEV_ERROR },
		     { "PHP Warning:", SEV_WARN },	{ "PHP Notice:", SEV_NOTICE },
		     { "PHP Deprecated:", SEV_NOTICE }, { "PHP Recoverable fatal error:", SEV_ERROR } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_starts(*s, str_of(rows[i].words))) {
			out->severity = rows[i].is;
			*s = str_from(*s, strlen(rows[i].words));
			return true;
		}
	return false;
}

/*
 * Behind a letter alone: what tells it from a word of English. A column of blanks (WebSphere) and a source
 * position ("port.cc:110]", glog's way) do.
 */
static bool letter_placed(char next, struct str after, struct str behind)
{
	char c = behind.len ? behind.ptr[0] : 0;
	struct str rest = behind;
	struct str word = str_word(&rest);
	if (behind.ptr - after.ptr >= 2 ||
	    (word.len > 4 && word.ptr[word.len - 1] == ']' && str_chr(word, ':') > 0))
		return true;
	return next == ':' || next == '/' || next == ',' || next == '!' || c == '|' || c == '[' || c == '<' || c == '(' ||
	       is_digit(c);
}

/* "indexserver      Main.cpp(00123) : text": a source position in a head's last column, as it stands behind SAP's small letters. */
static bool position_ahead(struct str behind)
{
	enum { POSITION_BYTES = 100 };
	ptrdiff_t close = str_find(str_head(behind, POSITION_BYTES), STR(") : "));
	ptrdiff_t open = close > 1 && is_digit(behind.ptr[close - 1]) ? str_chr(behind, '(') : -1;

	for (ptrdiff_t i = open + 1; open > 0 && i < close; i++)
		if (!is_digit(behind.ptr[i]))
			return false;
	return open > 2 && str_chr(str_head(behind, (size_t)open), '.') > 0;
}

/* "hostd[12]", "hostd [main.go:7]": a program and its process, or a bracket of its own. */
static bool program_at(struct str s)
{
	size_t n = 0;
	while (n < s.len && n < NAME_BYTES_MAX && (is_alnum(s.ptr[n]) || s.ptr[n] == '-' || s.ptr[n] == '_'))
		n++;
	if (n == 0 || n + 1 >= s.len)
		return false;
	return (s.ptr[n] == '[' && is_digit(s.ptr[n + 1])) || (s.ptr[n] == ' ' && s.ptr[n + 1] == '[');
}

bool text_level_take(struct str *s, bool timed, bool far, struct text_level *out)
{
	struct str t = *s;
	*out = (struct text_level){ SEV_NONE, STR_NONE };
	if (!t.len)
		return false;
	if (closing(t.ptr[0]))
		return bracketed_take(s, closing(t.ptr[0]), out);
	if (t.ptr[0] == '%') {
		struct str word = str_word(&t);
		out->severity = syslog_cisco_severity(word);
		if (out->severity == SEV_NONE)
			return false;
		out->logger = word.ptr[word.len - 1] == ':' ? str_head(word, word.len - 1) : word;
		*s = t;
		return true;
	}
	if (str_starts(t, STR("PHP ")))
		return php_take(s, out);
	size_t n = 0;
	while (n < t.len && n < 40 && (is_alnum(t.ptr[n]) || t.ptr[n] == '.' || t.ptr[n] == '_'))
		n++;
	if (n == 0 || is_digit(t.ptr[0]))
		return false;
	struct str word = str_head(t, n);
	char next = n < t.len ? t.ptr[n] : ' ';
	ptrdiff_t point = str_rchr(word, '.');
	if (point > 0 && next == ':') {
		/* Laravel and Monolog: "production.ERROR:" */
		struct str last = str_from(word, (size_t)point + 1);
		if (last.len < 4 || !capitals(last) || level_word(last) == SEV_NONE)
			return false;
		out->severity = level_word(last);
		out->logger = str_head(word, (size_t)point);
		*s = str_from(t, n + 1);
		return true;
	}
	enum severity level = level_word(word);
	if (level == SEV_NONE)
		return false;
	struct str after = str_from(t, n);
	struct str behind = skip_blanks(after);
	if (far && plain_level(word) == SEV_NONE && !(n == 1 && behind.ptr - after.ptr >= 2))
		return false;
	bool marked = next == ':' || next == '|' || next == '\t' || next == '/' ||
		      (behind.len && (behind.ptr[0] == '|' || behind.ptr[0] == ':')) ||
		      (timed && n >= 4 && program_at(behind));
	/* "debug  conn=...": a column of its own */
	bool column = timed && n >= 4 && behind.ptr - after.ptr >= 2;
	bool apart = next == ' ' || next == ',' || next == '-' || next == '[' || next == '(';
	/* CUPS: "E [29/Jan/2026:17:43:00 +0100] ..." */
	bool column_one = n == 1 && !timed && behind.len > 2 && behind.ptr[0] == '[' && is_digit(behind.ptr[1]);
	if (n == 1 && timed && !far && next == ' ' && position_ahead(behind))
		column = true;
	else if (n == 1 && (!capitals(word) || !letter_placed(next, after, behind) ||
		       !(timed || column_one || next == ',' || next == '/')))
		return false;
	if (n > 1 && !marked && !column && !(capitals(word) && apart))
		return false;
	out->severity = level;
	if (next == '/' || next == ',' || next == ':' || next == '!')
		after = str_from(after, 1);
	/* "WARNING:root:message" */
	if ((next == ':' || next == '/') && after.len && after.ptr[0] != ' ' && !timed) {
		ptrdiff_t colon = str_chr(str_head(after, NAME_BYTES_MAX), ':');
		if (colon > 0 && str_chr(str_head(after, (size_t)colon), ' ') < 0) {
			out->logger = str_head(after, (size_t)colon);
			after = str_from(after, (size_t)colon + 1);
		}
	}
	*s = after;
	return true;
}

/* A column of its own: ";WARNING;", "|ERROR|", "\tINFO\t", ",\"ERROR\",". */
static enum severity column_level(struct str s)
{
	for (size_t i = 0; i + 5 < s.len; i++) {
		char edge = s.ptr[i];
		if (edge != ';' && edge != '|' && edge != ',' && edge != '\t')
			continue;
		bool quoted = s.ptr[i + 1] == '"';
		size_t from = i + 1 + quoted, to = from;
		while (to < s.len && is_upper(s.ptr[to]))
			to++;
		struct str word = str_make(s.ptr + from, to - from);
		if (word.len < 3 || to + quoted >= s.len || (quoted && s.ptr[to] != '"') ||
		    s.ptr[to + quoted] != edge)
			continue;
		enum severity is = quoted ? severity_parse(word) : plain_level(word);
		if (is != SEV_NONE)
			return is;
	}
	return SEV_NONE;
}

/* "severity=NOTICE", "level=\"error\"". */
static enum severity pair_level(struct str w)
{
	static const char *const keys[] = { "severity", "level", "loglevel", "log_level", "lvl", NULL };
	struct str value, key = str_cut(w, '=', &value);

	for (size_t i = 0; keys[i]; i++)
		if (str_eq_nocase(key, str_of(keys[i])))
			return value.len && is_digit(value.ptr[0]) ? SEV_NONE : severity_parse(str_unquote(value));
	return SEV_NONE;
}

enum severity text_level_search(struct str s)
{
	struct str rest = str_head(s, SEARCH_BYTES);
	enum severity column = column_level(str_head(s, COLUMNS_BYTES));
	if (column != SEV_NONE)
		return column;
	for (unsigned words = 0; rest.len; words++) {
		struct str w = str_word(&rest);
		if (w.len < 3)
			continue;
		if (str_chr(w, '=') > 0 && pair_level(w) != SEV_NONE)
			return pair_level(w);
		char close = closing(w.ptr[0]), last = w.ptr[w.len - 1];
		struct str inside = str_make(w.ptr + 1, w.len - 2);
		if (close && last == close && plain_level(inside) != SEV_NONE)
			return plain_level(inside);
		struct str bare = str_head(w, w.len - 1);
		/* "notice:" in lower case only where a head would have it */
		if (last == ':' && (capitals(bare) || words < 2) && plain_level(bare) != SEV_NONE)
			return plain_level(bare);
	}
	return SEV_NONE;
}
