/*
 * MongoDB since 4.4:
 * {"t":{"$date":"..."},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":"...","attr":{...}}.
 * https://www.mongodb.com/docs/manual/reference/log-messages/
 */
#include "core/json.h"
#include "ingest/format.h"
#include "ingest/jsonshape.h"
#include "ingest/mongodb.h"

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct str head = str_head(line, 400);
	enum line_class shape = json_shape_classify(line, record);

	(void)ctx;
	if (shape != LINE_START || line.len < 4)
		return shape;
	return str_find(head, STR("\"$date\"")) > 0 && str_find(head, STR("\"s\"")) > 0 &&
			       str_find(head, STR("\"c\"")) > 0
		       ? LINE_START
		       : LINE_ALIEN;
}

static struct str text_at(struct json_value object, const char *path, struct arena *a)
{
	struct json_value v = json_get(object, str_of(path));

	return v.type == JSON_STRING || v.type == JSON_NUMBER ? json_text(v, a) : STR_NONE;
}

static void read_attributes(struct json_value attr, struct arena *a, struct event *e)
{
	static const char *const errors[] = { "error.errmsg", "errMsg", "error", "reason" };
	static const char *const users[] = { "user", "principalName", "userName" };
	struct json_value command = json_get(attr, STR("command"));
	struct str rest;
	double ms;

	e->client = mongodb_address(text_at(attr, "remote", a));
	if (e->client.len == 0)
		e->client = mongodb_address(text_at(attr, "client", a));
	for (size_t i = 0; i < sizeof errors / sizeof errors[0] && e->error.len == 0; i++)
		e->error = text_at(attr, errors[i], a);
	for (size_t i = 0; i < sizeof users / sizeof users[0] && e->user.len == 0; i++)
		e->user = text_at(attr, users[i], a);
	e->sqlstate = text_at(attr, "errName", a);
	if (e->sqlstate.len == 0)
		e->sqlstate = text_at(attr, "error.codeName", a);
	e->version = text_at(attr, "buildInfo.version", a);
	e->db = str_cut(text_at(attr, "ns", a), '.', &rest);
	if (!json_double(json_get(attr, STR("durationMillis")), &ms) || !(ms >= 0))
		return;
	e->duration_ms = ms;
	if (!json_i64(json_get(attr, STR("nreturned")), &e->rows))
		e->rows = -1;
	if (!json_i64(json_get(attr, STR("reslen")), &e->bytes))
		e->bytes = -1;
	e->detail = text_at(attr, "planSummary", a);
	if (command.type == JSON_OBJECT) {
		e->query = command.raw;
		e->kind = EV_QUERY;
	}
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str rest, time, level;
	struct json_value object = json_value_at(json_shape_object(record), &rest);

	if (object.type != JSON_OBJECT)
		return false;
	time = text_at(object, "t.$date", ctx->scratch);
	level = text_at(object, "s", ctx->scratch);
	e->message = text_at(object, "msg", ctx->scratch);
	if (!timestamp_parse_iso(&time, &e->time) || level.len == 0 || e->message.len == 0)
		return false;
	e->has_time = true;
	e->severity = severity_parse(level);
	e->logger = text_at(object, "c", ctx->scratch);
	read_attributes(json_get(object, STR("attr")), ctx->scratch, e);
	if (e->kind == EV_LINE)
		e->kind = mongodb_kind(e->message);
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"t\":{\"$date\":\"2021-03-22T21:21:26.410+00:00\"},\"s\":\"I\",  \"c\":\"NETWORK\",  "
	  "\"id\":22943,   \"ctx\":\"listener\","
	  "\"msg\":\"Connection "
	  "accepted\",\"attr\":{\"remote\":\"10.0.0.7:49444\",\"connectionId\":3,\"connectionCount\":2}}",
	  "time=2021-03-22T21:21:26.410Z severity=info kind=conn_open logger=NETWORK client=10.0.0.7" },
	{ "{\"t\":{\"$date\":\"2024-05-01T10:00:00.123+00:00\"},\"s\":\"I\",\"c\":\"COMMAND\",\"id\":51803,"
	  "\"ctx\":\"conn7\",\"msg\":"
	  "\"Slow "
	  "query\",\"attr\":{\"type\":\"command\",\"ns\":\"shop.orders\",\"command\":{\"find\":\"orders\","
	  "\"filter\":{\"state\":1}},"
	  "\"planSummary\":\"COLLSCAN\",\"nreturned\":12,\"reslen\":2048,\"remote\":\"10.0.0.7:5\","
	  "\"durationMillis\":412}}",
	  "kind=query db=shop duration_ms=412 rows=12 bytes=2048 client=10.0.0.7 detail=COLLSCAN "
	  "query='{\"find\":\"orders\",\"filter\":{\"state\":1}}'" },
	{ NULL, NULL },
};

const struct format format_mongodb = {
	.id = "mongodb",
	.title = "MongoDB log, JSON (4.4 on)",
	.service = "mongodb",
	.role = ROLE_DATABASE,
	.specificity = 65,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
