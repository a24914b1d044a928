/*
 * postgres_recall: PostgreSQL's prefixes by those before. Which piece is what is told by the kinds of bytes alone, so all
 * prefixes that differ in their digits only, those of one setting and the same names mostly, are one here.
 */
#ifndef INGEST_POSTGRES_RECALL_H
#define INGEST_POSTGRES_RECALL_H

#include "ingest/postgres_prefix.h"

enum {
	PREFIX_MEMO_SLOTS = 128,
	PREFIX_MEMO_RECENT = 64,
	PREFIX_MEMO_BYTES = 64, /* behind the time; longer ones are read each time */
	PREFIX_MEMO_FIELDS = 5, /* user, database, application, client, SQLSTATE */
};

/* Zeroed means that none is known. Part of a format's state. */
struct prefix_memo {
	struct timestamp_last time;
	struct prefix_memo_slot {
		uint64_t shape[PREFIX_MEMO_BYTES / 8]; /* the text's bytes, all digits the same, zeroes behind */
		uint8_t len;      /* 0 free */
		uint8_t n_fields, n_words;
		bool pid_hex;
		bool before_label; /* behind such a text a label is the first of its line, and begins there */
		/* Where the values stand in the text; of a field also which it is. */
		struct prefix_memo_part { uint8_t at, len, field; } fields[PREFIX_MEMO_FIELDS], words[PREFIX_WORDS], pid;
	} slots[PREFIX_MEMO_SLOTS];
	/* By how a line goes on behind its time: the slot + 1 of the last one that was before a label. */
	uint8_t recent[PREFIX_MEMO_RECENT];
};

/* The same as postgres_prefix_read of the line's beginning, mostly without reading; memo may be NULL. */
void postgres_prefix_recall(struct prefix_memo *memo, struct str line, size_t prefix_len, struct event *e,
			    struct prefix_words *words);
/*
 * Does a line begin as one before did? Then what it begins with is its prefix, if a label stands behind it, and
 * postgres_prefix_take does what postgres_prefix_read does of it.
 */
struct prefix_known {
	const struct prefix_memo_slot *slot;
	struct timestamp time;
	const char *text; /* behind the time */
	size_t len;       /* of the prefix, with the time */
};
bool postgres_prefix_find(const struct prefix_memo *memo, struct str line, struct prefix_known *out);
void postgres_prefix_take(const struct prefix_known *known, struct event *e, struct prefix_words *words);

#endif
