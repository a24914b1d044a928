/*
 * passages: puts into a case file what stands in the archive around the lines it quotes, so that a report shows it without the
 * archive, too. Each file is read once and forwards, from where the store knows that decompression can start, and
 * not more than a fixed amount of text in all: what is left out depends on the archive alone.
 */
#ifndef CLI_PASSAGES_H
#define CLI_PASSAGES_H

#include "core/casefile.h"
#include "store/reader.h"

/*
 * `paths`: what leads to the archive, n of them; none when it is not at hand. What cannot be read keeps the passage that `earlier`
 * has of the line, NULL when there was no analysis before. False only when the store cannot be read.
 */
NODISCARD bool passages_read(struct store *s, const struct str *paths, size_t n, const struct casefile *earlier, struct arena *a,
			     struct casefile *c, struct err *err);

#endif
