/*
 * haproxy: HAProxy's traffic log (HTTP, TCP and connection errors) and its own notices, bare or behind a
 * syslog head. The time is the accept date in the brackets: it has milliseconds and a year, which
 * the head lacks. A timer of -1 says how far the request came; the termination flags say who ended it.
 *
 *     10.0.1.2:33317 [06/Feb/2026:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ----
 *     1/1/1/1/0 0/0 "GET / HTTP/1.1"
 */
#include "ingest/access.h"
#include "ingest/format.h"
#include "ingest/syslog_head.h"
#include "ingest/words.h"

enum { TIMERS_MAX = 6 };

static bool has(struct str s, const char *needle)
{
	return str_find(s, str_of(needle)) >= 0;
}

/* What HAProxy says, without the head; false when a head names another program. */
static bool message_of(struct str record, struct syslog_head *h, bool *headed)
{
	struct syslog_head head;
	*headed = syslog_head_parse(record, &head);
	if (*headed) {
		*h = head;
		return str_starts(head.program, STR("haproxy")) || str_starts(head.program, STR("hapee"));
	}
	*h = (struct syslog_head){ .pri = -1, .pid = -1, .message = record };
	return true;
}

/* "client:port [dd/Mon/yyyy:HH:MM:SS.mmm] " → offset of the bracket, or -1. */
static ptrdiff_t accept_date(struct str m)
{
	ptrdiff_t at = str_find(str_head(m, 96), STR(" ["));
	if (at < 2 || (size_t)at + 27 > m.len)
		return -1;
	const char *p = m.ptr + at + 2;
	bool date = is_digit(p[0]) && is_digit(p[1]) && p[2] == '/' && p[6] == '/' && p[11] == ':' &&
		    p[14] == ':' && p[17] == ':' && p[20] == '.' && is_digit(p[21]);
	return date && str_chr(str_head(m, (size_t)at), ' ') < 0 &&
			       str_chr(str_head(m, (size_t)at), ':') >= 0
		       ? at + 1
		       : -1;
}

/* Notices that no one else writes. */
static bool notice_is(struct str m, bool headed)
{
	if (str_starts(m, STR("Connect from ")) && has(m, " to ") && (has(m, "/HTTP)") || has(m, "/TCP)")))
		return true;
	bool state = (str_starts(m, STR("Server ")) || str_starts(m, STR("Backup Server ")) ||
		      str_starts(m, STR("Health check "))) &&
		     (has(m, " is DOWN") || has(m, " is UP") || has(m, " is stopping") ||
		      has(m, "is going DOWN"));
	bool none = has(m, " has no server available!");
	bool proxy = str_starts(m, STR("Proxy ")) &&
		     (has(m, " started.") || has(m, " stopped ") || has(m, " stopped."));
	return headed || state || none || proxy;
}

static enum line_class haproxy_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	struct syslog_head h;
	bool headed;
	if (line.len == 0)
		return LINE_SKIP;
	if (!message_of(line, &h, &headed))
		return LINE_ALIEN;
	if (accept_date(h.message) > 0 || notice_is(h.message, headed))
		return LINE_START;
	return LINE_ALIEN;
}

/*
 * "10/0/30/69/109", "-1/-1/1", "0/0/0/1/+2": how many timers; the last is the whole time. 0 when it is
 * something else.
 */
static unsigned timers_parse(struct str s, double timers[TIMERS_MAX])
{
	unsigned n = 0;
	struct str rest = s;
	if (str_chr(s, '/') <= 0)
		return 0;
	while (rest.len) {
		struct str word = str_cut(rest, '/', &rest);
		if (word.len && word.ptr[0] == '+')
			word = str_from(word, 1);
		int64_t ms;
		if (n == TIMERS_MAX || !str_to_i64(word, &ms) || ms < -1)
			return 0;
		timers[n++] = (double)ms;
	}
	return n >= 3 ? n : 0;
}

static struct str cut_tls(struct str frontend)
{
	return str_ends(frontend, STR("~")) ? str_head(frontend, frontend.len - 1) : frontend;
}

/* The cause in the flags: first who ended the session, then its phase. Empty for a normal end. */
static struct str flags_text(struct str flags)
{
	static const struct {
		char flag[3];
		const char *text;
	} rows[] = {
		{ "sH", "server timeout waiting for response headers" },
		{ "sC", "timeout connecting to server" },
		{ "sD", "server timeout during data" },
		{ "sQ", "timeout in the queue" },
		{ "SC", "server refused the connection" },
		{ "SH", "server aborted before response headers" },
		{ "SD", "server aborted during data" },
		{ "SQ", "no server could take the request" },
		{ "cD", "client timeout during data" },
		{ "cH", "client timeout" },
		{ "cR", "client timeout sending the request" },
		{ "CD", "client aborted during data" },
		{ "CH", "client aborted while waiting for the server" },
		{ "CR", "client aborted before sending a request" },
		{ "CC", "client aborted while connecting to the server" },
		{ "CQ", "client aborted in the queue" },
		{ "PH", "response blocked by the proxy" },
		{ "PR", "request blocked by the proxy" },
		{ "PC", "proxy refused to connect: out of resources" },
		{ "RC", "no resource left to connect to the server" },
		{ "IC", "internal error" },
	};
	if (flags.len < 2)
		return STR_NONE;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].flag[0] == flags.ptr[0] && rows[i].flag[1] == flags.ptr[1])
			return str_of(rows[i].text);
	return STR_NONE;
}

static enum severity session_severity(struct str flags, int status)
{
	if (status >= 100)
		return severity_from_status(status);
	if (flags.len &&
	    (flags.ptr[0] == 's' || flags.ptr[0] == 'S' || flags.ptr[0] == 'R' || flags.ptr[0] == 'I'))
		return SEV_ERROR;
	return SEV_INFO;
}

/* Behind the accept date: frontend, backend/server, timers, ... */
static bool session_decode(struct str s, struct event *e)
{
	struct str frontend = cut_tls(str_word(&s));
	struct str server = str_word(&s);
	double timers[TIMERS_MAX];
	unsigned n = 0;
	e->logger = frontend;
	ptrdiff_t slash = str_chr(server, '/');
	if (frontend.len == 0)
		return false;
	if (slash <= 0 || server.ptr[server.len - 1] == ':' || !s.len) {
		/* "frontend/1: SSL handshake failure" */
		struct str text = str_trim(str_make(frontend.ptr, (size_t)(s.ptr + s.len - frontend.ptr)));
		ptrdiff_t colon = str_find(text, STR(": "));
		e->severity = SEV_WARN;
		e->message = colon < 0 ? text : str_from(text, (size_t)colon + 2);
		e->logger = str_cut(frontend, '/', &text);
		return true;
	}
	/* captured headers and host names may stand before the timers */
	struct str word;
	for (unsigned i = 0; i < 4 && n == 0 && s.len; i++) {
		word = str_word(&s);
		n = timers_parse(word, timers);
	}
	if (n == 0)
		return false;
	e->upstream = server;
	if (timers[n - 1] >= 0)
		e->duration_ms = timers[n - 1];
	int64_t bytes;
	bool http = n >= 5;
	if (http) {
		struct str status = str_word(&s);
		e->kind = EV_HTTP;
		if (!status_parse(status, &e->status))
			e->status = -1; /* "-1": the client was gone before an answer */
		if (timers[n - 2] >= 0)
			e->upstream_ms = timers[n - 2];
	}
	word = str_word(&s);
	if (word.len && word.ptr[0] == '+')
		word = str_from(word, 1);
	if (str_to_i64(word, &bytes))
		e->bytes = bytes;
	if (http) {
		str_word(&s); /* captured cookies */
		str_word(&s);
	}
	struct str flags = str_word(&s);
	e->error = flags_text(flags);
	e->severity = session_severity(flags, e->status);
	ptrdiff_t quote = str_find(s, STR(" \""));
	if (quote >= 0) {
		struct str request = str_from(s, (size_t)quote + 2);
		request = str_head(request, quoted_length(request));
		request_line_parse(request, e);
		e->message = request;
	} else {
		e->message = server;
	}
	if (!http && e->severity >= SEV_ERROR)
		e->kind = EV_UPSTREAM;
	return true;
}

/* "Server be/srv is DOWN, reason: Layer4 connection problem, ...", "backend be has no server available!" */
static void notice_decode(struct str m, struct event *e)
{
	e->message = m;
	bool down = has(m, " is DOWN") || has(m, "no server available") || has(m, "is going DOWN");
	bool up = has(m, " is UP");
	if (down || up) {
		e->kind = EV_STATE;
		e->severity = has(m, "no server available") ? SEV_FATAL : down ? SEV_ERROR : SEV_NOTICE;
		ptrdiff_t at = str_find(m, STR("erver "));
		struct str s = str_from(m, at < 0 ? 0 : (size_t)at + 6);
		if (at < 0 || has(m, "no server available"))
			str_word(&s); /* "backend" or "proxy" */
		if (has(m, "no server available")) {
			s = m;
			str_word(&s);
		}
		e->upstream = str_word(&s);
		return;
	}
	if (str_starts(m, STR("Connect from "))) {
		struct str s = str_from(m, 13);
		e->kind = EV_CONN_OPEN;
		e->severity = SEV_INFO;
		e->client = endpoint_host(str_word(&s));
		return;
	}
	if (str_starts(m, STR("Proxy "))) {
		struct str s = str_from(m, 6);
		e->kind = has(m, " started") ? EV_START : has(m, " stopped") ? EV_STOP : EV_LINE;
		e->logger = str_word(&s);
	} else if (has(m, "exited with code") && !has(m, "code 0")) {
		e->kind = EV_CRASH;
		e->severity = SEV_ERROR;
	}
	if (e->severity == SEV_NONE)
		e->severity = SEV_INFO;
}

static bool haproxy_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	struct syslog_head h;
	bool headed;
	if (!message_of(record, &h, &headed))
		return false;
	e->time = h.time;
	e->has_time = h.has_time;
	e->host = h.host;
	e->pid = h.pid;
	ptrdiff_t at = accept_date(h.message);
	if (at < 0) {
		if (!notice_is(h.message, headed))
			return false;
		if (h.pri >= 0)
			e->severity = severity_from_syslog(h.pri & 7);
		notice_decode(h.message, e);
		return true;
	}
	struct str client = endpoint_host(str_head(h.message, (size_t)at - 1));
	if (address_is(client))
		e->client = client;
	struct str s = str_from(h.message, (size_t)at + 1);
	if (!timestamp_parse(&s, &e->time))
		return false;
	e->has_time = true;
	str_cut(s, ']', &s);
	return session_decode(s, e);
}

static const struct format_sample samples[] = {
	{ "Jul 30 09:03:52 lb-1 haproxy[32450]: 198.51.100.4:38862 [30/Jul/2026:09:03:52.726] incoming~ "
	  "docs/docs-2 "
	  "0/0/1/40/42 304 168 - - ---- 6/6/0/0/0 0/0 {docs.example.test||} {|||} \"GET /a.js HTTP/1.1\"",
	  "time=2026-07-30T09:03:52.726Z kind=http severity=info status=304 method=GET path=/a.js "
	  "bytes=168 duration_ms=42 "
	  "upstream_ms=40 client=198.51.100.4 upstream=docs/docs-2 host=lb-1 pid=32450 logger=incoming" },
	{ "10.0.1.2:33320 [06/Feb/2026:12:14:14.655] http-in static/<NOSRV> 10/-1/-1/-1/5010 503 213 - - "
	  "sQ-- 1/1/1/1/0 0/3 "
	  "\"POST /x HTTP/1.1\"",
	  "time=2026-02-06T12:14:14.655Z kind=http severity=error status=503 duration_ms=5010 "
	  "upstream=static/<NOSRV> "
	  "error='timeout in the queue' client=10.0.1.2" },
	{ "10.0.1.2:33313 [06/Feb/2026:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",
	  "time=2026-02-06T12:12:51.443Z duration_ms=5007 bytes=212 upstream=bck/srv1 client=10.0.1.2" },
	{ "Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/HTTP)", "kind=conn_open client=10.0.1.2" },
	{ "Feb  6 12:14:14 lb-1 haproxy[14387]: Server static/srv1 is DOWN, reason: Layer4 connection "
	  "problem, info: "
	  "\"Connection refused\", check duration: 0ms. 1 active and 0 backup servers left.",
	  "time=2000-02-06T12:14:14Z kind=state severity=error upstream=static/srv1 host=lb-1 pid=14387" },
	{ "Feb  6 12:12:09 lb-1 haproxy[14387]: 198.51.100.2:34552 [06/Feb/2026:12:12:09.410] fe/1: SSL "
	  "handshake failure",
	  "time=2026-02-06T12:12:09.410Z severity=warn client=198.51.100.2 logger=fe message='SSL "
	  "handshake "
	  "failure'" },
	{ NULL, NULL },
};

const struct format format_haproxy = {
	.id = "haproxy",
	.title = "HAProxy traffic and state log, bare or behind a syslog head",
	.service = "haproxy",
	.role = ROLE_ACCESS,
	.specificity = 50,
	.state_bytes = 0,
	.classify = haproxy_classify,
	.decode = haproxy_decode,
	.samples = samples,
};
