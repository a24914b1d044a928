/*
 * General query log of MySQL and MariaDB: "TIME<blanks>thread Command<TAB>argument". Up to 5.6 the time
 * stands only on the first line of a second; a statement may span lines. "2017-12-29T12:33:33.095243Z\t    2
 * Query\tSELECT 1"    "191015  9:46:45\t    13 Query\tSHOW STATUS"    "\t\t   13 Quit\t"
 */
#include "ingest/format.h"
#include "ingest/mysql.h"

struct general_state {
	struct timestamp time; /* the last one said */
	bool has_time;
};

struct head {
	struct timestamp time;
	bool has_time;
	int64_t thread;
	struct str command;
	struct str argument;
};

static bool read_command(struct str *s, struct str *command)
{
	static const struct str commands[] = {
		{ "Query", 5 },       { "Execute", 7 },      { "Prepare", 7 },
		{ "Connect", 7 },     { "Quit", 4 },         { "Init DB", 7 },
		{ "Close stmt", 10 }, { "Reset stmt", 10 },  { "Field List", 10 },
		{ "Statistics", 10 }, { "Ping", 4 },         { "Change user", 11 },
		{ "Kill", 4 },        { "Binlog Dump", 11 }, { "Register Slave", 14 },
		{ "Long Data", 9 },   { "Fetch", 5 },        { "Shutdown", 8 },
		{ "Refresh", 7 },     { "Set option", 10 },
	};

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		struct str c = commands[i];

		if (str_starts(*s, c) && (s->len == c.len || s->ptr[c.len] == '\t' || s->ptr[c.len] == ' ')) {
			*command = c;
			*s = str_trim(str_from(*s, c.len));
			return true;
		}
	}
	return false;
}

static bool read_head(struct str line, struct head *h)
{
	struct str s = line, rest;

	*h = (struct head){ .thread = -1 };
	if (s.len && s.ptr[0] >= '0' && s.ptr[0] <= '9')
		h->has_time = mysql_time(&s, &h->time);
	if (!h->has_time && line.len && line.ptr[0] != '\t' && line.ptr[0] != ' ')
		return false;
	if (s.len < 4 || (s.ptr[0] != ' ' && s.ptr[0] != '\t'))
		return false;
	rest = s;
	if (!str_to_i64(str_word(&rest), &h->thread))
		return false;
	rest = str_trim(rest);
	if (!read_command(&rest, &h->command))
		return false;
	h->argument = rest;
	return true;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct head h;

	(void)ctx;
	if (read_head(line, &h))
		return h.has_time || record.len ? LINE_START : LINE_ALIEN;
	if (str_starts(line, STR("Tcp port: ")) || str_ends(line, STR("started with:")) ||
	    str_starts(line, STR("Time  ")))
		return LINE_SKIP;
	if (record.len) {
		/* A line with a time that is none of ours ends the statement: the error log shares the file.
		 */
		struct timestamp t;
		struct str rest = line;

		return line.len && line.ptr[0] >= '0' && line.ptr[0] <= '9' && mysql_time(&rest, &t)
			       ? LINE_ALIEN
			       : LINE_CONTINUES;
	}
	return line.len ? LINE_ALIEN : LINE_SKIP;
}

/* "app@10.0.0.4 on shop using TCP/IP" */
static void read_connect(struct str s, struct event *e)
{
	struct str who = str_word(&s), rest;

	e->user = str_cut(who, '@', &e->client);
	rest = s;
	if (str_eq(str_word(&rest), STR("on"))) {
		e->db = str_word(&rest);
		if (str_eq(e->db, STR("using")))
			e->db = STR_NONE;
	}
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct general_state none = { 0 };
	struct general_state *state = ctx->state ? ctx->state : &none;
	struct str line, rest;
	struct head h;

	line = str_cut(record, '\n', &rest);
	if (!read_head(line, &h))
		return false;
	if (h.has_time) {
		state->time = h.time;
		state->has_time = true;
	}
	e->time = state->time;
	e->has_time = state->has_time;
	e->pid = h.thread;
	e->message = h.command;
	if (str_eq(h.command, STR("Query")) || str_eq(h.command, STR("Execute"))) {
		e->query = h.argument.len ? str_make(h.argument.ptr,
						     (size_t)(record.ptr + record.len - h.argument.ptr))
					  : h.argument;
	} else if (str_eq(h.command, STR("Connect"))) {
		bool denied = str_starts(h.argument, STR("Access denied"));

		e->kind = denied ? EV_AUTH_FAILURE : EV_CONN_OPEN;
		if (denied)
			e->message = h.argument;
		else
			read_connect(h.argument, e);
	} else if (str_eq(h.command, STR("Quit"))) {
		e->kind = EV_CONN_CLOSE;
	} else if (str_eq(h.command, STR("Init DB"))) {
		e->db = h.argument;
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "2017-12-29T12:33:33.095243Z\t    2 Query\tSELECT 1\nFROM t",
	  "time=2017-12-29T12:33:33.095243Z pid=2 message=Query "
	  "query='SELECT 1\nFROM t'" },
	{ "191015  9:46:45\t   13 Connect\tapp@10.0.0.4 on shop using TCP/IP",
	  "time=2019-10-15T09:46:45Z kind=conn_open pid=13 "
	  "user=app client=10.0.0.4 db=shop" },
	{ "191015  9:46:45\t   13 Query\tSHOW STATUS\n\t\t   13 Quit\t",
	  "time=2019-10-15T09:46:45Z kind=conn_close pid=13" },
	{ NULL, NULL },
};

const struct format format_mysql_general = {
	.id = "mysql_general",
	.title = "MySQL and MariaDB general query log",
	.service = "mysql",
	.role = ROLE_DATABASE,
	.specificity = 52,
	.state_bytes = sizeof(struct general_state),
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
