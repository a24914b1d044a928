/*
 * sessions: whose a session of a database is, by what its own lines say: the application's name, else the user's.
 */
#ifndef ANALYZE_SESSIONS_H
#define ANALYZE_SESSIONS_H

#include "analyze/facts.h"

/* The application that a line of a database server names ("application_name=", a column of its own), STR_NONE when none. */
struct str session_application(const struct kept_line *line);

/* Whose the session of a process is, by its kept lines up to `until_ns`: STR_NONE when none tells. */
struct str session_name(const struct facts *f, int64_t pid, int64_t until_ns);

#endif
