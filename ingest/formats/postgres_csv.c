/*
 * PostgreSQL's log_destination = csvlog. 23 columns up to version 12, 24 in 13 (backend_type), 26 since 14
 * (leader_pid, query_id): read by position, so the number does not matter. Messages and statements contain
 * line breaks inside quotes. A record that a crash cut off ends where the next line is unmistakably a
 * record's head.
 * https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-CSVLOG
 */
#include "ingest/csv.h"
#include "ingest/format.h"
#include "ingest/postgres.h"
#include "ingest/postgres_session.h"

enum column {
	COL_TIME,
	COL_USER,
	COL_DB,
	COL_PID,
	COL_CLIENT,
	COL_SESSION,
	COL_LINE,
	COL_TAG,
	COL_SESSION_START,
	COL_VXID,
	COL_XID,
	COL_SEVERITY,
	COL_SQLSTATE,
	COL_MESSAGE,
	COL_DETAIL,
	COL_HINT,
	COL_INNER_QUERY,
	COL_INNER_POSITION,
	COL_CONTEXT,
	COL_QUERY,
	COL_POSITION,
	COL_LOCATION,
	COL_APPLICATION,
};

struct csv_state {
	struct csv_quotes quotes;
	struct postgres_sessions sessions;
};

static size_t digits(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
		n++;
	return n;
}

/* Past a field without line break, quoted or not, and the comma behind it; 0 when there is none. */
static size_t past_field(struct str s, size_t at)
{
	if (at < s.len && s.ptr[at] == '"') {
		for (at++; at < s.len && s.ptr[at] != '"'; at++)
			;
		at++;
		return at < s.len && s.ptr[at] == ',' ? at + 1 : 0;
	}
	return at < s.len && s.ptr[at] == ',' ? at + 1 : 0;
}

/* "2026-01-29 22:05:02.346 UTC,"shop","shop",25357,"10.0.0.1:40035",697bd8cf.630d,4," */
static bool is_head(struct str s)
{
	size_t at, n;

	if (s.len < 40 || digits(s, 0) != 4 || s.ptr[4] != '-' || digits(s, 5) != 2 || s.ptr[7] != '-' ||
	    s.ptr[10] != ' ' || s.ptr[13] != ':' || s.ptr[16] != ':' || s.ptr[19] != '.')
		return false;
	for (at = 20; at < 40 && s.ptr[at] != ',' && s.ptr[at] != '"'; at++)
		;
	if (at >= 40 || s.ptr[at] != ',')
		return false;
	at = past_field(s, at + 1);
	if (!at || !(at = past_field(s, at)))
		return false;
	n = digits(s, at);
	if (n == 0 || at + n >= s.len || s.ptr[at + n] != ',' || !(at = past_field(s, at + n + 1)))
		return false;
	for (n = 0; at + n < s.len && s.ptr[at + n] != '.' && n < 9; n++)
		;
	if (at + n >= s.len || s.ptr[at + n] != '.')
		return false;
	return memchr(s.ptr + at + n, ',', s.len - at - n) != NULL;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct csv_quotes fresh = { 0, false };
	struct csv_state *state = ctx->state;
	struct csv_quotes *q = state ? &state->quotes : &fresh;

	if (is_head(line)) {
		*q = fresh; /* the next call sees a new record */
		return LINE_START;
	}
	if (record.len && csv_quotes_open(q, record))
		return LINE_CONTINUES;
	return line.len ? LINE_ALIEN : LINE_SKIP;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct csv_state *state = ctx->state;
	struct postgres_label label = { POSTGRES_MESSAGE, SEV_NONE };
	struct csv_record csv;
	struct str time;
	int64_t pid;

	csv_read(record, ',', ctx->scratch, &csv);
	if (csv.n <= COL_MESSAGE || !postgres_label_parse(csv.field[COL_SEVERITY], &label))
		return false;
	while (csv.n <= COL_APPLICATION) /* cut off behind the message */
		csv.field[csv.n++] = STR_NONE;
	time = csv.field[COL_TIME];
	e->has_time = timestamp_parse_iso(&time, &e->time);
	e->severity = label.severity;
	e->user = postgres_name(csv.field[COL_USER]);
	e->db = postgres_name(csv.field[COL_DB]);
	if (str_to_i64(csv.field[COL_PID], &pid) && pid >= 0)
		e->pid = pid;
	e->client = postgres_client(csv.field[COL_CLIENT]);
	e->logger = postgres_name(csv.field[COL_APPLICATION]);
	if (!str_eq(csv.field[COL_SQLSTATE], STR("00000")))
		e->sqlstate = csv.field[COL_SQLSTATE];
	e->detail = csv.field[COL_DETAIL].len ? csv.field[COL_DETAIL] : csv.field[COL_HINT];
	e->query = csv.field[COL_QUERY].len ? csv.field[COL_QUERY] : csv.field[COL_INNER_QUERY];
	postgres_message(e, csv.field[COL_MESSAGE], csv.field[COL_DETAIL], ctx->scratch);
	postgres_session_apply(state ? &state->sessions : NULL, e, ctx->scratch);
	return true;
}

static const struct format_sample samples[] = {
	{ "2026-01-29 22:05:02.346 "
	  "UTC,\"shop\",\"shop\",25357,\"10.0.1.11:40035\",697bd8cf.630d,4,\"idle\",2026-01-29 22:01:51 "
	  "UTC,,0,LOG,00000,\"disconnection: session time: 0:03:10.887 user=shop database=shop "
	  "host=10.0.1.11 "
	  "port=40035\",,,,,,,,,\"web-1\",\"client backend\",,0",
	  "time=2026-01-29T22:05:02.346Z severity=info kind=conn_close user=shop db=shop pid=25357 "
	  "client=10.0.1.11 logger=web-1" },
	{ "2021-01-04 00:22:01.903 "
	  "UTC,\"postgres\",\"postgres\",59,\"::1:42642\",5ff25f96.3b,3,\"SELECT\",2021-01-04 00:21:42 "
	  "UTC,3/0,0,LOG,00000,\"duration: 0.658 ms  statement: SELECT "
	  "\"\"a\"\",\n'line';\",,,,,,,,,\"psql\"",
	  "time=2021-01-04T00:22:01.903Z kind=query duration_ms=0.658 client=::1 query='SELECT "
	  "\"a\",\n\\'line\\';'" },
	{ "2026-06-18 13:10:00.100 "
	  "UTC,\"shop\",\"shop\",8,\"10.0.1.31:4000\",68529d00.8,4,\"PARSE\",2026-06-18 13:00:00 "
	  "UTC,3/5,0,ERROR,42703,\"column \"\"rank_score\"\" does not exist\",,,,,,\"SELECT id FROM products "
	  "ORDER BY "
	  "rank_score\",24,,\"catalog-1\",\"client backend\",,0",
	  "severity=error sqlstate=42703 message='column \"rank_score\" does not exist' query='SELECT id "
	  "FROM products ORDER BY "
	  "rank_score' logger=catalog-1" },
	{ NULL, NULL },
};

const struct format format_postgres_csv = {
	.id = "postgres_csv",
	.title = "PostgreSQL server log (csvlog)",
	.service = "postgresql",
	.role = ROLE_DATABASE,
	.specificity = 60,
	.state_bytes = sizeof(struct csv_state),
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
