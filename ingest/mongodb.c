#include "ingest/mongodb.h"

enum row_rule { ROW_STARTS, ROW_CONTAINS };

static const struct {
	const char *text;
	enum row_rule rule;
	enum event_kind kind;
} kinds[] = {
	{ "Connection accepted", ROW_STARTS, EV_CONN_OPEN },
	{ "connection accepted from", ROW_STARTS, EV_CONN_OPEN },
	{ "Connection ended", ROW_STARTS, EV_CONN_CLOSE },
	{ "end connection", ROW_STARTS, EV_CONN_CLOSE },
	{ "too many open connections", ROW_CONTAINS, EV_CONN_REFUSED },
	{ "uthentication failed", ROW_CONTAINS, EV_AUTH_FAILURE },
	{ "Failed to authenticate", ROW_CONTAINS, EV_AUTH_FAILURE },
	{ "Waiting for connections", ROW_STARTS, EV_START },
	{ "waiting for connections", ROW_STARTS, EV_START },
	{ "MongoDB starting", ROW_STARTS, EV_START },
	{ "mongod startup complete", ROW_STARTS, EV_START },
	{ "got signal ", ROW_STARTS, EV_STOP },
	{ "Received signal", ROW_STARTS, EV_STOP },
	{ "Shutting down", ROW_STARTS, EV_STOP },
	{ "shutting down", ROW_STARTS, EV_STOP },
	{ "dbexit", ROW_STARTS, EV_STOP },
	{ "now exiting", ROW_STARTS, EV_STOP },
	{ "Now exiting", ROW_STARTS, EV_STOP },
	{ "aborting after fassert", ROW_CONTAINS, EV_CRASH },
	{ "Aborting after fassert", ROW_CONTAINS, EV_CRASH },
	{ "Got signal: ", ROW_STARTS, EV_CRASH },
	{ "Detected unclean shutdown", ROW_STARTS, EV_CRASH },
	{ "unclean shutdown detected", ROW_CONTAINS, EV_CRASH },
	{ "Starting an election", ROW_STARTS, EV_REPLICATION },
	{ "Election succeeded", ROW_STARTS, EV_REPLICATION },
	{ "Stepping down", ROW_STARTS, EV_REPLICATION },
	{ "stepping down", ROW_STARTS, EV_REPLICATION },
	{ "Replica set state transition", ROW_STARTS, EV_REPLICATION },
	{ "transition to ", ROW_STARTS, EV_REPLICATION },
	{ "Member is in new state", ROW_STARTS, EV_REPLICATION },
	{ "Member ", ROW_STARTS, EV_REPLICATION },
	{ "election succeeded", ROW_STARTS, EV_REPLICATION },
};

enum event_kind mongodb_kind(struct str message)
{
	struct str head = str_head(message, 200);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct str text = str_of(kinds[i].text);

		if (kinds[i].rule == ROW_STARTS ? str_starts(head, text) : str_find(head, text) >= 0)
			return kinds[i].kind;
	}
	return EV_LINE;
}

struct str mongodb_address(struct str remote)
{
	ptrdiff_t port = str_rchr(remote, ':');

	return port > 0 ? str_head(remote, (size_t)port) : remote;
}
