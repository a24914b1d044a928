/*
 * nginx_access: the access log that nginx and Apache share ("common" and "combined"), with
 * what people put in front (virtual host, X-Forwarded-For) and behind (see ingest/access_tail).
 * Hand-written: this is the most frequent line of a web archive.
 *
 *     client ident user [29/Jan/2026:17:35:00 -0500] "GET / HTTP/1.1" 200 949 "referrer" "agent" tail...
 *
 * The time may be in any notation that says a date.
 */
#include "ingest/access.h"
#include "ingest/access_plain.h"
#include "ingest/format.h"
#include "ingest/words.h"

enum { HEAD_BYTES_MAX = 1024 };

/* Where the time stands, with its brackets. */
struct dated {
	size_t at, len;
	bool usual;            /* as access_date_read() has it */
	struct timestamp time; /* else */
};

/* The usual date; users may have blanks and brackets in their names. */
static bool usual_find(struct str line, struct dated *d)
{
	const char *p = line.ptr, *end = line.ptr + line.len;
	const char *last = line.len > HEAD_BYTES_MAX ? line.ptr + HEAD_BYTES_MAX : end;
	while (p < last && (p = memchr(p, '[', (size_t)(last - p)))) {
		if (access_date_is(p, end)) {
			*d = (struct dated){ .at = (size_t)(p - line.ptr), .len = ACCESS_DATE_BYTES + 2, .usual = true };
			return true;
		}
		p++;
	}
	return false;
}

/* A time of another notation between a client and a request: `[29/Jan/2026:17:35:00 UTC] "GET `, ISO 8601, with a fraction. */
static bool other_find(struct str line, struct dated *d)
{
	struct str head = str_head(line, HEAD_BYTES_MAX);
	for (ptrdiff_t at = str_find(head, STR(" [")); at > 0;) {
		struct str time = str_from(line, (size_t)at + 2), rest = time;
		if (rest.len && is_digit(rest.ptr[0]) && timestamp_parse(&rest, &d->time) && d->time.has_date &&
		    str_starts(rest, STR("] \""))) {
			struct str request = str_from(rest, 3);
			d->at = (size_t)at + 1;
			d->len = (size_t)(rest.ptr - time.ptr) + 2;
			d->usual = false;
			return request_method_is(str_cut(request, ' ', &request));
		}
		ptrdiff_t next = str_find(str_from(head, (size_t)at + 2), STR(" ["));
		at = next < 0 ? -1 : at + 2 + next;
	}
	return false;
}

static bool date_find(struct str line, struct dated *d)
{
	return usual_find(line, d) || other_find(line, d);
}

static enum line_class nginx_access_classify(struct str line, struct str record,
					     const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	struct dated date;
	if (!date_find(line, &date))
		return LINE_ALIEN;
	struct str rest = str_from(line, date.at + date.len);
	if (str_starts(rest, STR(" \"")))
		return LINE_START;
	/*
	 * proxy manager: " - 200 200 - GET http host "/path"", TLS request log: " client protocol
	 * cipher "GET"
	 */
	return (str_starts(rest, STR(" - ")) || date.at == 0) && str_find(rest, STR(" \"")) > 0 ? LINE_START
											   : LINE_ALIEN;
}

/* Who asked: everything in front of the date. */
static void head_decode(struct str head, struct event *e)
{
	struct str s = str_trim(head);
	struct str who;
	/* "client - user": nearly all */
	const char *blank = memchr(s.ptr, ' ', s.len);
	if (blank && s.ptr[0] != '"' && blank[-1] != ',' && s.len >= (size_t)(blank - s.ptr) + 4 &&
	    blank[1] == '-' && blank[2] == ' ') {
		struct str user = str_from(s, (size_t)(blank - s.ptr) + 3);
		if (user.len == 1 || !memmem(user.ptr, user.len, " - ", 3)) {
			e->client = str_head(s, (size_t)(blank - s.ptr));
			if (!str_eq(user, STR("-")) && !str_eq(user, STR("\"\"")))
				e->user = str_unquote(user);
			return;
		}
	}
	if (s.len && s.ptr[0] == '"') {
		size_t n = quoted_length(str_from(s, 1));
		who = str_make(s.ptr + 1, n);
		s = str_from(s, n + 2);
		e->client = client_of_list(who);
		ptrdiff_t dash = str_find(s, STR(" - "));
		if (!e->client.len)
			e->client = client_of_list(str_head(s, dash < 0 ? s.len : (size_t)dash));
		s = dash < 0 ? STR_NONE : str_from(s, (size_t)dash + 3);
	} else {
		ptrdiff_t dash = str_find(s, STR(" - "));
		if (dash < 0) {
			e->client = str_word(&s); /* an ident other than "-" */
			str_word(&s);
		} else {
			who = str_head(s, (size_t)dash);
			s = str_from(s, (size_t)dash + 3);
			struct str more = who;
			struct str first = str_word(&more);
			more = str_trim(more);
			bool list = first.len && first.ptr[first.len - 1] == ',';
			if (more.len && !list) {
				/* "vhost client", or lighttpd's "client vhost" */
				struct str second = client_of_list(str_unquote(more));
				struct str name = str_word(&more);
				if (name.len && name.ptr[name.len - 1] == ',')
					name.len--;
				e->client = second.len ? second : address_is(first) ? first : name;
			} else {
				e->client = list ? client_of_list(who) : first;
				if (!e->client.len)
					e->client = str_head(first, first.len - 1);
			}
		}
	}
	s = str_trim(s);
	if (s.len && !str_eq(s, STR("-")) && !str_eq(s, STR("\"\"")))
		e->user = str_unquote(s);
}

/*
 * The request's text after its opening quote: up to the quote that a status follows; clients may send
 * bare quotes.
 */
static struct str request_cut(struct str s, struct str *rest)
{
	size_t at = quoted_length(s);
	for (size_t end = at; end < s.len;) {
		struct str after = str_from(s, end + 1);
		int status;
		if (after.len == 0 || str_starts(after, STR(" - ")) || str_eq(after, STR(" -")) ||
		    (after.ptr[0] == ' ' && status_parse(str_head(str_from(after, 1), 3), &status))) {
			at = end;
			break;
		}
		end += 1 + quoted_length(after);
	}
	*rest = str_from(s, at + 1);
	return str_head(s, at);
}

/* A quoted field, or "-" without quotes; false when neither stands there. */
static bool field_cut(struct str *s, struct str *out)
{
	struct str t = *s;
	if (t.len && t.ptr[0] == ' ')
		t = str_from(t, 1);
	if (str_starts(t, STR("\""))) {
		size_t n = quoted_length(str_from(t, 1));
		*out = str_make(t.ptr + 1, n);
		*s = str_from(t, n + 2);
	} else if (str_starts(t, STR("- "))) {
		*out = STR_NONE;
		*s = str_from(t, 1);
	} else {
		return false;
	}
	if (str_eq(*out, STR("-")))
		*out = STR_NONE;
	return true;
}

/*
 * " - 200 200 - GET https host "/path" [Client 1.2.3.4] [Length 12] [Gzip -] [Sent-to app] "agent"
 * "referrer""
 */
static bool proxy_manager_decode(struct str s, struct event *e)
{
	str_word(&s);
	struct str upstream_status = str_word(&s);
	struct str status = str_word(&s);
	if (!status_parse(status, &e->status) && !status_parse(upstream_status, &e->status))
		return false;
	str_word(&s);
	e->method = str_word(&s);
	str_word(&s);
	str_word(&s);
	struct str quoted;
	if (!request_method_is(e->method) || !field_cut(&s, &quoted))
		return false;
	e->path = quoted;
	struct access_tail_token t;
	unsigned fields = 0;
	while (access_tail_next(&s, &t)) {
		int64_t n;
		if (t.bracketed && str_starts(t.value, STR("Client ")))
			e->client = str_from(t.value, 7);
		else if (t.bracketed && str_starts(t.value, STR("Length ")) &&
			 str_to_i64(str_from(t.value, 7), &n))
			e->bytes = n;
		else if (t.bracketed && str_starts(t.value, STR("Sent-to ")))
			e->upstream = str_from(t.value, 8);
		else if (t.quoted && fields++ == 0)
			e->agent = t.value;
		else if (t.quoted && !str_eq(t.value, STR("-")))
			e->referrer = t.value;
	}
	return true;
}

static bool nginx_access_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct access_state *state = ctx->state;
	struct dated date;
	if (!date_find(record, &date))
		return false;
	if (date.usual && !access_date_read(state, record.ptr + date.at + 1, &date.time))
		return false;
	e->time = date.time;
	e->has_time = true;
	e->kind = EV_HTTP;
	struct str rest = str_from(record, date.at + date.len);
	if (str_starts(rest, STR(" - "))) {
		if (!proxy_manager_decode(rest, e))
			return false;
		e->severity = severity_from_status(e->status);
		e->message = str_from(rest, 3);
		return true;
	}
	rest = str_from(rest, 1);
	if (date.at == 0) {
		/* TLS request log: client, protocol and cipher stand behind the date */
		e->client = str_word(&rest);
		ptrdiff_t quote = str_chr(rest, '"');
		if (quote < 0)
			return false;
		rest = str_from(rest, (size_t)quote);
	} else {
		head_decode(str_head(record, date.at), e);
	}
	if (!rest.len || rest.ptr[0] != '"')
		return false;
	struct str request = request_cut(str_from(rest, 1), &rest);
	request_line_parse(request, e);
	e->message = str_eq(request, STR("-")) ? STR_NONE : request;
	struct str after_status = rest;
	if (status_parse(str_word(&after_status), &e->status))
		rest = after_status;
	int64_t n;
	struct str after_bytes = rest;
	struct str bytes = str_word(&after_bytes);
	if (str_to_i64(bytes, &n)) {
		e->bytes = n;
		rest = after_bytes;
	} else if (str_eq(bytes, STR("-"))) {
		rest = after_bytes;
	}
	if (e->status < 0 && e->bytes < 0 && !str_eq(bytes, STR("-")))
		return false;
	if (field_cut(&rest, &e->referrer))
		field_cut(&rest, &e->agent);
	access_tail_decode(rest, state ? &state->tail : NULL, e);
	e->severity = e->status < 0 ? SEV_INFO : severity_from_status(e->status);
	return true;
}

static bool nginx_access_plain(struct str line, struct decode_ctx *ctx, struct event *e)
{
	return access_plain_read(line, ctx->state, e);
}

static const struct format_sample samples[] = {
	{ "198.51.100.7 - - [29/Jan/2026:17:35:00 -0500] \"GET /account?tab=2 HTTP/1.1\" 200 949 "
	  "\"https://shop.example.test/\" \"ShopApp/5.3.1 (Android 14)\" rt=0.015 uct=\"0.000\" "
	  "urt=\"0.012\" "
	  "ua=\"10.0.1.11:3000\"",
	  "time=2026-01-29T22:35:00Z kind=http severity=info status=200 method=GET path=/account?tab=2 "
	  "bytes=949 "
	  "duration_ms=15 upstream_ms=12 client=198.51.100.7 upstream=10.0.1.11:3000 "
	  "referrer=https://shop.example.test/" },
	{ "203.0.113.4 - alice [29/Jan/2026:17:48:00 -0500] \"POST /cart HTTP/2.0\" 502 150 \"-\" "
	  "\"curl/8.5\" rt=0.037 "
	  "uct=\"-, 0.000\" urt=\"0.002, 0.035\" ua=\"10.0.1.11:3000, 10.0.1.12:3000\"",
	  "time=2026-01-29T22:48:00Z severity=error status=502 user=alice duration_ms=37 upstream_ms=37 "
	  "upstream=10.0.1.12:3000 agent=curl/8.5" },
	{ "10.0.0.2, 198.51.100.9, 127.0.0.1 - - [07/Dec/2025:11:05:07 +0100] \"GET /x HTTP/1.1\" 404 571 "
	  "\"-\" \"-\"",
	  "time=2025-12-07T10:05:07Z severity=warn status=404 path=/x client=198.51.100.9" },
	{ "www.example.test:443 198.51.100.10 - - [26/Dec/2025:16:22:14 +0000] \"GET /hello HTTP/1.1\" 200 "
	  "499 \"-\" "
	  "\"Mozilla/5.0 (X11; Linux x86_64)\" 48211",
	  "time=2025-12-26T16:22:14Z status=200 client=198.51.100.10 duration_ms=48.211" },
	{ "192.0.2.1 - - [07/Feb/2026:11:48:51 +0000] \"POST /products HTTP/1.1\" 200 59 \"-\" "
	  "\"curl/7.54.0\" 89 0.004 "
	  "[default-web-8080] [] 10.2.0.5:8080, 10.2.0.6:8080 0, 59 0.001, 0.002 502, 200 "
	  "529a007902362a5f51385a5fa7049884",
	  "status=200 duration_ms=4 upstream_ms=3 upstream=10.2.0.6:8080 "
	  "request_id=529a007902362a5f51385a5fa7049884" },
	{ "198.51.100.3 - - [02/Oct/2025:20:22:07 +0000] \"GET /ui/favicon.ico HTTP/1.1\" 304 0 "
	  "\"http://example.test/login\" "
	  "\"Mozilla/5.0\" 262 \"host-ui\" \"http://172.19.0.3:5601\" 2ms",
	  "status=304 bytes=0 duration_ms=2 upstream=172.19.0.3:5601" },
	{ "::1 - - [26/Dec/2025:16:16:48 +0200] \"-\" 408 -",
	  "time=2025-12-26T14:16:48Z status=408 client=::1" },
	{ "198.51.100.5 - - [26/Dec/2025:16:17:00 +0000] \"\\x16\\x03\\x01\\x00\" 400 150 \"-\" \"-\"",
	  "status=400 bytes=150 severity=warn client=198.51.100.5" },
	{ "198.51.100.6 - frank [26/Dec/2025:16:17:00 UTC] \"GET /a HTTP/1.0\" 200 2326 \"-\" \"curl/8.5\" 0.012",
	  "time=2025-12-26T16:17:00Z status=200 client=198.51.100.6 user=frank duration_ms=12" },
	{ "198.51.100.6 - - [2025-12-26T16:17:00.250+01:00] \"GET /a HTTP/1.0\" 200 2326",
	  "time=2025-12-26T15:17:00.250Z status=200 bytes=2326" },
	{ "[10/Aug/2025:09:45:56 +0200] 172.30.0.119 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 \"GET /a?b=c "
	  "HTTP/1.1\" 1375",
	  "time=2025-08-10T07:45:56Z client=172.30.0.119 path=/a?b=c bytes=1375" },
	{ "[24/Jan/2026:16:51:02 +0000] - 502 502 - GET https app.example.test \"/login\" [Client "
	  "198.51.100.8] [Length 122] "
	  "[Gzip -] [Sent-to app] \"Mozilla/5.0\" \"-\"",
	  "time=2026-01-24T16:51:02Z status=502 method=GET path=/login client=198.51.100.8 bytes=122 "
	  "upstream=app" },
	{ NULL, NULL },
};

const struct format format_nginx_access = {
	.id = "nginx_access",
	.title = "nginx and Apache access log (common, combined, with virtual host and times)",
	.service = "nginx",
	.role = ROLE_ACCESS,
	.specificity = 50,
	.state_bytes = sizeof(struct access_state),
	.plain = nginx_access_plain,
	.classify = nginx_access_classify,
	.decode = nginx_access_decode,
	.samples = samples,
};
