/*
 * docker_json: Docker's json-file log driver: each line of a container's output in an object. The
 * output is the payload; a line that Docker had to cut (no \n at its end) goes on in the next record.
 */
#include "core/json.h"
#include "ingest/format.h"
#include "ingest/jsonshape.h"

/* Stream and time stand behind the output, which may be long. */
static bool has_key_behind(struct str line, struct str key)
{
	enum { BEHIND_BYTES = 100 };
	return json_shape_has_key(str_from(line, line.len > BEHIND_BYTES ? line.len - BEHIND_BYTES : 0), key) ||
	       json_shape_has_key(line, key);
}

static enum line_class docker_json_classify(struct str line, struct str record,
					    const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	struct str s = str_trim(line);
	if (s.len == 0)
		return LINE_SKIP;
	bool object = s.ptr[0] == '{' && s.ptr[s.len - 1] == '}';
	return object && json_shape_has_key(s, STR("\"log\"")) &&
			       has_key_behind(s, STR("\"stream\"")) && has_key_behind(s, STR("\"time\""))
		       ? LINE_START
		       : LINE_ALIEN;
}

static bool docker_json_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str key;
	struct json_value v;
	struct json_iter it;
	if (!json_iter_open(&it, record))
		return false;
	struct str log = STR_NONE;
	bool has_log = false;
	while (json_iter_next(&it, &key, &v)) {
		if (v.type == JSON_STRING && str_eq(key, STR("log"))) {
			log = json_text(v, ctx->scratch);
			has_log = true;
		} else if (v.type == JSON_STRING && str_eq(key, STR("time"))) {
			struct str time = v.raw;
			e->has_time = timestamp_parse_iso(&time, &e->time);
		} else if (v.type == JSON_OBJECT && str_eq(key, STR("attrs"))) {
			/* labels and the tag option, when the driver is told to add them */
			e->service =
				json_text(json_get(v, STR("com.docker.compose.service")), ctx->scratch);
			if (!e->service.len)
				e->service = json_text(json_get(v, STR("tag")), ctx->scratch);
		}
	}
	if (it.failed || !has_log)
		return false;
	if (str_ends(log, STR("\n")))
		log.len--;
	else
		e->payload_partial = true;
	if (str_ends(log, STR("\r")))
		log.len--;
	e->message = log;
	e->payload = log;
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"log\":\"hello world\\n\",\"stream\":\"stdout\",\"time\":\"2026-03-15T02:00:05.123456789Z\"}",
	  "time=2026-03-15T02:00:05.123456789Z message='hello world'" },
	{ "{\"log\":\"{\\\"level\\\":\\\"info\\\",\\\"msg\\\":\\\"up\\\"}\\n\",\"stream\":\"stderr\","
	  "\"attrs\":{\"tag\":\"web\"},"
	  "\"time\":\"2026-03-15T02:00:06Z\"}",
	  "time=2026-03-15T02:00:06Z service=web" },
	{ NULL, NULL },
};

const struct format format_docker_json = {
	.id = "docker_json",
	.title = "Docker json-file: container output in JSON objects",
	.service = NULL,
	.role = ROLE_CARRIER,
	.specificity = 70,
	.state_bytes = 0,
	.classify = docker_json_classify,
	.decode = docker_json_decode,
	.samples = samples,
};
