/*
 * PgBouncer: "2026-03-24 08:40:00.746 UTC [31978] LOG C-0x562d: db/user@10.0.0.1:35485 login attempt: ...".
 * Up to 1.8 the pid stands without brackets and the time without zone. "C-" speaks of a client's connection,
 * "S-" of one to the server. Only clients count as EV_CONN_OPEN and EV_CONN_CLOSE, so that opens less closes
 * is the number of clients; the warning "pooler error" is the refusal, not the line that closes the socket
 * afterwards.
 */
#include "ingest/format.h"

struct head {
	struct str time;
	struct str pid;
	struct str level;
	struct str text;
};

static size_t digits(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
		n++;
	return n;
}

static bool read_head(struct str s, struct head *h)
{
	static const char *const levels[] = { "LOG", "WARNING", "ERROR", "FATAL", "DEBUG", "NOISE" };
	size_t at = 20, n;
	bool bracket;

	if (s.len < 32 || digits(s, 0) != 4 || s.ptr[4] != '-' || s.ptr[7] != '-' || s.ptr[10] != ' ' ||
	    s.ptr[13] != ':' || s.ptr[16] != ':' || s.ptr[19] != '.')
		return false;
	at += digits(s, at);
	h->time = str_head(s, at);
	if (at + 1 < s.len && s.ptr[at] == ' ' && (s.ptr[at + 1] < '0' || s.ptr[at + 1] > '9') &&
	    s.ptr[at + 1] != '[') {
		/* zone: an abbreviation or an offset */
		for (at++; at < s.len && s.ptr[at] != ' '; at++)
			if (at > 40)
				return false;
		h->time = str_head(s, at);
	}
	if (at + 2 >= s.len || s.ptr[at] != ' ')
		return false;
	bracket = s.ptr[at + 1] == '[';
	at += bracket ? 2 : 1;
	n = digits(s, at);
	if (n == 0)
		return false;
	h->pid = str_make(s.ptr + at, n);
	at += n;
	if (bracket && (at >= s.len || s.ptr[at++] != ']'))
		return false;
	if (at >= s.len || s.ptr[at] != ' ')
		return false;
	s = str_from(s, at + 1);
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		struct str level = str_of(levels[i]);

		if (str_starts(s, level) && s.len > level.len + 1 && s.ptr[level.len] == ' ') {
			h->level = level;
			h->text = str_from(s, level.len + 1);
			return true;
		}
	}
	return false;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct head h;

	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	return read_head(line, &h) ? LINE_START : LINE_ALIEN;
}

/* "(nodb)" and "(nouser)" stand for "not yet known". */
static struct str known(struct str s)
{
	return s.len && s.ptr[0] == '(' ? STR_NONE : s;
}

/* "C-0x562d: db/user@10.0.0.1:35485 text": true when the text begins so; *side is 'C' or 'S'. */
static bool read_socket(struct str *text, char *side, struct event *e)
{
	struct str s = *text, who, db, rest;
	ptrdiff_t colon = str_find(str_head(s, 40), STR(": ")), at, port;

	if (colon < 3 || (s.ptr[0] != 'C' && s.ptr[0] != 'S') || s.ptr[1] != '-')
		return false;
	*side = s.ptr[0];
	s = str_from(s, (size_t)colon + 2);
	who = str_cut(s, ' ', &rest);
	at = str_rchr(who, '@');
	if (at < 0)
		return false;
	db = str_cut(str_head(who, (size_t)at), '/', &e->user);
	e->db = known(db);
	e->user = known(e->user);
	who = str_from(who, (size_t)at + 1);
	port = str_rchr(who, ':');
	if (*side == 'C')
		e->client = port > 0 ? str_head(who, (size_t)port) : who;
	else
		e->upstream = who;
	*text = rest;
	return true;
}

/* "login failed: db=shop user=web": the value behind " user=". */
static struct str value_of(struct str text, struct str key)
{
	ptrdiff_t at = str_find(text, key);
	struct str rest;

	if (at < 0)
		return STR_NONE;
	rest = str_from(text, (size_t)at + key.len);
	return str_word(&rest);
}

static bool has(struct str s, const char *part)
{
	return str_find(s, str_of(part)) >= 0;
}

static enum event_kind kind_of(struct str text, char side)
{
	struct str head = str_head(text, 256);

	if (str_starts(head, STR("stats: ")) || str_starts(head, STR("Stats: ")))
		return EV_STATS;
	if (str_starts(head, STR("login attempt: ")))
		return EV_CONN_OPEN;
	if (str_starts(head, STR("closing because: "))) {
		if (side == 'C')
			return has(head, "no more connections allowed") ? EV_LINE : EV_CONN_CLOSE;
		return has(head, "server conn crashed") || has(head, "connect failed") ||
				       has(head, "connect timeout") || has(head, "login failed") ||
				       has(head, "server_login_retry")
			       ? EV_UPSTREAM
			       : EV_LINE;
	}
	if (has(head, "cannot connect to server") || has(head, "server login failed") ||
	    has(head, "server login has been failing") || has(head, "connect failed") ||
	    has(head, "server DNS lookup failed") || has(head, "could not connect to server"))
		return EV_UPSTREAM;
	if (has(head, "password authentication failed") || has(head, "auth failed") ||
	    has(head, "no such user") || str_starts(head, STR("login failed")) ||
	    has(head, "authentication failed"))
		return EV_AUTH_FAILURE;
	if (str_starts(head, STR("pooler error: ")) || has(head, "no more connections allowed") ||
	    has(head, "query_wait_timeout"))
		return EV_CONN_REFUSED;
	if (str_starts(head, STR("process up: ")))
		return EV_START;
	if (has(head, "shutting down") || str_starts(head, STR("got SIGTERM")) ||
	    str_starts(head, STR("got SIGINT")))
		return EV_STOP;
	if (str_starts(head, STR("got SIGHUP")) || has(head, "RELOAD command issued"))
		return EV_RELOAD;
	return EV_LINE;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str text, time;
	struct head h;
	char side = 0;

	(void)ctx;
	if (!read_head(record, &h))
		return false;
	time = h.time;
	e->has_time = timestamp_parse_iso(&time, &e->time);
	str_to_i64(h.pid, &e->pid);
	e->severity = str_eq(h.level, STR("NOISE")) ? SEV_TRACE
		      : str_eq(h.level, STR("LOG")) ? SEV_INFO
						    : severity_parse(h.level);
	text = h.text;
	if (read_socket(&text, &side, e))
		e->logger = side == 'C' ? STR("client") : STR("server");
	e->message = text;
	e->kind = kind_of(text, side);
	/* Before a client is known, the text says who wants to be. */
	if (side == 'C' && e->user.len == 0)
		e->user = value_of(text, STR(" user="));
	if (side == 'C' && e->db.len == 0)
		e->db = value_of(text, STR(" db="));
	if (e->kind == EV_START) {
		struct str rest = str_from(text, sizeof "process up: " - 1);

		str_word(&rest);
		rest = str_word(&rest);
		e->version = str_ends(rest, STR(",")) ? str_head(rest, rest.len - 1) : rest;
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "2026-03-24 08:40:00.746 UTC [31978] LOG C-0x562d5d5caa30: shop/web@10.0.1.21:35485 login attempt: "
	  "db=shop user=web tls=no",
	  "time=2026-03-24T08:40:00.746Z severity=info kind=conn_open pid=31978 db=shop user=web "
	  "client=10.0.1.21 logger=client" },
	{ "2019-06-13 11:37:29.313 12 LOG listening on 0.0.0.0:6432",
	  "time=2019-06-13T11:37:29.313Z severity=info pid=12 message='listening on 0.0.0.0:6432'" },
	{ "2026-03-24 08:40:02.579 UTC [31978] LOG stats: 5 xacts/s, 6 queries/s, in 907 B/s, out 2624 B/s, "
	  "xact 10386 us, query "
	  "8325 us, wait 0 us",
	  "kind=stats" },
	{ "2026-03-24 08:40:02.579 UTC [31978] WARNING C-0x562d: shop/web@10.0.1.21:3548 pooler error: no "
	  "more connections allowed "
	  "(max_client_conn)",
	  "severity=warn kind=conn_refused client=10.0.1.21" },
	{ "2026-03-24 08:40:02.579 UTC [31978] LOG S-0x562d: shop/web@10.0.2.5:5432 closing because: server "
	  "conn crashed? (age=5s)",
	  "kind=upstream upstream=10.0.2.5:5432 logger=server" },
	{ NULL, NULL },
};

const struct format format_pgbouncer = {
	.id = "pgbouncer",
	.title = "PgBouncer log",
	.service = "pgbouncer",
	.role = ROLE_DATABASE,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
