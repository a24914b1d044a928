/*
 * The server access log of S3 and of stores that speak its protocol:
 *
 *     owner bucket [06/Feb/2026:00:00:38 +0000] client requester id REST.GET.OBJECT key "GET /x HTTP/1.1" 200
 *     code bytes size total_ms turnaround_ms "referrer" "agent" version ...
 *
 * Any field may be "-", and fields are only ever added at the end (AWS, "Amazon S3 server access log format").
 */
#include "ingest/access.h"
#include "ingest/format.h"

struct line {
	struct timestamp time;
	struct str owner, bucket, client, requester, id, operation, key, request;
	struct str rest; /* behind the request */
};

static struct str none(struct str w)
{
	return str_eq(w, STR("-")) ? STR_NONE : w;
}

/* A quoted field or a bare word. */
static struct str field(struct str *s)
{
	*s = str_trim(*s);
	if (s->len > 0 && s->ptr[0] == '"') {
		size_t n = quoted_length(str_from(*s, 1));
		struct str inside = str_make(s->ptr + 1, n);

		*s = str_from(*s, n + 2);
		return none(inside);
	}
	return none(str_word(s));
}

static bool read_line(struct str s, struct line *l)
{
	l->owner = field(&s);
	l->bucket = field(&s);
	s = str_trim(s);
	if (s.len < 60 || s.ptr[0] != '[')
		return false;
	s = str_from(s, 1);
	if (!timestamp_parse_clf(&s, &l->time) || !str_starts(s, STR("] ")))
		return false;
	s = str_from(s, 1);
	l->client = field(&s);
	l->requester = field(&s);
	l->id = field(&s);
	l->operation = field(&s);
	if (str_chr(l->operation, '.') < 0 || l->id.len == 0)
		return false;
	l->key = field(&s);
	l->request = field(&s);
	l->rest = s;
	return true;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct line l;

	(void)record;
	(void)ctx;
	return read_line(line, &l) ? LINE_START : LINE_ALIEN;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str code, total;
	struct line l;
	double ms;

	(void)ctx;
	if (!read_line(record, &l))
		return false;
	e->has_time = true;
	e->time = l.time;
	e->kind = EV_HTTP;
	e->client = l.client;
	e->user = l.requester;
	e->request_id = l.id;
	e->logger = l.operation;
	e->message = l.operation;
	if (l.request.len > 0 && request_line_parse(l.request, e))
		e->message = l.request;
	if (!status_parse(field(&l.rest), &e->status))
		e->status = -1;
	code = field(&l.rest);
	if (!str_to_i64(field(&l.rest), &e->bytes))
		e->bytes = -1;
	field(&l.rest);
	total = field(&l.rest);
	field(&l.rest);
	if (str_to_double(total, &ms) && ms >= 0)
		e->duration_ms = ms;
	e->referrer = field(&l.rest);
	e->agent = field(&l.rest);
	e->error = code;
	e->severity = e->status < 0 ? SEV_INFO : severity_from_status(e->status);
	return true;
}

static const struct format_sample samples[] = {
	{ "79a59df900b949e5 assets [06/Feb/2026:00:00:38 +0000] 192.0.2.3 79a59df900b949e5 3E57427F3EXAMPLE "
	  "REST.GET.OBJECT img/a.png \"GET /assets/img/a.png HTTP/1.1\" 503 SlowDown 243 - 7 - \"-\" \"curl/8.5\" -",
	  "time=2026-02-06T00:00:38Z kind=http severity=error status=503 method=GET path=/assets/img/a.png bytes=243 "
	  "duration_ms=7 client=192.0.2.3 request_id=3E57427F3EXAMPLE error=SlowDown agent=curl/8.5" },
	{ "79a59df900b949e5 assets [06/Feb/2026:00:01:00 +0100] 192.0.2.3 - 891CE47D2EXAMPLE REST.GET.LOGGING_STATUS - "
	  "\"GET /assets?logging HTTP/1.1\" 200 - 242 - 11 - \"-\" \"S3Console/0.4\" - 9vKBE6vMhrNiWHZmb2L0mXOcqPGzQOI5",
	  "time=2026-02-05T23:01:00Z severity=info status=200 path=/assets?logging bytes=242 duration_ms=11" },
	{ NULL, NULL },
};

const struct format format_s3_access = {
	.id = "s3_access",
	.title = "S3 server access log",
	.service = NULL,
	.role = ROLE_ACCESS,
	.specificity = 52,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
