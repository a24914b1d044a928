/*
 * lines: a byte stream cut into lines, and lines joined into records without copying.
 * A line is a slice of the read buffer, without its "\n" or "\r\n". A record is a slice,
 * too: its lines stay side by side in the buffer (separated by one '\n' each), which costs
 * nothing but keeping them there when the buffer is refilled. Where lines do not touch
 * ("\r\n", a line left out), the later one is moved up.
 *
 *     while (lines_next(&l)) {
 *             switch (classify(l.text, l.record)) {
 *             case START:     if (l.record_open) decode(l.record);  lines_begin(&l); break;
 *             case CONTINUES: lines_extend(&l); break;
 *             ...
 *     }
 *     if (l.record_open) decode(l.record);
 *
 * Memory is bounded by the two caps and a chunk. NUL bytes and bad UTF-8 are kept. The UTF-8 BOM at
 * the stream's start belongs to no line. A last line without '\n' is a line. Of an array of JSON objects with
 * several on a line each object is a line (ingest/jsonarray.h); `number` stays that of the text's line.
 */
#ifndef INGEST_LINES_H
#define INGEST_LINES_H

#include "core/buf.h"
#include "ingest/jsonarray.h"

enum {
	LINES_CHUNK_BYTES = 256 << 10,
	LINES_MAX_LINE_BYTES = 1 << 20,   /* default of max_line_bytes */
	LINES_MAX_RECORD_BYTES = 1 << 20, /* a record takes no more lines beyond (one line fits always) */
};

struct lines {
	/* The current line, for the caller to read. */
	struct str text;          /* without its end; good until the next lines_next() */
	uint64_t number;          /* 1-based; 0 before the first */
	uint64_t offset;          /* where it starts in the stream */
	uint64_t next_offset;     /* where the next one starts: all before it has been read */
	bool cut;                 /* it was longer than the cap: text is its beginning */
	bool unfinished;          /* it ended with the stream, without '\n' */

	/* The open record, for the caller to read. */
	bool record_open;
	struct str record;        /* its lines, no final '\n'; good until the next lines_next() */
	uint64_t record_number;   /* number of its first line */
	uint64_t record_offset;
	uint32_t record_lines;    /* lines in it */

	uint64_t cut_lines;       /* lines that were cut so far */
	uint64_t left_out_lines;  /* lines that did not fit into their record */

	/* private */
	size_t (*read)(void *self, char *out, size_t cap); /* 0 = end of the stream */
	void *self;
	size_t max_line_bytes;
	struct buf buf;           /* kept bytes, then unread ones */
	size_t at;                /* first unread byte in buf */
	size_t searched;          /* bytes behind `at` known to hold no '\n' */
	bool ended;               /* read() said so */
	bool begun;               /* the BOM was looked for */
	bool array;               /* the stream is an array of objects */
	bool wrapped;             /* that is a member of an object */
	bool in_object;           /* the line is one of them, and so ends with its brace */
	uint64_t line_ends;       /* that the last line had in it */
	struct json_object_scan object;
};

/* read() gives up to cap bytes, 0 at the end. max_line_bytes 0: the default. */
void lines_init(struct lines *l, size_t (*read)(void *self, char *out, size_t cap), void *self,
                size_t max_line_bytes);
void lines_release(struct lines *l);
/* For a stream whose beginning was passed over: what comes next is at `offset`, behind line `number`. */
void lines_resume(struct lines *l, uint64_t offset, uint64_t number);
/* The next line; false at the end of the stream (an open record stays readable). */
bool lines_next(struct lines *l);
/* What has been read behind the current line, from the beginning of the next one on; empty when nothing has, or it is an array. */
static inline struct str lines_behind(const struct lines *l)
{
	return l->array ? STR_NONE : str_make(l->buf.ptr + l->at, l->buf.len - l->at);
}
/* Passes over the next n lines, which are in what is behind the current one and have so many bytes without the end of the last. */
void lines_pass(struct lines *l, uint32_t n, size_t bytes);
/* The current line begins a record; one that was open is forgotten. */
void lines_begin(struct lines *l);
/* The current line joins the open record; false, and left out, when none is open or the record is full. */
bool lines_extend(struct lines *l);
/* No record is open any more. */
void lines_end(struct lines *l);

#endif
