/*
 * Rails' log without a logger's head: a request is several lines, from "Started" to "Completed", and everything
 * between and behind them up to the next request belongs to it. A tag in brackets may stand in front of each line.
 *
 *     Started GET "/cart" for 10.0.0.7 at 2026-01-29 17:35:00 +0100
 *     Processing by CartController#show as HTML
 *     Completed 500 Internal Server Error in 166ms (Views: 117.4ms | ActiveRecord: 27.2ms)
 *
 *     PG::ConnectionBad (could not connect to server):
 */
#include "ingest/access.h"
#include "ingest/format.h"
#include "ingest/request_text.h"

/* Takes tags off the front: "[4be1] [10.0.0.7] Started ...". Returns the first. */
static struct str tags_take(struct str *s)
{
	struct str first = STR_NONE;

	while (s->len > 2 && s->ptr[0] == '[') {
		struct str rest, tag = str_cut(str_from(*s, 1), ']', &rest);

		if (rest.len == 0 || rest.ptr[0] != ' ')
			break;
		if (first.len == 0)
			first = tag;
		*s = str_from(rest, 1);
	}
	return first;
}

/* `Started GET "/cart" for 10.0.0.7 at 2026-01-29 17:35:00 +0100`, *e NULL when it need only be recognised. */
static bool started(struct str s, struct event *e)
{
	struct str method, path, rest;
	struct timestamp time;
	ptrdiff_t at;

	tags_take(&s);
	if (!str_starts(s, STR("Started ")))
		return false;
	s = str_from(s, 8);
	method = str_word(&s);
	s = str_trim(s);
	if (!request_method_is(method) || s.len < 3 || s.ptr[0] != '"')
		return false;
	path = str_cut(str_from(s, 1), '"', &rest);
	at = str_find(rest, STR(" at "));
	if (!str_starts(rest, STR(" for ")) || at < 0)
		return false;
	s = str_from(rest, (size_t)at + 4);
	if (!timestamp_parse(&s, &time))
		return false;
	if (!e)
		return true;
	e->has_time = true;
	e->time = time;
	e->method = method;
	e->path = path;
	e->client = str_trim(str_make(rest.ptr + 5, (size_t)at - 5));
	return true;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)ctx;
	if (line.len > 0 && (line.ptr[0] == 'S' || line.ptr[0] == '[') && started(line, NULL))
		return LINE_START;
	if (record.len > 0)
		return LINE_CONTINUES;
	return line.len == 0 ? LINE_SKIP : LINE_ALIEN;
}

/* "PG::ConnectionBad (could not connect to server):", "NoMethodError: undefined method ...". */
static bool names_error(struct str s)
{
	size_t n = 0;

	while (n < s.len && ((s.ptr[n] | 0x20) >= 'a' ? (s.ptr[n] | 0x20) <= 'z' : s.ptr[n] == ':'))
		n++;
	if (n < 5 || s.ptr[0] < 'A' || s.ptr[0] > 'Z' || n == s.len)
		return false;
	return str_find(str_head(s, n), STR("::")) > 0 || str_find(str_head(s, n), STR("Error")) > 0
		       ? s.ptr[n] == ' ' && n + 1 < s.len && s.ptr[n + 1] == '('
		       : false;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str more, line = str_cut(record, '\n', &more), first = line, tag = tags_take(&first);
	struct event done = EVENT_INIT;

	(void)ctx;
	if (!started(line, e))
		return false;
	e->kind = EV_HTTP;
	e->message = first;
	e->detail = str_trim(more);
	if (hex_id_is(tag))
		e->request_id = tag;
	while (more.len > 0) {
		struct str s = str_cut(more, '\n', &more);

		tags_take(&s);
		if (str_starts(s, STR("Processing by "))) {
			struct str rest = str_from(s, 14);

			e->logger = str_word(&rest);
		} else if (str_starts(s, STR("Completed ")) && e->status < 0) {
			done.message = s;
			request_text_apply(&done);
			e->status = done.status;
			e->duration_ms = done.duration_ms;
		} else if (e->error.len == 0 && names_error(s)) {
			e->error = s.ptr[s.len - 1] == ':' ? str_head(s, s.len - 1) : s;
		}
	}
	e->severity = e->status >= 0 ? severity_from_status(e->status) : e->error.len ? SEV_ERROR : SEV_INFO;
	return true;
}

static const struct format_sample samples[] = {
	{ "Started GET \"/cart?x=1\" for 10.0.0.7 at 2026-01-29 17:35:00 +0100\nProcessing by CartController#show as HTML\n"
	  "Completed 500 Internal Server Error in 166ms (Views: 117.4ms | ActiveRecord: 27.2ms)\n\n"
	  "PG::ConnectionBad (could not connect to server):\n  app/models/cart.rb:12:in `load'",
	  "time=2026-01-29T16:35:00Z kind=http severity=error status=500 method=GET path=/cart?x=1 client=10.0.0.7 "
	  "duration_ms=166 logger=CartController#show error='PG::ConnectionBad (could not connect to server)'" },
	{ "[4be1a5d2c0ffee11] Started POST \"/login\" for ::1 at 2026-01-29 17:35:00 +0000\n"
	  "[4be1a5d2c0ffee11] Completed 200 OK in 41ms (Views: 0.2ms)",
	  "time=2026-01-29T17:35:00Z severity=info status=200 method=POST path=/login client=::1 duration_ms=41 "
	  "request_id=4be1a5d2c0ffee11" },
	{ NULL, NULL },
};

const struct format format_rails = {
	.id = "rails",
	.title = "Rails request log without a logger's head",
	.service = NULL,
	.role = ROLE_ACCESS,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
