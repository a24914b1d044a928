#include "ingest/access_plain.h"

#include "core/ascii.h"
#include "ingest/access.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	BLOCK_BYTES = 64,     /* looked at together; shorter lines are not as usual */
	WORD_BYTES_MAX = 256, /* of client and user */
	DATED_BYTES = ACCESS_DATE_BYTES + 2, /* with its brackets */
	SECONDS_AT = 18,      /* in the date */
	ZONE_AT = 20,
};

#ifdef __SSE2__
enum { LANES = 16 };

static inline __m128i load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline unsigned mask_of(__m128i v)
{
	return (unsigned)_mm_movemask_epi8(v);
}
#endif

/* Which of the BLOCK_BYTES at p are quotes. */
static inline uint64_t quotes_of(const char *p)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	uint64_t low = mask_of(_mm_cmpeq_epi8(load(p), quote)) | mask_of(_mm_cmpeq_epi8(load(p + 16), quote)) << 16;
	uint64_t high = mask_of(_mm_cmpeq_epi8(load(p + 32), quote)) | mask_of(_mm_cmpeq_epi8(load(p + 48), quote)) << 16;

	return low | high << 32;
#else
	uint64_t hits = 0;

	for (unsigned i = 0; i < BLOCK_BYTES; i++)
		hits |= (uint64_t)(p[i] == '"') << i;
	return hits;
#endif
}

/* The next '"' from p on; NULL when there is none. There are BLOCK_BYTES before `end`. */
static inline const char *quote_at(const char *p, const char *end)
{
	uint64_t hits;

	for (; end - p >= BLOCK_BYTES; p += BLOCK_BYTES) {
		hits = quotes_of(p);
		if (hits)
			return p + __builtin_ctzll(hits);
	}
	if (p >= end)
		return NULL;
	hits = quotes_of(end - BLOCK_BYTES) >> (BLOCK_BYTES - (end - p));
	return hits ? p + __builtin_ctzll(hits) : NULL;
}

/* What neither client nor user has when they are as usual; a '[' could begin another date. */
static inline bool ends_word(char c)
{
	return (unsigned char)c <= ' ' || c == '"' || c == ',' || c == '[';
}

/* Bytes up to what ends a word. */
static inline size_t word_length(const char *p, const char *end)
{
	const char *from = p;

#ifdef __SSE2__
	for (; end - p >= LANES && p - from < WORD_BYTES_MAX; p += LANES) {
		__m128i v = load(p);
		__m128i ends = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(' ')), v);

		ends = _mm_or_si128(ends, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
		ends = _mm_or_si128(ends, _mm_cmpeq_epi8(v, _mm_set1_epi8(',')));
		ends = _mm_or_si128(ends, _mm_cmpeq_epi8(v, _mm_set1_epi8('[')));
		unsigned hits = mask_of(ends);

		if (hits)
			return (size_t)(p - from) + (size_t)__builtin_ctz(hits);
	}
#endif
	while (p < end && p - from < WORD_BYTES_MAX && !ends_word(*p))
		p++;
	return (size_t)(p - from);
}

static inline bool two_digits(const char *p)
{
	return is_digit(p[0]) && is_digit(p[1]);
}

bool access_date_is(const char *p, const char *end)
{
	return end - p >= DATED_BYTES && p[0] == '[' && two_digits(p + 1) && p[3] == '/' && p[7] == '/' &&
	       two_digits(p + 8) && two_digits(p + 10) && p[12] == ':' && p[15] == ':' && p[18] == ':' &&
	       p[21] == ' ' && (p[22] == '+' || p[22] == '-') && two_digits(p + 23) && two_digits(p + 25) &&
	       p[27] == ']';
}

/* Many lines share a second, and more a minute. */
static inline bool date_like_last(const struct access_state *state, const char *date, struct timestamp *out)
{
	const char *last = state->date;

	if (!state->dated || memcmp(last, date, SECONDS_AT) != 0 ||
	    memcmp(last + ZONE_AT, date + ZONE_AT, ACCESS_DATE_BYTES - ZONE_AT) != 0 || date[SECONDS_AT] > '5' ||
	    !two_digits(date + SECONDS_AT))
		return false;
	int64_t ahead_s = (date[SECONDS_AT] - last[SECONDS_AT]) * 10 + date[SECONDS_AT + 1] - last[SECONDS_AT + 1];

	*out = state->time;
	out->ns += ahead_s * NS_PER_S;
	return true;
}

bool access_date_read(struct access_state *state, const char *date, struct timestamp *out)
{
	struct str text = { date, ACCESS_DATE_BYTES };

	if (state && date_like_last(state, date, out))
		return true;
	if (!timestamp_parse_clf(&text, out))
		return false;
	if (state) {
		memcpy(state->date, date, ACCESS_DATE_BYTES);
		state->time = *out;
		state->dated = true;
	}
	return true;
}

/* The bracketed date at p, which has DATED_BYTES. */
static inline bool read_date(struct access_state *state, const char *p, const char *end, struct timestamp *out)
{
	if (state && p[0] == '[' && p[DATED_BYTES - 1] == ']' && date_like_last(state, p + 1, out))
		return true;
	return access_date_is(p, end) && access_date_read(state, p + 1, out);
}

static inline bool is_dash(struct str s)
{
	return s.len == 1 && s.ptr[0] == '-';
}

/* The quoted field whose '"' is at *p, *p then behind it; false when it is open or has an escape at its end. */
static inline bool quoted(const char **p, const char *end, struct str *out)
{
	const char *from = *p + 1, *close = quote_at(from, end);

	if (!close || close[-1] == '\\')
		return false;
	*out = str_make(from, (size_t)(close - from));
	*p = close + 1;
	return true;
}

/* "GET /path HTTP/1.1" with the methods and protocols that most have; what request_line_parse would say. */
static inline void set_request(struct str line, struct event *e)
{
	enum { PROTOCOL_BYTES = sizeof " HTTP/1.1" - 1, METHOD_BYTES = 5 };
	const char *p = line.ptr, *protocol = p + line.len - PROTOCOL_BYTES;
	size_t method = 0;

	if (is_dash(line))
		return;
	e->message = line;
	if (line.len >= METHOD_BYTES + PROTOCOL_BYTES &&
	    (memcmp(protocol, " HTTP/1.", 8) == 0 || memcmp(protocol, " HTTP/2.", 8) == 0) && is_digit(protocol[8]))
		method = memcmp(p, "GET ", 4) == 0 ? 3 : memcmp(p, "POST", 4) == 0 && p[4] == ' ' ? 4 : 0;
	if (method == 0) {
		request_line_parse(line, e);
		return;
	}
	e->method = str_make(p, method);
	p += method + 1;
	e->path = str_make(p, (size_t)(protocol - p));
}

/* Who asked: "client - user [", *p then at the bracket. */
static inline bool read_who(const char **p, const char *end, struct str *client, struct str *user)
{
	const char *from = *p, *at;

	*client = str_make(from, word_length(from, end));
	at = from + client->len;
	if (client->len == 0 || end - at < DATED_BYTES + 6 || memcmp(at, " - ", 3) != 0)
		return false;
	at += 3;
	if (memcmp(at, "- ", 2) == 0) {
		*user = str_make(at, 1);
		*p = at + 2;
		return true;
	}
	*user = str_make(at, word_length(at, end));
	at += user->len;
	if (user->len == 0 || end - at < DATED_BYTES + 1 || at[0] != ' ')
		return false;
	*p = at + 1;
	return true;
}

/* " 200 1234" or " 200 -"; *p then behind it. Sizes of more than seven digits are not as usual. */
static inline bool read_outcome(const char **p, const char *end, int *status, int64_t *bytes)
{
	const char *s = *p;
	uint64_t word;
	unsigned n;

	if (end - s < 6 || s[0] != ' ' || s[4] != ' ' || !is_digit(s[1]) || !two_digits(s + 2))
		return false;
	*status = (s[1] - '0') * 100 + (s[2] - '0') * 10 + (s[3] - '0');
	s += 5;
	word = digits_load(s, end - s < 8 ? (size_t)(end - s) : 8);
	n = digits_count(word);
	if (n == 0 && *s == '-') {
		*bytes = -1;
		n = 1;
	} else if (n > 0 && n < 8) {
		*bytes = digits_value(word, n);
	} else {
		return false;
	}
	*p = s + n;
	return *p == end || **p == ' ';
}

/* Seconds with a point, which end the line: " 0.123". */
static inline bool read_seconds(const char *p, const char *end, double *ms)
{
	unsigned n = (unsigned)(end - p) - 1;

	return *p == ' ' && n >= 3 && n <= 8 && seconds_loaded_ms(digits_load(end - 8, 8) >> (8 * (8 - n)), n, ms);
}

bool access_plain_read(struct str line, struct access_state *state, struct event *e)
{
	const char *p = line.ptr, *end = p + line.len;
	struct str client, user, request, referrer = STR_NONE, agent = STR_NONE;
	struct timestamp time;
	int64_t bytes;
	int status;

	if (line.len < BLOCK_BYTES || !read_who(&p, end, &client, &user) || !read_date(state, p, end, &time))
		return false;
	p += DATED_BYTES;
	if (end - p < 3 || p[0] != ' ' || *++p != '"' || !quoted(&p, end, &request) || request.len == 0 ||
	    !read_outcome(&p, end, &status, &bytes))
		return false;
	if (p < end) {
		if (end - p < 5 || *++p != '"' || !quoted(&p, end, &referrer) || end - p < 3 || p[0] != ' ' ||
		    *++p != '"' || !quoted(&p, end, &agent))
			return false;
	}
	e->time = time;
	e->has_time = true;
	e->kind = EV_HTTP;
	e->client = client;
	if (!is_dash(user))
		e->user = str_unquote(user);
	set_request(request, e);
	e->status = status;
	e->bytes = bytes;
	e->severity = severity_from_status(status);
	if (!is_dash(referrer))
		e->referrer = referrer;
	if (!is_dash(agent))
		e->agent = agent;
	if (p < end && !read_seconds(p, end, &e->duration_ms))
		access_tail_decode(str_make(p, (size_t)(end - p)), state ? &state->tail : NULL, e);
	return true;
}
