/*
 * MongoDB up to 4.2:
 *   "2018-02-05T13:44:56.657+0100 I NETWORK  [conn1] end connection 10.0.0.7:55404 (0 connections now open)"
 *   "2016-11-29T16:19:27.663+0000 [conn118457] command shop.$cmd command: find { ... } reslen:340 245ms"
 * (2.6) "Mon Aug  5 20:21:42.123 [initandlisten] waiting for connections on port 27017" (2.4)
 */
#include "ingest/format.h"
#include "ingest/mongodb.h"

struct head {
	struct timestamp time;
	struct str level;
	struct str component;
	struct str text;
};

static bool is_level(struct str w)
{
	if (w.len == 0 || w.len > 2 || !memchr("FEWID", w.ptr[0], 5))
		return false;
	return w.len == 1 || (w.ptr[0] == 'D' && w.ptr[1] >= '1' && w.ptr[1] <= '5');
}

static bool read_head(struct str line, struct head *h)
{
	struct str s = line, word, rest;

	*h = (struct head){ .text = STR_NONE };
	if (s.len < 28)
		return false;
	if (s.ptr[0] >= '0' && s.ptr[0] <= '9') {
		if (s.ptr[10] != 'T' || s.ptr[19] != '.' || !timestamp_parse_iso(&s, &h->time) ||
		    !h->time.has_zone)
			return false;
	} else if (s.ptr[3] != ' ' || s.ptr[7] != ' ' || !timestamp_parse(&s, &h->time) || h->time.has_year) {
		return false;
	}
	rest = s;
	word = str_word(&rest);
	if (is_level(word)) {
		h->level = word;
		h->component = str_word(&rest);
		word = str_word(&rest);
	}
	/* the thread: "[conn17]", "[initandlisten]", "[repl writer worker 3]" */
	if (word.len < 2 || word.ptr[0] != '[')
		return false;
	s = str_from(line, (size_t)(word.ptr - line.ptr));
	str_cut(s, ']', &rest);
	if (rest.len < 2 || rest.ptr[0] != ' ' || s.len - rest.len > 60)
		return false;
	/* "[INFO] ..." is how others write their level, and "[jfrt ] [INFO ] ..." their columns */
	if (!h->level.len && (s.ptr[s.len - rest.len - 2] == ' ' || rest.ptr[1] == '['))
		return false;
	if (!h->level.len && severity_parse(str_make(s.ptr + 1, s.len - rest.len - 2)) != SEV_NONE)
		return false;
	h->text = str_from(rest, 1);
	return true;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct head h;

	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	if (read_head(line, &h))
		return LINE_START;
	/* Stack traces and startup notes are indented or begin with a bar. */
	return record.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t' || line.ptr[0] == '|')
		       ? LINE_CONTINUES
		       : LINE_ALIEN;
}

/* A document in braces at the start of s, quotes respected. */
static struct str document(struct str s)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{') {
			depth++;
		} else if (c == '}' && depth && --depth == 0) {
			return str_head(s, i + 1);
		}
	}
	return s;
}

static int64_t counter(struct str text, struct str key)
{
	ptrdiff_t at = str_find(text, key);
	struct str rest;
	int64_t v;

	if (at < 0)
		return -1;
	rest = str_from(text, (size_t)at + key.len);
	return str_to_i64(str_word(&rest), &v) && v >= 0 ? v : -1;
}

/* "command shop.orders command: find { ... } planSummary: ... nreturned:1 reslen:188 protocol:op_query 284ms"
 */
static void slow_operation(struct str text, struct event *e)
{
	static const char *const verbs[] = { "command ", "query ",  "getmore ", "update ",
					     "remove ",  "insert ", "find ",    "aggregate " };
	ptrdiff_t blank = str_rchr(text, ' '), at;
	struct str last, rest, ns;
	double ms;
	bool operation = false;

	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		operation = operation || str_starts(text, str_of(verbs[i]));
	last = str_from(text, (size_t)(blank + 1));
	if (!operation || blank < 0 || last.len < 3 || !str_ends(last, STR("ms")) ||
	    !str_to_double(str_head(last, last.len - 2), &ms) || !(ms >= 0))
		return;
	e->kind = EV_QUERY;
	e->duration_ms = ms;
	e->rows = counter(text, STR(" nreturned:"));
	e->bytes = counter(text, STR(" reslen:"));
	rest = text;
	str_word(&rest);
	ns = str_word(&rest);
	e->db = str_cut(ns, '.', &ns);
	at = str_find(rest, STR("command: "));
	if (at < 0)
		at = str_find(rest, STR("query: "));
	if (at < 0)
		return;
	rest = str_from(rest, (size_t)at);
	at = str_chr(rest, '{');
	if (at >= 0) {
		e->query = document(str_from(rest, (size_t)at));
		/* One template for all operations: the statement has a fingerprint of its own. */
		e->message = str_head(text, (size_t)(e->query.ptr - text.ptr));
	}
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str line, rest;
	struct head h;

	(void)ctx;
	line = str_cut(record, '\n', &rest);
	if (!read_head(line, &h))
		return false;
	e->time = h.time;
	e->has_time = true;
	e->severity = severity_parse(h.level);
	e->logger = h.component;
	e->message = h.text;
	e->detail = str_trim(rest);
	e->kind = mongodb_kind(h.text);
	if (e->kind == EV_CONN_OPEN || e->kind == EV_CONN_CLOSE) {
		ptrdiff_t at = str_find(h.text, STR("from "));
		struct str from = str_from(h.text, at >= 0 ? (size_t)at + 5 : sizeof "end connection " - 1);

		e->client = mongodb_address(str_word(&from));
	} else if (e->kind == EV_LINE) {
		slow_operation(h.text, e);
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "2018-02-05T13:50:55.170+0100 I NETWORK  [conn1] end connection 10.0.0.7:55404 (0 connections now "
	  "open)",
	  "time=2018-02-05T12:50:55.170Z severity=info kind=conn_close client=10.0.0.7 logger=NETWORK" },
	{ "2019-05-09T13:18:48.741+0000 I COMMAND  [conn26] command shop.orders command: find { find: "
	  "\"orders\", filter: { scope: "
	  "\"1\" } } planSummary: IXSCAN { scope: 1 } keysExamined:1 nreturned:1 reslen:188 "
	  "protocol:op_query 284ms",
	  "kind=query db=shop duration_ms=284 rows=1 bytes=188 query='{ find: \"orders\", filter: { scope: "
	  "\"1\" } }'" },
	{ "Mon Aug  5 20:21:42.123 [initandlisten] waiting for connections on port 27017",
	  "time=2000-08-05T20:21:42.123Z kind=start message='waiting for connections on port 27017'" },
	{ NULL, NULL },
};

const struct format format_mongodb_text = {
	.id = "mongodb_text",
	.title = "MongoDB log, text (up to 4.2)",
	.service = "mongodb",
	.role = ROLE_DATABASE,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
