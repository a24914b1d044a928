/*
 * input: a path in, plain text out, however it was packed. What a file is, is told by its
 * bytes, never by its name: gzip by our own hand over zlib (members one after the other are
 * one text, damage costs as little as possible), zstd, bzip2, xz, lz4, compress, tar, zip,
 * cpio and 7z through libarchive, any of them inside each other (a tar in a gzip, a gzip in a tar)
 * up to a fixed depth. An archive gives its members one after the other, each as a stream
 * with a path of its own ("a.tar/dir/x.log"). Nothing is ever written anywhere.
 *
 * Damaged input is no error: everything readable is delivered and input_end() says what
 * was not. Memory is bounded whatever the input claims; what unpacks to absurd sizes is cut
 * off. UTF-16 (told by its BOM) comes out as UTF-8, so offsets count bytes of the UTF-8 text.
 *
 * Use: input_open, then while (input_next) { while (input_read) ... input_end }, input_close.
 * One thread at a time per input; any number of inputs.
 */
#ifndef INGEST_INPUT_H
#define INGEST_INPUT_H

#include "core/arena.h"
#include "core/err.h"
#include "core/timestamp.h"

enum { INPUT_HEAD_BYTES = 64 << 10 };

struct input; /* an open path */

struct input_limits {
	uint64_t max_ratio;      /* unpacked over packed bytes beyond which it is a bomb; 0 = 1100 */
	uint64_t max_file_bytes; /* unpacked bytes of one stream; 0 = 1 TiB */
};

/* One text to be read. Slices live until the next input_next(). */
struct input_stream {
	struct str path;       /* display path; inside archives the member's name behind it, made harmless */
	struct str packing;    /* what it was taken out of, outermost first: "", "gzip", "gzip tar" */
	bool member;           /* it is an archive's member */
	int64_t mtime_ns;      /* of the member or the file itself; TIME_NONE when not known */
	int64_t gzip_mtime_ns; /* time in the first gzip header; TIME_NONE when there is none */
	struct str gzip_name;  /* original file name in it; may be empty */
	struct str head;       /* the first INPUT_HEAD_BYTES of text, or all; input_read() gives them again */
	uint64_t content_id;   /* hash64 of head: the same for every packing of the same text; 0 when empty */
	struct str binary;     /* what it is when it is no text ("PNG image", "binary data"), else empty */
};

/* How a stream ended. Complete once input_read() has returned 0. */
struct input_end {
	bool truncated;          /* the packed data stopped short */
	bool damaged;            /* something was unreadable, skipped or refused */
	uint64_t bytes;          /* of text delivered */
	const struct str *notes; /* clauses ("the gzip data stops short"); good until the next input_next() */
	size_t n_notes;
};

/*
 * Opens a path ("-": standard input), shown to the user as `display`. False with an error only when it
 * cannot be opened or read at all. Limits may be NULL.
 */
NODISCARD bool input_open(const char *path, struct str display, const struct input_limits *limits,
                          struct input **out, struct err *err);
void input_close(struct input *in); /* NULL is fine */
/*
 * The next stream, leaving what is unread of the one before; false when there is none. An empty file is a
 * stream of no bytes. After false, input_end() tells of the archive as a whole.
 */
bool input_next(struct input *in, struct input_stream *out);
/* Moves on to the first stream with this display path; false when there is none further on. */
bool input_find(struct input *in, struct str path, struct input_stream *out);
/* Does the current stream's text have to be unpacked to be passed over? */
bool input_is_packed(const struct input *in);
/* Up to cap bytes of text, at least one; 0 at the end of the stream. */
size_t input_read(struct input *in, char *out, size_t cap);
/* Passes over up to n bytes of text (by seeking where that is possible); returns how many there were. */
uint64_t input_skip(struct input *in, uint64_t n);
struct input_end input_end(const struct input *in);
/*
 * A place in a gzip file where reading can begin: `bits` of the byte before packed_offset still belong to what
 * is to be read, and the window is the text before text_offset, as far as it is needed.
 */
struct input_point {
	uint64_t text_offset, packed_offset;
	unsigned bits;     /* 0..7 */
	struct str window; /* at most 32 KiB */
};
typedef void input_take_point(void *self, const struct input_point *point);
/*
 * Asks for the points that the current stream passes (ingest/points.h); of streams that are a gzip file and
 * nothing else there are some, of others none. `point` is good during the call.
 */
void input_on_point(struct input *in, input_take_point *take, void *self);
/* Opens a gzip file to be read from a point on; input_read gives what follows. */
NODISCARD bool input_open_at(const char *path, const struct input_point *point, struct input **out, struct err *err);
/* Bytes of the path itself consumed so far, for progress. */
uint64_t input_consumed_bytes(const struct input *in);
/* The content_id of a text that begins with `head` (cut to INPUT_HEAD_BYTES). */
uint64_t input_content_id(struct str head);

#endif
