/* Packed test data: gzip members and tars made in memory, and streams read back from files. */
#ifndef TESTS_PACK_H
#define TESTS_PACK_H

#include "core/buf.h"
#include "ingest/input.h"

/* Appends one gzip member; level 0 stores. name may be NULL. */
void pack_gzip(struct buf *out, struct str text, int level, uint32_t mtime_s, const char *name);
/* Appends a member of a ustar archive; the archive ends with pack_tar_end. */
void pack_tar(struct buf *out, const char *name, struct str text, char type);
void pack_tar_end(struct buf *out);
/* Puts bytes into a fresh temporary file and opens it; the file is gone from the directory at once. */
struct input *pack_open(struct str bytes, const struct input_limits *limits);
/* Reads the current stream to its end, in pieces of `step`. */
void pack_read(struct input *in, size_t step, struct buf *out);
/* Every stream: "path[packing]text;" and its notes as "(note)". T and D for truncated and damaged. */
void pack_all(struct str bytes, struct buf *out);

#endif
