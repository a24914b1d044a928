/*
 * Slow query log of MySQL, Percona Server and MariaDB, all versions: comment lines with "Key: value" pairs
 * whose set varies, then "use db;", "SET timestamp=N;" and the statement, up to the next comment head.
 *
 * The event's time is that of SET timestamp, the one thing every version writes and an instant whatever the
 * zone. In MySQL 8.0 it is the statement's start, before that the time of logging; "# Time:" is local time in
 * old versions and left out when the second is the same, so it only serves when there is no SET timestamp.
 * https://dev.mysql.com/doc/refman/8.0/en/slow-query-log.html
 */
#include "core/ascii.h"
#include "core/digits.h"
#include "ingest/format.h"

enum {
	EPOCH_BYTES = 10,
	FURTHER_MAX = 1000, /* lines of one statement are fewer */
};

/* The time that was said last, and how. */
struct slow_state {
	char epoch[EPOCH_BYTES];
	struct timestamp time;
};

static const struct str time_key = { "# Time: ", 8 };
static const struct str user_key = { "# User@Host: ", 13 };
static const struct str query_key = { "# Query_time: ", 14 };

/* The server writes three lines each time it opens the file. */
static bool is_banner(struct str line)
{
	return (str_ends(line, STR("started with:")) && str_find(line, STR(", Version: ")) > 0) ||
	       str_starts(line, STR("Tcp port: ")) ||
	       (str_starts(line, STR("Time ")) && str_ends(str_trim(line), STR("Argument"))) ||
	       (str_starts(line, STR("Time\t")) && str_ends(str_trim(line), STR("Argument")));
}

/* Nothing but the line "# Time:" so far? */
static bool is_only_time(struct str record)
{
	return str_starts(record, time_key) && str_chr(record, '\n') < 0;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)ctx;
	if (is_banner(line))
		return LINE_SKIP;
	if (str_starts(line, time_key))
		return LINE_START;
	if (str_starts(line, user_key))
		return is_only_time(record) ? LINE_CONTINUES : LINE_START;
	if (str_starts(line, query_key) && record.len == 0)
		return LINE_START;
	if (record.len)
		return LINE_CONTINUES;
	return line.len ? LINE_ALIEN : LINE_SKIP;
}

/* "root[root] @ localhost [10.0.0.1]  Id:  7234" */
static void read_user(struct str s, struct event *e)
{
	struct str host;
	ptrdiff_t at = str_chr(s, '[');

	if (at < 0)
		return;
	e->user = str_trim(str_head(s, (size_t)at));
	s = str_from(s, (size_t)at);
	do { /* "] @ " */
		at = str_chr(s, ']');
		if (at < 0)
			return;
		s = str_from(s, (size_t)at + 1);
	} while (!str_starts(s, STR(" @ ")));
	s = str_from(s, 3);
	host = str_trim(str_cut(s, '[', &s));
	e->client = str_trim(str_cut(s, ']', &s));
	if (e->client.len == 0)
		e->client = host;
	s = str_trim(s);
	if (!str_starts(s, STR("Id:"))) {
		at = str_find(s, STR("Id:"));
		s = str_from(s, at < 0 ? s.len : (size_t)at);
	}
	if (s.len) {
		s = str_from(s, 3);
		str_to_i64(str_word(&s), &e->pid);
	}
}

/* A time in seconds, in milliseconds. */
static void read_seconds(struct str value, double *ms)
{
	double seconds;

	if (str_to_double(value, &seconds) && seconds >= 0)
		*ms = seconds * 1000;
}

static void read_metric(struct str key, struct str value, struct event *e)
{
	switch (str_at(key, 0)) {
	case 'Q':
		if (str_eq(key, STR("Query_time")))
			read_seconds(value, &e->duration_ms);
		break;
	case 'L':
		if (str_eq(key, STR("Lock_time")))
			read_seconds(value, &e->lock_ms);
		else if (str_eq(key, STR("Last_errno")) && !str_eq(value, STR("0")))
			e->sqlstate = value;
		break;
	case 'R':
		if (str_eq(key, STR("Rows_sent")))
			str_to_i64(value, &e->rows);
		else if (str_eq(key, STR("Rows_examined")))
			str_to_i64(value, &e->examined);
		break;
	case 'B':
		if (str_eq(key, STR("Bytes_sent")))
			str_to_i64(value, &e->bytes);
		break;
	case 'S':
		if (str_eq(key, STR("Schema")))
			e->db = value;
		break;
	case 'T':
		if (str_eq(key, STR("Thread_id")) && e->pid < 0)
			str_to_i64(value, &e->pid);
		break;
	case 'E':
		if (str_eq(key, STR("Errno")) && !str_eq(value, STR("0")))
			e->sqlstate = value;
		break;
	default: break;
	}
}

/* What stands behind a key, up to the blanks behind it; *s moves past them. False when it is another key. */
static inline bool take_value(struct str *s, struct str key, struct str *value)
{
	size_t n = key.len;

	if (!str_starts(*s, key))
		return false;
	while (n < s->len && (is_digit(s->ptr[n]) || s->ptr[n] == '.'))
		n++;
	*value = str_make(s->ptr + key.len, n - key.len);
	while (n < s->len && s->ptr[n] == ' ')
		n++;
	*s = str_from(*s, n);
	return true;
}

/* The line that MySQL and MariaDB write, without the further keys of a longer one. False, and nothing has happened, when it is not that. */
static bool read_usual_metrics(struct str s, struct event *e)
{
	struct str time, lock, sent, examined;
	uint64_t rows_sent, rows_examined;

	if (!take_value(&s, STR(" Query_time: "), &time) || !take_value(&s, STR("Lock_time: "), &lock) ||
	    !take_value(&s, STR("Rows_sent: "), &sent) || !take_value(&s, STR("Rows_examined: "), &examined) || s.len > 0 ||
	    sent.len > 18 || examined.len > 18 || !str_to_u64(sent, &rows_sent) || !str_to_u64(examined, &rows_examined))
		return false;
	read_seconds(time, &e->duration_ms);
	read_seconds(lock, &e->lock_ms);
	e->rows = (int64_t)rows_sent;
	e->examined = (int64_t)rows_examined;
	return true;
}

/* "Query_time: 2.0  Lock_time: 0.0 Rows_sent: 1": a value may be missing ("Schema:   QC_hit: No"). */
static void read_metrics(struct str s, struct event *e)
{
	struct str word = str_word(&s), next;

	while (word.len) {
		next = str_word(&s);
		if (word.ptr[word.len - 1] == ':') {
			struct str key = str_head(word, word.len - 1);

			if (next.len == 0 || next.ptr[next.len - 1] == ':') {
				read_metric(key, STR_NONE, e);
			} else {
				read_metric(key, next, e);
				next = str_word(&s);
			}
		}
		word = next;
	}
}

/* "SET timestamp=1553436105;", also as the last of several settings. */
static bool read_timestamp(struct str line, struct event *e)
{
	static const struct str usual = { "SET timestamp=", 14 };
	ptrdiff_t at = str_starts(line, usual) ? 4 : str_find_nocase(str_head(line, 200), STR("timestamp="));
	struct str number;

	if (at < 0)
		return false;
	number = str_from(line, (size_t)at + 10);
	number = str_trim(str_cut(number, ';', &line));
	if (!timestamp_parse_epoch(str_cut(number, ',', &line), &e->time))
		return false;
	e->has_time = true;
	return true;
}

/* All have the same message; its key is any number. */
static inline void set_kind(struct event *e)
{
	e->kind = EV_QUERY;
	e->message = STR("slow query");
	e->message_key = (struct text_key){ .of = e->message, .hash = UINT64_C(0x7be3195ad04c826f), .apart = true };
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str rest = record, line, at = record, time = STR_NONE;
	bool timed = false;

	(void)ctx;
	while (rest.len) {
		at = rest;
		line = str_cut(rest, '\n', &rest);
		if (str_starts(line, time_key)) {
			time = str_from(line, time_key.len);
		} else if (str_starts(line, user_key)) {
			read_user(str_from(line, user_key.len), e);
		} else if (str_starts(line, STR("# administrator command: "))) {
			e->query = str_from(line, 2);
		} else if (str_starts(line, STR("#"))) {
			if (!read_usual_metrics(str_from(line, 1), e))
				read_metrics(str_from(line, 1), e);
		} else if ((str_at(line, 0) | 0x20) == 'u' && str_starts_nocase(line, STR("use ")) && !timed && str_ends(line, STR(";"))) {
			e->db = str_unquote(str_trim(str_make(line.ptr + 4, line.len - 5)));
		} else if ((str_at(line, 0) | 0x20) == 's' && str_starts_nocase(line, STR("SET ")) && !timed && read_timestamp(line, e)) {
			timed = true;
		} else {
			break;
		}
		at = rest;
	}
	if (isnan(e->duration_ms))
		return false;
	if (!e->has_time)
		e->has_time = timestamp_parse(&time, &e->time);
	if (e->query.len == 0)
		e->query = str_trim(at);
	set_kind(e);
	return true;
}

/* Does the text go on with this? Then *p is behind it. */
static inline bool take(const char **p, const char *end, struct str text)
{
	if ((size_t)(end - *p) < text.len || memcmp(*p, text.ptr, text.len) != 0)
		return false;
	*p += text.len;
	return true;
}

/* "2.475469  " as milliseconds, with up to two blanks. */
static inline bool take_seconds(const char **p, const char *end, double *ms)
{
	uint64_t bytes;
	unsigned n, behind_point;
	double seconds;

	if (end - *p < 10)
		return false;
	bytes = digits_load(*p, 8);
	n = behind_point = digits_to_blank(bytes);
	if (n == 0 || (*p)[n] != ' ' || !digits_real(bytes, &behind_point, &seconds))
		return false;
	*ms = seconds * 1000;
	*p += n + ((*p)[n + 1] == ' ' ? 2 : 1);
	return true;
}

/* A whole number of up to seven digits, and the byte behind it, which `ends` it. */
static inline bool take_count(const char **p, const char *end, char ends, int64_t *count)
{
	uint64_t bytes = end - *p >= 8 ? digits_load(*p, 8) : 0;
	unsigned n = digits_count(bytes);

	if (n == 0 || n == 8 || (*p)[n] != ends)
		return false;
	*count = digits_value(bytes, n);
	*p += n + 1;
	return true;
}

/* What stands before the next `c`, *p then behind that. */
static inline bool take_to(const char **p, const char *end, char c, struct str *text)
{
	const char *from = *p, *at = memchr(from, c, (size_t)(end - from));

	if (!at)
		return false;
	*text = str_make(from, (size_t)(at - from));
	*p = at + 1;
	return true;
}

/* What the lines before a statement say. */
struct usual {
	struct str user, host, address;
	int64_t id, rows, examined;
	double ms, lock_ms;
};

/* "app[app] @ localhost [10.0.0.9]  Id:    14" */
static inline bool usual_user(struct str line, struct usual *u)
{
	const char *p = line.ptr, *end = p + line.len;
	struct str account;

	if (!take_to(&p, end, '[', &u->user) || !take_to(&p, end, ']', &account) || !take(&p, end, STR(" @ ")) ||
	    !take_to(&p, end, '[', &u->host) || !take_to(&p, end, ']', &u->address) || !take(&p, end, STR("  Id: ")))
		return false;
	while (p < end && *p == ' ')
		p++;
	return p < end && is_digit(*p) && str_to_i64(str_make(p, (size_t)(end - p)), &u->id);
}

/* "1553436105;" and the line's end: often that of the statement before. */
static inline bool take_timestamp(const char **p, const char *end, struct slow_state *state)
{
	if (end - *p < EPOCH_BYTES + 2 || (*p)[EPOCH_BYTES] != ';' || (*p)[EPOCH_BYTES + 1] != '\n')
		return false;
	if (memcmp(state->epoch, *p, EPOCH_BYTES) != 0) {
		if (!timestamp_parse_epoch(str_make(*p, EPOCH_BYTES), &state->time))
			return false;
		memcpy(state->epoch, *p, EPOCH_BYTES);
	}
	*p += EPOCH_BYTES + 2;
	return true;
}

/* What has no more than the lines that each server writes, in one pass. */
static bool plain(struct str record, struct decode_ctx *ctx, struct event *e)
{
	const char *p = record.ptr, *end = p + record.len;
	struct slow_state *state = ctx->state;
	struct str time, user;
	struct usual u;

	if (!state || (take(&p, end, time_key) && !take_to(&p, end, '\n', &time)))
		return false;
	if (!take(&p, end, user_key) || !take_to(&p, end, '\n', &user) || !usual_user(user, &u) || !take(&p, end, query_key) ||
	    !take_seconds(&p, end, &u.ms) || !take(&p, end, STR("Lock_time: ")) || !take_seconds(&p, end, &u.lock_ms) ||
	    !take(&p, end, STR("Rows_sent: ")) || !take_count(&p, end, ' ', &u.rows))
		return false;
	p += p < end && *p == ' ';
	if (!take(&p, end, STR("Rows_examined: ")) || !take_count(&p, end, '\n', &u.examined) || !take(&p, end, STR("SET timestamp=")) ||
	    !take_timestamp(&p, end, state) || p == end || *p == '#')
		return false;
	e->time = state->time;
	e->has_time = true;
	e->user = str_trim(u.user);
	e->client = str_trim(u.address);
	if (e->client.len == 0)
		e->client = str_trim(u.host);
	e->pid = u.id;
	e->duration_ms = u.ms;
	e->lock_ms = u.lock_ms;
	e->rows = u.rows;
	e->examined = u.examined;
	e->query = str_trim(str_make(p, (size_t)(end - p)));
	set_kind(e);
	return true;
}

/* A banner begins or ends so. */
static inline bool may_be_banner(const char *p, size_t n)
{
	return n > 0 && (p[0] == 'T' || p[n - 1] == ':');
}

/* A record goes on to the next head; what may stand between two, or has line ends of its own, is looked at line by line. */
static bool whole(struct str line, struct str behind, struct further_lines *further)
{
	bool by_user = str_starts(line, user_key);
	const char *p = behind.ptr, *end = p + str_head(behind, FURTHER_BYTES_MAX).len, *line_end;

	if ((!by_user && !str_starts(line, time_key)) || may_be_banner(line.ptr, line.len))
		return false;
	for (further->n = 0; (size_t)(end - p) >= user_key.len; further->n++) {
		if (*p == '#' && (memcmp(p, time_key.ptr, time_key.len) == 0 ||
				  ((by_user || further->n > 0) && memcmp(p, user_key.ptr, user_key.len) == 0))) {
			further->bytes = further->n > 0 ? (size_t)(p - behind.ptr) - 1 : 0;
			return true;
		}
		line_end = memchr(p, '\n', (size_t)(end - p));
		if (!line_end || further->n >= FURTHER_MAX || (line_end > p && line_end[-1] == '\r') ||
		    may_be_banner(p, (size_t)(line_end - p)))
			return false;
		p = line_end + 1;
	}
	return false;
}

static const struct format_sample samples[] = {
	{ "/usr/sbin/mysqld, Version: 8.0.15 (MySQL Community Server - GPL). started with:\n"
	  "Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock\n"
	  "Time                 Id Command    Argument\n"
	  "# Time: 2019-03-24T14:01:47.811234Z\n"
	  "# User@Host: app[app] @ localhost [10.0.0.9]  Id:    14\n"
	  "# Query_time: 2.475469  Lock_time: 0.000287 Rows_sent: 10  Rows_examined: 3145718\n"
	  "use employees;\n"
	  "SET timestamp=1553436105;\n"
	  "SELECT last_name\nFROM employees;",
	  "time=2019-03-24T14:01:45Z zone=yes kind=query user=app client=10.0.0.9 pid=14 "
	  "duration_ms=2475.469 lock_ms=0.287 "
	  "rows=10 db=employees query='SELECT last_name\nFROM employees;'" },
	{ "# Time: 2026-01-29T00:00:00.000677Z\n"
	  "# User@Host: shop[shop] @  [10.0.3.53]  Id: 66576\n"
	  "# Query_time: 4.452932  Lock_time: 0.000611 Rows_sent: 433  Rows_examined: 44220\n"
	  "SET timestamp=1769644800;\n"
	  "SELECT id\nFROM t;",
	  "time=2026-01-29T00:00:00Z zone=yes kind=query user=shop client=10.0.3.53 pid=66576 duration_ms=4452.932 lock_ms=0.611 "
	  "rows=433 query='SELECT id\nFROM t;'" },
	{ "# Time: 180613 11:04:36\n"
	  "# User@Host: root[root] @ localhost []\n"
	  "# Thread_id: 5  Schema:   QC_hit: No\n"
	  "# Query_time: 2.000652  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0\n"
	  "SET timestamp=1528898676;\n"
	  "# administrator command: Quit;",
	  "time=2018-06-13T14:04:36Z user=root client=localhost pid=5 duration_ms=2000.652 db= "
	  "query='administrator command: "
	  "Quit;'" },
	{ NULL, NULL },
};

const struct format format_mysql_slow = {
	.id = "mysql_slow",
	.title = "MySQL, Percona and MariaDB slow query log",
	.service = "mysql",
	.role = ROLE_DATABASE,
	.specificity = 50,
	.state_bytes = sizeof(struct slow_state),
	.plain = plain,
	.whole = whole,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
