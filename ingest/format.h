/*
 * format: how one kind of log is recognised, joined into records and decoded. A format
 * is one file ingest/formats/<id>.c that defines `const struct format format_<id>`; the
 * registry is generated from the file names. Nothing else needs to know it.
 *
 * The reader offers lines without their line end. `classify` is the heart: is this line the
 * first line of a record of this format, a further line of the record above, or neither?
 * It must be cheap, and wrong only when the line itself is ambiguous: detection counts its
 * answers over many lines and the most specific format with the best coverage wins.
 */
#ifndef INGEST_FORMAT_H
#define INGEST_FORMAT_H

#include "core/arena.h"
#include "core/event.h"

enum line_class {
	LINE_ALIEN,     /* not this format's */
	LINE_START,     /* first line of a record */
	LINE_CONTINUES, /* belongs to the record above, if there is one */
	LINE_SKIP,      /* this format's, but no event and no error: headers, banners, blank lines (counted as continuation) */
};

/* What decoders may use and keep. One per open file. */
struct decode_ctx {
	struct arena *scratch; /* reset after every record */
	struct arena *file;    /* lives as long as the file is open: for `state` */
	void *state;           /* state_bytes of the format, zeroed at the file's start */
	struct str path;       /* of the file, for formats whose name says something */
	const struct format *format; /* the one that is asked */
	int64_t collected_ns;  /* when the file was written (gzip header, else file time); 0 not known */
};

/* A line (or several, separated by \n) with what must come out. Keys as in `inquest events`, e.g.
 * "time=2026-01-29T22:35:00.074Z severity=warn status=401 path=/login message='bad credentials'"; also kind=,
 * change.kind=, change.service=, ... Values with blanks in single quotes. Times without zone are shown as if UTC,
 * without year as 2000. */
struct format_sample {
	const char *text;
	const char *expect;
};

enum { FURTHER_BYTES_MAX = 1 << 16 };

/* Lines of a record behind its first, with ends of one byte. */
struct further_lines {
	uint32_t n;
	size_t bytes; /* at most FURTHER_BYTES_MAX, without the end of the last */
};

struct format {
	const char *id;       /* "nginx_access" */
	const char *title;    /* "nginx and Apache access log (combined, common, with times)" */
	const char *service;  /* service when neither line nor path says one: "nginx"; NULL none */
	enum format_role role;
	/* Tie-break between formats that cover a file equally: higher is more specific. Generic text 0, JSON lines 20,
	 * logfmt 20, syslog 30, a product's own JSON 60, a product's own lines 50. */
	uint8_t specificity;
	size_t state_bytes;
	bool headed; /* the file's first lines say what the columns of the others are: they are classified for who reads on, too */
	/*
	 * Optional: a record in its usual shape, read in one pass. True where classify would say LINE_START of its first line and
	 * decode give the same *e; false, and *e as it was, for whatever takes a longer look.
	 */
	bool (*plain)(struct str record, struct decode_ctx *ctx, struct event *e);
	/*
	 * Optional, beside plain, of formats whose records may have several lines: is it certain from what has been read of the
	 * text how far the record goes that would begin with `line`? `behind` begins where the line behind it does. Without it
	 * each line is a record.
	 */
	bool (*whole)(struct str line, struct str behind, struct further_lines *further);
	/* What is this line? `record` is the open record so far (all its lines, no final \n), empty when none is open. */
	enum line_class (*classify)(struct str line, struct str record, const struct decode_ctx *ctx);
	/* Decode a whole record. *e comes in as EVENT_INIT. False: not understood, the record is counted as rejected. */
	bool (*decode)(struct str record, struct decode_ctx *ctx, struct event *e);
	const void *self;     /* of formats from a file: what the definition says (ingest/own_format.h); else NULL */
	const struct format_sample *samples; /* ends with { NULL, NULL }; at least two */
};

/* A whole record, in the shorter way if it can be. */
static inline bool format_decode(const struct format *f, struct str record, struct decode_ctx *ctx, struct event *e)
{
	return (f->plain && f->plain(record, ctx, e)) || f->decode(record, ctx, e);
}

/* Generated from the files in ingest/formats/: ends with NULL. */
extern const struct format *const format_registry[];
const struct format *format_by_id(struct str id);

/*
 * Formats that a user brought, beside the registry: a list that ends with NULL, or NULL for none. They come first.
 * format_at gives both lists as one, NULL behind the last.
 */
const struct format *format_at(const struct format *const *own, size_t i);
const struct format *format_find(const struct format *const *own, struct str id);

#endif
