/*
 * envelope: JSON objects that collectors and clouds put around a line: Google Cloud Logging
 * (textPayload, jsonPayload), CloudWatch, Fluentd and Fluent Bit with their container's names,
 * Filebeat, Loki. What the envelope knows (time, host, container, severity) is kept; the line inside is
 * decoded again.
 */
#include "ingest/fields.h"
#include "ingest/jsonshape.h"

/* {"id":"3817…","timestamp":1769708580123,"message":"…"}: CloudWatch's to its subscribers. */
static bool cloudwatch_event(struct str s)
{
	static const struct str id = { "{\"id\":\"", 7 }, time = { "\",\"timestamp\":", 14 }, message = { ",\"message\":\"", 12 };
	struct str rest;
	size_t n = 0;

	if (!str_starts(s, id))
		return false;
	for (rest = str_from(s, id.len); n < rest.len && is_digit(rest.ptr[n]);)
		n++;
	rest = str_from(rest, n);
	if (n == 0 || !str_starts(rest, time))
		return false;
	rest = str_from(rest, time.len);
	return rest.len > 13 && is_digit(rest.ptr[0]) && is_digit(rest.ptr[12]) && str_starts(str_from(rest, 13), message);
}

/* The key that holds the line; empty when the object is no envelope. */
static struct str line_key(struct str s)
{
	if (s.len < 2 || s.ptr[0] != '{')
		return STR_NONE;
	bool google = json_shape_has_key(s, STR("\"logName\"")) ||
		      json_shape_has_key(s, STR("\"insertId\"")) ||
		      json_shape_has_key(s, STR("\"resource\""));
	if (json_shape_has_key(s, STR("\"textPayload\"")))
		return STR("textPayload");
	if (google && json_shape_has_key(s, STR("\"jsonPayload\"")))
		return STR("jsonPayload");
	if (json_shape_has_key(s, STR("\"@message\"")) &&
	    (json_shape_has_key(s, STR("\"@logStream\"")) || json_shape_has_key(s, STR("\"@ptr\"")) ||
	     json_shape_has_key(s, STR("\"@log\""))))
		return STR("@message");
	if (json_shape_has_key(s, STR("\"ingestionTime\"")) && json_shape_has_key(s, STR("\"message\"")))
		return STR("message");
	if (cloudwatch_event(s))
		return STR("message");
	if (json_shape_has_key(s, STR("\"log\"")) && (json_shape_has_key(s, STR("\"kubernetes\"")) ||
						      json_shape_has_key(s, STR("\"container_name\"")) ||
						      json_shape_has_key(s, STR("\"container_id\""))))
		return STR("log");
	if (json_shape_has_key(s, STR("\"message\"")) && str_find(s, STR("\"filebeat\"")) >= 0)
		return STR("message");
	if (json_shape_has_key(s, STR("\"line\"")) && json_shape_has_key(s, STR("\"labels\"")) &&
	    json_shape_has_key(s, STR("\"timestamp\"")))
		return STR("line");
	return STR_NONE;
}

static enum line_class envelope_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	struct str s = json_shape_object(line);
	if (s.len == 0)
		return LINE_SKIP;
	return s.ptr[s.len - 1] == '}' && line_key(s).len ? LINE_START : LINE_ALIEN;
}

static bool envelope_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str object = json_shape_object(record), rest;
	struct str key = line_key(object);
	struct fields f;
	if (!key.len)
		return false;
	fields_init(&f, ctx->state, ctx->scratch);
	if (!fields_put_json(&f, object))
		return false;
	fields_finish(&f, e, UNIT_NONE);
	struct json_value v = json_get(json_value_at(object, &rest), key);
	struct str line = v.type == JSON_STRING	  ? json_text(v, ctx->scratch)
			  : v.type == JSON_OBJECT ? v.raw
						  : STR_NONE;
	while (line.len && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r'))
		line.len--;
	if (!e->message.len)
		e->message = line.len ? line : object;
	if (line.len && e->kind != EV_HTTP)
		e->payload = line;
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"insertId\":\"a1\",\"logName\":\"projects/p/logs/"
	  "stdout\",\"resource\":{\"type\":\"k8s_container\",\"labels\":"
	  "{\"container_name\":\"web\",\"pod_name\":\"web-5d4\"}},\"severity\":\"ERROR\",\"textPayload\":"
	  "\"disk full\\n\","
	  "\"timestamp\":\"2026-03-15T02:00:05.115Z\"}",
	  "time=2026-03-15T02:00:05.115Z severity=error service=web host=web-5d4 payload='disk full'" },
	{ "{\"insertId\":\"a2\",\"jsonPayload\":{\"message\":\"slow\",\"level\":\"warn\"},\"resource\":{"
	  "\"type\":\"x\"},"
	  "\"timestamp\":\"2026-03-15T02:00:06Z\"}",
	  "time=2026-03-15T02:00:06Z severity=warn message=slow "
	  "payload='{\"message\":\"slow\",\"level\":\"warn\"}'" },
	{ "{\"@timestamp\":\"2026-03-15 02:00:05.115\",\"@message\":\"START "
	  "RequestId\",\"@logStream\":\"s\"}",
	  "time=2026-03-15T02:00:05.115Z payload='START RequestId'" },
	{ "{\"id\":\"3817\",\"timestamp\":1769708580123,\"message\":\"ready\\n\"}",
	  "time=2026-01-29T17:43:00.123Z payload=ready" },
	{ "{\"log\":\"ready\\n\",\"time\":\"2026-03-15T02:00:05Z\",\"kubernetes\":{\"pod_name\":\"api-1\","
	  "\"container_name\":"
	  "\"api\"}}",
	  "time=2026-03-15T02:00:05Z service=api host=api-1 payload=ready" },
	{ NULL, NULL },
};

const struct format format_envelope = {
	.id = "envelope",
	.title = "log collectors' and clouds' JSON around a line (GCP, CloudWatch, Fluent Bit, Filebeat, "
		 "Loki)",
	.service = NULL,
	.role = ROLE_CARRIER,
	.specificity = 55,
	.state_bytes = sizeof(struct field_cache),
	.classify = envelope_classify,
	.decode = envelope_decode,
	.samples = samples,
};
