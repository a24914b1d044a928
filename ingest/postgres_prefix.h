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
/*
 * What stood where behind the time in prefixes read before. Which piece is what is told by the kinds of bytes alone, so all
 * prefixes that differ in their digits only, those of one setting and the same names mostly, are one here. Zeroed means none.
 * Part of a format's state.
 */
enum { PREFIX_MEMO_SLOTS = 128, PREFIX_MEMO_BYTES = 64, PREFIX_MEMO_FIELDS = 5 };
struct prefix_memo {
	struct timestamp_last time;
	struct prefix_memo_slot {
		uint64_t shape[PREFIX_MEMO_BYTES / 8]; /* the text's bytes, all digits the same */
		uint8_t len;          /* 0 free */
		uint8_t n_words;
		/* Where the values stand in the text. */
		struct prefix_memo_part { uint8_t at, len; } fields[PREFIX_MEMO_FIELDS], words[PREFIX_WORDS], pid;
		bool pid_hex;
	} slots[PREFIX_MEMO_SLOTS];
};
/* The same as postgres_prefix_read, mostly without reading; memo may be NULL. */
void postgres_prefix_recall(struct prefix_memo *memo, struct str prefix, struct event *e,
			    struct prefix_words *words);
/* Compare the words with what a session message said, and remember. */
void postgres_prefix_learn(struct postgres_prefix *p, const struct prefix_words *words,
			   const struct event *said);
/* Gives the bare words their places: user, database, application name. */
void postgres_prefix_assign(const struct postgres_prefix *p, const struct prefix_words *words,
			    struct event *e);

#endif
