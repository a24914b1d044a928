/*
 * generic_text: the last resort, and a good one: any text whose lines begin with a time, a
 * level, or both, in any order (see ingest/text_head). Lines without a time continue the record above
 * once the file has shown that its records are timed; in a file without times every line that
 * is not part of a trace is an event of its own.
 */
#include "ingest/format.h"
#include "ingest/lifecycle.h"
#include "ingest/request_text.h"
#include "ingest/migration.h"
#include "ingest/pairs.h"
#include "ingest/stack.h"
#include "ingest/syslog_head.h"
#include "ingest/text_head.h"
#include "ingest/words.h"

enum { ZONES_MAX = 4 };

struct text_state {
	bool timed; /* a line with a time was seen */
	struct zone zones[ZONES_MAX]; /* that lines have named */
	bool known[ZONES_MAX]; /* which of them there are */
	size_t n_zones;
};

enum { INDENT_MAX = 8, PROBE_BYTES = 64, TRACE_BYTES = 2048 };

/* Many control bytes are no text; a NUL in a message is, and so are the escape sequences of terminals. */
static bool binary(struct str line)
{
	size_t n = line.len < PROBE_BYTES ? line.len : PROBE_BYTES, controls = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)line.ptr[i];
		controls += c < 0x20 && c != '\t' && c != '\x1b' && c != '\r' && c != '\f';
	}
	return controls * 8 > n;
}

/* An access log's line: ` [29/Jan/2026:17:35:00 -0500] "` near its beginning, or with a zone in three letters. */
static bool access_line(struct str line)
{
	ptrdiff_t at = str_find(str_head(line, 200), STR(" ["));
	if (at < 0 || (size_t)at + 32 > line.len)
		return false;
	const char *p = line.ptr + at + 2;
	if (p[2] != '/' || p[6] != '/' || p[11] != ':' || p[20] != ' ')
		return false;
	p += p[24] == ']' ? 24 : 26;
	return p[0] == ']' && p[1] == ' ' && p[2] == '"';
}

/* `time="..." level=info msg=...`; `Started GET "/" for 10.0.0.7 at ...`. */
static bool logfmt_or_rails(struct str line)
{
	if (line.ptr[0] == 't')
		return str_find(line, STR(" level=")) > 0;
	return str_find(line, STR(" \"/")) > 0 && str_find(line, STR("\" for ")) > 0;
}

/*
 * Whole records of other formats that get mixed into text: JSON objects, access lines, container and
 * syslog lines, what Lambda writes around them.
 */
static bool foreign(struct str line)
{
	struct str head = str_head(line, 48);
	if (line.len > 30 && line.ptr[10] == 'T' &&
	    (str_find(head, STR(" stdout F ")) > 20 || str_find(head, STR(" stderr F ")) > 20))
		return true;
	struct syslog_head syslog;
	if (line.ptr[0] == '<' && syslog_head_parse(line, &syslog))
		return true;
	if (line.ptr[0] <= 'S' && (str_starts(line, STR("START RequestId: ")) || str_starts(line, STR("END RequestId: ")) ||
				   str_starts(line, STR("REPORT RequestId: "))))
		return true;
	if (line.ptr[0] == '{' && line.len > 2 && line.ptr[1] == '"' && line.ptr[line.len - 1] == '}')
		return true;
	if (str_starts(line, STR("time=\"")) || str_starts(line, STR("Started ")))
		return logfmt_or_rails(line);
	return line.ptr[0] != '[' && !(line.len > 4 && line.ptr[4] == '-') && access_line(line);
}

static struct str last_line(struct str record)
{
	ptrdiff_t at = str_rchr(record, '\n');
	return str_from(record, (size_t)(at + 1));
}

/* The unindented last line of a Python traceback, and what follows a Go panic. */
static bool trace_goes_on(struct str record)
{
	struct str last = last_line(record);
	bool indented = last.len && (last.ptr[0] == ' ' || last.ptr[0] == '\t');
	record = str_head(record, TRACE_BYTES); /* looked at for every line: no more than its beginning */
	if (indented && str_find(record, STR("Traceback (most recent")) >= 0)
		return true;
	return str_starts(record, STR("panic: ")) || str_find(record, STR("\ngoroutine ")) >= 0;
}

/*
 * Among timed lines, one that has only a level: a record of its own when its level stands at the very front,
 * in capitals, and it is in brackets or the record above had its own already (java.util.logging writes the level on a
 * second line).
 */
static bool graded_alone(struct str line, const struct text_head *h, struct str record)
{
	struct text_head above;
	struct str rest;
	char first = line.ptr[0] == '[' ? line.ptr[1] : line.ptr[0];
	char second = line.ptr[0] == '[' ? line.ptr[2] : line.ptr[1];

	if (h->severity == SEV_NONE || !(is_digit(first) || (is_upper(first) && is_upper(second))))
		return false;
	if (line.ptr[0] == '[')
		return true;
	return text_head_parse(str_cut(record, '\n', &rest), &above) && above.severity != SEV_NONE;
}

static enum line_class generic_text_classify(struct str line, struct str record,
					     const struct decode_ctx *ctx)
{
	struct text_state *state = ctx->state;
	size_t indent = 0;
	while (indent < line.len && (line.ptr[indent] == ' ' || line.ptr[indent] == '\t'))
		indent++;
	if (indent == line.len)
		return record.len ? LINE_CONTINUES : LINE_SKIP;
	if (binary(line) || foreign(line))
		return LINE_ALIEN;
	struct text_head h;
	bool head = indent <= INDENT_MAX && text_head_parse(line, &h);
	/* Zabbix pads the process in front of the time: its records are all indented. */
	bool padded = indent && record.len && record.ptr[0] == ' ';
	if (head && h.has_time && (!indent || h.severity != SEV_NONE || !record.len || padded)) {
		if (state)
			state->timed = true;
		return LINE_START;
	}
	if (state && state->timed && head && !indent && record.len && graded_alone(line, &h, record))
		return LINE_START;
	/* Go's runtime knows no time; what it says is not what the record above was about. */
	if (!indent && str_starts(line, STR("panic: ")) && !str_starts(record, STR("panic: ")))
		return LINE_START;
	if (state && state->timed)
		return record.len ? LINE_CONTINUES : LINE_SKIP;
	if (stack_line_is(line) && !(head && !indent))
		return record.len ? LINE_CONTINUES : LINE_START;
	if (!head && record.len && trace_goes_on(record))
		return LINE_CONTINUES;
	return LINE_START;
}

/* log4j's layout with the logger at the end, as Kafka has it: "... (kafka.server.KafkaServer)". */
static void logger_at_end(struct event *e)
{
	struct str m = e->message;
	ptrdiff_t open = str_rchr(m, '(');
	if (m.len < 4 || m.ptr[m.len - 1] != ')' || open < 2 || m.ptr[open - 1] != ' ')
		return;
	struct str name = str_make(m.ptr + open + 1, m.len - (size_t)open - 2);
	if (str_chr(name, '.') <= 0)
		return;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '$' || c == '_' || c == '-'))
			return;
	}
	e->logger = name;
	e->message = str_trim(str_head(m, (size_t)open));
}

/*
 * .NET's console: "info: Shop.Orders[14]" with the message indented below. The name becomes the logger, the first line
 * below the message, what is left of *more the detail.
 */
static void category_above(struct event *e, struct str *more)
{
	struct str m = e->message, rest;
	size_t n = 0;

	while (n < m.len && (is_alnum(m.ptr[n]) || m.ptr[n] == '.' || m.ptr[n] == '_'))
		n++;
	if (n < 3 || n + 2 >= m.len || m.ptr[n] != '[' || !is_digit(m.ptr[n + 1]) || m.ptr[m.len - 1] != ']' ||
	    str_chr(m, ' ') >= 0 || str_chr(m, '.') < 0)
		return;
	e->logger = str_head(m, n);
	e->message = str_trim(str_cut(*more, '\n', &rest));
	*more = str_trim(rest);
}

/* What follows the head may be structured: JSON, or logfmt. */
static bool structured(struct str m)
{
	if (m.len > 1 && m.ptr[0] == '{' && m.ptr[m.len - 1] == '}')
		return true;
	static const char *const keys[] = { "level=", "lvl=", "ts=", "time=", "msg=", NULL };
	for (size_t i = 0; keys[i]; i++)
		if (str_starts(m, str_of(keys[i])))
			return true;
	return false;
}

/* The zone that a line names, read when the first one does; NULL when it is not known. */
static const struct zone *zone_named(struct text_state *state, struct arena *file, struct str name)
{
	for (size_t i = 0; i < state->n_zones; i++)
		if (str_eq(state->zones[i].name, name))
			return state->known[i] ? &state->zones[i] : NULL;
	if (state->n_zones == ZONES_MAX)
		return NULL;
	size_t at = state->n_zones++;
	struct zone *z = &state->zones[at];
	struct err err = ERR_INIT;
	state->known[at] = zone_open(z, file, name, &err);
	if (!state->known[at])
		*z = (struct zone){ .name = arena_str(file, name) };
	return state->known[at] ? z : NULL;
}

static bool generic_text_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str more;
	struct str line = str_cut(record, '\n', &more);
	struct text_head h;
	text_head_parse(line, &h);
	if (h.has_time && h.message.len && h.message.ptr[0] == '[') {
		/* a wrapper's line around a line with a head of its own (Airflow) */
		struct text_head inner;
		if (text_head_parse(h.message, &inner) && inner.has_time && inner.time.has_date &&
		    inner.severity != SEV_NONE)
			h = inner;
	}
	if (!h.has_time)
		text_head_inside(line, &h);
	e->has_time = h.has_time;
	e->time = h.time;
	const struct zone *zone = h.zone.len && ctx->state ? zone_named(ctx->state, ctx->file, h.zone) : NULL;
	if (zone) {
		e->time.offset_s = zone_offset_of_wall(zone, h.time.ns);
		e->time.ns -= e->time.offset_s * NS_PER_S;
		e->time.has_zone = true;
	}
	e->severity = h.severity;
	e->logger = h.logger;
	e->pid = h.pid;
	e->message = str_trim(h.message);
	more = str_trim(more);
	if (more.len && h.severity == SEV_NONE) {
		/*
		 * java.util.logging: class and method stand on the first line, "SEVERE: message" on the
		 * second
		 */
		struct str rest;
		struct text_head second;
		struct str next = str_cut(more, '\n', &rest);
		if (text_head_parse(next, &second) && !second.has_time && !second.indented) {
			e->severity = second.severity;
			struct str class = e->message;
			e->logger = str_word(&class);
			e->message = str_trim(second.message);
			more = str_trim(rest);
		}
	}
	if (more.len)
		category_above(e, &more);
	e->detail = more;
	if (stack_is(record)) {
		e->error = stack_root(more.len && !stack_is(line) ? more : record);
		if (e->severity == SEV_NONE)
			e->severity = SEV_ERROR;
		if (!e->message.len)
			e->message = e->error;
	} else if (str_starts(e->message, STR("panic: ")) || str_starts(e->message, STR("fatal error: "))) {
		e->kind = EV_CRASH;
		e->severity = SEV_FATAL;
	}
	if (!e->message.len && more.len)
		e->message = str_trim(str_cut(more, '\n', &e->detail));
	logger_at_end(e);
	if (structured(e->message) || access_line(e->message))
		e->payload = e->message;
	request_text_apply(e);
	if (e->kind == EV_LINE && !e->payload.len) {
		pairs_take_tail(e, ctx->scratch);
		pairs_take_ruby(e, ctx->scratch);
	}
	if (e->kind == EV_LINE && isnan(e->duration_ms))
		duration_text(e->message, &e->duration_ms);
	lifecycle_apply(e);
	migration_apply(e, ctx->scratch);
	return true;
}

static const struct format_sample samples[] = {
	{ "2023-05-05 17:29:42.061 ERROR 2761 --- [bookings-3-exec-9] c.example.RequestLog : call to "
	  "payments failed "
	  "method=POST path=/bookings status=504 took=8008.6ms user=5041: java.net.SocketTimeoutException: "
	  "Read timed out",
	  "time=2023-05-05T17:29:42.061Z kind=http severity=error method=POST path=/bookings status=504 "
	  "duration_ms=8008.6 user=5041 message='call to payments failed' "
	  "error='java.net.SocketTimeoutException: Read timed out'" },
	{ "2026-01-29 17:43:00,123 ERROR [http-8] com.example.Orders: order "
	  "failed\njava.lang.IllegalStateException: wrapped\n"
	  "\tat com.example.Orders.place(Orders.java:10)\nCaused by: java.sql.SQLException: no "
	  "connection\n\t... 12 more",
	  "time=2026-01-29T17:43:00.123Z severity=error logger=com.example.Orders message='order failed' "
	  "error='java.sql.SQLException: no connection'" },
	{ "2026-03-24T09:40:00.402+01:00  INFO 1 --- [           main] c.e.shop.ShopApplication            "
	  "     : Started "
	  "ShopApplication in 4.2 seconds (process running for 5.1)",
	  "time=2026-03-24T08:40:00.402Z severity=info kind=start logger=c.e.shop.ShopApplication pid=1" },
	{ "[2026-03-24 09:40:00,402] WARN [Controller id=1] Broker 2 is slow "
	  "(kafka.controller.KafkaController)",
	  "time=2026-03-24T09:40:00.402Z severity=warn logger=kafka.controller.KafkaController "
	  "message='[Controller id=1] Broker 2 is slow'" },
	{ "E0517 15:04:22.619632       1 reflector.go:138] Failed to watch *v1.ConfigMap: timeout",
	  "time=2000-05-17T15:04:22.619632Z severity=error pid=1 logger=reflector.go:138 "
	  "message='Failed to watch *v1.ConfigMap: timeout'" },
	{ "Mar 4, 2026 8:51:36 AM com.example.Main run\nSEVERE: cannot bind port 8080",
	  "time=2026-03-04T08:51:36Z severity=error logger=com.example.Main message='cannot bind port "
	  "8080'" },
	{ "I, [2026-01-29T17:43:00.123456 #4242]  INFO -- : [4be1] Completed 500 Internal Server Error in "
	  "12ms (Views: 1.0ms)",
	  "time=2026-01-29T17:43:00.123456Z pid=4242" },
	{ "[22-Sep-2026 10:00:00 UTC] PHP Warning:  Undefined variable $x in /var/www/a.php on line 3",
	  "time=2026-09-22T10:00:00Z severity=warn message='Undefined variable $x in /var/www/a.php on "
	  "line 3'" },
	{ "####<Jul 22, 2026, 10:00:00,467 PM India Standard Time> <Info> <Security> <web-1> <> <main> <ready>",
	  "time=2026-07-22T16:30:00.467Z severity=info" },
	{ "Thread-1950::INFO::2026-01-29 17:43:00,018::dispatcher::94::Storage::(run) done",
	  "time=2026-01-29T17:43:00.018Z severity=info" },
	{ "2026/01/29 17:43:00 routing/logger.go:68:func1() [W] slow POST /user/login for 10.0.0.7, elapsed 3362.5ms",
	  "time=2026-01-29T17:43:00Z severity=warn duration_ms=3362.5" },
	{ "[22-Jul-2026 10:00:00 Europe/Berlin] PHP Warning:  Undefined variable $x in /var/www/a.php on line 3",
	  "time=2026-07-22T08:00:00Z severity=warn" },
	{ "2026-01-29 17:43:00 +0000 [info]: #0 [app] 198.51.100.7:50210 - \"GET /health HTTP/1.1\" 503 12",
	  "kind=http severity=info status=503 method=GET path=/health client=198.51.100.7 bytes=12" },
	{ "[2026-01-29T17:43:00,123][WARN ][slowlog.filters.sleep] event processing time "
	  "{:plugin_params=>{\"time\"=>3}, :took_in_nanos=>3027675106, :took_in_millis=>3027}",
	  "severity=warn logger=slowlog.filters.sleep duration_ms=3027.675106" },
	{ "[GIN] 2026/01/29 - 17:43:00 | 502 |    3.123456ms |      10.0.0.7 | GET      \"/api/users\"",
	  "time=2026-01-29T17:43:00Z kind=http severity=error status=502 duration_ms=3.123456 client=10.0.0.7 "
	  "method=GET path=/api/users" },
	{ "10.0.0.7 -  29/Jan/2026:17:43:00 +0100 \"GET /index.php\" 500",
	  "time=2026-01-29T16:43:00Z kind=http severity=error status=500 path=/index.php client=10.0.0.7" },
	{ "GET /api/users 503 12.345 ms - 123", "kind=http severity=error status=503 duration_ms=12.345" },
	{ "- 1117838570 2026.01.03 R02-M1 2026-01-03-15.42.50.675872 R02-M1 RAS KERNEL FATAL data TLB error "
	  "interrupt",
	  "time=2026-01-03T15:42:50.675872Z severity=fatal message='data TLB error interrupt'" },
	{ "[ns_server:error,2026-01-29T17:43:00.123Z,ns_1@cb.local:ns_heart<0.300.0>:grab:88]timed out",
	  "time=2026-01-29T17:43:00.123Z severity=error" },
	{ "03-17 16:16:08.845  2227  2230 W KeyguardMonitor: callback is null",
	  "time=2000-03-17T16:16:08.845Z severity=warn pid=2227" },
	{ "2026-01-29 17:43:00.123+0000 [id=1]\tWARNING\tjetty.util.Log#initialized: slow",
	  "time=2026-01-29T17:43:00.123Z severity=warn" },
	{ "2026-01-29 17:43:00,123 - cc_foo.py[WARNING]: no route",
	  "time=2026-01-29T17:43:00.123Z severity=warn logger=cc_foo.py message='no route'" },
	{ "2026-01-29T17:43:00.123Z error vpxd[12] [Originator@6876 sub=Default] lost", "severity=error" },
	{ "[1769708580] SERVICE ALERT: web;HTTP;WARNING;HARD;4;HTTP WARNING: 401", "severity=warn" },
	{ "54 [main] INFO shop.Orders - entering", "severity=info logger=shop.Orders message=entering" },
	{ "INFO:root:starting job 12", "severity=info logger=root message='starting job 12'" },
	{ "[2026-01-29 17:43:00] production.ERROR: Connection refused {\"exception\":\"[object]\"}",
	  "time=2026-01-29T17:43:00Z severity=error logger=production" },
	{ NULL, NULL },
};

const struct format format_generic_text = {
	.id = "generic_text",
	.title = "any text with a time or a level in front (log4j, Spring, Python, Go, Ruby, PHP, glog, "
		 "...)",
	.service = NULL,
	.role = ROLE_TEXT,
	.specificity = 0,
	.state_bytes = sizeof(struct text_state),
	.classify = generic_text_classify,
	.decode = generic_text_decode,
	.samples = samples,
};
