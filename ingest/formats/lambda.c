/*
 * What AWS Lambda writes around a function's own lines:
 *
 *     START RequestId: 2f3e... Version: $LATEST
 *     END RequestId: 2f3e...
 *     REPORT RequestId: 2f3e...\tDuration: 12.30 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB ...
 *     2026-01-29T22:35:00.123Z 2f3e... Task timed out after 3.00 seconds
 *
 * The first three state no time of their own: it is the envelope's, or that of the line above. (AWS, "Using Lambda
 * function logs".)
 */
#include "ingest/format.h"
#include "ingest/words.h"

/* Behind "RequestId: ": the id, *s moved behind it. False when it is none. */
static bool request_take(struct str *s, struct str word, struct str *id)
{
	if (!str_starts(*s, word))
		return false;
	*s = str_from(*s, word.len);
	*id = str_head(*s, s->len < 36 ? s->len : 36);
	*s = str_from(*s, id->len);
	return word_is_uuid(*id);
}

static bool timed_out(struct str s, struct timestamp *time, struct str *id)
{
	if (s.len < 60 || s.ptr[10] != 'T' || !timestamp_parse_iso(&s, time) || s.ptr[0] != ' ')
		return false;
	*id = str_head(str_from(s, 1), 36);
	return word_is_uuid(*id) && str_starts(str_from(s, 1 + id->len), STR(" Task timed out after "));
}

static bool is_frame(struct str line)
{
	struct str id;

	return request_take(&line, STR("START RequestId: "), &id) || request_take(&line, STR("END RequestId: "), &id) ||
	       request_take(&line, STR("REPORT RequestId: "), &id);
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct timestamp time;
	struct str id;

	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	if (is_frame(line) || timed_out(line, &time, &id))
		return LINE_START;
	/* "XRAY TraceId: ..." stands below a report */
	return record.len && str_starts(line, STR("XRAY TraceId: ")) ? LINE_CONTINUES : LINE_ALIEN;
}

/* The number behind `key` in milliseconds. */
static bool duration_of(struct str s, struct str key, double *ms)
{
	ptrdiff_t at = str_find(s, key);
	struct str rest;

	if (at < 0)
		return false;
	s = str_from(s, (size_t)at + key.len);
	return str_to_double(str_cut(s, ' ', &rest), ms);
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str s = record, rest;
	double ms;

	(void)ctx;
	e->message = str_cut(record, '\n', &rest);
	if (timed_out(record, &e->time, &e->request_id)) {
		e->has_time = true;
		e->severity = SEV_ERROR;
		e->message = str_trim(str_from(record, (size_t)(e->request_id.ptr - record.ptr) + e->request_id.len));
		if (duration_of(record, STR("timed out after "), &ms))
			e->duration_ms = ms * 1000;
		return true;
	}
	e->severity = SEV_INFO;
	if (request_take(&s, STR("REPORT RequestId: "), &e->request_id)) {
		if (duration_of(s, STR("\tDuration: "), &ms))
			e->duration_ms = ms;
		if (str_find(s, STR("Status: timeout")) >= 0 || str_find(s, STR("Status: error")) >= 0)
			e->severity = SEV_ERROR;
		return true;
	}
	return request_take(&s, STR("START RequestId: "), &e->request_id) ||
	       request_take(&s, STR("END RequestId: "), &e->request_id);
}

static const struct format_sample samples[] = {
	{ "START RequestId: 2f3e8d1c-0000-4000-8000-000000000001 Version: $LATEST",
	  "severity=info request_id=2f3e8d1c-0000-4000-8000-000000000001" },
	{ "REPORT RequestId: 2f3e8d1c-0000-4000-8000-000000000001\tDuration: 812.30 ms\tBilled Duration: 813 ms\t"
	  "Memory Size: 128 MB\tMax Memory Used: 64 MB",
	  "severity=info duration_ms=812.3 request_id=2f3e8d1c-0000-4000-8000-000000000001" },
	{ "2026-01-29T22:35:03.003Z 2f3e8d1c-0000-4000-8000-000000000001 Task timed out after 3.00 seconds",
	  "time=2026-01-29T22:35:03.003Z severity=error duration_ms=3000 "
	  "message='Task timed out after 3.00 seconds'" },
	{ NULL, NULL },
};

const struct format format_lambda = {
	.id = "lambda",
	.title = "AWS Lambda: START, END, REPORT and timeouts",
	.role = ROLE_APP,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
