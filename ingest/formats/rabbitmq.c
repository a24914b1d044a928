/*
 * RabbitMQ: "2018-11-22 10:44:33.654 [info] <0.620.0> text", further lines indented or bare up to the next
 * head; and, up to 3.6, "=INFO REPORT==== 8-Mar-2018::14:09:27 ===" with the text on the lines below.
 * https://www.rabbitmq.com/docs/logging
 */
#include "ingest/format.h"

enum { RECORD_BYTES_MAX = 65536 };

struct head {
	struct timestamp time;
	enum severity severity;
	struct str process;
	struct str text;
};

/* "=ERROR REPORT==== 8-Mar-2018::14:09:27 ===" */
static bool read_report(struct str s, struct head *h)
{
	ptrdiff_t at = str_find(str_head(s, 48), STR(" REPORT==== "));
	struct str rest, date;

	if (s.ptr[0] != '=' || at < 2)
		return false;
	h->severity = severity_parse(str_make(s.ptr + 1, (size_t)at - 1));
	rest = str_from(s, (size_t)at + 12);
	date = str_cut(rest, ':', &rest);
	if (h->severity == SEV_NONE || rest.len < 9 || rest.ptr[0] != ':' || date.len < 10 || date.len > 11)
		return false;
	/* The two colons between date and clock are the only thing that is uncommon. */
	char text[24];
	struct str time = { text, date.len + 9 };

	memcpy(text, date.ptr, date.len);
	text[date.len] = ' ';
	memcpy(text + date.len + 1, rest.ptr + 1, 8);
	if (!timestamp_parse(&time, &h->time))
		return false;
	rest = str_from(rest, 9);
	h->text = str_trim(str_starts(rest, STR(" ===")) ? str_from(rest, 4) : rest);
	return true;
}

static bool read_head(struct str line, struct head *h)
{
	struct str s = line, level;

	*h = (struct head){ .severity = SEV_NONE };
	if (s.len < 24)
		return false;
	if (s.ptr[0] == '=')
		return read_report(s, h);
	if (s.ptr[0] < '0' || s.ptr[0] > '9' || !timestamp_parse_iso(&s, &h->time) ||
	    !str_starts(s, STR(" [")))
		return false;
	level = str_cut(str_from(s, 2), ']', &s);
	h->severity = severity_parse(level);
	if (h->severity == SEV_NONE || !str_starts(s, STR(" <")))
		return false;
	s = str_from(s, 1);
	h->process = str_word(&s);
	/* An Erlang process: "<0.620.0>" */
	if (h->process.len < 7 || !str_ends(h->process, STR(">")) || str_chr(h->process, '.') < 2)
		return false;
	h->text = str_trim(s);
	return true;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct head h;

	(void)ctx;
	if (line.len == 0)
		return record.len ? LINE_CONTINUES : LINE_SKIP;
	if (read_head(line, &h))
		return LINE_START;
	if (timestamp_parse_iso(&line, &h.time) && str_starts(line, STR(" [")))
		return LINE_ALIEN; /* a record of its own, whatever it says behind its time */
	return record.len && record.len < RECORD_BYTES_MAX ? LINE_CONTINUES : LINE_ALIEN;
}

static const struct {
	const char *text;
	enum event_kind kind;
} kinds[] = {
	{ "accepting AMQP connection", EV_CONN_OPEN },
	{ "closing AMQP connection", EV_CONN_CLOSE },
	{ "connection_closed_abruptly", EV_CONN_CLOSE },
	{ "PLAIN login refused", EV_AUTH_FAILURE },
	{ "authentication failed", EV_AUTH_FAILURE },
	{ "connection refused", EV_CONN_REFUSED },
	{ "Server startup complete", EV_START },
	{ "Starting RabbitMQ", EV_START },
	{ "Stopping RabbitMQ", EV_STOP },
	{ "Successfully stopped RabbitMQ", EV_STOP },
	{ "resource limit alarm", EV_STATE },
	{ "alarm_handler", EV_STATE },
	{ "disk space insufficient", EV_STATE },
	{ "rabbit on node ", EV_STATE },
	{ "Mirrored queue ", EV_REPLICATION },
};

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str line, rest, head;
	struct head h;
	ptrdiff_t at;

	(void)ctx;
	line = str_cut(record, '\n', &rest);
	if (!read_head(line, &h))
		return false;
	e->time = h.time;
	e->has_time = true;
	e->severity = h.severity;
	rest = str_trim(rest);
	if (h.text.len == 0)
		h.text = str_trim(str_cut(rest, '\n', &rest));
	e->message = h.text;
	e->detail = str_trim(rest);
	head = str_head(h.text, 300);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (str_find(head, str_of(kinds[i].text)) >= 0) {
			e->kind = kinds[i].kind;
			break;
		}
	}
	/* "(10.0.0.4:43887 -> 10.0.0.1:5672)" */
	at = str_chr(head, '(');
	if (at >= 0 && str_find(head, STR(" -> ")) > at) {
		struct str peer = str_from(head, (size_t)at + 1), after;

		peer = str_cut(peer, ' ', &after);
		at = str_rchr(peer, ':');
		e->client = at > 0 ? str_head(peer, (size_t)at) : peer;
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "2018-11-22 10:44:33.654 [info] <0.620.0> accepting AMQP connection <0.620.0> (127.0.0.1:52771 -> "
	  "127.0.0.1:5672)",
	  "time=2018-11-22T10:44:33.654Z severity=info kind=conn_open client=127.0.0.1" },
	{ "2026-01-29 17:43:00.123456+02:00 [erro] <0.130.0>\nBOOT FAILED\n===========\nERROR: the port is in use",
	  "time=2026-01-29T15:43:00.123456Z severity=error message='BOOT FAILED'" },
	{ "=ERROR REPORT==== 8-Mar-2018::14:09:27 ===\nclosing AMQP connection <0.22578.1180> "
	  "(10.0.0.4:43887 -> 10.0.0.1:5672):\n"
	  "missed heartbeats from client, timeout: 60s",
	  "time=2018-03-08T14:09:27Z severity=error kind=conn_close client=10.0.0.4 detail='missed "
	  "heartbeats from client, "
	  "timeout: 60s'" },
	{ NULL, NULL },
};

const struct format format_rabbitmq = {
	.id = "rabbitmq",
	.title = "RabbitMQ server log",
	.service = "rabbitmq",
	.role = ROLE_SERVER,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
