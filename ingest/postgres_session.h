/*
 * postgres_session: what one line of a session says and a later one leaves out. A statement that
 * log_statement has written is not repeated in its "duration:" line, and only "connection received" names the
 * client's address unless the prefix does. Sessions are found by pid in a small table that forgets: a pid
 * that hashes to the same place takes it over.
 */
#ifndef INGEST_POSTGRES_SESSION_H
#define INGEST_POSTGRES_SESSION_H

#include "core/arena.h"
#include "core/event.h"

enum { SESSIONS = 64, SESSION_QUERY_BYTES = 480, SESSION_CLIENT_BYTES = 46 };

struct postgres_sessions {
	struct postgres_session {
		int64_t pid;        /* 0 free */
		uint16_t query_len; /* statement waiting for its duration; 0 none */
		uint8_t client_len;
		char client[SESSION_CLIENT_BYTES];
		char query[SESSION_QUERY_BYTES]; /* cut when longer */
	} at[SESSIONS];
};

/* Remembers what *e says of its session, and fills what it leaves out, copied into the arena. */
void postgres_session_apply(struct postgres_sessions *s, struct event *e, struct arena *scratch);

#endif
