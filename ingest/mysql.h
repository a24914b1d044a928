/*
 * mysql: the heads of lines in the error and general logs of MySQL and MariaDB.
 *   "161209 14:18:50 [Warning] ..."                     up to 5.5, MariaDB up to 10.1; the hour may be one
 * digit "2016-12-09 12:08:33 2398 [Note] ..."               5.6, MariaDB; thread in decimal or hex
 *   "2016-12-09T12:08:33.335060Z 0 [Note] ..."          5.7
 *   "2019-03-24T13:44:25.484123Z 0 [System] [MY-013169] [Server] ..."   8.0
 */
#ifndef INGEST_MYSQL_H
#define INGEST_MYSQL_H

#include "core/timestamp.h"

/* A time at the start of *s in one of the forms above; *s moves behind it, blanks stay. */
bool mysql_time(struct str *s, struct timestamp *out);

#endif
