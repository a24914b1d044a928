#include "ingest/journal.h"

#include "ingest/sysmsg.h"

void journal_put(struct journal_entry *j, struct str name, struct str value)
{
	const struct {
		const char *name;
		struct str *into;
	} rows[] = {
		{ "MESSAGE", &j->message },
		{ "PRIORITY", &j->priority },
		{ "SYSLOG_IDENTIFIER", &j->identifier },
		{ "_COMM", &j->comm },
		{ "_SYSTEMD_UNIT", &j->unit },
		{ "UNIT", &j->subject },
		{ "_HOSTNAME", &j->host },
		{ "_PID", &j->pid },
		{ "SYSLOG_PID", &j->pid },
		{ "CONTAINER_NAME", &j->container },
		{ "__REALTIME_TIMESTAMP", &j->time_us },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_eq(name, str_of(rows[i].name)) && (rows[i].into->len == 0 || i != 8))
			*rows[i].into = value;
	/* when the sender's own time is all there is */
	if (!j->time_us.len && str_eq(name, STR("_SOURCE_REALTIME_TIMESTAMP")))
		j->time_us = value;
}

bool journal_finish(const struct journal_entry *j, struct event *e)
{
	int64_t n;
	e->has_time = j->time_us.len > 0 && timestamp_parse_epoch(j->time_us, &e->time);
	if (!e->has_time && !j->message.len)
		return false;
	if (str_to_i64(j->priority, &n) && n >= 0 && n <= 7)
		e->severity = severity_from_syslog((int)n);
	if (str_to_i64(j->pid, &n) && n >= 0)
		e->pid = n;
	e->host = j->host;
	e->logger = j->identifier.len ? j->identifier : j->comm;
	e->message = j->message;
	if (j->container.len)
		e->service = j->container;
	else if (str_ends(j->unit, STR(".service")) && !str_starts(j->unit, STR("user@")))
		e->service = str_head(j->unit, j->unit.len - 8);
	if (system_message_apply(e->logger, j->message, e)) {
		if (str_ends(j->subject, STR(".service")))
			e->logger = str_head(j->subject, j->subject.len - 8);
		return true;
	}
	e->payload = j->message;
	return true;
}
