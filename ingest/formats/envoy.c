/*
 * envoy: Envoy's and Istio's default access log. Between the response flags and the byte counts
 * newer versions write details; the first four numbers in a row are received, sent, duration and the
 * upstream's time in milliseconds, and quoted fields follow in a fixed order.
 *
 *     [2026-03-06T09:31:27.354Z] "GET /status HTTP/1.1" 503 UF - "-" 0 135 11 - "xff" "agent" "id"
 *     "host" "10.0.0.1:80" ...
 */
#include "ingest/access.h"
#include "ingest/format.h"

enum { TOKENS_MAX = 12, QUOTED_MAX = 5 };

static struct str next(struct str *s, bool *quoted)
{
	while (s->len && s->ptr[0] == ' ')
		*s = str_from(*s, 1);
	*quoted = s->len && s->ptr[0] == '"';
	if (*quoted) {
		size_t n = quoted_length(str_from(*s, 1));
		struct str v = str_make(s->ptr + 1, n);
		*s = str_from(*s, n + 2);
		return v;
	}
	return str_word(s);
}

/* "[2026-03-06T09:31:27.354Z] " and a quote, or Istio's "- - -" for plain TCP. */
static bool head_at(struct str line)
{
	return line.len > 30 && line.ptr[0] == '[' && line.ptr[5] == '-' && line.ptr[11] == 'T' &&
	       line.ptr[25] == ']' && (str_starts(str_from(line, 26), STR(" \"")));
}

static bool number_or_dash(struct str w, bool quoted)
{
	int64_t n;
	return !quoted && (str_eq(w, STR("-")) || str_to_i64(w, &n));
}

/* Finds the four numbers; *s moves behind them. */
static bool numbers_find(struct str *s, struct str numbers[4])
{
	struct str t = *s;
	unsigned n = 0;
	for (unsigned i = 0; i < TOKENS_MAX && t.len; i++) {
		bool quoted;
		struct str w = next(&t, &quoted);
		int64_t value;
		bool fits = n < 2 ? !quoted && str_to_i64(w, &value) : number_or_dash(w, quoted);
		if (!fits) {
			n = 0;
			continue;
		}
		numbers[n++] = w;
		if (n == 4) {
			*s = t;
			return true;
		}
	}
	return false;
}

static enum line_class envoy_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	if (!head_at(line))
		return LINE_ALIEN;
	struct str s = str_from(line, 27), numbers[4];
	bool quoted;
	int status;
	next(&s, &quoted);
	struct str code = next(&s, &quoted);
	return (status_parse(code, &status) || str_eq(code, STR("0"))) && numbers_find(&s, numbers)
		       ? LINE_START
		       : LINE_ALIEN;
}

static struct str known(struct str s)
{
	return str_eq(s, STR("-")) ? STR_NONE : s;
}

static bool envoy_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	if (!head_at(record))
		return false;
	struct str s = str_from(record, 1), numbers[4];
	bool quoted;
	if (!timestamp_parse_iso(&s, &e->time))
		return false;
	e->has_time = true;
	s = str_from(record, 27);
	struct str request = next(&s, &quoted);
	request_line_parse(request, e);
	e->message = request;
	if (!status_parse(next(&s, &quoted), &e->status))
		e->status = -1;
	e->error = known(next(&s, &quoted)); /* response flags */
	if (!numbers_find(&s, numbers))
		return false;
	int64_t n;
	if (str_to_i64(numbers[1], &n) && n >= 0)
		e->bytes = n;
	if (str_to_i64(numbers[2], &n) && n >= 0)
		e->duration_ms = (double)n;
	if (str_to_i64(numbers[3], &n) && n >= 0)
		e->upstream_ms = (double)n;
	struct str *into[QUOTED_MAX] = { &e->client, &e->agent, &e->request_id, NULL, &e->upstream };
	for (unsigned i = 0; i < QUOTED_MAX && s.len; i++) {
		struct str v = known(next(&s, &quoted));
		if (i == 0)
			v = client_of_list(v);
		if (into[i])
			*into[i] = v;
	}
	e->kind = EV_HTTP;
	e->severity =
		e->status < 0 ? (e->error.len ? SEV_ERROR : SEV_INFO) : severity_from_status(e->status);
	return true;
}

static const struct format_sample samples[] = {
	{ "[2026-03-06T09:31:27.354Z] \"GET /status/418 HTTP/1.1\" 418 - \"-\" 0 135 11 10 "
	  "\"198.51.100.7\" \"curl/7.60.0\" "
	  "\"d209e46f-9ed5-9b61-bbdd-43e22662702a\" \"httpbin:8000\" \"172.30.146.73:80\" "
	  "outbound|8000||httpbin.default - "
	  "172.21.13.94:8000 172.30.146.82:60290 -",
	  "time=2026-03-06T09:31:27.354Z kind=http severity=warn status=418 method=GET path=/status/418 "
	  "bytes=135 "
	  "duration_ms=11 upstream_ms=10 client=198.51.100.7 agent=curl/7.60.0 upstream=172.30.146.73:80 "
	  "request_id=d209e46f-9ed5-9b61-bbdd-43e22662702a" },
	{ "[2026-03-06T09:31:28.000Z] \"POST /pay HTTP/2\" 503 UF "
	  "upstream_reset_before_response_started{connection_failure} - "
	  "\"delayed connect error: 111\" 12 91 3 - \"-\" \"app/1.0\" \"9f1b\" \"pay\" \"10.1.2.3:8080\" "
	  "outbound|80||pay - - - -",
	  "severity=error status=503 error=UF duration_ms=3 upstream=10.1.2.3:8080 bytes=91 "
	  "request_id=9f1b" },
	{ NULL, NULL },
};

const struct format format_envoy = {
	.id = "envoy",
	.title = "Envoy and Istio access log",
	.service = "envoy",
	.role = ROLE_ACCESS,
	.specificity = 50,
	.state_bytes = 0,
	.classify = envoy_classify,
	.decode = envoy_decode,
	.samples = samples,
};
