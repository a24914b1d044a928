/*
 * elb: access logs of AWS load balancers: Application (HTTP), Network (TLS) and Classic. Fields
 * are separated by blanks and grew over the years, so they are read in order as far as they go. A time of
 * -1 says that the target did not answer.
 *
 *     https 2026-01-02T22:23:00.186641Z app/lb/50dc 198.51.100.7:2817 10.0.0.1:80 0.086 0.048 0.037 200
 *     200 0 57
 *     "GET https://shop:443/x HTTP/1.1" "curl/8.5" ECDHE TLSv1.2 arn:... "Root=1-58337281-..." ...
 */
#include "ingest/access.h"
#include "ingest/format.h"

enum flavour { FLAVOUR_NONE, FLAVOUR_ALB, FLAVOUR_CLASSIC, FLAVOUR_NLB };

static bool digit_at(struct str s, size_t i)
{
	return i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9';
}

static bool time_word(struct str w)
{
	return w.len >= 19 && digit_at(w, 0) && w.ptr[4] == '-' && w.ptr[10] == 'T' && w.ptr[13] == ':';
}

/* A blank-separated field; a quoted one without its quotes. */
static struct str next(struct str *s)
{
	while (s->len && s->ptr[0] == ' ')
		*s = str_from(*s, 1);
	if (s->len && s->ptr[0] == '"') {
		size_t n = quoted_length(str_from(*s, 1));
		struct str v = str_make(s->ptr + 1, n);
		*s = str_from(*s, n + 2);
		return v;
	}
	return str_word(s);
}

static bool seconds_is(struct str w)
{
	double v;
	return str_eq(w, STR("-")) || (str_to_double(w, &v) && (v >= 0 || v == -1));
}

static enum flavour flavour_of(struct str line)
{
	struct str s = line;
	struct str first = next(&s);
	if (str_eq(first, STR("tls")) && str_starts(s, STR(" 2.0 ")))
		return FLAVOUR_NLB;
	bool alb = str_eq(first, STR("http")) || str_eq(first, STR("https")) || str_eq(first, STR("h2")) ||
		   str_eq(first, STR("grpcs")) || str_eq(first, STR("ws")) || str_eq(first, STR("wss"));
	struct str time = alb ? next(&s) : first;
	if (!time_word(time))
		return FLAVOUR_NONE;
	next(&s);
	struct str client = next(&s), target = next(&s);
	if (!endpoint_is(client) || !(endpoint_is(target) || str_eq(target, STR("-"))))
		return FLAVOUR_NONE;
	for (unsigned i = 0; i < 3; i++)
		if (!seconds_is(next(&s)))
			return FLAVOUR_NONE;
	return alb ? FLAVOUR_ALB : FLAVOUR_CLASSIC;
}

static enum line_class elb_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	return flavour_of(line) != FLAVOUR_NONE ? LINE_START : LINE_ALIEN;
}

static struct str known(struct str s)
{
	return str_eq(s, STR("-")) ? STR_NONE : s;
}

/* "tls 2.0 time elb listener client:port target:port connection_ms tls_ms received sent alert cert ..." */
static bool nlb_decode(struct str s, struct event *e)
{
	int64_t n;
	double ms;
	next(&s);
	next(&s);
	struct str time = next(&s);
	if (!timestamp_parse_iso(&time, &e->time))
		return false;
	e->has_time = true;
	e->time.has_zone = true; /* UTC, says the documentation; the line has no Z */
	e->logger = next(&s);
	next(&s);
	e->client = endpoint_host(next(&s));
	e->upstream = known(next(&s));
	if (str_to_double(next(&s), &ms) && ms >= 0)
		e->duration_ms = ms;
	next(&s);
	next(&s);
	if (str_to_i64(next(&s), &n))
		e->bytes = n;
	e->error = known(next(&s));
	e->kind = EV_CONN_CLOSE;
	e->severity = e->error.len ? SEV_WARN : SEV_INFO;
	e->message = e->error.len ? e->error : STR("connection closed");
	return true;
}

static bool elb_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	enum flavour flavour = flavour_of(record);
	struct str s = record;
	if (flavour == FLAVOUR_NONE)
		return false;
	if (flavour == FLAVOUR_NLB)
		return nlb_decode(s, e);
	if (flavour == FLAVOUR_ALB)
		next(&s);
	struct str time = next(&s);
	if (!timestamp_parse_iso(&time, &e->time))
		return false;
	e->has_time = true;
	e->logger = next(&s);
	e->client = endpoint_host(next(&s));
	e->upstream = known(next(&s));
	double part, sum = 0;
	bool answered = true;
	for (unsigned i = 0; i < 3; i++) {
		bool number = str_to_double(next(&s), &part) && part >= 0;
		answered = answered && number;
		sum += number ? part : 0;
		if (number && i == 1)
			e->upstream_ms = part * 1000.0;
	}
	if (answered)
		e->duration_ms = sum * 1000.0;
	struct str target_status;
	int64_t n;
	e->kind = EV_HTTP;
	if (!status_parse(next(&s), &e->status))
		e->status = -1;
	target_status = next(&s);
	next(&s);
	if (str_to_i64(next(&s), &n))
		e->bytes = n;
	struct str request = next(&s);
	if (request_line_parse(request, e)) {
		/* "https://host:443/path": the path alone is the route */
		ptrdiff_t scheme = str_find(str_head(e->path, 12), STR("://"));
		ptrdiff_t slash = scheme < 0 ? -1 : str_chr(str_from(e->path, (size_t)scheme + 3), '/');
		if (slash >= 0)
			e->path = str_from(e->path, (size_t)(scheme + 3 + slash));
		if (e->method.len == 1 || str_eq(e->method, STR("-")))
			e->method = STR_NONE;
	}
	e->agent = known(next(&s));
	e->severity = e->status < 0 ? SEV_INFO : severity_from_status(e->status);
	if (e->status >= 500 && str_eq(target_status, STR("-")))
		e->error = STR("the target did not answer");
	next(&s); /* cipher */
	next(&s); /* protocol */
	next(&s); /* target group */
	e->request_id = known(next(&s));
	if (str_starts(e->request_id, STR("Root=")))
		e->request_id = str_from(e->request_id, 5);
	e->message = arena_printf(ctx->scratch, "%.*s %.*s", STR_ARG(e->method), STR_ARG(e->path));
	return true;
}

static const struct format_sample samples[] = {
	{ "https 2026-01-02T22:23:00.186641Z app/shop/50dc6c495c0c9188 198.51.100.7:2817 10.0.0.1:80 0.086 "
	  "0.048 0.037 200 "
	  "200 0 57 \"GET https://shop.example.test:443/cart?x=1 HTTP/1.1\" \"curl/8.5\" "
	  "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 "
	  "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/t/73e2 "
	  "\"Root=1-58337281-1d84f3d73c47ec4e58577259\" "
	  "\"shop.example.test\" \"arn\" 1 2026-01-02T22:22:48.364000Z \"forward\" \"-\" \"-\" "
	  "\"10.0.0.1:80\" \"200\" \"-\" "
	  "\"-\"",
	  "time=2026-01-02T22:23:00.186641Z kind=http severity=info status=200 method=GET path=/cart?x=1 "
	  "bytes=57 "
	  "duration_ms=171 upstream_ms=48 client=198.51.100.7 upstream=10.0.0.1:80 agent=curl/8.5 "
	  "request_id=1-58337281-1d84f3d73c47ec4e58577259" },
	{ "http 2026-01-02T22:23:01.000000Z app/shop/50dc6c495c0c9188 198.51.100.7:2818 10.0.0.1:80 0.000 "
	  "-1 -1 504 - 410 0 "
	  "\"POST http://shop.example.test:80/pay HTTP/1.1\" \"-\" - -",
	  "severity=error status=504 method=POST path=/pay error='the target did not answer' "
	  "upstream=10.0.0.1:80" },
	{ "2026-02-15T23:39:43.945958Z my-elb 198.51.100.131:2817 10.0.0.1:80 0.000073 0.001048 0.000057 "
	  "200 200 0 29 \"GET "
	  "http://www.example.test:80/ HTTP/1.1\" \"curl/7.38.0\" - -",
	  "time=2026-02-15T23:39:43.945958Z status=200 path=/ duration_ms=1.178 client=198.51.100.131" },
	{ "tls 2.0 2026-12-20T02:59:40 net/my-lb/c6e7 g3d4 198.51.100.8:51341 10.0.0.5:443 5 2 98 246 - "
	  "arn:aws:acm:eu:1:certificate/2a10 - ECDHE-RSA-AES128-SHA tlsv12 - my.example.test",
	  "time=2026-12-20T02:59:40Z kind=conn_close duration_ms=5 bytes=246 client=198.51.100.8 "
	  "upstream=10.0.0.5:443" },
	{ NULL, NULL },
};

const struct format format_elb = {
	.id = "elb",
	.title = "AWS load balancers: application, network and classic",
	.service = "elb",
	.role = ROLE_ACCESS,
	.specificity = 50,
	.state_bytes = 0,
	.classify = elb_classify,
	.decode = elb_decode,
	.samples = samples,
};
