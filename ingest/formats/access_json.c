/*
 * access_json: access logs that a server writes as JSON objects: nginx with a log_format of its
 * own, Caddy, Traefik, Envoy. An object is one when its keys state a request and a status and it is
 * not an application's message. The unit of a bare duration is the server's: seconds in nginx and
 * Caddy, nanoseconds in Traefik, milliseconds in Envoy.
 */
#include "ingest/access.h"
#include "ingest/fields.h"
#include "ingest/jsonshape.h"

enum flavour { FLAVOUR_NONE, FLAVOUR_NGINX, FLAVOUR_CADDY, FLAVOUR_TRAEFIK, FLAVOUR_ENVOY };

static bool has_key(struct str line, const char *quoted)
{
	return json_shape_has_key(line, str_of(quoted));
}

static enum flavour flavour_of(struct str line)
{
	if (line.len < 2 || line.ptr[0] != '{')
		return FLAVOUR_NONE;
	if (str_find(line, STR("\"http.log.access")) >= 0)
		return has_key(line, "\"request\"") ? FLAVOUR_CADDY : FLAVOUR_NONE;
	if (has_key(line, "\"DownstreamStatus\"") ||
	    (has_key(line, "\"RequestPath\"") && has_key(line, "\"OriginStatus\"")))
		return FLAVOUR_TRAEFIK;
	if (has_key(line, "\"response_code\"") &&
	    (has_key(line, "\"response_flags\"") || has_key(line, "\"upstream_cluster\"")))
		return FLAVOUR_ENVOY;
	bool status = has_key(line, "\"status\"") || has_key(line, "\"status_code\"") ||
		      has_key(line, "\"response_status\"") || has_key(line, "\"http_status\"");
	bool request = has_key(line, "\"request\"") || has_key(line, "\"request_uri\"") ||
		       has_key(line, "\"request_method\"") || has_key(line, "\"uri\"");
	bool sent = has_key(line, "\"request_time\"") || has_key(line, "\"body_bytes_sent\"") ||
		    has_key(line, "\"bytes_sent\"") || has_key(line, "\"remote_addr\"") ||
		    has_key(line, "\"http_user_agent\"");
	bool message =
		has_key(line, "\"msg\"") || has_key(line, "\"message\"") || has_key(line, "\"level\"");
	return status && request && sent && !message ? FLAVOUR_NGINX : FLAVOUR_NONE;
}

static enum line_class access_json_classify(struct str line, struct str record,
					    const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	struct str object = json_shape_object(line);
	if (object.len == 0)
		return LINE_SKIP;
	return object.ptr[object.len - 1] == '}' && flavour_of(object) != FLAVOUR_NONE ? LINE_START
										       : LINE_ALIEN;
}

/* $request_time under a key of the site's own: three decimals are seconds. */
static enum field_unit nginx_unit(const struct fields *f)
{
	struct str s = fields_text(f, FIELD_DURATION);
	ptrdiff_t point = str_chr(s, '.');
	return point > 0 && s.len - (size_t)point == 4 ? UNIT_S : UNIT_MS;
}

static bool access_json_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct fields f;
	struct str object = json_shape_object(record);
	enum flavour flavour = flavour_of(object);
	fields_init(&f, ctx->state, ctx->scratch);
	if (flavour == FLAVOUR_NONE || !fields_put_json(&f, object))
		return false;
	enum field_unit unit = flavour == FLAVOUR_TRAEFIK ? UNIT_NS
			       : flavour == FLAVOUR_CADDY ? UNIT_S
			       : flavour == FLAVOUR_ENVOY ? UNIT_MS
							  : nginx_unit(&f);
	fields_finish(&f, e, unit);
	e->kind = EV_HTTP;
	if (e->status >= 0)
		e->severity = severity_from_status(e->status);
	if (!fields_has(&f, FIELD_HOST))
		e->host = STR_NONE; /* "host" is what the client asked for */
	if (flavour == FLAVOUR_TRAEFIK) {
		if (!e->upstream.len)
			e->upstream = e->service;
		e->service = STR("traefik");
	} else if (flavour == FLAVOUR_CADDY && !e->service.len) {
		e->service = STR("caddy");
	}
	if (e->method.len || !e->message.len)
		e->message = arena_printf(ctx->scratch, "%.*s %.*s", STR_ARG(e->method), STR_ARG(e->path));
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"time\":\"2026-03-15T02:00:05+00:00\",\"remote_addr\":\"198.51.100.7\",\"request\":\"GET "
	  "/cart?x=1 HTTP/1.1\","
	  "\"status\":\"502\",\"body_bytes_sent\":\"150\",\"request_time\":\"0.031\",\"upstream_addr\":"
	  "\"10.0.0.1:3000, "
	  "10.0.0.2:3000\",\"upstream_response_time\":\"0.001, "
	  "0.030\",\"http_user_agent\":\"curl/8.5\",\"request_id\":"
	  "\"33fda2ef8d51d6f8892ba6c45a04abaf\",\"host\":\"shop.example.test\"}",
	  "time=2026-03-15T02:00:05Z kind=http severity=error status=502 method=GET path=/cart?x=1 "
	  "bytes=150 duration_ms=31 "
	  "upstream_ms=31 upstream=10.0.0.2:3000 client=198.51.100.7 agent=curl/8.5 "
	  "request_id=33fda2ef8d51d6f8892ba6c45a04abaf" },
	{ "{\"level\":\"info\",\"ts\":1773540005.115,\"logger\":\"http.log.access.log0\",\"msg\":\"handled "
	  "request\","
	  "\"request\":{\"remote_ip\":\"198.51.100.7\",\"proto\":\"HTTP/"
	  "2.0\",\"method\":\"GET\",\"host\":\"x.example.test\","
	  "\"uri\":\"/a?b=1\",\"headers\":{\"User-Agent\":[\"curl/"
	  "8.5\"]}},\"user_id\":\"\",\"duration\":0.0042,\"size\":12,"
	  "\"status\":404}",
	  "time=2026-03-15T02:00:05.115Z kind=http severity=warn status=404 method=GET path=/a?b=1 "
	  "duration_ms=4.2 bytes=12 "
	  "client=198.51.100.7 agent=curl/8.5 service=caddy" },
	{ "{\"ClientAddr\":\"198.51.100.9:50210\",\"ClientHost\":\"198.51.100.9\","
	  "\"DownstreamContentSize\":19,"
	  "\"DownstreamStatus\":502,\"Duration\":42000000,\"OriginDuration\":41000000,\"OriginStatus\":502,"
	  "\"RequestMethod\":\"POST\",\"RequestPath\":\"/"
	  "pay\",\"ServiceName\":\"pay@docker\",\"level\":\"info\",\"msg\":\"\","
	  "\"time\":\"2026-03-15T02:00:05Z\"}",
	  "time=2026-03-15T02:00:05Z kind=http severity=error status=502 method=POST path=/pay "
	  "duration_ms=42 upstream_ms=41 "
	  "bytes=19 client=198.51.100.9 upstream=pay@docker service=traefik" },
	{ "{\"start_time\":\"2026-03-15T02:00:05.001Z\",\"method\":\"GET\",\"path\":\"/"
	  "v1\",\"response_code\":503,"
	  "\"response_flags\":\"UF\",\"bytes_sent\":91,\"duration\":12,\"upstream_service_time\":\"10\","
	  "\"upstream_host\":"
	  "\"10.0.0.3:8080\",\"upstream_cluster\":\"pay\",\"x_forwarded_for\":\"198.51.100.1\",\"request_"
	  "id\":\"r-77\"}",
	  "time=2026-03-15T02:00:05.001Z status=503 duration_ms=12 upstream_ms=10 upstream=10.0.0.3:8080 "
	  "bytes=91 "
	  "client=198.51.100.1 request_id=r-77" },
	{ NULL, NULL },
};

const struct format format_access_json = {
	.id = "access_json",
	.title = "access logs as JSON objects (nginx, Caddy, Traefik, Envoy)",
	.service = "nginx",
	.role = ROLE_ACCESS,
	.specificity = 60,
	.state_bytes = sizeof(struct field_cache),
	.classify = access_json_classify,
	.decode = access_json_decode,
	.samples = samples,
};
