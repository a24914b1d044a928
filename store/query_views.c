/* Views under the names of what they show. */
#include "store/catalog_tables.h"

#define TIME_ROW { "time", SQL_TIME, 0, "when it happened" }
#define PLACE_ROWS                                                                  \
	{ "service", SQL_TEXT, 0, "what wrote the line" },                          \
	{ "host", SQL_TEXT, 0, "where that ran" }
#define SOURCE_ROWS                                                                 \
	{ "source", SQL_TEXT, SQL_ALWAYS, "path of the file inside the archive" },  \
	{ "line", SQL_INTEGER, SQL_ALWAYS, "number of its first line there" }
#define OFFSET_ROW { "offset", SQL_INTEGER, SQL_ALWAYS, "of that line in the unpacked file, bytes" }
#define USER_ROWS                                                                   \
	{ "db", SQL_TEXT, 0, "in which database" },                                 \
	{ "user", SQL_TEXT, SQL_SAID, "of which user" }
#define PID_ROW { "pid", SQL_INTEGER, 0, "of which process of the server" }
#define QUERY_ROW { "query", SQL_TEXT, SQL_SAID, "the statement with ? for its values" }
#define TEXT_ROW { "text", SQL_TEXT, SQL_SAID, "what the log says" }

/* As the cells count it (store/aggregate.c). */
#define FAILED "coalesce(status >= 500, 0) OR coalesce(severity IN ('error', 'fatal'), 0)"

static const struct catalog_column request_columns[] = {
	TIME_ROW,
	PLACE_ROWS,
	{ "route", SQL_TEXT, SQL_SAID, "its method and path, ids in it as :id" },
	{ "status", SQL_INTEGER, 0, "HTTP status of the answer" },
	{ "failed", SQL_INTEGER, SQL_ALWAYS, "1: status 500 and above, or logged as an error; else 0" },
	{ "duration_ms", SQL_REAL, 0, "how long it took" },
	{ "bytes", SQL_INTEGER, 0, "size of the answer" },
	SOURCE_ROWS,
	OFFSET_ROW,
	{ 0 },
};

const struct catalog_table view_requests = {
	.name = "requests",
	.help = "a request as one log has it; several logs may have the same one",
	.columns = request_columns,
	.view = "SELECT time, service, host, route, status, " FAILED " AS failed, duration_ms, bytes, source, line, offset"
		" FROM events WHERE kind = 'http'",
};

static const struct catalog_column error_columns[] = {
	TIME_ROW,
	PLACE_ROWS,
	{ "severity", SQL_TEXT, 0, "error or fatal, or that of a failed request" },
	{ "kind", SQL_TEXT, SQL_ALWAYS, "line, http, query, crash, ..." },
	{ "status", SQL_INTEGER, 0, "HTTP status of a request" },
	{ "route", SQL_TEXT, SQL_SAID, "method and path of a request" },
	{ "template", SQL_TEXT, SQL_SAID, "the message without what varies (<*>)" },
	{ "duration_ms", SQL_REAL, 0, "how long it took" },
	SOURCE_ROWS,
	OFFSET_ROW,
	{ 0 },
};

const struct catalog_table view_errors = {
	.name = "errors",
	.help = "an event that failed: status 500 and above, or severity error or fatal",
	.columns = error_columns,
	.view = "SELECT time, service, host, severity, kind, status, route, template, duration_ms, source, line, offset"
		" FROM events WHERE " FAILED,
};

static const struct catalog_column query_columns[] = {
	TIME_ROW,
	PLACE_ROWS,
	QUERY_ROW,
	{ "failed", SQL_INTEGER, SQL_ALWAYS, "1: logged as an error; else 0" },
	{ "duration_ms", SQL_REAL, 0, "how long it took" },
	SOURCE_ROWS,
	OFFSET_ROW,
	{ 0 },
};

const struct catalog_table view_queries = {
	.name = "queries",
	.help = "a run of a statement; statements has them summed up",
	.columns = query_columns,
	.view = "SELECT time, service, host, query, " FAILED " AS failed, duration_ms, source, line, offset"
		" FROM events WHERE kind = 'query'",
};

static const struct catalog_column traffic_columns[] = {
	{ "time", SQL_TIME, SQL_ALWAYS, "when its 10 seconds begin" },
	{ "service", SQL_TEXT, 0, "whose log has the requests" },
	{ "host", SQL_TEXT, 0, "where that ran" },
	{ "role", SQL_TEXT, SQL_ALWAYS, "access: as a server in front saw them; app: as the application did" },
	{ "route", SQL_TEXT, SQL_SAID, "their method and path, ids in it as :id" },
	{ "status", SQL_INTEGER, SQL_ALWAYS, "their HTTP status; 0 none" },
	{ "requests", SQL_INTEGER, SQL_ALWAYS, "how many" },
	{ "failed", SQL_INTEGER, SQL_ALWAYS, "how many of them failed" },
	{ "timed", SQL_INTEGER, SQL_ALWAYS, "how many of them say how long they took" },
	{ "total_ms", SQL_REAL, 0, "how long these took together" },
	{ "max_ms", SQL_REAL, 0, "the longest" },
	{ "p95_ms", SQL_REAL, 0, "19 of 20 took no longer, to 5 %" },
	{ 0 },
};

const struct catalog_table view_traffic = {
	.name = "traffic",
	.help = "10 seconds of requests of a route with a status: fast, since no event is looked at",
	.columns = traffic_columns,
	.view = "SELECT time, service, host, role, name AS route, CAST(code AS INTEGER) AS status, count AS requests, failed,"
		" timed, total_ms, max_ms, p95_ms FROM series WHERE kind = 'http'",
};

static const struct catalog_column lock_wait_columns[] = {
	TIME_ROW,
	PLACE_ROWS,
	USER_ROWS,
	{ "waiter", SQL_INTEGER, 0, "the process that waits" },
	{ "holder", SQL_TEXT, SQL_SAID, "the processes that hold it, where the log names them" },
	{ "object", SQL_TEXT, SQL_SAID, "mode of the lock, and what it is on" },
	{ "wait_ms", SQL_REAL, 0, "how long it waited so far" },
	{ "state", SQL_TEXT, SQL_ALWAYS, "waiting, or acquired when it is over" },
	QUERY_ROW,
	TEXT_ROW,
	SOURCE_ROWS,
	{ 0 },
};

const struct catalog_table view_lock_waits = {
	.name = "lock_waits",
	.help = "a wait for a lock of a database",
	.columns = lock_wait_columns,
	.view = "SELECT time, service, host, db, user, pid AS waiter, holder, object,"
		" duration_ms AS wait_ms, CASE WHEN text LIKE '% acquired %' THEN 'acquired' ELSE 'waiting' END AS state,"
		" query, text, source, line FROM database_events WHERE kind = 'lock_wait'",
};

static const struct catalog_column process_columns[] = {
	TIME_ROW, PLACE_ROWS, USER_ROWS, PID_ROW, QUERY_ROW, TEXT_ROW, SOURCE_ROWS, { 0 },
};

static const struct catalog_column deadlock_columns[] = {
	TIME_ROW,
	PLACE_ROWS,
	USER_ROWS,
	PID_ROW,
	{ "holder", SQL_TEXT, SQL_SAID, "the other processes, where the log names them" },
	{ "object", SQL_TEXT, SQL_SAID, "mode of the lock that was waited for, and what it is on" },
	QUERY_ROW,
	TEXT_ROW,
	SOURCE_ROWS,
	{ 0 },
};

#define PROCESS_VIEW "SELECT time, service, host, db, user, pid, query, text, source, line FROM database_events WHERE kind = "

const struct catalog_table view_deadlocks = {
	.name = "deadlocks",
	.help = "a deadlock that a database resolved",
	.columns = deadlock_columns,
	.view = "SELECT time, service, host, db, user, pid, holder, object, query, text, source, line FROM database_events"
		" WHERE kind = 'deadlock'",
};

const struct catalog_table view_cancelled_statements = {
	.name = "cancelled_statements",
	.help = "a statement that was cancelled, by a timeout or a person",
	.columns = process_columns,
	.view = PROCESS_VIEW "'cancel'",
};

static const struct catalog_column work_columns[] = {
	TIME_ROW,    PLACE_ROWS, { "duration_ms", SQL_REAL, 0, "how long it took" }, TEXT_ROW,
	SOURCE_ROWS, { 0 },
};

#define WORK_VIEW "SELECT time, service, host, duration_ms, text, source, line FROM database_events WHERE kind = "

const struct catalog_table view_checkpoints = {
	.name = "checkpoints",
	.help = "a checkpoint that was completed",
	.columns = work_columns,
	.view = WORK_VIEW "'checkpoint' AND text LIKE '%complete%'",
};

const struct catalog_table view_vacuums = {
	.name = "vacuums",
	.help = "a vacuum or analyze",
	.columns = work_columns,
	.view = WORK_VIEW "'vacuum'",
};

static const struct catalog_column temporary_columns[] = {
	TIME_ROW,  PLACE_ROWS, USER_ROWS, PID_ROW, { "bytes", SQL_INTEGER, 0, "its size" },
	QUERY_ROW, SOURCE_ROWS, { 0 },
};

const struct catalog_table view_temporary_files = {
	.name = "temporary_files",
	.help = "a file that a statement needed for what did not fit into memory",
	.columns = temporary_columns,
	.view = "SELECT time, service, host, db, user, pid, bytes, query, source, line"
		" FROM database_events WHERE kind = 'temp_file'",
};

static const struct catalog_column restart_columns[] = {
	TIME_ROW, { "kind", SQL_TEXT, 0, "start, stop, crash" }, PLACE_ROWS, TEXT_ROW, SOURCE_ROWS, { 0 },
};

const struct catalog_table view_restarts = {
	.name = "restarts",
	.help = "a start, stop or crash of a database server",
	.columns = restart_columns,
	.view = "SELECT time, kind, service, host, text, source, line"
		" FROM database_events WHERE kind IN ('start', 'stop', 'crash')",
};

static const struct catalog_column parameter_columns[] = {
	{ "time", SQL_TIME, 0, "when it was changed" },
	{ "service", SQL_TEXT, 0, "whose setting" },
	{ "host", SQL_TEXT, 0, "where" },
	{ "key", SQL_TEXT, SQL_ALWAYS | SQL_SAID, "its name" },
	{ "old_value", SQL_TEXT, SQL_SAID, "its value before" },
	{ "new_value", SQL_TEXT, SQL_SAID, "its value from then on" },
	{ "actor", SQL_TEXT, SQL_SAID, "who did it" },
	TEXT_ROW,
	SOURCE_ROWS,
	{ 0 },
};

const struct catalog_table view_parameter_changes = {
	.name = "parameter_changes",
	.help = "a setting of anything that was changed",
	.columns = parameter_columns,
	.view = "SELECT time, service, host, key, old_value, new_value, actor, text, source, line"
		" FROM changes WHERE kind = 'config_change' AND key IS NOT NULL",
};
