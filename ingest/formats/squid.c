/*
 * squid: Squid's native access log.
 *
 *     1773540005.115    111 198.51.100.7 TCP_MISS/301 491 GET http://example.test/ -
 *     HIER_DIRECT/10.0.0.1 text/html
 */
#include "ingest/access.h"
#include "ingest/format.h"

static bool head_parse(struct str *s, struct event *e, struct str *result)
{
	struct str time = str_word(s);
	int64_t ms;
	if (time.len != 14 || time.ptr[10] != '.' || !timestamp_parse_epoch(time, &e->time))
		return false;
	if (!str_to_i64(str_word(s), &ms) || ms < 0)
		return false;
	e->has_time = true;
	e->duration_ms = (double)ms;
	e->client = str_word(s);
	*result = str_word(s);
	ptrdiff_t slash = str_chr(*result, '/');
	return slash > 3 && result->len - (size_t)slash == 4 &&
	       status_parse(str_from(*result, (size_t)slash + 1), &e->status);
}

static enum line_class squid_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	struct event e = EVENT_INIT;
	struct str s = line, result;
	if (line.len == 0)
		return LINE_SKIP;
	return head_parse(&s, &e, &result) ? LINE_START : LINE_ALIEN;
}

static bool squid_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str s = record, result, rest;
	int64_t n;
	if (!head_parse(&s, e, &result))
		return false;
	e->logger = str_cut(result, '/', &rest); /* "TCP_MISS" */
	if (str_to_i64(str_word(&s), &n))
		e->bytes = n;
	struct str method = str_word(&s);
	e->method = request_method_is(method) ? method : STR_NONE;
	e->path = str_word(&s);
	struct str user = str_word(&s);
	if (!str_eq(user, STR("-")))
		e->user = user;
	str_cut(str_word(&s), '/', &rest);
	if (!str_eq(rest, STR("-")))
		e->upstream = rest;
	e->kind = EV_HTTP;
	e->severity = severity_from_status(e->status);
	if (e->status == 0) /* the client went away, or a tunnel that never answered */
		e->severity = SEV_WARN;
	e->message = arena_printf(ctx->scratch, "%.*s %.*s", STR_ARG(method), STR_ARG(e->path));
	return true;
}

static const struct format_sample samples[] = {
	{ "1773540005.115    111 198.51.100.7 TCP_MISS/301 491 GET http://example.test/a?b=1 ann "
	  "HIER_DIRECT/10.0.0.1 text/html",
	  "time=2026-03-15T02:00:05.115Z kind=http severity=info status=301 bytes=491 duration_ms=111 "
	  "client=198.51.100.7 "
	  "method=GET path=http://example.test/a?b=1 user=ann upstream=10.0.0.1" },
	{ "1773540681.846  12140 198.51.100.7 TCP_MISS_ABORTED/000 0 GET http://8.8.8.8/ - "
	  "HIER_DIRECT/8.8.8.8 -",
	  "status=0 severity=warn duration_ms=12140" },
	{ NULL, NULL },
};

const struct format format_squid = {
	.id = "squid",
	.title = "Squid access log (native)",
	.service = "squid",
	.role = ROLE_ACCESS,
	.specificity = 50,
	.state_bytes = 0,
	.classify = squid_classify,
	.decode = squid_decode,
	.samples = samples,
};
