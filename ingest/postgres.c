#include "ingest/postgres.h"

#include "core/digits.h"

bool postgres_is_sqlstate(struct str s)
{
	bool digit = false;

	if (s.len != 5)
		return false;
	for (size_t i = 0; i < 5; i++) {
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
			digit = true;
		else if (s.ptr[i] < 'A' || s.ptr[i] > 'Z')
			return false;
	}
	return digit;
}

struct str postgres_name(struct str s)
{
	return str_eq(s, STR("[unknown]")) ? STR_NONE : s;
}

struct str postgres_client(struct str from)
{
	ptrdiff_t at;

	if (str_starts(from, STR("[local]")))
		return STR("[local]");
	at = str_chr(from, '(');
	if (at > 0)
		return str_head(from, (size_t)at);
	/* The last colon separates the port: the csvlog writes "::1:16790" without brackets. */
	at = str_rchr(from, ':');
	if (at > 0 && (size_t)at + 1 < from.len) {
		for (size_t i = (size_t)at + 1; i < from.len; i++)
			if (from.ptr[i] < '0' || from.ptr[i] > '9')
				return from;
		return str_head(from, (size_t)at);
	}
	return from;
}

/* The value of "name=" in a message, up to the next blank. */
static struct str field(struct str text, struct str name)
{
	ptrdiff_t at = str_find(text, name);
	struct str rest;

	if (at < 0)
		return STR_NONE;
	rest = str_from(text, (size_t)at + name.len);
	return str_word(&rest);
}

/* What stands between two pieces of text; empty unless both are there in this order. */
static struct str between(struct str text, struct str before, struct str after)
{
	ptrdiff_t at = str_find(text, before);
	struct str rest;

	if (at < 0)
		return STR_NONE;
	rest = str_from(text, (size_t)at + before.len);
	at = str_find(rest, after);
	return at < 0 ? STR_NONE : str_head(rest, (size_t)at);
}

static void set_if_empty(struct str *to, struct str value)
{
	if (to->len == 0)
		*to = value;
}

static void session_fields(struct event *e, struct str text)
{
	static const struct str name_key = { "application_name=", sizeof "application_name=" - 1 };
	ptrdiff_t at;

	if (e->user.len == 0)
		e->user = postgres_name(field(text, STR("user=")));
	if (e->db.len == 0)
		e->db = postgres_name(field(text, STR("database=")));
	if (e->client.len == 0)
		e->client = field(text, STR("host="));
	if (e->logger.len)
		return;
	at = str_find(text, name_key);
	if (at >= 0) {
		struct str name = str_from(text, (size_t)at + name_key.len);
		ptrdiff_t end = str_find(name, STR(" SSL enabled"));

		if (end < 0)
			end = str_find(name, STR(" GSS ("));
		set_if_empty(&e->logger, end < 0 ? name : str_head(name, (size_t)end));
	}
}

/* The first ": ", or -1. */
static ptrdiff_t find_colon(struct str s)
{
	const char *p = s.ptr, *end = p + s.len;

	while (end - p > 1 && (p = memchr(p, ':', (size_t)(end - p - 1))) != NULL) {
		if (p[1] == ' ')
			return p - s.ptr;
		p++;
	}
	return -1;
}

/* "duration: 12.4 ms  execute S_1: SELECT ...": the verb and the statement behind it. */
static void statement_part(struct event *e, struct str text, size_t verb_at)
{
	struct str rest = str_from(text, verb_at);
	ptrdiff_t colon;

	if (str_starts(rest, STR("plan:"))) {
		ptrdiff_t plan;

		e->message = str_head(text, verb_at + 4);
		e->query = str_trim(str_from(rest, 5));
		if (str_starts(e->query, STR("Query Text: "))) {
			e->query = str_from(e->query, 12);
			plan = str_find(e->query, STR("(cost="));
			if (plan >= 0) {
				e->query = str_head(e->query, (size_t)plan);
				plan = str_rchr(e->query, '\n');
				e->query =
					str_trim(str_head(e->query, plan < 0 ? e->query.len : (size_t)plan));
			}
		}
		return;
	}
	colon = find_colon(rest);
	if (colon < 0)
		return;
	e->message = str_head(text, verb_at + (size_t)colon);
	e->query = str_trim(str_from(rest, (size_t)colon + 2));
}

static void type_duration(struct event *e, struct str text)
{
	static const size_t head = sizeof "duration: " - 1;
	struct str number = str_from(text, head);
	ptrdiff_t blank = str_chr(number, ' ');
	double ms;
	size_t at;

	if (blank <= 0 || !str_to_double(str_head(number, (size_t)blank), &ms) || !(ms >= 0))
		return;
	if (!str_starts(str_from(number, (size_t)blank), STR(" ms")))
		return;
	e->kind = EV_QUERY;
	e->duration_ms = ms;
	at = head + (size_t)blank + 3;
	if (at < text.len && text.ptr[at] == ' ') {
		while (at < text.len && text.ptr[at] == ' ')
			at++;
		statement_part(e, text, at);
	}
}

/* "process 4284 still waiting for AccessShareLock on relation 16435 of database 16388 after 1135.246 ms at
 * ..." */
static void type_process(struct event *e, struct str text, struct str remark, struct arena *scratch)
{
	struct str lock = between(text, STR("still waiting for "), STR(" after "));
	struct str holder;
	double ms;

	if (lock.len == 0)
		lock = between(text, STR(" acquired "), STR(" after "));
	if (lock.len == 0) {
		if (str_find(text, STR("deadlock")) >= 0)
			e->kind = EV_DEADLOCK;
		return;
	}
	e->kind = EV_LOCK_WAIT;
	if (str_to_double(field(text, STR(" after ")), &ms) && ms >= 0)
		e->lock_ms = ms;
	holder = between(remark, STR("holding the lock: "), STR("."));
	e->detail = lock;
	e->holder = holder;
	if (holder.len)
		e->detail = arena_printf(scratch, "%.*s, held by %.*s", STR_ARG(lock), STR_ARG(holder));
}

static void type_parameter(struct event *e, struct str text, struct arena *scratch)
{
	struct str key = between(text, STR("parameter \""), STR("\""));
	struct change *c;

	if (key.len == 0)
		return;
	if (str_find(text, STR(" changed to \"")) < 0 && str_find(text, STR("reset to default")) < 0)
		return; /* "cannot be changed without restarting the server": nothing changed */
	c = arena_new(scratch, struct change);
	c->kind = CHANGE_CONFIG;
	c->service = STR("postgresql");
	c->key = key;
	c->new_value = between(text, STR(" changed to \""), STR("\""));
	if (c->new_value.len == 0)
		c->new_value = STR("default");
	c->status = STR("applied"); /* it holds from this line on, and did not begin earlier */
	c->text = text;
	c->end_ns = TIME_NONE;
	e->kind = EV_RELOAD;
	e->change = c;
}

/* The next word of a statement, without the quotes of a name and what ends it. */
static struct str sql_word(struct str *rest)
{
	struct str word = str_word(rest);

	while (word.len && strchr(";'\"", word.ptr[word.len - 1]))
		word.len--;
	while (word.len && strchr("'\"", word.ptr[0]))
		word = str_from(word, 1);
	return word;
}

/*
 * A logged statement that changes a setting of the server, of a database or of a role: "ALTER SYSTEM SET work_mem = '64MB'",
 * "ALTER ROLE app SET statement_timeout TO '2s'", "ALTER DATABASE shop RESET ALL".
 */
static void type_setting(struct event *e, struct arena *scratch)
{
	struct str rest = e->query, target, verb, key, value;
	struct change *c;

	if (rest.len < 6 || (rest.ptr[0] | 32) != 'a' || !str_starts_nocase(rest, STR("alter ")))
		return;
	rest = str_from(rest, 6);
	target = sql_word(&rest);
	if (str_eq_nocase(target, STR("database")) || str_eq_nocase(target, STR("role")) || str_eq_nocase(target, STR("user")))
		sql_word(&rest);
	else if (!str_eq_nocase(target, STR("system")))
		return;
	verb = sql_word(&rest);
	key = sql_word(&rest);
	value = sql_word(&rest);
	if (str_eq(value, STR("=")) || str_eq_nocase(value, STR("to")))
		value = sql_word(&rest);
	if (key.len == 0 || !(str_eq_nocase(verb, STR("reset")) || (str_eq_nocase(verb, STR("set")) && value.len)))
		return;
	c = arena_new(scratch, struct change);
	c->kind = CHANGE_CONFIG;
	c->service = STR("postgresql");
	c->key = key;
	c->new_value = str_eq_nocase(verb, STR("reset")) ? STR("default") : value;
	c->status = STR("applied"); /* it holds from this line on, and did not begin earlier */
	c->text = e->query;
	c->end_ns = TIME_NONE;
	e->kind = EV_RELOAD;
	e->change = c;
}

static void type_checkpoint(struct event *e, struct str text)
{
	double s;

	e->kind = EV_CHECKPOINT;
	if (str_to_double(field(text, STR(" total=")), &s) && s >= 0)
		e->duration_ms = s * 1000;
}

/* "disconnection: session time: 0:00:41.223 user=app database=shop host=10.0.0.2 port=50000" */
static void type_session(struct event *e, struct str text)
{
	struct str time = field(text, STR("session time: "));

	session_fields(e, text);
	if (!duration_parse_ms(time, &e->duration_ms))
		e->duration_ms = NAN;
}

static void type_vacuum(struct event *e, struct str text)
{
	double s;

	e->kind = EV_VACUUM;
	if (str_to_double(field(text, STR("elapsed: ")), &s) && s >= 0)
		e->duration_ms = s * 1000;
	else if (str_to_double(field(text, STR("elapsed ")), &s) && s >= 0)
		e->duration_ms = s * 1000; /* up to 9.6: "elapsed 0.15 sec" */
}

static void type_temporary_file(struct event *e, struct str text)
{
	int64_t bytes;

	e->kind = EV_TEMP_FILE;
	if (str_to_i64(field(text, STR(" size ")), &bytes) && bytes >= 0)
		e->bytes = bytes;
}

enum row_rule { ROW_STARTS, ROW_CONTAINS };
struct kind_row {
	enum row_rule rule;
	enum severity at_least; /* SEV_NONE: any */
	struct str text;
	enum event_kind kind;
};
#define STARTS(text, kind)                                                                                   \
	{                                                                                                    \
		ROW_STARTS, SEV_NONE, { text, sizeof text - 1 }, kind                                        \
	}
#define FATAL_HAS(text, kind)                                                                                \
	{                                                                                                    \
		ROW_CONTAINS, SEV_FATAL, { text, sizeof text - 1 }, kind                                     \
	}

/* Texts that need no more than their kind; the first row that fits counts. */
static const struct kind_row kinds[] = {
	STARTS("sorry, too many clients", EV_CONN_REFUSED),
	STARTS("remaining connection slots", EV_CONN_REFUSED),
	STARTS("too many connections for ", EV_CONN_REFUSED),
	STARTS("the database system is ", EV_CONN_REFUSED),
	STARTS("no pg_hba.conf entry for ", EV_AUTH_FAILURE),
	STARTS("pg_hba.conf rejects ", EV_AUTH_FAILURE),
	FATAL_HAS("authentication failed for user", EV_AUTH_FAILURE),
	{ ROW_STARTS, SEV_FATAL, { "role \"", 6 }, EV_AUTH_FAILURE },
	STARTS("deadlock detected", EV_DEADLOCK),
	STARTS("canceling ", EV_CANCEL),
	STARTS("terminating connection ", EV_CANCEL),
	STARTS("terminating autovacuum process", EV_CANCEL),
	STARTS("terminating any other active server", EV_CRASH),
	STARTS("server process (PID ", EV_CRASH),
	STARTS("startup process (PID ", EV_CRASH),
	STARTS("database system was interrupted", EV_CRASH),
	STARTS("database system was not properly shut down", EV_CRASH),
	STARTS("all server processes terminated", EV_START),
	STARTS("starting PostgreSQL", EV_START),
	STARTS("database system is ready to accept", EV_START),
	STARTS("database system is shut down", EV_STOP),
	STARTS("shutting down", EV_STOP),
	STARTS("received smart shutdown", EV_STOP),
	STARTS("received fast shutdown", EV_STOP),
	STARTS("received immediate shutdown", EV_STOP),
	STARTS("received SIGHUP", EV_RELOAD),
	STARTS("received promote request", EV_REPLICATION),
	STARTS("selected new timeline ID", EV_REPLICATION),
	STARTS("started streaming WAL", EV_REPLICATION),
	STARTS("entering standby mode", EV_REPLICATION),
	STARTS("requested WAL segment ", EV_REPLICATION),
	STARTS("could not receive data from WAL stream", EV_REPLICATION),
	STARTS("terminating walsender", EV_REPLICATION),
	STARTS("terminating walreceiver", EV_REPLICATION),
	STARTS("standby \"", EV_REPLICATION),
	STARTS("logical decoding ", EV_REPLICATION),
	STARTS("logical replication ", EV_REPLICATION),
	STARTS("streaming replication ", EV_REPLICATION),
	STARTS("replication terminated", EV_REPLICATION),
	STARTS("starting logical decoding", EV_REPLICATION),
	FATAL_HAS("could not connect to the primary server", EV_REPLICATION),
};

static void type_by_table(struct event *e, struct str text)
{
	struct str head = str_head(text, 256);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct kind_row *r = &kinds[i];

		if (r->at_least > e->severity || head.len == 0 ||
		    (r->rule == ROW_STARTS && r->text.ptr[0] != head.ptr[0]))
			continue;
		if (r->rule == ROW_STARTS ? str_starts(head, r->text) : str_find(head, r->text) >= 0) {
			e->kind = r->kind;
			break;
		}
	}
	if (e->kind == EV_AUTH_FAILURE)
		set_if_empty(&e->user, between(head, STR(" user \""), STR("\"")));
	if (e->kind == EV_START && str_starts(head, STR("starting PostgreSQL ")))
		e->version = field(head, STR("PostgreSQL "));
}

/* Texts that say more than their kind, told by their first words. False: it is none of them. */
static bool type_by_word(struct event *e, struct str text, struct str remark, struct arena *scratch)
{
	ptrdiff_t colon;

	switch (str_at(text, 0)) {
	case 'a':
		if (!str_starts(text, STR("automatic ")))
			return false;
		type_vacuum(e, text);
		return true;
	case 'c':
		if (str_starts(text, STR("connection received: "))) {
			session_fields(e, text);
		} else if (str_starts(text, STR("connection authorized: "))) {
			e->kind = EV_CONN_OPEN;
			session_fields(e, text);
		} else if (str_starts(text, STR("connection authenticated: "))) {
			set_if_empty(&e->user, between(text, STR("identity=\""), STR("\"")));
		} else if (str_starts(text, STR("checkpoint ")) || str_starts(text, STR("checkpoints "))) {
			type_checkpoint(e, text);
		} else {
			return false;
		}
		return true;
	case 'd':
		if (str_starts(text, STR("duration: "))) {
			type_duration(e, text);
		} else if (str_starts(text, STR("disconnection: "))) {
			e->kind = EV_CONN_CLOSE;
			type_session(e, text);
		} else {
			return false;
		}
		return true;
	case 'e':
		colon = str_starts(text, STR("execute ")) ? find_colon(str_head(text, 160)) : -1;
		if (colon > 0)
			e->query = str_trim(str_from(text, (size_t)colon + 2));
		return colon > 0;
	case 'p':
		if (str_starts(text, STR("process ")))
			type_process(e, text, remark, scratch);
		else if (str_starts(text, STR("parameter \"")))
			type_parameter(e, text, scratch);
		else
			return false;
		return true;
	case 'r':
		if (str_starts(text, STR("replication connection authorized: "))) {
			e->kind = EV_CONN_OPEN;
			session_fields(e, text);
		} else if (str_starts(text, STR("restartpoint "))) {
			type_checkpoint(e, text);
		} else {
			return false;
		}
		return true;
	case 's':
		if (!str_starts(text, STR("statement: ")))
			return false;
		e->query = str_trim(str_from(text, 11));
		return true;
	case 't':
		if (!str_starts(text, STR("temporary file: ")))
			return false;
		type_temporary_file(e, text);
		return true;
	default: return false;
	}
}

/*
 * What announces nearly every statement. Messages with one announcement differ in a duration, which is masked: they have one
 * template, and so a key.
 */
static const struct announcement {
	struct str text;
	uint64_t key;
} announcements[] = {
	{ { "statement: ", 11 }, UINT64_C(0x8f1b7c5d20e94a63) },
	{ { "execute <unnamed>: ", 19 }, UINT64_C(0x35d0a91ef4c7286b) },
	{ { "bind <unnamed>: ", 16 }, UINT64_C(0xc26e43f90b7d815a) },
	{ { "parse <unnamed>: ", 17 }, UINT64_C(0x590ad837b2f61ec4) },
};

/*
 * "duration: 12.437 ms  statement: SELECT 1", which most lines are where statements are logged, in one pass. False, and nothing has
 * happened, where it is not quite that.
 */
static bool usual_statement(struct event *e, struct str text)
{
	enum { NUMBER_AT = sizeof "duration: " - 1, ROOM = 24 };
	static const struct str ms = { " ms  ", 5 };
	uint64_t number;
	double took;
	struct str rest, query;
	unsigned n, behind_point;

	if (text.len < ROOM || memcmp(text.ptr, "duration: ", NUMBER_AT) != 0)
		return false;
	number = digits_load(text.ptr + NUMBER_AT, 8);
	n = behind_point = digits_to_blank(number);
	if (n < 3 || n == 8 || !digits_real(number, &behind_point, &took) || behind_point == 0)
		return false;
	rest = str_from(text, NUMBER_AT + n);
	if (!str_starts(rest, ms))
		return false;
	rest = str_from(rest, ms.len);
	for (size_t i = 0; i < sizeof announcements / sizeof announcements[0]; i++) {
		const struct announcement *a = &announcements[i];

		if (str_at(rest, 0) != a->text.ptr[0] || !str_starts(rest, a->text))
			continue;
		query = str_trim(str_from(rest, a->text.len));
		if (query.len == 0)
			return false;
		e->kind = EV_QUERY;
		e->duration_ms = took;
		e->message = str_head(text, NUMBER_AT + n + ms.len + a->text.len - 2);
		e->message_key = (struct text_key){ .of = e->message, .hash = a->key, .apart = true };
		e->query = query;
		return true;
	}
	return false;
}

void postgres_message(struct event *e, struct str text, struct str remark, struct arena *scratch)
{
	struct str further;

	/* With log_error_verbosity = verbose the code stands before the text. */
	if (text.len > 7 && text.ptr[5] == ':' && text.ptr[6] == ' ' &&
	    postgres_is_sqlstate(str_head(text, 5))) {
		set_if_empty(&e->sqlstate, str_head(text, 5));
		text = str_from(text, 7);
	}
	if (usual_statement(e, text)) {
		type_setting(e, scratch);
		return;
	}
	e->message = str_cut(text, '\n', &further);
	if (!type_by_word(e, text, remark, scratch))
		type_by_table(e, text);
	if (e->query.len == 0)
		set_if_empty(&e->detail, str_trim(further));
	else if (e->severity < SEV_ERROR)
		type_setting(e, scratch);
}
