/*
 * journal: an entry of systemd's journal, whatever it was exported as. Fields are offered by
 * name; those that mean something to an event are kept, and interpreted at the end.
 */
#ifndef INGEST_JOURNAL_H
#define INGEST_JOURNAL_H

#include "core/event.h"

struct journal_entry {
	struct str time_us, priority, message, identifier, comm, unit, subject, host, pid, container;
};

/* Remembers the value when the field matters. */
void journal_put(struct journal_entry *j, struct str name, struct str value);
/*
 * False when there is neither a time nor a message. The message becomes the payload unless it is the
 * system's own.
 */
bool journal_finish(const struct journal_entry *j, struct event *e);

#endif
