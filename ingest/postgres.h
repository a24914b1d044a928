/*
 * postgres: what PostgreSQL's messages mean, shared by its formats (stderr, csvlog, jsonlog),
 * which only differ in how they carry a message. The typing works on the English texts; the
 * severity labels, which decide where a record begins, are known in the languages the server
 * is translated to.
 *
 * A session opens with up to three messages. Only "connection authorized" counts as
 * EV_CONN_OPEN, because only such a session logs a disconnection: opens less closes is then
 * the number of sessions. "connection received" is a plain line with the client's address.
 */
#ifndef INGEST_POSTGRES_H
#define INGEST_POSTGRES_H

#include "core/arena.h"
#include "core/event.h"

/* What a label announces: a message, or a further part of the message before. */
enum postgres_part {
	POSTGRES_MESSAGE,
	POSTGRES_STATEMENT, /* STATEMENT, QUERY: the text is SQL */
	POSTGRES_REMARK,    /* DETAIL, HINT, CONTEXT, LOCATION, BACKTRACE */
};

struct postgres_label {
	enum postgres_part part;
	enum severity severity; /* SEV_NONE unless part is POSTGRES_MESSAGE */
};

/* Is this word a severity or part label ("LOG", "ERREUR", "DETAIL")? */
bool postgres_label_parse(struct str word, struct postgres_label *out);

/*
 * Where "<prefix>LABEL:  text" splits: the first label followed by a colon and two blanks within
 * the head of the line. *prefix_len: bytes before the label, *text_at: first byte of the text.
 */
bool postgres_label_find(struct str line, size_t *prefix_len, size_t *text_at, struct postgres_label *out);

/*
 * Fills kind, message and the fields the text states; does not touch what the head of the record said (time,
 * pid, user and the like stay when already set). `text` may span lines. `remark` is the record's own DETAIL,
 * empty when none.
 */
void postgres_message(struct event *e, struct str text, struct str remark, struct arena *scratch);

/* "10.0.0.1:5432", "10.0.0.1(5432)", "::1:16790", "[local]", a host name → the address without the port. */
struct str postgres_client(struct str from);
/* Empty for the server's own word for "none yet". */
struct str postgres_name(struct str s);
/* Five characters of [0-9A-Z], at least one digit. */
bool postgres_is_sqlstate(struct str s);

#endif
