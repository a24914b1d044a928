/* query_hint: what to do about a name in a statement that there is not. */
#ifndef STORE_QUERY_HINT_H
#define STORE_QUERY_HINT_H

#include "core/buf.h"

/*
 * Behind SQLite's message about a statement: the name that was most likely meant, else those there are. Nothing when
 * the message is about something else.
 */
void query_hint(struct str message, struct str sql, struct buf *out);

#endif
