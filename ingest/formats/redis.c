/*
 * Redis and its forks (Valkey, KeyDB), server and Sentinel, all versions' heads:
 *   "25082:M 29 Jan 2026 17:11:47.095 * text"    role X, C, S or M, level . - * #
 *   "4961:M 30 May 12:50:13.457 # text"          up to 4.0, no year
 *   "[2932] 31 May 04:32:08 * text"              up to 2.8
 *   "[1:M] 29 Jan 2026 17:11:47.095 * text"      both put together
 *   "30 May 10:03:19 - text"                     1.x
 *   "4961:signal-handler (1496141561) text"
 * The start banner is drawn over many lines; a crash report is a block of lines without heads.
 */
#include "ingest/format.h"

#include "core/ascii.h"

struct head {
	struct str pid;
	char role;
	char level; /* 0: none (signal handler) */
	struct str time;
	struct str text;
};

struct redis_state {
	bool in_report; /* between "BUG REPORT START" and "BUG REPORT END" */
};

static size_t digits(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && is_digit(s.ptr[at + n]))
		n++;
	return n;
}

static bool is_level(char c)
{
	return c == '.' || c == '-' || c == '*' || c == '#';
}

static bool is_role(char c)
{
	return c == 'M' || c == 'S' || c == 'C' || c == 'X';
}

/* "dd Mon [yyyy] HH:MM:SS[.mmm] L text" */
static bool read_time(struct str s, struct head *h)
{
	size_t at = digits(s, 0), n;

	if (at < 1 || at > 2 || s.len < at + 15 || s.ptr[at] != ' ' || s.ptr[at + 1] < 'A' ||
	    s.ptr[at + 1] > 'Z' || s.ptr[at + 4] != ' ')
		return false;
	at += 5;
	if (digits(s, at) == 4 && at + 4 < s.len && s.ptr[at + 4] == ' ')
		at += 5;
	if (digits(s, at) != 2 || at + 8 >= s.len || s.ptr[at + 2] != ':' || s.ptr[at + 5] != ':')
		return false;
	at += 8;
	if (s.ptr[at] == '.') {
		n = digits(s, at + 1);
		at += n + 1;
	}
	if (at + 2 >= s.len || s.ptr[at] != ' ' || !is_level(s.ptr[at + 1]) || s.ptr[at + 2] != ' ')
		return false;
	h->time = str_head(s, at);
	h->level = s.ptr[at + 1];
	h->text = str_from(s, at + 3);
	return true;
}

static bool read_head(struct str s, struct head *h)
{
	static const struct str handler = { "signal-handler (", 16 };
	size_t n;

	*h = (struct head){ 0 };
	if (s.len < 18)
		return false;
	if (s.ptr[0] == '[') {
		n = digits(s, 1);
		if (n == 0 || n > 10)
			return false;
		h->pid = str_make(s.ptr + 1, n);
		s = str_from(s, n + 1);
		if (s.len > 2 && s.ptr[0] == ':' && is_role(s.ptr[1])) {
			h->role = s.ptr[1];
			s = str_from(s, 2);
		}
		return str_starts(s, STR("] ")) && read_time(str_from(s, 2), h);
	}
	n = digits(s, 0);
	if (n == 0 || n > 10)
		return false;
	if (s.ptr[n] == ' ')
		return n <= 2 && read_time(s, h);
	if (s.ptr[n] != ':' || n + 3 >= s.len)
		return false;
	h->pid = str_head(s, n);
	if (str_starts(str_from(s, n + 1), handler)) {
		struct str rest = str_from(s, n + 1 + handler.len);
		size_t epoch = digits(rest, 0);

		h->time = str_head(rest, epoch);
		h->text = str_trim(str_from(rest, epoch + 1));
		return epoch >= 9 && epoch < rest.len && rest.ptr[epoch] == ')';
	}
	h->role = s.ptr[n + 1];
	if (!is_role(h->role) || s.ptr[n + 2] != ' ')
		return false;
	return read_time(str_from(s, n + 3), h);
}

/* A line of the start banner: drawn with these characters, indented. */
static bool is_banner(struct str line)
{
	return line.len > 1 && line.ptr[0] == ' ' &&
	       (str_find(line, STR("-._")) >= 0 || str_find(line, STR("_.-")) >= 0 ||
		str_find(line, STR("_._")) >= 0 || str_find(line, STR("-.__")) >= 0);
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct redis_state none = { false };
	struct redis_state *state = ctx->state ? ctx->state : &none;
	struct head h;

	if (read_head(line, &h)) {
		if (str_find(h.text, STR("BUG REPORT START")) >= 0)
			state->in_report = true;
		else if (str_find(h.text, STR("BUG REPORT END")) >= 0)
			state->in_report = false;
		return LINE_START;
	}
	if (str_trim(line).len == 0 || is_banner(line))
		return LINE_SKIP;
	if (state->in_report && record.len) {
		if (str_find(line, STR("BUG REPORT END")) >= 0)
			state->in_report = false;
		return LINE_CONTINUES;
	}
	return LINE_ALIEN;
}

struct kind_row {
	struct str text;
	enum event_kind kind;
};
#define ROW(text, kind)                                                                                      \
	{                                                                                                    \
		{ text, sizeof text - 1 }, kind                                                              \
	}

/* How a message begins. */
static const struct kind_row starts[] = {
	ROW("Server started, Redis version ", EV_START),
	ROW("Redis version=", EV_START),
	ROW("Valkey version=", EV_START),
	ROW("KeyDB version=", EV_START),
	ROW("User requested shutdown", EV_STOP),
	ROW("Received SIGTERM", EV_STOP),
	ROW("Received SIGINT", EV_STOP),
	ROW("Redis is now ready to exit", EV_STOP),
	ROW("Valkey is now ready to exit", EV_STOP),
	ROW("CONFIG REWRITE executed", EV_RELOAD),
	ROW("Accepted ", EV_CONN_OPEN),
	ROW("Client closed connection", EV_CONN_CLOSE),
	ROW("Cluster state changed", EV_STATE),
	ROW("MASTER ", EV_REPLICATION),
	ROW("Connecting to MASTER", EV_REPLICATION),
	ROW("Connection with ", EV_REPLICATION),
	ROW("Synchronization with ", EV_REPLICATION),
	ROW("Replica ", EV_REPLICATION),
	ROW("Slave ", EV_REPLICATION),
	ROW("Partial resync", EV_REPLICATION),
	ROW("Full resync", EV_REPLICATION),
	ROW("Failover ", EV_REPLICATION),
	ROW("Timeout connecting to the MASTER", EV_REPLICATION),
	ROW("Error condition on socket for SYNC", EV_REPLICATION),
	ROW("+sdown ", EV_STATE),
	ROW("-sdown ", EV_STATE),
	ROW("+odown ", EV_STATE),
	ROW("-odown ", EV_STATE),
	ROW("+switch-master ", EV_REPLICATION),
	ROW("+failover", EV_REPLICATION),
};

/* What stands anywhere in it. */
static const struct kind_row contains[] = {
	ROW("max number of clients reached", EV_CONN_REFUSED),
	ROW(" crashed by signal", EV_CRASH),
	ROW(" clients connected (", EV_STATS),
	ROW(" volatile) in ", EV_STATS),
};

static enum event_kind kind_of(struct str text)
{
	struct str head = str_head(text, 200);

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (str_starts(head, starts[i].text))
			return starts[i].kind;
	for (size_t i = 0; i < sizeof contains / sizeof contains[0]; i++)
		if (str_find(head, contains[i].text) >= 0)
			return contains[i].kind;
	return EV_LINE;
}

/* "Redis version=5.0.3, bits=64": the word behind "version" and its separator. */
static struct str version_in(struct str text)
{
	ptrdiff_t at = str_find(text, STR("version"));
	struct str rest, word;

	if (at < 0 || (size_t)at + 8 >= text.len)
		return STR_NONE;
	rest = str_from(text, (size_t)at + 8);
	word = str_word(&rest);
	return str_ends(word, STR(",")) ? str_head(word, word.len - 1) : word;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str line, rest, time;
	struct head h;

	(void)ctx;
	line = str_cut(record, '\n', &rest);
	if (!read_head(line, &h))
		return false;
	time = h.time;
	e->has_time = h.level ? timestamp_parse(&time, &e->time) : timestamp_parse_epoch(time, &e->time);
	str_to_i64(h.pid, &e->pid);
	switch (h.level) {
	case '.':
	case '-': e->severity = SEV_DEBUG; break;
	case '*': e->severity = SEV_NOTICE; break;
	case '#': e->severity = SEV_WARN; break;
	default: e->severity = SEV_NOTICE; break;
	}
	switch (h.role) {
	case 'M': e->logger = STR("master"); break;
	case 'S': e->logger = STR("replica"); break;
	case 'C': e->logger = STR("child"); break;
	case 'X': e->logger = STR("sentinel"); break;
	default: break;
	}
	e->message = h.text;
	e->detail = str_trim(rest);
	e->kind = kind_of(h.text);
	if (e->kind == EV_START)
		e->version = version_in(h.text);
	if (e->kind == EV_CONN_OPEN) {
		ptrdiff_t port = str_rchr(h.text, ':');

		e->client = str_from(str_head(h.text, port < 0 ? h.text.len : (size_t)port), 9);
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "25082:M 29 Jan 2026 17:11:47.095 * 2000 changes in 300 seconds. Saving...",
	  "time=2026-01-29T17:11:47.095Z severity=notice pid=25082 message='2000 changes in 300 seconds. "
	  "Saving...'" },
	{ "4961:M 30 May 12:50:13.463 # Server started, Redis version 3.0.2",
	  "time=2000-05-30T12:50:13.463Z severity=warn kind=start version=3.0.2" },
	{ "[1:M] 29 Jan 2026 17:11:47.095 * Ready to accept connections tcp",
	  "time=2026-01-29T17:11:47.095Z severity=notice pid=1 logger=master message='Ready to accept connections tcp'" },
	{ "[2932] 31 May 04:32:08 - 0 clients connected (0 slaves), 1179968 bytes in use",
	  "time=2000-05-31T04:32:08Z severity=debug kind=stats pid=2932" },
	{ "30 May 10:05:37 . Accepted 127.0.0.1:56742",
	  "time=2000-05-30T10:05:37Z kind=conn_open client=127.0.0.1" },
	{ "4961:signal-handler (1496141561) Received SIGINT scheduling shutdown...",
	  "time=2017-05-30T10:52:41Z kind=stop pid=4961 message='Received SIGINT scheduling shutdown...'" },
	{ NULL, NULL },
};

const struct format format_redis = {
	.id = "redis",
	.title = "Redis, Valkey and Sentinel log",
	.service = "redis",
	.role = ROLE_SERVER,
	.specificity = 50,
	.state_bytes = sizeof(struct redis_state),
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
