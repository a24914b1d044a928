/* Heads of plain text in the orders people log them; traces; syslog heads; requests and banners in words. */
#include <criterion/criterion.h>

#include "core/arena.h"
#include "ingest/access.h"
#include "ingest/lifecycle.h"
#include "ingest/request_text.h"
#include "ingest/stack.h"
#include "ingest/syslog_head.h"
#include "ingest/text_head.h"

static void expect_text(struct str got, const char *want, const char *what, const char *of)
{
	cr_expect(str_eq(got, str_of(want)), "%s of %s\n  is '%.*s', wanted '%s'", what, of, STR_ARG(got),
		  want);
}

Test(text_head, reads_every_order)
{
	static const struct {
		const char *line, *time; /* ISO, UTC; NULL: none */
		enum severity severity;
		const char *logger, *message;
	} rows[] = {
		{ "2026-09-07 14:07:41,508 [main] INFO  MyApp - Entering", "2026-09-07T14:07:41.508Z",
		  SEV_INFO, "MyApp", "Entering" },
		{ "WARN  [Flush:20342] 2026-06-29 08:35:35,936  SSTableWriter.java:240 - Compacting",
		  "2026-06-29T08:35:35.936Z", SEV_WARN, "SSTableWriter.java:240", "Compacting" },
		{ "[2026-03-15T10:49:37,858][INFO ][index.search] [i-0a] [8.1][0] took[6.9s]",
		  "2026-03-15T10:49:37.858Z", SEV_INFO, "8.1", "took[6.9s]" },
		{ "2026-05-29 18:31:44,133 | DEBUG | endElement(a,b) | org.x | main",
		  "2026-05-29T18:31:44.133Z", SEV_DEBUG, "", "endElement(a,b) | org.x | main" },
		{ "2026-08-20 18:23:44.714594 W | rafthttp: lost the stream", "2026-08-20T18:23:44.714594Z",
		  SEV_WARN, "rafthttp", "lost the stream" },
		{ "[2026-01-05 22:40:59.503496] W [socket.c:775:__rwv] 0-tcp: ready",
		  "2026-01-05T22:40:59.503496Z", SEV_WARN, "socket.c:775:__rwv", "0-tcp: ready" },
		{ "W210503 15:04:25.849080 1 cli/start.go:987  using the default",
		  "2021-05-03T15:04:25.849080Z", SEV_WARN, "", "cli/start.go:987  using the default" },
		{ "W20260503 15:04:25.849080    26 pool.h:178] slow", "2026-05-03T15:04:25.849080Z", SEV_WARN,
		  "pool.h:178", "slow" },
		{ "@4000000037c219bf2ef02e94 tcpserver: status: 5/30", "1999-08-24T04:04:05.787492500Z", SEV_NONE, "",
		  "tcpserver: status: 5/30" },
		{ "[17:43:00] [Server thread/WARN]: lagging", "1970-01-01T17:43:00Z", SEV_WARN, "", "lagging" },
		{ "E [29/Jan/2026:17:43:00 +0000] no socket", "2026-01-29T17:43:00Z", SEV_ERROR, "", "no socket" },
		{ "  1234:20260129:174300.123 server #1 started", "2026-01-29T17:43:00.123Z", SEV_NONE, "",
		  "server #1 started" },
		{ "celery@web-1 [2026-01-29 17:43:00.123456] heartbeat", "2026-01-29T17:43:00.123456Z", SEV_NONE,
		  "celery@web-1", "heartbeat" },
		{ "<134> 2026-01-29 17:43:00 x", "2026-01-29T17:43:00Z", SEV_INFO, "", "x" },
		{ "[2026-01-29T17:43:00.802Z] I santad: action=EXEC", "2026-01-29T17:43:00.802Z", SEV_INFO, "santad",
		  "action=EXEC" },
		{ "2026-01-29 17:43:00.123+0000 INFO  12 ms: MATCH (n)", "2026-01-29T17:43:00.123Z", SEV_INFO, "",
		  "12 ms: MATCH (n)" },
		{ "17:43:00.130 request_id=F3x [error] Sent 500 in 7ms", "1970-01-01T17:43:00.130Z", SEV_ERROR, "",
		  "Sent 500 in 7ms" },
		{ "2026.11.06 05:19:07.473780 [ 7 ] {} <Error> default.t (Queue): Loaded",
		  "2026-11-06T05:19:07.473780Z", SEV_ERROR, "", "default.t (Queue): Loaded" },
		{ "2026-03-02T19:40:45Z 32515 TID-oveahmcxw INFO: HardWorker start", "2026-03-02T19:40:45Z",
		  SEV_INFO, "", "HardWorker start" },
		{ "[2026-01-29 17:43:00] production.ERROR: refused", "2026-01-29T17:43:00Z", SEV_ERROR,
		  "production", "refused" },
		{ "redis: 2026/12/10 21:54:44 pubsub.go:159: broken pipe", "2026-12-10T21:54:44Z", SEV_NONE,
		  "redis", "pubsub.go:159: broken pipe" },
		{ "ERRO: 2026/12/07 18:30:13.232527 Captured frame", "2026-12-07T18:30:13.232527Z",
		  SEV_ERROR, "", "Captured frame" },
		{ "[shop_server:warn,2026-01-29T17:43:00.123Z,ns_1@db-1:index_updater]Index build is slow",
		  "2026-01-29T17:43:00.123Z", SEV_WARN, "index_updater", "Index build is slow" },
		{ "[120]{-1}[-1/-1] 2026-01-29 17:43:00.123456 w backup      BackupManager.cpp(00245) : it takes long",
		  "2026-01-29T17:43:00.123456Z", SEV_WARN, "-1", "backup      BackupManager.cpp(00245) : it takes long" },
		{ "2026-01-29 17:43:00 i was there", "2026-01-29T17:43:00Z", SEV_NONE, "", "i was there" },
		{ "(Tue Jan 27 17:43:00:259149 2026) [sssd] [start] (0x0020): no rules", "2026-01-27T17:43:00.259149Z",
		  SEV_NONE, "sssd", "no rules" },
		{ "[21/Oct/2026:05:15:23.048 -0500] category=CORE severity=ERROR msg=\"it failed\"", "2026-10-21T10:15:23.048Z",
		  SEV_ERROR, "", "category=CORE severity=ERROR msg=\"it failed\"" },
		{ "[2026/03/05@16:10:11.123-0500] P-12 T-14 I BROKER 0: begin", "2026-03-05T21:10:11.123Z", SEV_NONE, "",
		  "P-12 T-14 I BROKER 0: begin" },
		{ "[ERROR 2026-01-29 17:43:00 main]  /Stage[main]: it failed", "2026-01-29T17:43:00Z", SEV_ERROR, "main", "/Stage[main]: it failed" },
		{ "2026-01-29T17:43:00.123Z info wcp [auth/session.go:156] Removing", "2026-01-29T17:43:00.123Z", SEV_INFO, "",
		  "wcp [auth/session.go:156] Removing" },
		{ "WARNING:root:careful", NULL, SEV_WARN, "root", "careful" },
		{ "<3> 2026-09-18 09:58:12.881 +00:00 it broke", "2026-09-18T09:58:12.881Z", SEV_ERROR, "",
		  "it broke" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct text_head h;
		char time[TIME_TEXT_BYTES] = "";
		cr_expect(text_head_parse(str_of(rows[i].line), &h), "%s", rows[i].line);
		if (h.has_time)
			time_format(h.time.ns, h.time.digits, time);
		expect_text(str_of(time), rows[i].time ? rows[i].time : "", "time", rows[i].line);
		cr_expect_eq((int)h.severity, (int)rows[i].severity, "severity of %s is %s", rows[i].line,
			     severity_name(h.severity));
		expect_text(h.logger, rows[i].logger, "logger", rows[i].line);
		expect_text(h.message, rows[i].message, "message", rows[i].line);
	}
}

Test(text_head, leaves_messages_alone)
{
	static const char *const rows[] = { "I am no level",	       "Error in the middle of words",
					    "12345 records processed", "at com.example.Main(Main.java:1)",
					    "{\"level\":\"info\"}",    "",
					    "[ERROR 17 main] it failed" };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct text_head h;
		cr_expect_not(text_head_parse(str_of(rows[i]), &h), "%s", rows[i]);
		expect_text(h.message, rows[i], "message", rows[i]);
	}
	struct text_head h;
	cr_assert(text_head_parse(STR("2026-01-29 17:43:00 I am here"), &h));
	cr_expect_eq((int)h.severity, SEV_NONE);
	expect_text(h.message, "I am here", "message", "a sentence that begins with a letter");
}

Test(text_head, finds_the_root_of_a_trace)
{
	static const struct {
		const char *text, *root;
	} rows[] = {
		{ "java.lang.A: a\n\tat x.Y(Z.java:1)\nCaused by: b.B: b\n\t... 2 more\nCaused by: c.C: "
		  "c\n\tat q(R.java:2)",
		  "c.C: c" },
		{ "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    x()\nKeyError: "
		  "'k'",
		  "KeyError: 'k'" },
		{ "Error: connect ECONNREFUSED\n    at f (node:net:1611:16)",
		  "Error: connect ECONNREFUSED" },
		{ "Exception in thread \"main\" java.lang.X: y\n\tat a.b(C.java:3)", "java.lang.X: y" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_expect(stack_is(str_of(rows[i].text)), "%s", rows[i].text);
		expect_text(stack_root(str_of(rows[i].text)), rows[i].root, "root", rows[i].text);
	}
	cr_expect_not(stack_is(STR("at first it worked")));
	cr_expect(stack_line_is(STR("\tat a.b(C.java:3)")));
	cr_expect_not(stack_line_is(STR("plain text")));
}

Test(text_head, reads_syslog_heads)
{
	static const struct {
		const char *line, *host, *program;
		int64_t pid;
		int pri;
		const char *message;
	} rows[] = {
		{ "Jan  9 07:03:00 db-1 sshd[77]: hi", "db-1", "sshd", 77, -1, "hi" },
		{ "<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "mymachine", "su", -1, 34,
		  "'su root' failed" },
		{ "Jan  9 07:03:00 2026 db-1 postfix/smtpd[1]: x", "db-1", "postfix/smtpd", 1, -1, "x" },
		{ "Dec 13 13:35:59 mac Google Chrome[852]: weak", "mac", "Google Chrome", 852, -1, "weak" },
		{ "Dec 13 13:35:59 mac launchd[1] (com.apple.x[26381]): moved", "mac", "launchd", 1, -1,
		  "moved" },
		{ "2026-01-29T17:43:00.694554+03:00 web-1 kernel: oops", "web-1", "kernel", -1, -1,
		  "oops" },
		{ "<165>1 2026-10-11T22:14:15.003Z h app 12 ID [a@1 b=\"]\"] text", "h", "app", 12, 165,
		  "text" },
		{ "<13>1 - - - - - - bare", "", "", -1, 13, "bare" },
		{ "*Mar  1 18:46:11.000: %SYS-5-CONFIG_I: Configured", "", "%SYS-5-CONFIG_I", -1, -1,
		  "Configured" },
		{ "Jan 29 17:43:00 192.0.2.1 : %ASA-6-302013: Built", "192.0.2.1", "%ASA-6-302013", -1, -1, "Built" },
		{ "Jan 29 17:43:00 node1 pacemakerd          [1234] (main) \tinfo: up", "node1", "pacemakerd", 1234, -1,
		  "(main) \tinfo: up" },
		{ "Jan 29 17:43:00 fw-1 (squid-1)[6802]: {\"a\":1}", "fw-1", "squid-1", 6802, -1, "{\"a\":1}" },
		{ "Jan 29 17:43:00 fw-1 (root) CMD (x)", "fw-1", "", -1, -1, "(root) CMD (x)" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct syslog_head h;
		cr_expect(syslog_head_parse(str_of(rows[i].line), &h), "%s", rows[i].line);
		expect_text(h.host, rows[i].host, "host", rows[i].line);
		expect_text(h.program, rows[i].program, "program", rows[i].line);
		cr_expect_eq(h.pid, rows[i].pid, "%s", rows[i].line);
		cr_expect_eq(h.pri, rows[i].pri, "%s", rows[i].line);
		expect_text(h.message, rows[i].message, "message", rows[i].line);
	}
	static const char *const none[] = { "2026-01-29T17:43:00Z INFO main: started",
					    "2026-01-29T17:43:00Z [TRACE] core: x", "hello world",
					    "<999>Jan  9 07:03:00 h p: x", "Jan", "Jan 29 17:43:00.123 ERRO failed",
					    "Jan 29 17:43:00.123 INFO placed" };
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		struct syslog_head h;
		cr_expect_not(syslog_head_parse(str_of(none[i]), &h), "%s", none[i]);
	}
	struct arena a;
	arena_init(&a);
	expect_text(syslog_unescape(STR("a#012b#011c #0x"), &a), "a\nb\tc #0x", "unescaped",
		    "control bytes");
	arena_release(&a);
	cr_expect_eq((int)syslog_cisco_severity(STR("%FTD-2-109011:")), SEV_FATAL);
	cr_expect_eq((int)syslog_cisco_severity(STR("%ASA-session-3-106102:")), SEV_ERROR);
	cr_expect_eq((int)syslog_cisco_severity(STR("%usr-name-x")), SEV_NONE);
}

Test(text_head, finds_requests_in_words)
{
	static const struct {
		const char *message, *method, *path, *client;
		int status;
		double ms;
	} rows[] = {
		{ "127.0.0.1:5000 - \"GET /x?a=1 HTTP/1.1\" 404 Not Found", "GET", "/x?a=1", "127.0.0.1",
		  404, -1 },
		{ "(172.23.0.1:57458): GET /rpc HTTP/1.1: 200", "GET", "/rpc", "172.23.0.1", 200, -1 },
		{ "[4be1] Completed 500 Internal Server Error in 12ms (Views: 1ms)", "", "", "", 500, 12 },
		{ "Request finished HTTP/1.1 GET http://h.example.test/a - 200 - text/plain 1.6ms", "GET",
		  "/a", "", 200, 1.6 },
		{ "Request finished in 1.6008ms 503 text/plain", "", "", "", 503, 1.6008 },
		{ "HTTP GET /api/orders responded 500 in 12.3456 ms", "GET", "/api/orders", "", 500, 12.3456 },
		{ "\"GET http://h.example.test:3000/pay HTTP/1.1\" from 10.0.0.7:1234 - 503 0B in 123.5\xc2\xb5s", "GET",
		  "http://h.example.test:3000/pay", "10.0.0.7", 503, 0.1235 },
		{ "Sent 500 in 1200\xc2\xb5s", "", "", "", 500, 1.2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e = EVENT_INIT;
		e.message = str_of(rows[i].message);
		request_text_apply(&e);
		cr_expect_eq((int)e.kind, EV_HTTP, "%s", rows[i].message);
		cr_expect_eq(e.status, rows[i].status, "%s", rows[i].message);
		expect_text(e.method, rows[i].method, "method", rows[i].message);
		expect_text(e.path, rows[i].path, "path", rows[i].message);
		expect_text(e.client, rows[i].client, "client", rows[i].message);
		if (rows[i].ms >= 0)
			cr_expect_float_eq(e.duration_ms, rows[i].ms, 1e-9, "%s", rows[i].message);
	}
	static const char *const none[] = { "HTTP/1.1 is old", "sent GET /x HTTP/1.1 upstream",
					    "Completed the job in 12ms" };
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		struct event e = EVENT_INIT;
		e.message = str_of(none[i]);
		request_text_apply(&e);
		cr_expect_eq((int)e.kind, EV_LINE, "%s", none[i]);
	}
	double ms;
	cr_expect(duration_text(STR("[idx][0] took[221micros], x"), &ms));
	cr_expect_float_eq(ms, 0.221, 1e-9);
	cr_expect_not(duration_text(STR("took the train in March"), &ms));
	cr_expect(duration_text(STR("\"A IN x. udp 43\" NOERROR 188 0.020948545s"), &ms));
	cr_expect_float_eq(ms, 20.948545, 1e-9);
	cr_expect(duration_text(STR("12 ms: MATCH (n) RETURN n"), &ms));
	cr_expect_float_eq(ms, 12, 1e-9);
	cr_expect_not(duration_text(STR("waits up to 5s"), &ms));
	cr_expect_not(duration_text(STR("upgraded to 1.2.345"), &ms));
}

Test(text_head, knows_starts_and_stops)
{
	static const struct {
		const char *message, *service;
		enum event_kind kind;
		const char *version;
	} rows[] = {
		{ "catalog 3.7.5 listening", "catalog", EV_START, "3.7.5" },
		{ "web 4.7.2 shutting down", "web", EV_STOP, "4.7.2" },
		{ "Started ShopApplication in 4.2 seconds (process running for 5.1)", "", EV_START, "" },
		{ "Listening on 0.0.0.0:8080", "", EV_START, "" },
		{ "Received SIGTERM, draining", "", EV_STOP, "" },
		{ "auth v2.4.0-rc.1 started", "auth", EV_START, "2.4.0-rc.1" },
		{ "Application startup complete.", "", EV_START, "" },
		{ "configuration reloaded", "", EV_RELOAD, "" },
		{ "orders.app orders 4.12.9 listening", "", EV_START, "4.12.9" },
		{ "billing 5.14.0 up and accepting requests", "", EV_START, "5.14.0" },
		{ "shutdown requested, billing 5.13.2 draining", "", EV_STOP, "5.13.2" },
		{ "batch 12.5 started", "", EV_LINE, "" },
		{ "client 10.0.0.7 started", "", EV_LINE, "" },
		{ "redis ready", "catalog", EV_LINE, "" },
		{ "job started", "worker", EV_LINE, "" },
		{ "request started", "web", EV_LINE, "" },
		{ "failed to start server", "web", EV_LINE, "" },
		{ "server not ready", "web", EV_LINE, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e = EVENT_INIT;
		e.message = str_of(rows[i].message);
		e.service = str_of(rows[i].service);
		e.severity = SEV_INFO;
		lifecycle_apply(&e);
		cr_expect_eq((int)e.kind, (int)rows[i].kind, "%s is %s", rows[i].message,
			     event_kind_name(e.kind));
		expect_text(e.version, rows[i].version, "version", rows[i].message);
	}
}

Test(text_head, reads_parts_of_access_lines)
{
	cr_expect(address_is(STR("10.0.0.1")) && address_is(STR("2a02:cf40::1")) &&
		  address_is(STR("::ffff:10.0.0.1")));
	cr_expect_not(address_is(STR("3.9.0")) || address_is(STR("10:15")) || address_is(STR("abc")) ||
		      address_is(STR("")));
	for (unsigned round = 0, x = 1; round < 20000; round++) {
		char text[20];
		size_t n = 1 + round % 19, points = 0;

		for (size_t i = 0; i < n; i++) {
			x = x * 1103515245 + 12345;
			text[i] = ".0123456789."[(x >> 16) % (round & 1 ? 11 : 12)];
			points += text[i] == '.';
		}
		struct str s = str_make(text, n);
		bool address = points == 3 && text[0] != '.' && text[n - 1] != '.';
		cr_assert_eq(address_is(s), address, "%.*s", STR_ARG(s));
		cr_assert_eq(address_of_endpoint(s).len, address ? n : 0, "%.*s", STR_ARG(s));
		text[x % n] = "af/:"[x >> 8 & 3];
		cr_assert(!(address_is(s) && text[x % n] == '/'), "%.*s", STR_ARG(s));
	}
	cr_expect(str_eq(address_of_endpoint(STR("10.0.0.1:80")), STR("10.0.0.1")) && str_eq(address_of_endpoint(STR("[::1]:80")), STR("::1")));
	cr_expect(address_is_private(STR("172.16.3.4")) && address_is_private(STR("::1")));
	cr_expect_not(address_is_private(STR("172.32.3.4")) || address_is_private(STR("198.51.100.1")));
	expect_text(client_of_list(STR("10.0.0.2, 198.51.100.9, 127.0.0.1")), "198.51.100.9", "client",
		    "list");
	expect_text(client_of_list(STR("10.0.0.2, 10.0.0.3")), "10.0.0.2", "client", "private list");
	expect_text(upstream_of_list(STR("10.0.0.1:80, 10.0.0.2:80 : web")), "10.0.0.2:80", "upstream",
		    "list");
	expect_text(upstream_of_list(STR("-")), "", "upstream", "none");
	expect_text(url_authority(STR("fastcgi://unix:/run/php.sock:")), "unix:/run/php.sock", "authority",
		    "socket");
	expect_text(url_authority(STR("http://10.0.0.1:3000/x")), "10.0.0.1:3000", "authority", "url");
	expect_text(endpoint_host(STR("[::1]:80")), "::1", "host", "IPv6 endpoint");
	double ms = 0;
	cr_expect(seconds_list_ms(STR("0.001, - : 0.030"), &ms));
	cr_expect_float_eq(ms, 31, 1e-9);
	cr_expect_not(seconds_list_ms(STR("-"), &ms));
	cr_expect_eq(quoted_length(STR("a\\\"b\" c")), 4);
	struct event e = EVENT_INIT;
	cr_expect(request_line_parse(STR("GET /a b HTTP/1.1"), &e));
	expect_text(e.path, "/a b", "path", "request with a blank");
	cr_expect_not(request_line_parse(STR("\\x16\\x03\\x01"), &e) || request_line_parse(STR("-"), &e));
}
