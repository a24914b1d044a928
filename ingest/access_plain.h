/*
 * access_plain: the line of an access log as it nearly always is, in one pass from field to field: client, a dash,
 * user, date, request, status, bytes, and, but in the common log format, referrer and agent without escapes in them,
 * then what the site appends. Anything else takes ingest/formats/nginx_access longer to find out.
 */
#ifndef INGEST_ACCESS_PLAIN_H
#define INGEST_ACCESS_PLAIN_H

#include "core/event.h"
#include "ingest/access_tail.h"

enum { ACCESS_DATE_BYTES = 26 }; /* "29/Jan/2026:17:35:00 -0500" */

/* What lines have in common with the one before. */
struct access_state {
	struct access_tail_state tail;
	char date[ACCESS_DATE_BYTES]; /* the last one, and what it means */
	struct timestamp time;
	bool dated;                   /* there was one */
};

/* Is "[dd/Mon/yyyy:HH:MM:SS ±zzzz]" at p? */
bool access_date_is(const char *p, const char *end);
/* Time of ACCESS_DATE_BYTES that access_date_is said are one; state may be NULL. False when it is none after all. */
bool access_date_read(struct access_state *state, const char *date, struct timestamp *out);
/* False, and *e as it was, when the line is not of that shape. */
bool access_plain_read(struct str line, struct access_state *state, struct event *e);

#endif
