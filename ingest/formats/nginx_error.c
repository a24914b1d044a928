/*
 * nginx_error: nginx's own messages. A message that quotes what FastCGI wrote goes over several
 * lines; the fields ", client: ..., upstream: ..." stand at the end of the last one.
 *
 *     2026/01/29 17:48:00 [error] 25290#25290: *139 connect() failed (111: Connection refused) while
 *     connecting to
 *     upstream, client: 203.0.113.4, server: shop, request: "GET / HTTP/1.1", upstream:
 *     "http://10.0.1.11:3000/", host: "shop"
 */
#include "ingest/access.h"
#include "ingest/format.h"
#include "ingest/text_head.h"
#include "ingest/words.h"

static bool digits(const char *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

/* "2026/01/29 17:48:00 [": with a word and a pid behind it the line is nginx's. */
static bool head_at(struct str line)
{
	const char *p = line.ptr;
	if (line.len < 28 || !digits(p, 4) || p[4] != '/' || !digits(p + 5, 2) || p[7] != '/' ||
	    !digits(p + 8, 2) || p[10] != ' ' || !digits(p + 11, 2) || p[13] != ':' || p[16] != ':' ||
	    p[19] != ' ' || p[20] != '[')
		return false;
	ptrdiff_t close = str_chr(str_from(line, 21), ']');
	if (close < 4 || close > 6)
		return false;
	struct str rest = str_from(line, 21 + (size_t)close + 1);
	ptrdiff_t hash = str_chr(str_head(rest, 14), '#');
	return rest.len > 3 && rest.ptr[0] == ' ' && hash > 1 && digits(rest.ptr + 1, (unsigned)hash - 1);
}

/* "I1221 13:00:58.488494       7 controller.go:202] text" */
static bool glog_is(struct str line)
{
	struct text_head h;

	return text_head_parse(line, &h) && h.has_time && h.severity != SEV_NONE && h.time.has_date &&
	       !h.time.has_year;
}

static enum line_class nginx_error_classify(struct str line, struct str record,
					    const struct decode_ctx *ctx)
{
	(void)ctx;
	if (head_at(line))
		return LINE_START;
	if (!record.len)
		return line.len ? LINE_ALIEN : LINE_SKIP;
	/* an ingress controller writes its own lines in between */
	return line.len && is_upper(line.ptr[0]) && glog_is(line) ? LINE_ALIEN : LINE_CONTINUES;
}

/* The value of one of the fields at the end: `key` is ", upstream: ". */
static struct str tail_value(struct str tail, struct str key)
{
	ptrdiff_t at = str_find(tail, key);
	if (at < 0)
		return STR_NONE;
	struct str s = str_from(tail, (size_t)at + key.len);
	if (s.len && s.ptr[0] == '"') {
		s = str_from(s, 1);
		return str_head(s, quoted_length(s));
	}
	ptrdiff_t end = str_find(s, STR(", "));
	return end < 0 ? s : str_head(s, (size_t)end);
}

static bool has(struct str s, const char *needle)
{
	return str_find(s, str_of(needle)) >= 0;
}

/* What nginx says about an upstream that failed it, as opposed to what it says while one is in use. */
static bool upstream_failed(struct str m, const struct event *e)
{
	if (has(m, "no live upstreams") || has(m, "upstream timed out") ||
	    has(m, "upstream prematurely closed") || has(m, "while connecting to upstream") ||
	    has(m, "upstream server temporarily disabled") || has(m, "upstream SSL certificate") ||
	    has(m, "host not found in upstream") || has(m, "could not be resolved"))
		return true;
	bool buffering = has(m, "buffered to a temporary file");
	return e->upstream.len > 0 && e->severity >= SEV_ERROR && !buffering &&
	       !has(m, "FastCGI sent in stderr");
}

static enum event_kind kind_of(struct str m, const struct event *e)
{
	if (e->severity <= SEV_NOTICE) {
		if (has(m, "reconfiguring"))
			return EV_RELOAD;
		if (str_starts(m, STR("nginx/")) || str_starts(m, STR("openresty/")))
			return EV_START;
		if (has(m, "received") && (has(m, ", exiting") || has(m, ", shutting down") ||
					   has(m, "SIGTERM") || has(m, "SIGQUIT")))
			return EV_STOP;
	}
	if (has(m, "exited on signal") || has(m, "exited with fatal code"))
		return EV_CRASH;
	return upstream_failed(m, e) ? EV_UPSTREAM : EV_LINE;
}

static bool nginx_error_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	struct str s = record;
	if (!head_at(record) || !timestamp_parse(&s, &e->time))
		return false;
	e->has_time = true;
	struct str rest;
	e->severity = severity_parse(str_cut(str_from(record, 21), ']', &rest));
	struct str pid = str_cut(str_from(rest, 1), '#', &rest);
	if (!str_to_i64(pid, &e->pid))
		e->pid = -1;
	str_cut(rest, ' ', &rest); /* tid: */
	if (rest.len > 1 && rest.ptr[0] == '*' && rest.ptr[1] >= '0' && rest.ptr[1] <= '9')
		str_cut(rest, ' ', &rest); /* *connection */
	struct str tail = STR_NONE;
	ptrdiff_t at = str_find(rest, STR(", client: "));
	if (at >= 0) {
		tail = str_from(rest, (size_t)at);
		rest = str_head(rest, (size_t)at);
	}
	e->client = endpoint_host(tail_value(tail, STR(", client: ")));
	struct str request = tail_value(tail, STR(", request: "));
	request_line_parse(request, e);
	e->upstream = url_authority(tail_value(tail, STR(", upstream: ")));
	e->referrer = tail_value(tail, STR(", referrer: "));
	e->message = str_trim(str_cut(rest, '\n', &e->detail));
	e->kind = kind_of(e->message, e);
	if (e->kind == EV_START) {
		str_cut(e->message, '/', &rest);
		e->version = str_word(&rest);
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "2026/01/29 17:48:00 [error] 25290#25290: *139 connect() failed (111: Connection refused) while "
	  "connecting to "
	  "upstream, client: 203.0.113.4, server: shop.example.test, request: \"GET /sitemap.xml "
	  "HTTP/1.1\", upstream: "
	  "\"http://10.0.1.11:3000/sitemap.xml\", host: \"shop.example.test\"",
	  "time=2026-01-29T17:48:00Z kind=upstream severity=error pid=25290 client=203.0.113.4 method=GET "
	  "path=/sitemap.xml "
	  "upstream=10.0.1.11:3000 message='connect() failed (111: Connection refused) while connecting to "
	  "upstream'" },
	{ "2026/01/29 17:48:08 [error] 25290#25290: *139 no live upstreams while connecting to upstream, "
	  "client: "
	  "198.51.100.4, server: shop, request: \"GET /x?q=%20 HTTP/1.1\", upstream: "
	  "\"http://web/x?q=%20\", host: \"shop\", "
	  "referrer: \"https://shop/\"",
	  "kind=upstream severity=error upstream=web referrer=https://shop/ path=/x?q=%20" },
	{ "2026/01/29 17:05:57 [error] 25290#25290: *79 access forbidden by rule, client: 203.0.113.2, "
	  "server: shop, request: "
	  "\"GET /.env HTTP/1.1\", host: \"shop\"",
	  "kind=line severity=error client=203.0.113.2 path=/.env message='access forbidden by rule'" },
	{ "2025/10/30 23:26:34 [error] 205860#205860: *180289 FastCGI sent in stderr: \"PHP message: PHP "
	  "Warning:  first in "
	  "/var/www/a.php on line 3\nPHP message: PHP Warning:  second in /var/www/b.php on line 9\" while "
	  "reading response "
	  "header from upstream, client: 198.51.100.7, server: blog, request: \"GET / HTTP/2.0\", "
	  "upstream: "
	  "\"fastcgi://unix:/run/php/fpm.sock:\", host: \"blog\"",
	  "time=2025-10-30T23:26:34Z kind=line severity=error pid=205860 upstream=unix:/run/php/fpm.sock "
	  "client=198.51.100.7" },
	{ "2026/01/29 18:00:00 [notice] 811#811: signal 1 (SIGHUP) received from 90, reconfiguring",
	  "kind=reload severity=notice pid=811" },
	{ "2026/01/29 18:00:05 [notice] 811#811: nginx/1.24.0", "kind=start version=1.24.0" },
	{ "2026/01/29 18:01:00 [alert] 811#811: worker process 900 exited on signal 11 (core dumped)",
	  "kind=crash severity=fatal pid=811" },
	{ NULL, NULL },
};

const struct format format_nginx_error = {
	.id = "nginx_error",
	.title = "nginx error log",
	.service = "nginx",
	.role = ROLE_SERVER,
	.specificity = 50,
	.state_bytes = 0,
	.classify = nginx_error_classify,
	.decode = nginx_error_decode,
	.samples = samples,
};
