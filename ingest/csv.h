/*
 * csv: fields of one RFC 4180 record: quotes around fields, doubled inside, line breaks allowed between them.
 * A record cut off in the middle gives the fields it has.
 */
#ifndef INGEST_CSV_H
#define INGEST_CSV_H

#include "core/arena.h"

enum { CSV_FIELDS = 64 };

struct csv_record {
	struct str field[CSV_FIELDS]; /* unquoted; a copy in the arena only where quotes were doubled */
	size_t n;                     /* fields beyond CSV_FIELDS are not read */
	bool open;                    /* ended inside quotes: more lines follow, or the record is cut off */
};

/* `a` may be NULL: then doubled quotes stay as they are. */
void csv_read(struct str record, char separator, struct arena *a, struct csv_record *out);

/*
 * Is a record still inside quotes at its end? Called for each line with the record so far, so what was
 * counted before is remembered: cost is linear in the record however many lines it has.
 */
struct csv_quotes {
	size_t counted; /* bytes of the record looked at */
	bool open;      /* their number of quotes is odd */
};
bool csv_quotes_open(struct csv_quotes *q, struct str record);

#endif
