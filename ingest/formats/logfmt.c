/*
 * logfmt: key=value pairs on a line (logrus, slog's text handler, go-kit, Heroku's router,
 * lograge, Argo, Grafana, ...). Values may be quoted with \" inside; a word without '=' is a flag or, at
 * the end of an unquoted message, more of it. Keys mean what ingest/fields says.
 *
 *     ts=2026-01-29T22:35:00.074Z level=info svc=auth msg="request completed" method=GET status=200 ms=2.7
 */
#include "ingest/fields.h"

#include "ingest/access.h"
#include "ingest/pairs.h"

enum { PROBE_PAIRS = 12, LOOK_BYTES = 2048 };

static enum line_class logfmt_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
		return record.len ? LINE_CONTINUES : LINE_ALIEN;
	/* a cheap look first: the line begins with a key and its '=' */
	size_t n = 0;
	while (n < line.len && pair_key_byte(line.ptr[n]))
		n++;
	if (n == 0 || n == line.len || line.ptr[n] != '=' || !pair_key_start(line.ptr[0]))
		return LINE_ALIEN;
	struct str s = str_head(line, LOOK_BYTES), key;
	struct field_value v;
	unsigned pairs = 0, words = 0;
	bool time = false, level = false, message = false, method = false, status = false;
	for (unsigned i = 0; i < PROBE_PAIRS && pair_next(&s, &key, &v); i++) {
		if (key.len == 0) {
			words++;
			continue;
		}
		pairs++;
		enum field k = (enum field)field_lookup(STR_NONE, key).field;
		time = time || k == FIELD_TIME || k == FIELD_DATE;
		level = level || (k == FIELD_LEVEL && field_level(v.text) != SEV_NONE);
		message = message || k == FIELD_MESSAGE;
		method = method || k == FIELD_METHOD || k == FIELD_PATH;
		status = status || k == FIELD_STATUS;
		if (pairs >= 2 && (time || level) && (message || time == level || (method && status)))
			return LINE_START;
	}
	bool known = (time && (level || message || pairs >= 3)) || (level && (message || pairs >= 3)) ||
		     (method && status);
	return known && pairs >= 2 && words <= pairs ? LINE_START : LINE_ALIEN;
}

static bool logfmt_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str more;
	struct str s = str_cut(record, '\n', &more), key;
	struct field_value v;
	struct fields f;
	unsigned pairs = 0;
	bool in_message = false;
	fields_init(&f, ctx->state, ctx->scratch);
	while (pair_next(&s, &key, &v)) {
		if (key.len) {
			in_message =
				fields_put(&f, NULL, key, v.text, v.how.escaped, v.how.bare) == FIELD_MESSAGE &&
				v.how.bare;
			pairs++;
		} else if (in_message && fields_has(&f, FIELD_MESSAGE)) {
			/* msg=several words without quotes */
			struct str *text = &f.value[FIELD_MESSAGE].text;
			*text = str_make(text->ptr, (size_t)(v.text.ptr + v.text.len - text->ptr));
		}
	}
	if (pairs < 2)
		return false;
	fields_finish(&f, e, UNIT_NONE);
	if (!e->message.len)
		e->message = str_head(record, record.len - more.len - (more.len ? 1 : 0));
	if (more.len && !e->detail.len)
		e->detail = more;
	return true;
}

static const struct format_sample samples[] = {
	{ "ts=2026-01-29T22:35:00.074Z level=info svc=auth host=auth-2 msg=\"request completed\" "
	  "reqId=f0c22fda2b912188a474df57f6cf98ff method=GET path=/verify status=200 ms=2.7 user=261",
	  "time=2026-01-29T22:35:00.074Z kind=http severity=info status=200 method=GET path=/verify "
	  "duration_ms=2.7 "
	  "user=261 service=auth host=auth-2 request_id=f0c22fda2b912188a474df57f6cf98ff message='request "
	  "completed'" },
	{ "time=\"2026-01-29T22:48:14+01:00\" level=error msg=\"auth \\\"upstream\\\" timeout\" "
	  "error=\"timeout of 15ms "
	  "exceeded\" component=proxy",
	  "time=2026-01-29T21:48:14Z severity=error message='auth \"upstream\" timeout' error='timeout of "
	  "15ms exceeded'" },
	{ "ts=2026-01-29T22:43:02.732Z level=info svc=catalog host=catalog-1 msg=\"catalog 3.7.5 "
	  "listening\" port=3200",
	  "time=2026-01-29T22:43:02.732Z kind=start service=catalog version=3.7.5 message='catalog 3.7.5 "
	  "listening'" },
	{ "at=error code=H12 desc=\"Request timeout\" method=GET path=\"/reports?id=7\" "
	  "host=app.example.test "
	  "request_id=aa11bb22-0000-4000-8000-000000000001 fwd=\"198.51.100.9\" dyno=web.2 connect=1ms "
	  "service=30000ms "
	  "status=503 bytes=0",
	  "kind=http severity=error status=503 method=GET path=/reports?id=7 client=198.51.100.9 bytes=0" },
	{ "method=GET path=/orders/7 format=html controller=OrdersController action=show status=500 "
	  "duration=58.3 "
	  "view=40.4 db=12.1 error='ActiveRecord::ConnectionTimeoutError: could not obtain a connection'",
	  "kind=http severity=error status=500 method=GET path=/orders/7 duration_ms=58.3 "
	  "error='ActiveRecord::ConnectionTimeoutError: could not obtain a connection'" },
	{ "time=\"2026-01-29T12:00:00Z\" level=info msg=\"Initiated automated sync to 'abc123'\" application=shop "
	  "reason=OperationStarted type=Normal user=ann",
	  "kind=change change.kind=deployment change.service=shop change.version=abc123 change.actor=ann "
	  "change.status=started" },
	{ NULL, NULL },
};

const struct format format_logfmt = {
	.id = "logfmt",
	.title = "logfmt: key=value pairs (application logs of any library)",
	.service = NULL,
	.role = ROLE_APP,
	.specificity = 20,
	.state_bytes = sizeof(struct field_cache),
	.classify = logfmt_classify,
	.decode = logfmt_decode,
	.samples = samples,
};
