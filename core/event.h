/*
 * event: one decoded log record, the currency between formats, the store and `inquest events`.
 * All slices borrow from the record or from the decoder's scratch arena and live until the next record.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <math.h>

#include "core/timestamp.h"
#include "core/vocab.h"

/* What a line of a change log, a flag audit or a server's own reload message says was changed. */
struct change {
	enum change_kind kind;
	struct str service;  /* what was changed, as the record names it */
	struct str version;  /* new version; empty when none */
	struct str previous; /* version before */
	struct str actor;    /* who */
	struct str key;      /* setting, flag, migration, package */
	struct str old_value, new_value;
	struct str status;   /* "started", "succeeded", "failed"; empty = a single record */
	struct str id;       /* ticket, release or change id that ties start and end together */
	struct str text;     /* the record in its own words */
	int64_t end_ns;      /* end when the same record says it, else TIME_NONE */
};

/* Of a text, by who looked at it first: the hash of its skeleton. */
struct text_key {
	struct str of;  /* the very slice */
	uint64_t hash; /* or another number that texts with one template share */
	bool apart;    /* the event's statement does not stand in it */
};

struct event {
	/* where (set by the reader, not by formats) */
	uint64_t line;       /* 1-based line of the record's first line */
	uint64_t offset;     /* its byte offset in the uncompressed stream */
	uint32_t lines;      /* how many lines it spans */
	struct str raw;      /* the record's bytes */
	struct str format;   /* id of the format that decoded it; with a carrier, of the payload's format */

	/* when */
	struct timestamp time; /* as the line says; `has_time` false when it says nothing */
	bool has_time;
	int64_t time_ns;       /* the instant, set by the reader */

	/* what */
	enum event_kind kind;
	enum severity severity;
	struct str message;  /* the human text without head and fields */
	struct str error;    /* error text beside the message (err, exception, stack's first line) */
	struct str detail;   /* further lines: stack trace, DETAIL, HINT */

	/* who */
	struct str service, host; /* empty: the source's */
	struct str logger;   /* component, module or thread group */
	struct str version;  /* software version the line states */
	int64_t pid;         /* -1 none */

	/* request */
	struct str method, path; /* path with its query string */
	int status;          /* HTTP or similar; -1 none */
	int64_t bytes;       /* -1 none */
	double duration_ms;  /* NAN none */
	double upstream_ms;  /* time the upstream took; NAN none */
	struct str client, user, agent, referrer;
	struct str upstream; /* address or name of what was called */
	struct str request_id; /* request or trace id */

	/* database */
	struct str db, query; /* statement text, not normalised */
	struct str sqlstate;  /* or another vendor error code */
	int64_t rows;         /* sent or affected; -1 none */
	int64_t examined;     /* rows looked at for that; -1 none */
	struct str holder;    /* of a lock wait: processes or threads that hold the lock, as the log names them */
	double lock_ms;       /* NAN none */

	/* change record, kind == EV_CHANGE (or a reload that names what changed) */
	const struct change *change;

	/* a carrier's payload, to be decoded again by the format of the payload; empty: this is the event itself */
	struct str payload;
	bool payload_partial; /* the payload goes on in the next record of this carrier */

	struct text_key message_key; /* zeroed unless a decoder made it (ingest/message.h) */

	/* set by the normalisers before the event reaches a sink; ids are hash64 of the texts, 0 none */
	uint64_t template_id;
	struct str template_text;
	uint64_t route_id;
	struct str route;          /* "GET /products/:id" */
	uint64_t fingerprint_id;
	struct str fingerprint;    /* normalised statement */
};

/* An event with nothing known: counters at "none". Where each line begins with one, event_clear takes less time. */
#define EVENT_INIT                                                                                        \
	{ .pid = -1, .status = -1, .bytes = -1, .duration_ms = NAN, .upstream_ms = NAN, .rows = -1, .examined = -1, .lock_ms = NAN }

/* The same for an event that has not been anything yet. */
static inline void event_clear(struct event *e)
{
	bytes_clear(e, sizeof *e);
	e->pid = e->bytes = e->rows = e->examined = -1;
	e->status = -1;
	e->duration_ms = e->upstream_ms = e->lock_ms = NAN;
}

#endif
