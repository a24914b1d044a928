/*
 * records: lines into records. The file's format says of every line whether it begins a record,
 * goes on with one or is none of its own; a line that is none may be another format's. Every line ends
 * up in exactly one count: it began an event, it belongs to one (or is a header or blank), or it is
 * rejected. A record is bounded; what goes beyond is counted, but left out.
 */
#ifndef INGEST_RECORDS_H
#define INGEST_RECORDS_H

#include "ingest/contexts.h"
#include "ingest/lines.h"

enum {
	RECORD_MAX_LINES = 2000,
	REJECTED_SAMPLES = 5,
	SAMPLE_MAX_BYTES = 200,
};

struct record {
	struct str text;
	const struct format *format;
	struct decode_ctx *ctx;  /* of the format */
	uint64_t line, offset;   /* of its first line */
	uint32_t lines;
};

/* What became of a record. */
enum record_fate {
	RECORD_EVENT,    /* its first line began an event */
	RECORD_JOINED,   /* it belongs to an event of an earlier record */
	RECORD_REJECTED, /* not understood */
	RECORD_STOP,     /* give up: the sink failed */
};

struct records {
	/* set by the caller before records_run */
	struct lines *lines;
	struct contexts *contexts;
	const struct format *format;
	const struct format *const *others; /* second chances, n_others */
	size_t n_others;
	enum record_fate (*record)(void *self, const struct record *r);
	/*
	 * Optional: a record of the file's format, which has `plain` (ingest/format.h). RECORD_REJECTED: it takes the long way.
	 */
	enum record_fate (*plain)(void *self, const struct record *r);
	void *self;
	struct arena *kept;      /* for samples */

	/* counts, when it is done */
	uint64_t n_lines, n_events, n_continuation, n_rejected;
	uint64_t n_cut_records;  /* records that were too long */
	struct { struct str *at; size_t n, cap; } samples; /* "17: text" of some rejected lines */

	/* private */
	struct decode_ctx *ctx;    /* of `format` */
	const struct format *open; /* format of the open record */
	uint64_t open_lines;       /* lines in it, with those left out */
	bool open_cut;
};

/* Reads all lines. False when a record's fate was RECORD_STOP. */
bool records_run(struct records *r);

#endif
