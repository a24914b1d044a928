#include "ingest/access_tail.h"

#include "ingest/access.h"

enum { MICROSECONDS_FROM = 10000 };

/* What a key=value pair of a tail tells. */
enum tail_key {
	TAIL_OTHER,
	TAIL_SECONDS,
	TAIL_MILLIS,
	TAIL_MICROS,
	TAIL_UPSTREAM_SECONDS,
	TAIL_UPSTREAM,
	TAIL_ID,
	TAIL_CLIENT,
	TAIL_USER,
};

static enum tail_key tail_key_of(struct str key)
{
	static const struct {
		struct str name;
		enum tail_key is;
	} rows[] = {
		{ { "D", 1 }, TAIL_MICROS },
		{ { "T", 1 }, TAIL_SECONDS },
		{ { "rt", 2 }, TAIL_SECONDS },
		{ { "ua", 2 }, TAIL_UPSTREAM },
		{ { "ut", 2 }, TAIL_UPSTREAM_SECONDS },
		{ { "us", 2 }, TAIL_MICROS },
		{ { "ms", 2 }, TAIL_MILLIS },
		{ { "id", 2 }, TAIL_ID },
		{ { "urt", 3 }, TAIL_UPSTREAM_SECONDS },
		{ { "rid", 3 }, TAIL_ID },
		{ { "xff", 3 }, TAIL_CLIENT },
		{ { "uid", 3 }, TAIL_USER },
		{ { "user", 4 }, TAIL_USER },
		{ { "reqid", 5 }, TAIL_ID },
		{ { "req_id", 6 }, TAIL_ID },
		{ { "us_addr", 7 }, TAIL_UPSTREAM },
		{ { "backend", 7 }, TAIL_UPSTREAM },
		{ { "time_us", 7 }, TAIL_MICROS },
		{ { "time_ms", 7 }, TAIL_MILLIS },
		{ { "real_ip", 7 }, TAIL_CLIENT },
		{ { "upstream", 8 }, TAIL_UPSTREAM },
		{ { "duration", 8 }, TAIL_SECONDS },
		{ { "trace_id", 8 }, TAIL_ID },
		{ { "requestid", 9 }, TAIL_ID },
		{ { "request_id", 10 }, TAIL_ID },
		{ { "duration_us", 11 }, TAIL_MICROS },
		{ { "duration_ms", 11 }, TAIL_MILLIS },
		{ { "request_time", 12 }, TAIL_SECONDS },
		{ { "upstream_addr", 13 }, TAIL_UPSTREAM },
		{ { "upstream_time", 13 }, TAIL_UPSTREAM_SECONDS },
		{ { "upstream_response_time", 22 }, TAIL_UPSTREAM_SECONDS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].name.len == key.len && rows[i].name.ptr[0] == key.ptr[0] &&
		    memcmp(rows[i].name.ptr, key.ptr, key.len) == 0)
			return rows[i].is;
	return TAIL_OTHER;
}

static bool key_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

bool access_tail_next(struct str *s, struct access_tail_token *t)
{
	*t = (struct access_tail_token){ 0 };
	while (s->len && (s->ptr[0] == ' ' || s->ptr[0] == '\t' || s->ptr[0] == ','))
		*s = str_from(*s, 1);
	if (!s->len)
		return false;
	size_t n = 0;
	while (n < s->len && key_byte(s->ptr[n]))
		n++;
	if (n > 0 && n + 1 < s->len &&
	    (s->ptr[n] == '=' || (s->ptr[n] == ':' && tail_key_of(str_head(*s, n)) != TAIL_OTHER))) {
		t->key = str_head(*s, n);
		*s = str_from(*s, n + 1);
		if (s->ptr[0] == ' ' && s->ptr[-1] == ':')
			*s = str_from(*s, 1);
		if (!s->len)
			return true;
	}
	if (s->ptr[0] == '"' || s->ptr[0] == '[') {
		t->quoted = s->ptr[0] == '"';
		t->bracketed = !t->quoted;
		*s = str_from(*s, 1);
		ptrdiff_t end = t->quoted ? (ptrdiff_t)quoted_length(*s) : str_chr(*s, ']');
		t->value = str_head(*s, end < 0 ? s->len : (size_t)end);
		*s = str_from(*s, t->value.len + 1);
		return true;
	}
	for (n = 0; n < s->len; n++) {
		if (s->ptr[n] != ' ')
			continue;
		bool joined = n > 0 && s->ptr[n - 1] == ',';
		bool colon = n + 2 < s->len && s->ptr[n + 1] == ':' && s->ptr[n + 2] == ' ';
		if (colon)
			n += 2;
		else if (!joined)
			break;
	}
	t->value = str_head(*s, n);
	*s = str_from(*s, n);
	return true;
}

/* Counters of one tail. */
struct tail {
	unsigned seconds;  /* times in seconds seen without a key */
	unsigned integers; /* integers without a key */
	int64_t integer;   /* the last of them */
	bool timed;	   /* a time with its unit was seen */
};

static bool has_point(struct str s)
{
	return str_chr(s, '.') > 0;
}

static void tail_value(struct str v, struct tail *t, struct event *e)
{
	double ms;
	int64_t n;
	if (v.len == 0 || str_eq(v, STR("-")))
		return;
	bool digit = v.ptr[0] >= '0' && v.ptr[0] <= '9';
	if (digit && str_to_i64(v, &n)) {
		t->integers++;
		t->integer = n;
	} else if (digit && has_point(v) && seconds_list_ms(v, &ms)) {
		if (t->seconds == 0)
			e->duration_ms = ms;
		else if (t->seconds == 1)
			e->upstream_ms = ms;
		t->seconds++;
		t->timed = true;
	} else if (digit && v.len < 16 && v.ptr[v.len - 1] == 's' && duration_parse_ms(v, &ms)) {
		e->duration_ms = ms;
		t->timed = true;
	} else if (digit && str_chr(v, '/') > 0) {
		/* Apache's %T/%D */
		struct str micros;
		struct str seconds = str_cut(v, '/', &micros);
		if (str_to_i64(seconds, &n) && str_to_i64(micros, &n) && !t->timed) {
			e->duration_ms = (double)n / 1000.0;
			t->timed = true;
		}
	} else if (!e->upstream.len && str_find(v, STR("://")) > 0) {
		e->upstream = url_authority(v);
	} else if (!e->request_id.len && hex_id_is(v)) {
		e->request_id = v;
	} else if (!e->upstream.len &&
		   (endpoint_is(v) || (str_chr(v, ',') > 0 && endpoint_is(upstream_of_list(v))))) {
		e->upstream = upstream_of_list(v);
	}
}

static void tail_pair(struct access_tail_token *p, struct tail *t, struct event *e)
{
	double number;
	struct str v = p->value;
	if (v.len == 0 || str_eq(v, STR("-")))
		return;
	switch (tail_key_of(p->key)) {
	case TAIL_SECONDS:
		if (seconds_list_ms(v, &number) || duration_parse_ms(v, &number)) {
			e->duration_ms = number;
			t->timed = true;
		}
		break;
	case TAIL_MILLIS:
	case TAIL_MICROS:
		if (str_to_double(v, &number)) {
			e->duration_ms = tail_key_of(p->key) == TAIL_MICROS ? number / 1000.0 : number;
			t->timed = true;
		}
		break;
	case TAIL_UPSTREAM_SECONDS:
		if (seconds_list_ms(v, &number))
			e->upstream_ms = number;
		break;
	case TAIL_UPSTREAM:
		/* "ua" is the agent at some sites: an upstream has no blank but after a comma */
		if (str_chr(v, ' ') < 0 || str_find(v, STR(", ")) > 0 || str_find(v, STR(" : ")) > 0)
			e->upstream = upstream_of_list(v);
		break;
	case TAIL_ID:
		e->request_id = v;
		break;
	case TAIL_CLIENT:
		if (client_of_list(v).len && address_is_private(e->client))
			e->client = client_of_list(v);
		break;
	case TAIL_USER:
		if (!e->user.len)
			e->user = v;
		break;
	case TAIL_OTHER:
		break;
	}
}

void access_tail_decode(struct str s, struct access_tail_state *state, struct event *e)
{
	struct tail t = { 0 };
	struct access_tail_token token;
	while (access_tail_next(&s, &token)) {
		if (token.key.len) {
			tail_pair(&token, &t, e);
		} else if (token.quoted && address_is_private(e->client) &&
			   client_of_list(token.value).len) {
			e->client = client_of_list(token.value); /* X-Forwarded-For behind a balancer */
		} else if (!token.bracketed) {
			tail_value(token.value, &t, e);
		}
	}
	if (!t.timed && t.integers == 1) {
		if (t.integer >= MICROSECONDS_FROM && state)
			state->tail_is_us = true;
		if (t.integer >= MICROSECONDS_FROM || (state && state->tail_is_us))
			e->duration_ms = (double)t.integer / 1000.0;
	}
}
