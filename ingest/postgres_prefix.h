/*
 * postgres_prefix: reads what log_line_prefix put before a message, without being told
 * the setting. Each piece says by its shape what it is: a time, "[pid]", "user@db", "name=value", an
 * address with port, a session id, an SQLSTATE. Only bare words (%u %d %a with blanks between) are
 * ambiguous; which is which is learned from the file's own "connection authorized: user=... database=..."
 * lines, which say the values in words. A fixed list of known settings is what other tools have, and
 * why they fail on the next one.
 */
#ifndef INGEST_POSTGRES_PREFIX_H
#define INGEST_POSTGRES_PREFIX_H

#include "core/event.h"

enum { PREFIX_WORDS = 6 };

/* Votes per number of bare words in the prefix, per place: zeroed means nothing learned. */
struct postgres_prefix {
	uint16_t votes[PREFIX_WORDS + 1][PREFIX_WORDS][3]; /* user, database, application */
};

struct prefix_words {
	struct str at[PREFIX_WORDS];
	size_t n;
	struct str pid; /* what the event's pid was read from; empty: nothing of the prefix */
	bool pid_hex;
};

/* Fills time, pid, user, db, client, logger, sqlstate from the prefix; bare words go to *words. */
void postgres_prefix_read(struct str prefix, struct event *e, struct prefix_words *words);
/* A time at the start of *s, which moves behind it; the first one of a line is the record's, a later one is the session's start. */
bool postgres_prefix_time(struct str *s, struct event *e);
/* Digits in base 16, all of them checked, few enough for the type. */
int64_t postgres_prefix_hex(struct str digits);
/* Compare the words with what a session message said, and remember. */
void postgres_prefix_learn(struct postgres_prefix *p, const struct prefix_words *words,
			   const struct event *said);
/* Gives the bare words their places: user, database, application name. */
void postgres_prefix_assign(const struct postgres_prefix *p, const struct prefix_words *words,
			    struct event *e);

#endif
