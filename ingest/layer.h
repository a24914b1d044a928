/*
 * layer: one step of unpacking, a byte stream made from the stream below it: a file, a
 * gzip, a member of an archive, UTF-16 read as UTF-8. Layers know nothing of each other but
 * read(); what to put on top is decided by looking at the first bytes (layer_peek).
 *
 * A layer is opened on a stream, takes all its memory from the arena then and none later
 * (so that arenas can be rewound between an archive's members), and is closed from the top down.
 */
#ifndef INGEST_LAYER_H
#define INGEST_LAYER_H

#include "core/arena.h"
#include "core/err.h"
#include "ingest/input.h"

enum {
	LAYER_PEEK_BYTES = INPUT_HEAD_BYTES,
	LAYER_MIN_ROOM = 64,             /* read() is never offered less */
	LAYER_MAX_NOTES = 20,            /* of one stream */
	RATIO_SLACK_BYTES = 64 << 20,    /* unpacked bytes of one layer before the ratio is looked at */
	TOTAL_SLACK_BYTES = 256 << 20,   /* and of all layers of a path together */
};

/* What all layers of one input share: where to complain, and the limits. */
struct unpacking {
	struct arena *arena;
	VEC(struct str) notes;
	bool truncated, damaged;
	uint64_t packed_bytes;   /* of the path itself, read so far */
	uint64_t unpacked_bytes; /* by all layers that unpack, those of archives' members included */
	bool exploded;           /* that was too much: nothing more comes out */
	uint64_t max_ratio;
	uint64_t max_file_bytes;
};

struct layer {
	/* At least one byte, or 0 at the end. cap >= LAYER_MIN_ROOM. */
	size_t (*read)(struct layer *self, char *out, size_t cap);
	void (*close)(struct layer *self); /* what the arena does not give back; may be NULL */
	struct layer *below;               /* NULL: a file, or a member of an archive */
	struct unpacking *shared;
	bool unpacks;                      /* makes more bytes out of fewer: the ratio limit holds */
	bool ended;
	char *peeked;                      /* LAYER_PEEK_BYTES and some room; NULL until the first peek */
	size_t peek_from, peek_to;         /* what of it is still to be read */
	uint64_t out_bytes;                /* given by read() so far */
};

size_t layer_read(struct layer *l, char *out, size_t cap);
/* The next bytes without taking them: `want` (at most LAYER_PEEK_BYTES) or fewer when there are no more. */
struct str layer_peek(struct layer *l, size_t want);
/* Closes l and all below it. */
void layer_close(struct layer *l);
void unpacking_note(struct unpacking *u, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What the first bytes of a stream say it is. */
enum packing {
	PACKED_NOT,
	PACKED_GZIP,
	PACKED_UTF16_LE, PACKED_UTF16_BE,
	/* unpacked by libarchive: filters */
	PACKED_ZSTD, PACKED_BZIP2, PACKED_XZ, PACKED_LZMA, PACKED_LZIP, PACKED_LZ4, PACKED_COMPRESS,
	/* archives */
	PACKED_TAR, PACKED_ZIP, PACKED_CPIO, PACKED_7ZIP, PACKED_RAR,
};
enum { MAGIC_BYTES = 512 }; /* enough to tell */
enum packing packing_of(struct str head);
const char *packing_name(enum packing p); /* "gzip"; "" for PACKED_NOT */
/* What binary data is, by its first bytes; empty when it looks like text. */
struct str binary_kind(struct str head);

/* The layers. file_layer_open is the only one that can fail. */
NODISCARD bool file_layer_open(struct unpacking *u, const char *path, struct layer **out, struct err *err);
/* Moves a file that was not read yet, but for peeking, to a place; false when it is no seekable file. */
bool file_layer_seek(struct layer *file, uint64_t offset);
/* Its size; false when it has none to speak of. */
bool file_layer_size(const struct layer *file, uint64_t *size_bytes, int64_t *mtime_ns);

struct layer *gunzip_layer_open(struct layer *below);
/* Text from a point on; `below` stands at it, or one byte before when bits of that belong to it. */
struct layer *gunzip_layer_resume(struct layer *below, const struct input_point *point);
void gunzip_on_point(struct layer *self, input_take_point *take, void *taker);
/* Time and name of the first member's header. */
int64_t gunzip_mtime_ns(const struct layer *gunzip);
struct str gunzip_name(const struct layer *gunzip);

struct layer *utf16_layer_open(struct layer *below, bool big_endian);

/* Through libarchive: a filter, as a layer. */
struct layer *filter_layer_open(struct layer *below, enum packing p);

struct archive_reader; /* an archive being read, members in order */
struct archive_reader *archive_reader_open(struct layer *below, enum packing p);
void archive_reader_close(struct archive_reader *r); /* and the layers below */
struct archive_member {
	struct str name;   /* made harmless */
	int64_t mtime_ns;  /* TIME_NONE when not known */
	struct layer *layer;
};
/* The next regular file; the layer of the one before must be closed. False at the end. */
bool archive_reader_next(struct archive_reader *r, struct archive_member *out);

#endif
