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
#include "ingest/format.h"

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
	e->kind = EV_QUERY;
	e->message = STR("slow query");
	return true;
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
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
