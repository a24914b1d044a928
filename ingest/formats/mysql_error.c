/*
 * Error log of MySQL and MariaDB, all versions (ingest/mysql.h has the heads). Lines without a head belong to
 * the record above: InnoDB's remarks, monitor output, backtraces.
 * https://dev.mysql.com/doc/refman/8.0/en/error-log-format.html
 */
#include "ingest/format.h"
#include "ingest/mysql.h"

enum { RECORD_BYTES_MAX = 65536 };

struct head {
	struct timestamp time;
	struct str thread;
	struct str level;
	struct str text;
};

static bool is_word(struct str w, bool (*is)(char c))
{
	for (size_t i = 0; i < w.len; i++)
		if (!is(w.ptr[i]))
			return false;
	return w.len > 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == 'x';
}

/* Marks of the server's own lines when there is no level in brackets. */
static bool is_servers_own(struct str text)
{
	struct str head = str_head(text, 60);

	return str_starts(head, STR("InnoDB: ")) || str_starts(head, STR("WSREP")) ||
	       str_find(head, STR("mysqld")) >= 0 || str_find(head, STR("mariadbd")) >= 0 ||
	       str_starts(head, STR("Server version")) || str_starts(head, STR("Plugin "));
}

static bool read_level(struct str *s, struct str *level)
{
	static const struct str levels[] = {
		{ "[Note] ", 7 },   { "[Warning] ", 10 }, { "[ERROR] ", 8 },
		{ "[System] ", 9 }, { "[Error] ", 8 },
	};

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		if (str_starts(*s, levels[i])) {
			*level = str_make(levels[i].ptr + 1, levels[i].len - 3);
			*s = str_from(*s, levels[i].len);
			return true;
		}
	}
	return false;
}

static struct str skip_blanks(struct str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_from(s, 1);
	return s;
}

static bool read_head(struct str line, struct head *h)
{
	struct str s = line, rest, word;

	*h = (struct head){ .text = STR_NONE };
	if (s.len < 16 || s.ptr[0] < '0' || s.ptr[0] > '9' || !mysql_time(&s, &h->time) || s.len == 0 ||
	    (s.ptr[0] != ' ' && s.ptr[0] != '\t'))
		return false;
	s = skip_blanks(s);
	rest = s;
	word = str_word(&rest);
	if (is_word(word, is_hex) && word.len <= 18) {
		h->thread = word;
		rest = skip_blanks(rest);
		if (read_level(&rest, &h->level) || is_servers_own(rest)) {
			h->text = rest;
			return true;
		}
	}
	h->text = s;
	if (read_level(&h->text, &h->level))
		return true;
	h->thread = STR_NONE;
	return is_servers_own(s);
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct head h;
	struct str rest = line;

	(void)ctx;
	if (read_head(line, &h))
		return LINE_START;
	/* Heads of the slow and the general log, when they share the file. */
	if (str_starts(line, STR("# Time: ")) || str_starts(line, STR("# User@Host: ")) ||
	    str_starts(line, STR("# Query_time: ")) || str_starts(line, STR("\t\t ")) ||
	    (line.len > 15 && line.ptr[0] >= '0' && line.ptr[0] <= '9' && mysql_time(&rest, &h.time)))
		return LINE_ALIEN;
	if (record.len)
		return record.len < RECORD_BYTES_MAX ? LINE_CONTINUES : LINE_ALIEN;
	return line.len ? LINE_ALIEN : LINE_SKIP;
}

static struct str between(struct str text, struct str before, char after)
{
	ptrdiff_t at = str_find(text, before);
	struct str rest, value;

	if (at < 0)
		return STR_NONE;
	value = str_cut(str_from(text, (size_t)at + before.len), after, &rest);
	return value;
}

static const struct {
	const char *text;
	enum event_kind kind;
} kinds[] = {
	{ ": ready for connections", EV_START },
	{ "Shutdown complete", EV_STOP },
	{ "Normal shutdown", EV_STOP },
	{ "Received SHUTDOWN", EV_STOP },
	{ "got signal ", EV_CRASH },
	{ "got exception ", EV_CRASH },
	{ "was not shut down normally", EV_CRASH },
	{ "was not shutdown normally", EV_CRASH },
	{ "Starting crash recovery", EV_CRASH },
	{ "Too many connections", EV_CONN_REFUSED },
	{ "Access denied for user", EV_AUTH_FAILURE },
	{ "Aborted connection ", EV_CONN_CLOSE },
	{ "DEADLOCK", EV_DEADLOCK },
	{ "Deadlock found", EV_DEADLOCK },
	{ "deadlock detected", EV_DEADLOCK },
	{ "Lock wait timeout", EV_LOCK_WAIT },
	{ "Semi-sync replication", EV_REPLICATION },
	{ "Slave I/O", EV_REPLICATION },
	{ "Slave SQL", EV_REPLICATION },
	{ "Slave: ", EV_REPLICATION },
	{ "Replica I/O", EV_REPLICATION },
	{ "Replica SQL", EV_REPLICATION },
	{ "CHANGE MASTER TO", EV_REPLICATION },
	{ "CHANGE REPLICATION SOURCE TO", EV_REPLICATION },
	{ "group_replication reported", EV_REPLICATION },
};

static enum event_kind kind_of(struct str text)
{
	struct str head = str_head(text, 400);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_find(head, str_of(kinds[i].text)) >= 0)
			return kinds[i].kind;
	return EV_LINE;
}

/* "[MY-010453] [Server] text" */
static void read_brackets(struct str *text, struct event *e)
{
	if (str_starts(*text, STR("[MY-"))) {
		struct str rest, code = str_cut(*text, ']', &rest);

		e->sqlstate = str_from(code, 1);
		*text = skip_blanks(rest);
		if (str_starts(*text, STR("["))) {
			e->logger = str_from(str_cut(*text, ']', &rest), 1);
			*text = skip_blanks(rest);
		}
	}
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str line, rest, text;
	struct head h;

	(void)ctx;
	line = str_cut(record, '\n', &rest);
	if (!read_head(line, &h))
		return false;
	e->time = h.time;
	e->has_time = true;
	if (!str_to_i64(h.thread, &e->pid))
		e->pid = -1;
	e->severity = severity_parse(h.level);
	text = h.text;
	read_brackets(&text, e);
	e->message = text;
	e->detail = str_trim(rest);
	e->kind = kind_of(text);
	if (e->kind == EV_START)
		e->version = between(record, STR("ersion: '"), '\'');
	if (e->kind == EV_CONN_CLOSE || e->kind == EV_AUTH_FAILURE) {
		e->user = between(text, STR(" user: '"), '\'');
		e->db = between(text, STR(" db: '"), '\'');
		e->client = between(text, STR(" host: '"), '\'');
		if (e->user.len == 0)
			e->user = between(text, STR(" user '"), '\'');
		if (e->client.len == 0)
			e->client = between(text, STR("'@'"), '\'');
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "2016-12-09T12:08:33.784722Z 0 [Note] /usr/local/bin/mysqld: ready for connections.\n"
	  "Version: '5.7.10'  socket: '/tmp/mysql.sock'  port: 3306  Homebrew",
	  "time=2016-12-09T12:08:33.784722Z severity=notice kind=start version=5.7.10 pid=0 "
	  "message='/usr/local/bin/mysqld: ready for connections.'" },
	{ "2019-03-24T13:44:27.924508Z 5 [Warning] [MY-010453] [Server] root@localhost is created with an "
	  "empty password !",
	  "severity=warn sqlstate=MY-010453 logger=Server pid=5 message='root@localhost is created with an "
	  "empty password !'" },
	{ "161209 14:18:50  InnoDB: Log file ./ib_logfile0 did not exist: new to be created\nInnoDB: Setting "
	  "log file size to 5 MB",
	  "time=2016-12-09T14:18:50Z zone=no detail='InnoDB: Setting log file size to 5 MB'" },
	{ "2021-07-06  7:29:32 0 [Warning] Aborted connection 17 to db: 'shop' user: 'app' host: '10.0.0.4' "
	  "(Got timeout)",
	  "time=2021-07-06T07:29:32Z kind=conn_close user=app db=shop client=10.0.0.4" },
	{ "2023-05-01 10:00:00 7f2c3e8d0700 InnoDB: Starting crash recovery.",
	  "time=2023-05-01T10:00:00Z kind=crash" },
	{ NULL, NULL },
};

const struct format format_mysql_error = {
	.id = "mysql_error",
	.title = "MySQL and MariaDB error log",
	.service = "mysql",
	.role = ROLE_DATABASE,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
