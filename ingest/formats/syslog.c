/*
 * syslog: system logs of rsyslog, syslog-ng, journald's short outputs and network gear. The
 * kernel's and systemd's own messages are typed here; every other message is handed on as a payload,
 * because what a program sends through syslog has its own format.
 */
#include "ingest/format.h"
#include "ingest/sysmsg.h"
#include "ingest/syslog_head.h"

static enum line_class syslog_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)ctx;
	struct syslog_head h;
	if (line.len == 0)
		return LINE_SKIP;
	if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
		return record.len ? LINE_CONTINUES : LINE_ALIEN;
	return syslog_head_parse(line, &h) ? LINE_START : LINE_ALIEN;
}

static bool syslog_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct syslog_head h;
	if (!syslog_head_parse(record, &h))
		return false;
	e->time = h.time;
	e->has_time = h.has_time;
	e->host = h.host;
	e->logger = h.program;
	e->pid = h.pid;
	e->severity = h.pri >= 0 ? severity_from_syslog(h.pri & 7) : syslog_cisco_severity(h.program);
	e->message = syslog_unescape(h.message, ctx->scratch);
	if (system_message_apply(h.program, e->message, e))
		return true;
	struct str payload = e->message;
	if (str_starts(payload, STR("@cee:")))
		payload = str_trim(str_from(payload, 5));
	e->payload = payload;
	return true;
}

static const struct format_sample samples[] = {
	{ "Jan 29 17:43:00 web-1 sshd[2210]: Accepted publickey for deploy from 198.51.100.7 port 50022 "
	  "ssh2",
	  "time=2000-01-29T17:43:00Z host=web-1 logger=sshd pid=2210 message='Accepted publickey for "
	  "deploy from "
	  "198.51.100.7 port 50022 ssh2'" },
	{ "<11>Jan  9 07:03:00 db-1 myapp: cannot open file",
	  "time=2000-01-09T07:03:00Z severity=error host=db-1 logger=myapp message='cannot open file'" },
	{ "2026-01-29T17:43:00.694554+03:00 web-1 kernel: [12345.678901] Out of memory: Killed process 812 "
	  "(node) "
	  "total-vm:1048576kB, anon-rss:524288kB",
	  "time=2026-01-29T14:43:00.694554Z kind=crash severity=fatal host=web-1 logger=node pid=812" },
	{ "<165>1 2026-10-11T22:14:15.003Z host.example.test evntslog 4121 ID47 [ex@32473 iut=\"3\" "
	  "a=\"b]\\\"\"] An event",
	  "time=2026-10-11T22:14:15.003Z severity=notice host=host.example.test logger=evntslog pid=4121 "
	  "message='An event'" },
	{ "Mar  3 04:05:06 web-2 systemd[1]: nginx.service: Main process exited, code=killed, "
	  "status=9/KILL",
	  "time=2000-03-03T04:05:06Z kind=crash severity=error host=web-2 logger=nginx pid=1" },
	{ "Mar  3 04:05:07 web-2 systemd[1]: Started nginx.service - A high performance web server.",
	  "kind=start host=web-2 logger=nginx" },
	{ "Mar  3 04:06:00 web-2 last message repeated 3 times",
	  "host=web-2 message='last message repeated 3 times'" },
	{ NULL, NULL },
};

const struct format format_syslog = {
	.id = "syslog",
	.title = "syslog: RFC 3164 and 5424, rsyslog and journalctl with ISO times, Cisco",
	.service = NULL,
	.role = ROLE_SYSTEM,
	.specificity = 30,
	.state_bytes = 0,
	.classify = syslog_classify,
	.decode = syslog_decode,
	.samples = samples,
};
