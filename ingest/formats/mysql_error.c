/*
 * Error log of MySQL and MariaDB, all versions (ingest/mysql.h has the heads). Lines without a head belong to
 * the record above: InnoDB's remarks, monitor output, backtraces.
 * https://dev.mysql.com/doc/refman/8.0/en/error-log-format.html
 */
#include "core/hash.h"
#include "ingest/format.h"
#include "ingest/innodb.h"
#include "ingest/mysql.h"

enum { RECORD_BYTES_MAX = 65536, REPORT_BYTES_MAX = 16384 };

/* With innodb_print_all_deadlocks a deadlock is reported in several records: they are gathered until the last. */
struct report {
	bool open;
	size_t len;
	uint64_t seen; /* the monitor tells of the latest deadlock again and again: hash of the one it told of */
	char text[REPORT_BYTES_MAX];
};

static const struct str monitor = { "INNODB MONITOR OUTPUT", 21 };

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

	return str_starts(head, STR("InnoDB: ")) || str_starts(head, monitor) || str_starts(head, STR("WSREP")) ||
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
	/* The monitor's output has times of its own, with nothing but a thread behind them. */
	if (str_find(str_head(record, 120), monitor) >= 0 && mysql_time(&rest, &h.time) && is_word(str_word(&rest), is_hex) &&
	    str_trim(rest).len == 0)
		return record.len < RECORD_BYTES_MAX ? LINE_CONTINUES : LINE_ALIEN;
	rest = line;
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

static void set_deadlock(const struct innodb_deadlock *d, struct event *e, struct arena *a)
{
	e->kind = EV_DEADLOCK;
	e->pid = d->waiter;
	e->query = d->query;
	e->holder = d->holder;
	e->detail = arena_printf(a, "%.*s, held by %.*s", STR_ARG(d->object), STR_ARG(d->holder));
}

static void gather(struct report *r, struct str text)
{
	size_t n = text.len < REPORT_BYTES_MAX - 1 - r->len ? text.len : REPORT_BYTES_MAX - 1 - r->len;

	memcpy(r->text + r->len, text.ptr, n);
	r->len += n;
	r->text[r->len] = '\n';
	r->len += r->len < REPORT_BYTES_MAX - 1;
}

/* The deadlock in the monitor's output, at its own time; once. */
static void read_monitor(struct str text, struct decode_ctx *ctx, struct event *e)
{
	struct report *r = ctx->state;
	struct innodb_deadlock d;
	struct timestamp time;
	ptrdiff_t at = str_find(text, STR("LATEST DETECTED DEADLOCK\n")), end, first;

	if (at < 0)
		return;
	text = str_from(text, (size_t)at);
	end = str_find(text, STR("\nTRANSACTIONS\n"));
	text = str_head(text, end >= 0 ? (size_t)end : text.len);
	first = str_find(text, STR("*** (1) TRANSACTION"));
	if (first < 0 || r->seen == hash64(text) || !innodb_deadlock_read(str_from(text, (size_t)first), ctx->scratch, &d))
		return;
	r->seen = hash64(text);
	set_deadlock(&d, e, ctx->scratch);
	for (struct str line, rest = text; rest.len > 0;) {
		line = str_cut(rest, '\n', &rest);
		if (mysql_time(&line, &time)) {
			e->time = time;
			break;
		}
	}
}

/* A deadlock in the records of one report: the last of them is the event. */
static void read_deadlock(struct str text, struct str further, struct decode_ctx *ctx, struct event *e)
{
	struct report *r = ctx->state;
	struct innodb_deadlock d;
	bool begins = str_find(text, STR("eadlock detected, dumping")) >= 0 || str_find(text, STR("DEADLOCK detected, dumping")) >= 0;

	if (!begins && !r->open)
		return;
	if (begins)
		r->len = 0;
	r->open = true;
	gather(r, text);
	gather(r, further);
	const struct str all = { r->text, r->len };

	if (str_find(all, STR("*** WE ROLL BACK TRANSACTION (")) < 0) {
		if (begins)
			e->kind = EV_LINE; /* what comes counts */
		return;
	}
	r->open = false;
	if (innodb_deadlock_read(all, ctx->scratch, &d)) {
		d.query = arena_str(ctx->scratch, d.query); /* the room is used again */
		set_deadlock(&d, e, ctx->scratch);
	}
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str line, rest, text;
	struct head h;

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
	if (str_starts(text, monitor))
		read_monitor(rest, ctx, e);
	else
		read_deadlock(text, rest, ctx, e);
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
	{ "2024-05-01 10:00:20 0x7f2c3e8d0700 INNODB MONITOR OUTPUT\n=====================================\n------------------------\n"
	  "LATEST DETECTED DEADLOCK\n------------------------\n2024-05-01 10:00:07 0x7f2c3e8d0700\n*** (1) TRANSACTION:\n"
	  "TRANSACTION 2130, ACTIVE 10 sec starting index read\nmysql tables in use 1, locked 1\n"
	  "LOCK WAIT 3 lock struct(s), heap size 1136, 2 row lock(s)\n"
	  "MySQL thread id 11, OS thread handle 140, query id 111 10.0.0.4 app updating\nUPDATE cart SET n = 1\nWHERE id = 2\n"
	  "*** (1) WAITING FOR THIS LOCK TO BE GRANTED:\n"
	  "RECORD LOCKS space id 2 page no 4 n bits 72 index PRIMARY of table `shop`.`cart` trx id 2130 lock_mode X locks rec but not "
	  "gap waiting\n*** (2) TRANSACTION:\nTRANSACTION 2131, ACTIVE 8 sec\nMySQL thread id 14, OS thread handle 141, query id 112\n"
	  "UPDATE cart SET n = 2 WHERE id = 1\n*** WE ROLL BACK TRANSACTION (1)\n------------\nTRANSACTIONS\n------------\nTrx id 1",
	  "time=2024-05-01T10:00:07Z zone=no kind=deadlock pid=11 query='UPDATE cart SET n = 1 WHERE id = 2' detail='lock_mode X locks rec "
	  "but not gap on `shop`.`cart` index PRIMARY, held by 14'" },
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
	.state_bytes = sizeof(struct report),
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
