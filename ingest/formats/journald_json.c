/*
 * journald_json: `journalctl -o json`: an entry per line. A message that is not UTF-8 comes as
 * an array of its bytes; one that is too long, as null.
 */
#include "core/json.h"
#include "ingest/format.h"
#include "ingest/journal.h"
#include "ingest/jsonshape.h"

enum { ARRAY_BYTES_MAX = 64 * 1024 };

static enum line_class journald_json_classify(struct str line, struct str record,
					      const struct decode_ctx *ctx)
{
	(void)ctx;
	enum line_class shape = json_shape_classify(line, record);
	if (shape != LINE_START)
		return record.len || shape == LINE_SKIP ? shape : LINE_ALIEN;
	/* pretty-printed entries (-o json-pretty) begin with a brace alone */
	bool whole = json_shape_has_key(line, STR("\"__REALTIME_TIMESTAMP\"")) &&
		     json_shape_has_key(line, STR("\"MESSAGE\""));
	return whole ? LINE_START : LINE_ALIEN;
}

/* [72, 105] → "Hi" */
static struct str bytes_text(struct json_value v, struct arena *a)
{
	struct json_iter it;
	struct str none;
	struct json_value item;
	size_t n = 0, cap = v.raw.len / 2 + 1 < ARRAY_BYTES_MAX ? v.raw.len / 2 + 1 : ARRAY_BYTES_MAX;
	char *out = arena_new_n(a, char, cap);
	if (!json_iter_init(&it, v))
		return STR_NONE;
	while (n < cap && json_iter_next(&it, &none, &item)) {
		int64_t byte;
		if (!json_i64(item, &byte) || byte < 0 || byte > 255)
			return STR_NONE;
		out[n++] = (char)(unsigned char)byte;
	}
	return str_make(out, n);
}

static bool journald_json_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str rest, key;
	struct json_value v;
	struct json_iter it;
	struct journal_entry j = { 0 };
	if (!json_iter_init(&it, json_value_at(record, &rest)))
		return false;
	while (json_iter_next(&it, &key, &v)) {
		if (v.type == JSON_STRING || v.type == JSON_NUMBER)
			journal_put(&j, key, json_text(v, ctx->scratch));
		else if (v.type == JSON_ARRAY && str_eq(key, STR("MESSAGE")))
			journal_put(&j, key, bytes_text(v, ctx->scratch));
	}
	return !it.failed && journal_finish(&j, e);
}

static const struct format_sample samples[] = {
	{ "{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1773540005115000\",\"PRIORITY\":\"6\",\"_"
	  "HOSTNAME\":\"web-1\","
	  "\"SYSLOG_IDENTIFIER\":\"shop\",\"_PID\":\"812\",\"_SYSTEMD_UNIT\":\"shop.service\",\"MESSAGE\":"
	  "\"listening\"}",
	  "time=2026-03-15T02:00:05.115000Z severity=info host=web-1 logger=shop service=shop pid=812 "
	  "message=listening "
	  "payload=listening" },
	{ "{\"__REALTIME_TIMESTAMP\":\"1773540006000000\",\"PRIORITY\":\"3\",\"_HOSTNAME\":\"web-1\","
	  "\"SYSLOG_IDENTIFIER\":"
	  "\"systemd\",\"UNIT\":\"shop.service\",\"MESSAGE\":\"shop.service: Failed with result "
	  "'exit-code'.\"}",
	  "kind=crash severity=error host=web-1 logger=shop" },
	{ "{\"__REALTIME_TIMESTAMP\":\"1773540007000000\",\"PRIORITY\":\"4\",\"_COMM\":\"app\",\"MESSAGE\":"
	  "[72,105,255]}",
	  "severity=warn logger=app" },
	{ NULL, NULL },
};

const struct format format_journald_json = {
	.id = "journald_json",
	.title = "systemd journal as JSON (journalctl -o json)",
	.service = NULL,
	.role = ROLE_SYSTEM,
	.specificity = 70,
	.state_bytes = 0,
	.classify = journald_json_classify,
	.decode = journald_json_decode,
	.samples = samples,
};
