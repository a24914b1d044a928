/*
 * sysmsg: messages of the system that mean something for an outage: the kernel's OOM killer,
 * systemd's starts, stops and failures, clocks that jump. Shared by everything that carries them
 * (syslog files, the journal, kernel logs).
 */
#ifndef INGEST_SYSMSG_H
#define INGEST_SYSMSG_H

#include "core/event.h"

/*
 * Types a message of `program` ("kernel", "systemd", "dockerd", ...): sets kind, logger (the victim of
 * an OOM kill, the unit), pid and, where the message deserves it and none is stated, severity. False:
 * nothing known, *e untouched.
 */
bool system_message_apply(struct str program, struct str message, struct event *e);

#endif
