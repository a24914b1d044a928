/*
 * pairs: key=value pairs in text: a whole logfmt line, or the tail that many applications
 * put behind a message ("request completed method=GET path=/ status=200 took=9.7ms").
 */
#ifndef INGEST_PAIRS_H
#define INGEST_PAIRS_H

#include "ingest/fields.h"

bool pair_key_start(char c);
bool pair_key_byte(char c);
/* One pair off the front of *s; a word without '=' comes with an empty key. False at the end. */
bool pair_next(struct str *s, struct str *key, struct field_value *v);

/*
 * Takes the pairs at the end of e->message into the fields they mean, and off the message; what follows the last
 * pair behind a colon ("... user=5: java.io.IOException: ...") becomes e->error. Nothing happens unless there
 * are at least three pairs and two of them mean something.
 */
void pairs_take_tail(struct event *e, struct arena *scratch);
/*
 * The same for a hash in the message as Ruby prints it ({:status=>500, :path_info=>"/x"}): the message keeps it,
 * and one pair that means something is enough.
 */
void pairs_take_ruby(struct event *e, struct arena *scratch);

#endif
