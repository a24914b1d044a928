/*
 * texts: the lines of events read back from the archive while a store is replayed. Each source is read once and forwards,
 * since its events come nearly in the order of its lines; the store says where reading can start.
 */
#ifndef CLI_TEXTS_H
#define CLI_TEXTS_H

#include "core/arena.h"
#include "core/err.h"

struct store;
struct texts;

/* `archive`: the folder or file that the store was read from. */
struct texts *texts_open(struct store *s, struct str archive, struct arena *a);
void texts_close(struct texts *t);
/*
 * The line of a source at a byte offset of its text; empty when it cannot be read back. Good until the next call. False only
 * when the store cannot be read.
 */
NODISCARD bool texts_line(struct texts *t, struct str source, uint64_t offset, struct str *out, struct err *err);

#endif
