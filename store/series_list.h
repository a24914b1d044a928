/*
 * series_list: which series a store has, and which blobs hold their cells, in the order of time: what loading the series and
 * summing over their cells begin with.
 */
#ifndef STORE_SERIES_LIST_H
#define STORE_SERIES_LIST_H

#include "store/cells.h"
#include "store/store_impl.h"

struct series_list {
	VEC(struct series) list; /* without cells */
	struct map by_id;        /* series → index + 1 into list */
	struct extent_list extents;
	sqlite3_stmt *parts;     /* id and extent of the blobs of a kind */
	sqlite3_stmt *cells;     /* one of these */
};

/* A blob with cells. */
struct part_ref {
	int64_t id;
	int64_t first_ns;        /* of its extent, shifted */
	int32_t shift;           /* buckets to be added to its cells */
};
struct part_refs { struct part_ref *at; size_t n, cap; };

/* Reads the series of the kinds (bits 1 << kind): their words into `words`, the rest into `a`. Close also after a failure. */
NODISCARD bool series_list_open(struct series_list *l, struct store *s, unsigned kinds, struct arena *a, struct arena *words,
				struct err *err);
void series_list_close(struct series_list *l);
/*
 * The blobs of a kind in finished extents: by when their extents begin, so that the rotations of a log follow each other
 * whatever order they were read in.
 */
NODISCARD bool series_list_parts(struct series_list *l, struct store *s, enum series_kind kind, struct arena *a, struct part_refs *out,
				 struct err *err);
/* The bytes of a blob, good until the next call; empty (and so malformed) when it is not there. */
NODISCARD bool series_list_bytes(struct series_list *l, struct store *s, const struct part_ref *part, struct str *bytes, struct err *err);
/* The index of a part's series; false when there is none such of the part's kind. */
bool series_list_find(const struct series_list *l, const struct cells_part *part, size_t series, size_t *at);
/* Of the n cells of a series from `from` on, those within the reader's limits. */
void series_list_limit(const struct store *s, const struct cells_part *part, int32_t shift, size_t *from, size_t *n);
bool series_list_damaged(const struct store *s, struct err *err);

/* The order in which series are handed out: by kind, service, host, code, key, role. For qsort. */
int series_by_place(const void *a, const void *b);

#endif
