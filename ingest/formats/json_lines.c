/*
 * json_lines: one JSON object per record, as applications write them (pino, winston, bunyan,
 * zap, zerolog, slog, logback, log4j 2, Serilog, structlog, ECS, OpenTelemetry, GELF, ...). Pretty-printed
 * objects over several lines and arrays of objects are read as well. What the keys mean is in ingest/fields.
 */
#include "ingest/fields.h"
#include "ingest/jsonshape.h"

static enum line_class json_lines_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)ctx;
	return json_shape_classify(line, record);
}

static bool decode_object(struct str object, struct decode_ctx *ctx, struct event *e)
{
	struct fields f;
	fields_init(&f, ctx->state, ctx->scratch);
	if (!fields_read_json(&f, object, e))
		return false;
	if (!e->message.len)
		e->message = object;
	return true;
}

static bool json_lines_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	return decode_object(json_shape_object(record), ctx, e);
}

/* Nothing stands around the object mostly. */
static bool json_lines_plain(struct str record, struct decode_ctx *ctx, struct event *e)
{
	return json_shape_is_object(record) && decode_object(record, ctx, e);
}

static const struct format_sample samples[] = {
	{ "{\"level\":\"info\",\"time\":\"2026-03-24T09:40:00.402Z\",\"service\":\"auth\",\"version\":\"2."
	  "4.0\",\"pid\":491,"
	  "\"hostname\":\"auth-1\",\"reqId\":\"33fda2ef8d51d6f8892ba6c45a04abaf\",\"method\":\"GET\","
	  "\"path\":\"/verify\","
	  "\"status\":200,\"ms\":5.7,\"user\":285,\"msg\":\"request completed\"}",
	  "time=2026-03-24T09:40:00.402Z kind=http severity=info status=200 method=GET path=/verify "
	  "duration_ms=5.7 user=285 "
	  "service=auth host=auth-1 version=2.4.0 pid=491 request_id=33fda2ef8d51d6f8892ba6c45a04abaf "
	  "message='request completed'" },
	{ "{\"level\":50,\"time\":1773540005115,\"pid\":7,\"hostname\":\"web-1\",\"name\":\"web\",\"req\":{"
	  "\"id\":\"r-1\","
	  "\"method\":\"POST\",\"url\":\"/cart?x=1\",\"headers\":{\"user-agent\":\"curl/8.5\"},"
	  "\"remoteAddress\":\"::ffff:198.51.100.4\"},\"res\":{\"statusCode\":500},\"responseTime\":12,"
	  "\"err\":{\"type\":\"Error\",\"message\":\"connect ECONNREFUSED "
	  "10.0.0.5:6379\",\"stack\":\"Error: connect\\n    at f "
	  "(a.js:1:2)\",\"code\":\"ECONNREFUSED\",\"address\":\"10.0.0.5\",\"port\":6379},\"msg\":"
	  "\"request errored\"}",
	  "time=2026-03-15T02:00:05.115Z kind=http severity=error status=500 method=POST path=/cart?x=1 "
	  "duration_ms=12 "
	  "service=web host=web-1 agent=curl/8.5 client=::ffff:198.51.100.4 request_id=r-1 "
	  "upstream=10.0.0.5:6379 "
	  "error='connect ECONNREFUSED 10.0.0.5:6379' sqlstate=ECONNREFUSED message='request errored'" },
	{ "{\"level\":\"warn\",\"ts\":1773540005.25,\"logger\":\"pool\",\"msg\":\"slow "
	  "checkout\",\"duration\":0.25}",
	  "time=2026-03-15T02:00:05.25Z severity=warn logger=pool duration_ms=250 message='slow "
	  "checkout'" },
	{ "{\"@timestamp\":\"2026-03-24T09:40:00.402+01:00\",\"@version\":\"1\",\"message\":\"Order "
	  "failed\","
	  "\"logger_name\":\"com.example.Orders\",\"thread_name\":\"http-1\",\"level\":\"ERROR\",\"level_"
	  "value\":40000,"
	  "\"stack_trace\":\"java.lang.IllegalStateException: no stock\\n\\tat "
	  "com.example.Orders.place(Orders.java:10)\\n\"}",
	  "time=2026-03-24T08:40:00.402Z severity=error logger=com.example.Orders message='Order failed' "
	  "error='java.lang.IllegalStateException: no stock'" },
	{ "{\"@timestamp\":\"2026-03-24T09:40:00Z\",\"log.level\":\"info\",\"message\":\"GET "
	  "/x\",\"http.request.method\":\"GET\","
	  "\"url.path\":\"/"
	  "x\",\"http.response.status_code\":404,\"event.duration\":1500000,\"service.name\":\"edge\","
	  "\"ecs.version\":\"1.6.0\"}",
	  "time=2026-03-24T09:40:00Z kind=http severity=info status=404 path=/x duration_ms=1.5 "
	  "service=edge" },
	{ "{\n  \"timestamp\": \"2026-01-02T03:04:05Z\",\n  \"severity\": \"ERROR\",\n  \"jsonPayload\": "
	  "{\n    \"message\": "
	  "\"disk full\"\n  }\n}",
	  "time=2026-01-02T03:04:05Z severity=error message='disk full'" },
	{ "{\"level\":\"info\",\"time\":\"2026-06-18T03:18:02.542Z\",\"service\":\"catalog\",\"port\":3200,"
	  "\"msg\":\"catalog 3.8.2 listening\"}",
	  "time=2026-06-18T03:18:02.542Z kind=start severity=info service=catalog version=3.8.2" },
	{ "{\"level\":\"info\",\"ts\":\"2026-01-29T12:00:01.123Z\",\"msg\":\"Helm upgrade succeeded\",\"controller\":"
	  "\"helmrelease\",\"HelmRelease\":{\"name\":\"web\",\"namespace\":\"shop\"},\"revision\":\"1.2.3\"}",
	  "kind=change change.kind=deployment change.service=web change.version=1.2.3 change.status=succeeded" },
	{ NULL, NULL },
};

const struct format format_json_lines = {
	.id = "json_lines",
	.title = "JSON objects, one a line or pretty-printed (application logs of any library)",
	.service = NULL,
	.role = ROLE_APP,
	.specificity = 20,
	.state_bytes = sizeof(struct field_cache),
	.plain = json_lines_plain,
	.whole = json_shape_whole,
	.classify = json_lines_classify,
	.decode = json_lines_decode,
	.samples = samples,
};
