/*
 * uwsgi: uWSGI's request line.
 *
 *     [pid: 812|app: 0|req: 7/9] 198.51.100.7 () {40 vars in 512 bytes} [Wed Aug 28 12:00:00 2026] GET
 *     /x => generated 47
 *     bytes in 129 msecs (HTTP/1.1 200) 2 headers in 71 bytes (1 switches on core 0)
 */
#include "ingest/access.h"
#include "ingest/format.h"

static enum line_class uwsgi_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	return str_starts(line, STR("[pid: ")) && str_find(line, STR("} [")) > 0 &&
			       str_find(line, STR(" => generated ")) > 0
		       ? LINE_START
		       : LINE_ALIEN;
}

static bool uwsgi_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	struct str rest;
	struct str pid = str_cut(str_from(record, 6), '|', &rest);
	if (!str_to_i64(pid, &e->pid))
		e->pid = -1;
	str_cut(rest, ']', &rest);
	e->client = str_word(&rest);
	ptrdiff_t date = str_find(record, STR("} [")), result = str_find(record, STR(" => generated "));
	if (date < 0 || result < date)
		return false;
	struct str s = str_from(record, (size_t)date + 3);
	if (!timestamp_parse(&s, &e->time) || !str_starts(s, STR("] ")))
		return false;
	e->has_time = true;
	struct str request = str_make(s.ptr + 2, (size_t)(record.ptr + result - s.ptr) - 2);
	request_line_parse(request, e);
	e->message = request;
	s = str_from(record, (size_t)result + 14);
	int64_t n;
	if (str_to_i64(str_word(&s), &n))
		e->bytes = n;
	ptrdiff_t in = str_find(s, STR(" in "));
	if (in >= 0) {
		s = str_from(s, (size_t)in + 4);
		struct str number = str_word(&s), unit = str_word(&s);
		double ms;
		if (str_to_double(number, &ms) && ms >= 0)
			e->duration_ms = str_eq(unit, STR("micros")) ? ms / 1000.0
					 : str_eq(unit, STR("secs")) ? ms * 1000.0
								     : ms;
	}
	ptrdiff_t close = str_chr(s, ')');
	if (close > 3)
		status_parse(str_make(s.ptr + close - 3, 3), &e->status);
	e->kind = EV_HTTP;
	e->severity = e->status < 0 ? SEV_INFO : severity_from_status(e->status);
	return true;
}

static const struct format_sample samples[] = {
	{ "[pid: 812|app: 0|req: 7/9] 198.51.100.7 () {40 vars in 512 bytes} [Wed Aug 28 12:00:00 2026] "
	  "GET /x?a=1 => "
	  "generated 47 bytes in 129 msecs (HTTP/1.1 200) 2 headers in 71 bytes (1 switches on core 0)",
	  "time=2026-08-28T12:00:00Z kind=http severity=info status=200 method=GET path=/x?a=1 bytes=47 "
	  "duration_ms=129 "
	  "client=198.51.100.7 pid=812" },
	{ "[pid: 812|app: 0|req: 8/10] 198.51.100.7 (ann) {40 vars in 512 bytes} [Wed Aug 28 12:00:01 "
	  "2026] POST /pay => "
	  "generated 0 bytes in 850 micros (HTTP/1.1 500) 2 headers in 71 bytes (0 switches on core 1)",
	  "severity=error status=500 duration_ms=0.85 method=POST" },
	{ NULL, NULL },
};

const struct format format_uwsgi = {
	.id = "uwsgi",
	.title = "uWSGI request log",
	.service = "uwsgi",
	.role = ROLE_ACCESS,
	.specificity = 50,
	.state_bytes = 0,
	.classify = uwsgi_classify,
	.decode = uwsgi_decode,
	.samples = samples,
};
