/*
 * request_text: requests that applications log in words: servers inside frameworks write an
 * access line of their own, Rails "Completed 500 ... in 12ms", ASP.NET Core "Request finished ...". Found
 * in the message of any event that is a plain line.
 */
#ifndef INGEST_REQUEST_TEXT_H
#define INGEST_REQUEST_TEXT_H

#include "core/event.h"

/* Sets kind EV_HTTP, method, path, status, client, bytes and duration as far as the message states them. */
void request_text_apply(struct event *e);
/* Could a request be in the text, whatever its digits are? */
bool request_text_may(struct str s);
/*
 * A duration with its unit at one of the usual places of a message ("took 4.5ms", "took[221micros]",
 * "in 12 ms").
 */
bool duration_text(struct str message, double *ms);
/* Could a duration be in the text, whatever its digits are? */
bool duration_text_may(struct str s);

#endif
