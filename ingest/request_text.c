#include "ingest/request_text.h"

#include "core/digits.h"
#include "ingest/access.h"
#include "ingest/scan.h"
#include "ingest/words.h"

enum {
	WHOLE_BYTES_MAX = 24, /* a value that is nothing but a duration */
	WHOLE_DIGITS = 8,     /* of a number that is a double for certain */
};

/* What the line says of its level stands; else the status tells. */
static void grade(struct event *e)
{
	if (e->severity == SEV_NONE && e->status >= 0)
		e->severity = severity_from_status(e->status);
}

/* First address among the words of s. */
static struct str client_in(struct str s)
{
	for (struct str w = str_word(&s); w.len; w = str_word(&s)) {
		while (w.len && (w.ptr[0] == '(' || w.ptr[0] == '['))
			w = str_from(w, 1);
		while (w.len && memchr("),:]", w.ptr[w.len - 1], 4) && !endpoint_is(w) && !address_is(w))
			w.len--;
		struct str host = endpoint_host(w);
		if (address_is(host))
			return host;
	}
	return STR_NONE;
}

/* `"GET /x HTTP/1.1" 200 512`, also without quotes and with a colon behind. */
static bool access_words(struct event *e)
{
	ptrdiff_t at = str_find(e->message, STR(" HTTP/"));
	if (at < 5)
		return false;
	size_t path = (size_t)at, method;
	while (path > 0 && e->message.ptr[path - 1] != ' ')
		path--;
	if (path < 4)
		return false;
	method = path - 1;
	while (method > 0 && is_upper(e->message.ptr[method - 1]))
		method--;
	struct str name = str_make(e->message.ptr + method, path - 1 - method);
	if (!request_method_is(name) ||
	    (e->message.ptr[path] != '/' && e->message.ptr[path] != '*' && (size_t)at - path < 8))
		return false;
	struct str rest = str_from(e->message, (size_t)at + 6);
	size_t n = 0;
	while (n < rest.len && n < 4 && (is_digit(rest.ptr[n]) || rest.ptr[n] == '.'))
		n++;
	while (n < rest.len && memchr("\":, -\t", rest.ptr[n], 6))
		n++;
	rest = str_from(rest, n);
	int status;
	if (!status_parse(str_word(&rest), &status) || status < 100)
		return false;
	int64_t bytes;
	struct str word = str_word(&rest);
	if (e->bytes < 0 && str_to_i64(word, &bytes) && bytes >= 0)
		e->bytes = bytes;
	e->kind = EV_HTTP;
	e->method = name;
	e->path = str_make(e->message.ptr + path, (size_t)at - path);
	e->status = status;
	if (!e->client.len)
		e->client = client_in(str_head(e->message, method));
	return true;
}

/*
 * Rails: "Completed 500 Internal Server Error in 12ms (...)", perhaps behind a bracketed request id; Phoenix: "Sent 500
 * in 12ms".
 */
static bool rails_words(struct event *e)
{
	struct str s = e->message;
	while (s.len && s.ptr[0] == '[') {
		struct str rest;
		struct str id = str_cut(str_from(s, 1), ']', &rest);
		if (hex_id_is(id))
			e->request_id = id;
		s = str_trim(rest);
	}
	struct str rest = s, verb = str_word(&rest);
	if (!str_eq(verb, STR("Completed")) && !str_eq(verb, STR("Sent")))
		return false;
	if (!status_parse(str_word(&rest), &e->status))
		return false;
	ptrdiff_t in = str_find(rest, STR(" in "));
	double ms;
	struct str time = str_from(rest, in < 0 ? rest.len : (size_t)in + 4);
	if (duration_parse_ms(str_word(&time), &ms))
		e->duration_ms = ms;
	e->kind = EV_HTTP;
	return true;
}

/*
 * ASP.NET Core: "Request finished HTTP/1.1 GET http://h/x - 200 - text/plain 1.6ms", "Request finished
 * in 1.6ms 200".
 */
static bool aspnet_words(struct event *e)
{
	if (!str_starts(e->message, STR("Request finished ")))
		return false;
	struct str s = str_from(e->message, 17);
	double ms;
	for (struct str w = str_word(&s); w.len; w = str_word(&s)) {
		if (e->status < 0 && status_parse(w, &e->status))
			continue;
		if (request_method_is(w) && !e->method.len)
			e->method = w;
		else if (!e->path.len && (w.ptr[0] == '/' || str_find(w, STR("://")) > 0))
			e->path = w;
		else if (is_digit(w.ptr[0]) && w.ptr[w.len - 1] == 's' && duration_parse_ms(w, &ms))
			e->duration_ms = ms;
	}
	ptrdiff_t scheme = str_find(e->path, STR("://"));
	ptrdiff_t slash = scheme < 0 ? -1 : str_chr(str_from(e->path, (size_t)scheme + 3), '/');
	if (slash >= 0)
		e->path = str_from(e->path, (size_t)(scheme + 3 + slash));
	if (e->status < 0)
		return false;
	e->kind = EV_HTTP;
	return true;
}

/* Milliseconds of a unit in lower case ("ms", "seconds"); 0 when it is none. */
static double unit_ms(struct str unit)
{
	static const struct {
		struct str unit;
		double to_ms;
	} units[] = { { WORD("micros"), 1e-3 }, { WORD("microseconds"), 1e-3 },
		      { WORD("nanos"), 1e-6 },  { WORD("nanoseconds"), 1e-6 },
		      { WORD("millis"), 1 },	  { WORD("milliseconds"), 1 },
		      { WORD("msecs"), 1 },	  { WORD("msec"), 1 },
		      { WORD("us"), 1e-3 },	  { WORD("seconds"), 1e3 },
		      { WORD("secs"), 1e3 },	  { WORD("sec"), 1e3 },
		      { WORD("\xc2\xb5s"), 1e-3 }, { WORD("\xce\xbcs"), 1e-3 },
		      { WORD("ns"), 1e-6 } };
	if (unit.len == 1)
		return unit.ptr[0] == 's' ? 1e3 : unit.ptr[0] == 'm' ? 60e3 : 0;
	if (unit.len == 2 && unit.ptr[0] == 'm' && unit.ptr[1] == 's')
		return 1;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (str_eq(units[i].unit, unit))
			return units[i].to_ms;
	return 0;
}

/* "4.5ms", "221micros", "12 ms", "3027 millis" at the start of s. */
static bool duration_at(struct str s, double *ms)
{
	size_t n = 0;
	double value, to_ms;
	uint64_t whole;
	while (n < s.len && (is_digit(s.ptr[n]) || s.ptr[n] == '.'))
		n++;
	if (n - 1 < WHOLE_DIGITS && digits_number(s.ptr, n, &whole))
		value = (double)whole;
	else if (n == 0 || !str_to_double(str_head(s, n), &value))
		return false;
	struct str unit = str_from(s, n);
	if (unit.len && unit.ptr[0] == ' ')
		unit = str_from(unit, 1);
	size_t letters = 0;
	while (letters < unit.len && (is_lower(unit.ptr[letters]) || (unsigned char)unit.ptr[letters] >= 0x80))
		letters++;
	to_ms = unit_ms(str_head(unit, letters));
	if (to_ms > 0)
		*ms = value * to_ms;
	return to_ms > 0;
}

/* A word without the quotes, brackets and marks around it. */
static struct str bare_word(struct str w)
{
	while (w.len && memchr("\"'([{", w.ptr[0], 5))
		w = str_from(w, 1);
	while (w.len && memchr("\"')]},:;", w.ptr[w.len - 1], 8))
		w.len--;
	return w;
}

/* "GET /x", "POST http://h/x" at the start of s, perhaps quoted: method and path, s moved behind them. */
static bool method_path(struct str *s, struct str *method, struct str *path)
{
	struct str rest = *s;

	*method = bare_word(str_word(&rest));
	if (!request_method_is(*method))
		return false;
	*path = bare_word(str_word(&rest));
	if (path->len == 0 || (path->ptr[0] != '/' && str_find(*path, STR("://")) < 3))
		return false;
	*s = rest;
	return true;
}

static bool status_word(struct str w, int *status)
{
	return w.len == 3 && status_parse(w, status) && *status >= 100 && *status < 600;
}

/* May stand between a request's path and its status. */
static bool between_word(struct str w)
{
	static const struct str words[] = { WORD("=>"),	  WORD("->"),	 WORD("-"),	    WORD("from"),
					    WORD("with"), WORD("code"),	 WORD("responded"), WORD("returned"),
					    WORD("gave"), WORD("completed") };

	return word_in(w, words, WORDS(words)) || str_starts(w, STR("HTTP/")) || str_starts_nocase(w, STR("status")) ||
	       address_is(endpoint_host(w));
}

/*
 * "GET /api/users 500 12.345 ms - 123" (morgan), "\"GET /index.php\" 200" (PHP-FPM), "10.0.0.7 - - DELETE /db 200",
 * "GET /x => 502 in 3ms", "HTTP GET /x responded 502 in 3 ms" (Serilog), "\"GET /x HTTP/1.1\" from 10.0.0.7 - 502
 * 0B in 3ms" (chi): the status follows the path or ends the text.
 */
static bool bare_words(struct event *e)
{
	enum { WORDS_BEFORE = 8, WORDS_BETWEEN = 5 };
	struct str s = e->message, method, path;
	size_t n = 0;
	int status;

	while (n < WORDS_BEFORE && s.len > 0 && !method_path(&s, &method, &path)) {
		str_word(&s);
		n++;
	}
	if (n == WORDS_BEFORE || s.len == 0)
		return false;
	struct str before = str_head(e->message, (size_t)(method.ptr - e->message.ptr)), w = STR_NONE;
	for (n = 0; n < WORDS_BETWEEN && s.len > 0; n++) {
		w = bare_word(str_word(&s));
		if (status_word(w, &status) || !between_word(w))
			break;
	}
	if (!status_word(w, &status)) {
		ptrdiff_t blank = str_rchr(e->message, ' ');
		if (blank < 0 || e->message.ptr + blank < path.ptr ||
		    !status_word(bare_word(str_from(e->message, (size_t)blank + 1)), &status))
			return false;
		s = STR_NONE;
	}
	e->kind = EV_HTTP;
	e->method = method;
	e->path = path;
	e->status = status;
	s = str_trim(s);
	if (str_starts(s, STR("in ")))
		s = str_from(s, 3);
	double ms = NAN;
	if (isnan(e->duration_ms) && (duration_at(s, &ms) || duration_text(s, &ms)))
		e->duration_ms = ms;
	if (!e->client.len)
		e->client = client_in(before);
	const char *rest = s.ptr ? s.ptr : e->message.ptr + e->message.len; /* what is behind the status, if that follows the path */
	if (!e->client.len && path.len)
		e->client = client_in(str_make(path.ptr + path.len, (size_t)(rest - path.ptr) - path.len));
	return true;
}

/* The next column of a row; `bar` is what separates them. */
static struct str next_column(struct str *s, char bar)
{
	struct str rest, column = str_cut(*s, bar, &rest);

	*s = rest;
	return str_trim(column);
}

/*
 * Columns of which one is a method, or method and path, and one is a status: "| 502 | 3.1ms | 10.0.0.7 | GET
 * "/x"" (gin), "10.0.0.7<tab>PUT<tab>/v1/x<tab>...<tab>202<tab>980".
 */
static bool column_words(struct event *e)
{
	enum { COLUMNS_MIN = 4, COLUMNS_MAX = 24 };
	char bar = str_chr(e->message, '\t') >= 0 ? '\t' : '|';
	struct str s = e->message, method = STR_NONE, path = STR_NONE, client = STR_NONE;
	double ms = NAN;
	int status = -1, v;
	size_t n = 0;

	for (; s.len > 0 && n < COLUMNS_MAX; n++) {
		struct str c = next_column(&s, bar), inner = c;

		if (method.len == 0 && method_path(&inner, &method, &path))
			continue;
		if (path.len == 0 && method.len > 0 && c.len > 0 && c.ptr[0] == '/')
			path = c;
		else if (status < 0 && status_word(c, &v))
			status = v;
		else if (isnan(ms) && c.len > 1 && is_alpha(c.ptr[c.len - 1]) && is_digit(c.ptr[0]))
			duration_at(c, &ms);
		else if (client.len == 0 && address_is(endpoint_host(c)))
			client = endpoint_host(c);
		if (path.len == 0)
			method = request_method_is(c) ? c : STR_NONE;
	}
	if (n < COLUMNS_MIN || path.len == 0 || status < 0)
		return false;
	e->kind = EV_HTTP;
	e->method = method;
	e->path = path;
	e->status = status;
	if (isnan(e->duration_ms))
		e->duration_ms = ms;
	if (!e->client.len)
		e->client = client;
	return true;
}

bool request_text_may(struct str s)
{
	return str_chr(s, '/') >= 0 || str_find(s, STR("Completed")) >= 0 || str_find(s, STR("Sent")) >= 0;
}

void request_text_apply(struct event *e)
{
	if (e->kind != EV_LINE || e->message.len < 12)
		return;
	/* All but Rails' name a path. */
	if (str_chr(e->message, '/') < 0 ? rails_words(e) :
	    access_words(e) || rails_words(e) || aspnet_words(e) || column_words(e) || bare_words(e))
		grade(e);
}

/* Does a word that announces a duration stand in front of byte i: "took ", "took[", "duration: ", " after ", " in "? */
static bool duration_mark(struct str s, size_t i)
{
	if (i < 4)
		return false;
	char last = s.ptr[i - 1];
	struct str word = str_head(s, i - 1); /* and its own last byte tells which it could be */
	switch (word.ptr[i - 2]) {
	case 'k': return (last == ' ' || last == '[' || last == '=') && str_ends(word, STR("took"));
	case 'n': return last == ' ' ? str_ends(word, STR(" in")) : last == '=' && str_ends(word, STR("duration"));
	case 'r': return last == ' ' && str_ends(word, STR(" after"));
	case 'd': return (last == '=' || last == ' ') && str_ends(word, STR("elapsed"));
	case ':':
		return last == ' ' && (str_ends(word, STR("took:")) || str_ends(word, STR("duration:")) ||
				       str_ends(word, STR("elapsed:")));
	default: return false;
	}
}

/* "... NOERROR 188 0.020948545s", "12 ms: MATCH (n) ...": how programs end or begin a line with what it took. */
static bool duration_edge(struct str message, double *ms)
{
	enum { DIGITS_MIN = 3 }; /* fewer are as often a setting */
	ptrdiff_t blank = str_rchr(message, ' ');
	struct str last = str_from(message, (size_t)(blank + 1)), rest;
	ptrdiff_t point = str_chr(last, '.');
	struct str first = str_cut(message, ':', &rest);
	size_t n = (size_t)(point + 1);

	if (first.len < WHOLE_BYTES_MAX / 2 && rest.len && duration_parse_ms(first, ms) && is_alpha(first.ptr[first.len - 1]))
		return true;
	while (point > 0 && n < last.len && is_digit(last.ptr[n]))
		n++;
	return blank > 0 && point > 0 && n - (size_t)point > DIGITS_MIN && is_digit(last.ptr[0]) && n < last.len &&
	       duration_parse_ms(last, ms);
}

/* The first digit from p on that a word which announces a duration stands in front of; `end` when there is none. */
static const char *marked_digit(struct str s, const char *p, bool begins)
{
	const char *end = s.ptr + s.len;

	while ((p = scan_digit(p, end)) < end) {
		size_t i = (size_t)(p - s.ptr);

		if (i == 0 ? begins : duration_mark(s, i))
			return p;
		for (p++; p < end && (is_alnum(*p) || *p == '.');)
			p++;
	}
	return end;
}

bool duration_text_may(struct str s)
{
	struct str begin = str_trim(s), last = str_from(s, (size_t)(str_rchr(s, ' ') + 1));

	if (s.len == 0)
		return false;
	return marked_digit(s, s.ptr, true) < s.ptr + s.len ||
	       (str_chr(s, ':') >= 0 && begin.len > 0 && (is_digit(begin.ptr[0]) || begin.ptr[0] == '.')) ||
	       (is_digit(str_at(last, 0)) && str_chr(last, '.') > 0);
}

bool duration_text(struct str message, double *ms)
{
	if (message.len == 0)
		return false;
	const char *p = message.ptr, *end = p + message.len;
	while ((p = marked_digit(message, p, message.len < WHOLE_BYTES_MAX)) < end) {
		if (duration_at(str_from(message, (size_t)(p - message.ptr)), ms))
			return true;
		for (p++; p < end && (is_alnum(*p) || *p == '.');)
			p++;
	}
	return duration_edge(message, ms);
}
