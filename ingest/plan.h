/*
 * plan: what is to be read, decided before anything is: for every text its format, logical
 * log, service, host, zone rule, and whether it is a copy of another. Decisions are made from the
 * beginnings of all texts together, in the order of their paths, so they do not depend on which
 * thread looked first.
 *
 * Identity of content. A text's id is the hash of its first 64 KiB (INPUT_HEAD_BYTES), or of all of it up to
 * its last line end when it is shorter. It says nothing of names and packing, so a renamed or recompressed
 * copy has the id of the original. A text that has grown keeps its id once it is longer than that;
 * a shorter one is recognised by the id of each of its first line ends (ingest/again.c). Log lines carry
 * times, so two
 * texts that agree in 64 KiB are one text, or one is the beginning of the other: what is read of the longer
 * is what goes beyond the shorter. Within one run that is verified by comparing hashes of what both have; a
 * short text that is the beginning of another is found by its first line (ingest/prefix.h).
 */
#ifndef INGEST_PLAN_H
#define INGEST_PLAN_H

#include "ingest/clock.h"
#include "ingest/detect.h"
#include "ingest/engine.h"
#include "ingest/find.h"
#include "ingest/identity.h"
#include "ingest/input.h"

/* What is to be done with a text. */
enum plan_action {
	PLAN_READ,    /* its lines say their dates */
	PLAN_WALK,    /* first pass for the year, then read after those that have one */
	PLAN_COPY,    /* begins like `original`: read after it, from its end on */
	PLAN_KNOWN,   /* an earlier run has read it, nothing is new */
	PLAN_EMPTY,
	PLAN_NOT_LOG,
};

struct text_chain; /* ingest/text.h */

struct planned {
	struct source_file file;  /* as sinks see it */
	enum plan_action action;
	bool day_first;           /* of its dates in numbers, see detect.h */
	bool yearless;            /* its lines do not say their dates */
	bool checked;             /* whether that is all of it */
	bool elsewhere;           /* another shard reads it */
	struct str reason;        /* PLAN_NOT_LOG: what it is, in words */
	const struct format *format;
	const struct format *others[DETECT_OTHERS];
	size_t n_others;
	const struct zone *zone;  /* user's rule; NULL none */
	bool service_forced;
	struct clock_evidence evidence;
	struct clock_walk walk;   /* after the first pass */
	int64_t dated_first_ns, dated_last_ns; /* of its events that state a date; TIME_NONE */
	uint64_t size_bytes;      /* of the path it is in, for progress */
	struct planned *original; /* PLAN_COPY */
	uint64_t begins_id;       /* id of its beginning; content_id is the same, unless: */
	bool beside;              /* it only begins like another text, and content_id holds its log's name as well */
	size_t identity_bytes;    /* of the beginning that begins_id is of */
	uint64_t first_line_id;   /* hash of its first line; 0 when its end was not seen */
	uint32_t timed;           /* lines with a time, of those that were looked at */
	struct planned *longer;   /* the longest text that begins with all of this one; NULL none */
	uint64_t known_id, known_bytes; /* what an earlier run has read of it, and the id it had; 0 nothing */
	struct str unread;        /* PLAN_EMPTY: why nothing of it could be read; empty when nothing is there */
	bool whole;               /* all of it was seen: content_id is of the whole text */
	bool gzip;                /* a path of its own packed by gzip alone: its last bytes tell its size */
	bool plain;               /* a path of its own, not packed */
	struct text_chain *chain; /* hashes of its content as it was read; NULL unless it has copies */
	uint64_t read_bytes;      /* of text, once it was read */
};

/* A path and its texts: one, or the members of an archive. */
struct planned_path {
	const struct found_file *found;
	struct planned **texts;   /* in the order in which input_next gives them */
	size_t n_texts;
	struct str *notes;        /* of the archive as a whole */
	size_t n_notes;
	struct str error;         /* it could not be opened: a whole sentence; empty else */
	bool damaged;
	bool elsewhere;           /* another shard reads it */
};

struct plan_rules {
	const struct ingest_options *options;
	const struct zone *zones; /* of options->zones, one for one */
};

/*
 * Looks at all texts of a path; memory belongs to `a`. `seen` is called with each text and its beginning; false when
 * that failed.
 */
NODISCARD bool plan_probe(struct planned_path *p, const struct found_file *found, const struct plan_rules *rules,
			  bool (*seen)(void *self, struct planned *t, struct str head, struct err *err), void *self,
			  struct arena *a, struct err *err);
/* The same for one text, given its beginning: of a stream that can be read only once. */
struct planned *plan_text(const struct input_stream *stream, const struct found_file *found,
			  const struct plan_rules *rules, struct arena *a);
/*
 * Only what tells one text from another: paths, ids, first lines, packing. For texts that are not to be read but may have
 * copies that are.
 */
void plan_glance(struct planned_path *p, const struct found_file *found, const struct plan_rules *rules, struct arena *a);
/* The identity of a text that begins with `head`, which is all of it when it is shorter than INPUT_HEAD_BYTES. */
uint64_t plan_content_id(struct str head);
/* An empty text may be one of which nothing could be read: `in` stands on it and knows. */
void plan_unread(struct planned *p, const struct input *in, struct arena *a);
/* After all are probed: finds copies. Texts are looked at in the order given, but for those that are elsewhere. */
void plan_copies(struct planned_path *paths, size_t n, struct arena *a);

#endif
