/*
 * PostgreSQL's log_destination = jsonlog (version 15 on), one object per line; and the same fields as
 * CloudNativePG ships them, by their csvlog names inside a "record" object.
 * https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-JSONLOG
 */
#include "core/json.h"
#include "ingest/format.h"
#include "ingest/postgres.h"
#include "ingest/postgres_session.h"

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct str head = str_head(line, 1024);

	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	if (line.ptr[0] != '{' || str_find(head, STR("\"error_severity\"")) < 0)
		return LINE_ALIEN;
	return str_find(head, STR("\"timestamp\"")) >= 0 || str_find(head, STR("\"log_time\"")) >= 0
		       ? LINE_START
		       : LINE_ALIEN;
}

enum key {
	KEY_TIME,
	KEY_USER,
	KEY_DB,
	KEY_PID,
	KEY_HOST,
	KEY_CLIENT,
	KEY_SEVERITY,
	KEY_SQLSTATE,
	KEY_MESSAGE,
	KEY_DETAIL,
	KEY_HINT,
	KEY_STATEMENT,
	KEY_INNER_QUERY,
	KEY_APPLICATION,
	KEY_COUNT,
};

static const struct {
	const char *name;
	enum key key;
} keys[] = {
	{ "timestamp", KEY_TIME },
	{ "log_time", KEY_TIME },
	{ "user", KEY_USER },
	{ "user_name", KEY_USER },
	{ "dbname", KEY_DB },
	{ "database_name", KEY_DB },
	{ "pid", KEY_PID },
	{ "process_id", KEY_PID },
	{ "remote_host", KEY_HOST },
	{ "connection_from", KEY_CLIENT },
	{ "error_severity", KEY_SEVERITY },
	{ "state_code", KEY_SQLSTATE },
	{ "sql_state_code", KEY_SQLSTATE },
	{ "message", KEY_MESSAGE },
	{ "detail", KEY_DETAIL },
	{ "hint", KEY_HINT },
	{ "statement", KEY_STATEMENT },
	{ "query", KEY_STATEMENT },
	{ "internal_query", KEY_INNER_QUERY },
	{ "application_name", KEY_APPLICATION },
};

static bool read_object(struct json_value object, struct arena *a, struct str out[KEY_COUNT])
{
	struct json_iter it;
	struct json_value v;
	struct str key;

	if (!json_iter_init(&it, object))
		return false;
	while (json_iter_next(&it, &key, &v)) {
		for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
			if (str_eq(key, str_of(keys[i].name)) &&
			    (v.type == JSON_STRING || v.type == JSON_NUMBER)) {
				out[keys[i].key] = json_text(v, a);
				break;
			}
		}
	}
	return true;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct postgres_label label = { POSTGRES_MESSAGE, SEV_NONE };
	struct str f[KEY_COUNT] = { 0 }, rest;
	struct json_value object = json_value_at(record, &rest), inner;
	int64_t pid;

	if (object.type != JSON_OBJECT)
		return false;
	inner = json_get(object, STR("record"));
	if (!read_object(inner.type == JSON_OBJECT ? inner : object, ctx->scratch, f) ||
	    !postgres_label_parse(f[KEY_SEVERITY], &label))
		return false;
	e->has_time = timestamp_parse_iso(&f[KEY_TIME], &e->time);
	e->severity = label.severity;
	e->user = postgres_name(f[KEY_USER]);
	e->db = postgres_name(f[KEY_DB]);
	if (str_to_i64(f[KEY_PID], &pid) && pid >= 0)
		e->pid = pid;
	e->client = f[KEY_HOST].len ? f[KEY_HOST] : postgres_client(f[KEY_CLIENT]);
	e->logger = postgres_name(f[KEY_APPLICATION]);
	if (!str_eq(f[KEY_SQLSTATE], STR("00000")))
		e->sqlstate = f[KEY_SQLSTATE];
	e->detail = f[KEY_DETAIL].len ? f[KEY_DETAIL] : f[KEY_HINT];
	e->query = f[KEY_STATEMENT].len ? f[KEY_STATEMENT] : f[KEY_INNER_QUERY];
	postgres_message(e, f[KEY_MESSAGE], f[KEY_DETAIL], ctx->scratch);
	postgres_session_apply(ctx->state, e, ctx->scratch);
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"timestamp\":\"2024-06-27 00:00:07.369 "
	  "CEST\",\"user\":\"app\",\"dbname\":\"shop\",\"pid\":4242,\"remote_host\":"
	  "\"10.0.0.7\",\"remote_port\":4711,\"session_id\":\"667c8f05.1092\",\"line_num\":2,\"ps\":"
	  "\"SELECT\",\"session_start\":"
	  "\"2024-06-27 00:00:05 "
	  "CEST\",\"vxid\":\"4/2\",\"txid\":0,\"error_severity\":\"ERROR\",\"state_code\":\"22012\","
	  "\"message\":\"division by zero\",\"statement\":\"select "
	  "1/0\",\"application_name\":\"psql\",\"backend_type\":"
	  "\"client backend\",\"query_id\":0}",
	  "time=2024-06-26T22:00:07.369Z severity=error user=app db=shop pid=4242 client=10.0.0.7 "
	  "sqlstate=22012 "
	  "message='division by zero' query='select 1/0' logger=psql" },
	{ "{\"level\":\"info\",\"ts\":1700000000.5,\"logger\":\"postgres\",\"msg\":\"record\",\"record\":{"
	  "\"log_time\":"
	  "\"2023-11-14 22:13:20.500 "
	  "UTC\",\"process_id\":\"31\",\"session_id\":\"6553f0c0.1f\",\"error_severity\":\"LOG\","
	  "\"sql_state_code\":\"00000\",\"message\":\"checkpoint complete: wrote 3 buffers (0.0%); write=0.2 "
	  "s, total=0.311 s\"}}",
	  "time=2023-11-14T22:13:20.500Z severity=info kind=checkpoint pid=31 duration_ms=311" },
	{ NULL, NULL },
};

const struct format format_postgres_json = {
	.id = "postgres_json",
	.title = "PostgreSQL server log (jsonlog, CloudNativePG)",
	.service = "postgresql",
	.role = ROLE_DATABASE,
	.specificity = 65,
	.state_bytes = sizeof(struct postgres_sessions),
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
