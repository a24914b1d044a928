/*
 * apache_error: Apache's own messages, of 2.2 and of 2.4. The AH code is a ready-made class
 * and is kept as the event's code. Lines without a head (what CGI programs write) continue the record above.
 *
 *     [Mon Dec 26 16:22:08.000000 2026] [proxy:error] [pid 2:tid 3] (111)Connection refused: AH00957:
 *     HTTP: attempt ...
 */
#include "ingest/access.h"
#include "ingest/format.h"

static bool has(struct str s, const char *needle)
{
	return str_find(s, str_of(needle)) >= 0;
}

/* "[Www Mon dd HH:MM:SS[.ffffff] yyyy] [module:level]" → time, module, level and what follows. */
static bool head_parse(struct str line, struct event *e, struct str *rest)
{
	if (line.len < 30 || line.ptr[0] != '[' || line.ptr[4] != ' ' || line.ptr[8] != ' ')
		return false;
	struct str s = str_from(line, 1);
	if (!timestamp_parse(&s, &e->time) || !e->time.has_year || !str_starts(s, STR("] [")))
		return false;
	struct str word = str_cut(str_from(s, 3), ']', rest);
	ptrdiff_t colon = str_rchr(word, ':');
	struct str level = colon < 0 ? word : str_from(word, (size_t)colon + 1);
	if (str_starts(level, STR("trace")))
		level = str_head(level, 5);
	e->severity = severity_parse(level);
	if (e->severity == SEV_NONE || level.len < 4)
		return false;
	e->has_time = true;
	e->logger = colon > 0 ? str_head(word, (size_t)colon) : STR_NONE;
	return true;
}

static enum line_class apache_error_classify(struct str line, struct str record,
					     const struct decode_ctx *ctx)
{
	(void)ctx;
	struct event e = EVENT_INIT;
	struct str rest;
	if (head_parse(line, &e, &rest))
		return LINE_START;
	if (record.len)
		return LINE_CONTINUES;
	return line.len ? LINE_ALIEN : LINE_SKIP;
}

/*
 * "[pid 35708:tid 4328636416]", "[client 10.0.0.1:1234]", in any order, source positions of trace
 * levels between.
 */
static struct str brackets_take(struct str s, struct event *e)
{
	for (;;) {
		s = str_trim(s);
		ptrdiff_t source = str_find(str_head(s, 60), STR("): ["));
		if (source > 0 && str_chr(str_head(s, (size_t)source), ' ') < 0)
			s = str_from(s, (size_t)source + 3); /* "mod_rewrite.c(470): [client" */
		struct str inside, rest;
		if (str_starts(s, STR("[pid "))) {
			inside = str_cut(str_from(s, 5), ']', &rest);
			struct str tid;
			if (!str_to_i64(str_cut(inside, ':', &tid), &e->pid))
				e->pid = -1;
		} else if (str_starts(s, STR("[client "))) {
			inside = str_cut(str_from(s, 8), ']', &rest);
			e->client = endpoint_host(inside);
			ptrdiff_t colon = str_rchr(inside, ':');
			if (!address_is(e->client) && colon > 0)
				e->client = str_head(inside, (size_t)colon);
		} else if (str_starts(s, STR("[remote "))) {
			e->upstream = str_cut(str_from(s, 8), ']', &rest);
		} else {
			return s;
		}
		s = rest;
	}
}

/*
 * The upstream a proxy message names: "attempt to connect to 10.0.0.1:8080 (backend) failed", "backend:
 * 10.0.0.1".
 */
static struct str upstream_named(struct str m)
{
	static const char *const marks[] = {
		"attempt to connect to ", "failed to make connection to backend: ", "from remote server ",
		"error reading status line from remote server ", NULL
	};
	for (size_t i = 0; marks[i]; i++) {
		ptrdiff_t at = str_find(m, str_of(marks[i]));
		if (at < 0)
			continue;
		struct str s = str_from(m, (size_t)at + strlen(marks[i]));
		struct str word = str_word(&s);
		while (word.len && (word.ptr[word.len - 1] == ',' || word.ptr[word.len - 1] == '.'))
			word.len--;
		return str_eq(word, STR("returned")) ? STR_NONE : word;
	}
	return STR_NONE;
}

static enum event_kind kind_of(struct str m, struct event *e)
{
	if (has(m, "resuming normal operations")) {
		ptrdiff_t at = str_find(m, STR("Apache/"));
		struct str v = str_from(m, at < 0 ? m.len : (size_t)at + 7);
		e->version = str_word(&v);
		return EV_START;
	}
	if (has(m, "Graceful restart requested") || has(m, "SIGHUP received") || has(m, "SIGUSR1 received"))
		return EV_RELOAD;
	if (has(m, "shutting down") && (has(m, "caught SIG") || has(m, "SIGTERM") || has(m, "SIGWINCH")))
		return EV_STOP;
	if (has(m, "exit signal") || has(m, "Segmentation fault"))
		return EV_CRASH;
	if (!e->upstream.len)
		e->upstream = upstream_named(m);
	bool proxy = str_starts(e->logger, STR("proxy")) && e->severity >= SEV_WARN;
	return e->upstream.len || proxy ? EV_UPSTREAM : EV_LINE;
}

static bool apache_error_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	struct str rest;
	if (!head_parse(record, e, &rest))
		return false;
	struct str s = brackets_take(str_cut(rest, '\n', &e->detail), e);
	/* "(13)Permission denied: [client 10.0.0.1:1] AH00035: ..." */
	ptrdiff_t colon = str_find(s, STR(": "));
	if (s.len && s.ptr[0] == '(' && colon > 0) {
		struct str errno_text = str_head(s, (size_t)colon);
		struct str after = str_trim(str_from(s, (size_t)colon + 1));
		if (str_starts(after, STR("[client ")) || str_starts(after, STR("[remote "))) {
			s = brackets_take(after, e);
			ptrdiff_t close = str_chr(errno_text, ')');
			e->error = str_from(errno_text, (size_t)(close + 1));
		}
	}
	e->message = s;
	ptrdiff_t code = str_find(str_head(s, 120), STR("AH0"));
	if (code >= 0 && (size_t)code + 8 <= s.len && s.ptr[code + 7] == ':')
		e->sqlstate = str_make(s.ptr + code, 7);
	ptrdiff_t referrer = str_find(s, STR(", referer: "));
	if (referrer > 0)
		e->referrer = str_from(s, (size_t)referrer + 11);
	e->kind = kind_of(s, e);
	return true;
}

static const struct format_sample samples[] = {
	{ "[Fri Dec 16 01:46:23 2025] [error] [client 198.51.100.7] File does not exist: "
	  "/var/www/favicon.ico, referer: "
	  "http://shop.example.test/",
	  "time=2025-12-16T01:46:23Z severity=error client=198.51.100.7 "
	  "referrer=http://shop.example.test/" },
	{ "[Mon Dec 26 16:22:08.000000 2025] [proxy:error] [pid 2:tid 3] (111)Connection refused: AH00957: "
	  "HTTP: attempt to "
	  "connect to 10.0.0.8:8080 (app) failed",
	  "time=2025-12-26T16:22:08.000000Z kind=upstream severity=error pid=2 logger=proxy "
	  "upstream=10.0.0.8:8080 "
	  "sqlstate=AH00957" },
	{ "[Mon Dec 26 16:15:55.103522 2025] [mpm_event:notice] [pid 11379:tid 1] AH00489: Apache/2.4.57 "
	  "(Unix) configured -- "
	  "resuming normal operations",
	  "kind=start severity=notice version=2.4.57 sqlstate=AH00489" },
	{ "[Thu Jun 27 06:58:09.169510 2025] [core:error] [pid 15934] (13)Permission denied: [client "
	  "198.51.100.2:12345] "
	  "AH00132: file permissions deny server access: /srv/x.html",
	  "severity=error client=198.51.100.2 pid=15934 error='Permission denied' sqlstate=AH00132 "
	  "message='AH00132: file permissions deny server access: /srv/x.html'" },
	{ "[Thu Jun 27 06:59:00.000001 2025] [mpm_event:notice] [pid 11379:tid 1] AH00493: SIGUSR1 "
	  "received.  Doing graceful "
	  "restart",
	  "kind=reload severity=notice sqlstate=AH00493" },
	{ NULL, NULL },
};

const struct format format_apache_error = {
	.id = "apache_error",
	.title = "Apache error log (2.2 and 2.4)",
	.service = "apache",
	.role = ROLE_SERVER,
	.specificity = 50,
	.state_bytes = 0,
	.classify = apache_error_classify,
	.decode = apache_error_decode,
	.samples = samples,
};
