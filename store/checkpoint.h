/*
 * checkpoint: where decompression of an ingested file can start, one place about every 8 MiB of its text, so that
 * a line is read back from the archive without reading all that comes before it. What a place needs of the text
 * before it (up to 32 KiB) is packed: about 0.1 % of the text in all. Only gzip files that are no members of an
 * archive have any; of other files a line is found by reading from their beginning.
 */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include "store/column.h"
#include "store/reader.h"
#include "store/writer.h"

enum { CHECKPOINT_WINDOW_BYTES = 32 << 10 };

/* Seed of the checksum: these bytes never pass for another kind of blob. */
#define CHECKPOINT_SEED UINT64_C(0x706c616365) /* "place" */

/* A window as it is stored, and back: false when the bytes are damaged. The window is in the arena. */
void checkpoint_pack(struct str window, struct column_coder *c, struct buf *out);
bool checkpoint_unpack(struct str bytes, struct column_coder *c, struct arena *a, struct str *window);

/* What a store knows of the place of a line. */
struct store_place {
	bool known;          /* the file is in the store */
	uint64_t content_id; /* of the file's text (ingest/plan.h) */
	uint64_t end_offset; /* how far it was read */
	struct checkpoint at; /* the last one at or before the offset; all 0 when there is none: the beginning */
};
/* A file by its path as the store shows it, and an offset in its text. Strings are in the arena. */
NODISCARD bool store_find_place(struct store *s, struct str path, uint64_t offset, struct arena *a,
				struct store_place *out, struct err *err);

#endif
