#include "ingest/mongodb.h"

enum row_rule { ROW_STARTS, ROW_CONTAINS };

static const struct {
	enum row_rule rule;
	const char *text;
	enum event_kind kind;
} kinds[] = {
	{ ROW_STARTS, "Connection accepted", EV_CONN_OPEN },
	{ ROW_STARTS, "connection accepted from", EV_CONN_OPEN },
	{ ROW_STARTS, "Connection ended", EV_CONN_CLOSE },
	{ ROW_STARTS, "end connection", EV_CONN_CLOSE },
	{ ROW_CONTAINS, "too many open connections", EV_CONN_REFUSED },
	{ ROW_CONTAINS, "uthentication failed", EV_AUTH_FAILURE },
	{ ROW_CONTAINS, "Failed to authenticate", EV_AUTH_FAILURE },
	{ ROW_STARTS, "Waiting for connections", EV_START },
	{ ROW_STARTS, "waiting for connections", EV_START },
	{ ROW_STARTS, "MongoDB starting", EV_START },
	{ ROW_STARTS, "mongod startup complete", EV_START },
	{ ROW_STARTS, "got signal ", EV_STOP },
	{ ROW_STARTS, "Received signal", EV_STOP },
	{ ROW_STARTS, "Shutting down", EV_STOP },
	{ ROW_STARTS, "shutting down", EV_STOP },
	{ ROW_STARTS, "dbexit", EV_STOP },
	{ ROW_STARTS, "now exiting", EV_STOP },
	{ ROW_STARTS, "Now exiting", EV_STOP },
	{ ROW_CONTAINS, "aborting after fassert", EV_CRASH },
	{ ROW_CONTAINS, "Aborting after fassert", EV_CRASH },
	{ ROW_STARTS, "Got signal: ", EV_CRASH },
	{ ROW_STARTS, "Detected unclean shutdown", EV_CRASH },
	{ ROW_CONTAINS, "unclean shutdown detected", EV_CRASH },
	{ ROW_STARTS, "Starting an election", EV_REPLICATION },
	{ ROW_STARTS, "Election succeeded", EV_REPLICATION },
	{ ROW_STARTS, "Stepping down", EV_REPLICATION },
	{ ROW_STARTS, "stepping down", EV_REPLICATION },
	{ ROW_STARTS, "Replica set state transition", EV_REPLICATION },
	{ ROW_STARTS, "transition to ", EV_REPLICATION },
	{ ROW_STARTS, "Member is in new state", EV_REPLICATION },
	{ ROW_STARTS, "Member ", EV_REPLICATION },
	{ ROW_STARTS, "election succeeded", EV_REPLICATION },
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
