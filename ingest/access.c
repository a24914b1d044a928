#include "ingest/access.h"

#include "core/digits.h"
#include "ingest/scan.h"
#include "ingest/words.h"

enum severity severity_from_status(int status)
{
	if (status >= 500)
		return SEV_ERROR;
	return status >= 400 ? SEV_WARN : SEV_INFO;
}

/* What stands before a blank and a path with its protocol is a method, however odd ("geti"). */
static bool method_letters(struct str word)
{
	if (word.len < 3 || word.len > 20)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		char c = (char)(word.ptr[i] | 0x20);
		if ((c < 'a' || c > 'z') && word.ptr[i] != '-' && word.ptr[i] != '_')
			return false;
	}
	return true;
}

bool request_method_is(struct str word)
{
	if (word.len < 3 || word.len > 20)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if ((word.ptr[i] < 'A' || word.ptr[i] > 'Z') && word.ptr[i] != '-' && word.ptr[i] != '_')
			return false;
	return word.ptr[0] != '-' && word.ptr[0] != '_';
}

bool request_line_parse(struct str line, struct event *e)
{
	struct str rest;
	struct str method = str_cut(line, ' ', &rest);
	if (rest.len == 0 || !method_letters(method))
		return false;
	ptrdiff_t at = str_rchr(rest, ' ');
	struct str path = rest;
	if (at >= 0 && str_starts(str_from(rest, (size_t)at + 1), STR("HTTP/")))
		path = str_head(rest, (size_t)at);
	else if (!request_method_is(method))
		return false;
	e->method = method;
	e->path = path;
	return true;
}

bool status_parse(struct str word, int *status)
{
	if (word.len != 3 || !is_digit(word.ptr[0]) || !is_digit(word.ptr[1]) || !is_digit(word.ptr[2]))
		return false;
	*status = (word.ptr[0] - '0') * 100 + (word.ptr[1] - '0') * 10 + (word.ptr[2] - '0');
	return true;
}

size_t quoted_length(struct str s)
{
	size_t from = 0;
	while (from < s.len) {
		const char *quote = memchr(s.ptr + from, '"', s.len - from);
		if (!quote)
			return s.len;
		size_t at = (size_t)(quote - s.ptr);
		size_t slashes = 0;
		while (slashes < at && s.ptr[at - 1 - slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return at;
		from = at + 1;
	}
	return s.len;
}

/* Next element of a list of the kind nginx writes: ", " between tries, " : " between groups. */
static bool list_next(struct str *s, struct str *item)
{
	while (s->len > 0 && (s->ptr[0] == ' ' || s->ptr[0] == ',' || s->ptr[0] == '\t'))
		*s = str_from(*s, 1);
	if (s->len == 0)
		return false;
	size_t n = 0;
	while (n < s->len && s->ptr[n] != ',' && s->ptr[n] != ' ' && s->ptr[n] != '\t')
		n++;
	*item = str_head(*s, n);
	*s = str_from(*s, n);
	return true;
}

bool seconds_list_ms(struct str s, double *ms)
{
	if (seconds_plain_ms(s, ms))
		return true;
	double sum = 0;
	bool any = false;
	struct str item;
	while (list_next(&s, &item)) {
		double seconds;
		if (is_digit(item.ptr[0]) && str_to_double(item, &seconds)) {
			sum += seconds;
			any = true;
		} else if (!str_eq(item, STR("-")) && !str_eq(item, STR(":"))) {
			return false;
		}
	}
	if (any)
		*ms = sum * 1000.0;
	return any;
}

struct str upstream_of_list(struct str s)
{
	struct str item, last = STR_NONE, last_address = STR_NONE;
	while (list_next(&s, &item)) {
		if (str_eq(item, STR("-")) || str_eq(item, STR(":")))
			continue;
		last = item;
		if (endpoint_is(item))
			last_address = item;
	}
	return last_address.len ? last_address : last;
}

struct str url_authority(struct str url)
{
	ptrdiff_t scheme = str_find(url, STR("://"));
	if (scheme >= 0)
		url = str_from(url, (size_t)scheme + 3);
	if (str_starts(url, STR("unix:"))) {
		/* "unix:/run/x.sock:" or "unix:/run/x.sock:/path" */
		struct str socket = str_from(url, 5);
		ptrdiff_t end = str_chr(socket, ':');
		return end >= 0 ? str_head(url, 5 + (size_t)end) : url;
	}
	size_t n = 0;
	while (n < url.len && url.ptr[n] != '/' && url.ptr[n] != '?')
		n++;
	return str_head(url, n);
}

/* Digits with three points among them, at most 15 bytes: most of what is asked of is an IPv4 address. False says nothing. */
static inline bool dotted_is(struct str s)
{
	unsigned points;
	if (s.len < 7 || s.len > 15 || !is_digit(s.ptr[0]) || !is_digit(s.ptr[s.len - 1]))
		return false;
#ifdef __SSE2__
	/* What is missing to sixteen bytes are zeroes. */
	uint64_t low = digits_load(s.ptr, s.len < 8 ? s.len : 8), high = s.len > 8 ? digits_load(s.ptr + 8, s.len - 8) : 0;
	__m128i v = _mm_set_epi64x((long long)high, (long long)low);
	unsigned digits = (unsigned)_mm_movemask_epi8(scan_digits_of(v));
	points = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.')));
	if ((digits | points) != (1u << s.len) - 1)
		return false;
#else
	points = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.ptr[i]) && s.ptr[i] != '.')
			return false;
		points |= (unsigned)(s.ptr[i] == '.') << i;
	}
#endif
	points &= points - 1;
	points &= points - 1;
	return points != 0 && (points & (points - 1)) == 0;
}

bool address_is(struct str s)
{
	if (dotted_is(s))
		return true;
	if (s.len < 2 || s.len > 60)
		return false;
	unsigned dots = 0, colons = 0;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '.')
			dots++;
		else if (c == ':')
			colons++;
		else if (c == '%' && colons >= 2)
			return true; /* the rest is an IPv6 zone */
		else if (!is_hex(c) || (colons == 0 && dots > 0 && !is_digit(c)))
			return false;
	}
	if (colons == 0)
		return dots == 3 && is_digit(s.ptr[0]) && is_digit(s.ptr[s.len - 1]);
	return colons >= 2;
}

bool address_is_private(struct str s)
{
	if (str_starts_nocase(s, STR("::ffff:")))
		s = str_from(s, 7);
	static const char *const prefixes[] = { "10.",	 "127.", "192.168.", "169.254.", "::1",
						"fe80:", "fc",	 "fd",	     NULL };
	for (size_t i = 0; prefixes[i]; i++)
		if (str_starts_nocase(s, str_of(prefixes[i])))
			return true;
	if (!str_starts(s, STR("172.")))
		return false;
	struct str rest = str_from(s, 4);
	int64_t second;
	return str_to_i64(str_cut(rest, '.', &rest), &second) && second >= 16 && second <= 31;
}

struct str client_of_list(struct str s)
{
	struct str item, first = STR_NONE;
	while (list_next(&s, &item)) {
		struct str host = endpoint_host(item);
		if (!address_is(host))
			continue;
		if (!first.len)
			first = host;
		if (!address_is_private(host))
			return host;
	}
	return first;
}

bool endpoint_is(struct str s)
{
	if (str_starts(s, STR("unix:")))
		return s.len > 5;
	ptrdiff_t colon = str_rchr(s, ':');
	if (colon <= 0 || (size_t)colon + 1 >= s.len || s.len - (size_t)colon > 6)
		return false;
	for (size_t i = (size_t)colon + 1; i < s.len; i++)
		if (!is_digit(s.ptr[i]))
			return false;
	for (size_t i = 0; i < (size_t)colon; i++) {
		char c = s.ptr[i];
		bool name = is_hex(c) || (c >= 'g' && c <= 'z') || (c >= 'G' && c <= 'Z') || c == '.' ||
			    c == '-' || c == '_' || c == '[' || c == ']' || c == ':' || c == '%';
		if (!name)
			return false;
	}
	return true;
}

struct str endpoint_host(struct str s)
{
	if (s.len > 2 && s.ptr[0] == '[') {
		ptrdiff_t end = str_chr(s, ']');
		return end > 0 ? str_make(s.ptr + 1, (size_t)end - 1) : s;
	}
	ptrdiff_t colon = str_chr(s, ':');
	if (colon > 0 && colon == str_rchr(s, ':') && endpoint_is(s))
		return str_head(s, (size_t)colon);
	return s;
}

struct str address_of_endpoint(struct str s)
{
	if (dotted_is(s))
		return s;
	s = endpoint_host(s);
	return address_is(s) ? s : STR_NONE;
}

bool hex_id_is(struct str s)
{
	if (s.len < 16 || s.len > 64)
		return false;
	unsigned dashes = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '-')
			dashes++;
		else if (!is_hex(s.ptr[i]))
			return false;
	}
	return dashes <= 4 && s.ptr[0] != '-';
}
