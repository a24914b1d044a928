/*
 * kept: lines copied into the store, so that a report can quote them when the archive is gone.
 * Of each file:
 * - records of changes, starts, stops, crashes, reloads and of backends going up or down: all (up to 10,000);
 * - the first three lines of every template;
 * - of what is notable (warnings and worse, failed requests and statements, requests far slower than
 *   their route was so far, refused connections, lock waits and the like): the first three of each
 *   template, or route and status, then one per 30 seconds (client errors 5 minutes, slow ones 1 minute).
 * When the last kind reaches its bound, the intervals double and what was kept is thinned accordingly: so
 * a file's whole span stays covered, and an incident at its end is not lost to the noise of its morning.
 * All of this depends on the file alone.
 *
 * Rows go into the store as blobs of some hundred: a header, then zstd over them.
 */
#ifndef STORE_KEPT_H
#define STORE_KEPT_H

#include "core/buf.h"
#include "core/event.h"
#include "store/aggregate.h"

/* Seed of the checksum: these bytes never pass for another kind of blob. */
#define KEPT_SEED UINT64_C(0x6b657074) /* "kept" */

enum {
	KEPT_TEXT_BYTES = 4096,       /* a line is cut there */
	KEPT_FIELD_BYTES = 256,
	KEPT_LIFECYCLE_MAX = 10000,
	KEPT_FIRSTS_MAX = 12000,
	KEPT_SAMPLE_MAX = 4000,       /* lines, and bytes: */
	KEPT_SAMPLE_BYTES = 2 << 20,
	KEPT_BATCH_BYTES = 256 << 10, /* rows of one blob; the sample may be one larger blob */
	KEPT_BLOB_ROWS_BYTES = 4 << 20,
};

/* A line in the sample. */
struct kept_row {
	uint64_t key;     /* what it is a sample of */
	int64_t time_ns;
	uint32_t at, len; /* its bytes in `sample` */
	uint8_t pace;     /* its interval in units of 30 s */
};

/* A row as stored: names are ids. */
struct kept_record {
	int64_t time_ns;
	uint64_t line, offset;
	uint8_t severity, kind;
	uint64_t service, host, template_id, route_id, fingerprint_id;
	int64_t status, pid;
	uint64_t duration_us; /* NO_DURATION none */
	struct str upstream, client, user, request_id, version, text;
};

struct kept {
	struct buf firm;      /* rows that stay, until they are written */
	size_t n_firm;
	struct buf sample;    /* rows that may be thinned */
	VEC(struct kept_row) rows;
	struct map firsts;    /* template or key → how many were kept as first ones */
	uint64_t *spent;      /* by a key's low bits: one of which there are enough */
	struct map last;      /* key → time of the last one in the sample */
	int64_t interval_ns;  /* of pace 1 */
	size_t n_lifecycle, n_firsts;
	struct arena arena;   /* of rows */
};

void kept_init(struct kept *k);
void kept_release(struct kept *k);
/* Starts a file. */
void kept_begin(struct kept *k);
void kept_add(struct kept *k, const struct event *e, const struct agg_answer *a);
/* Is there a batch of firm rows to be written? */
static inline bool kept_full(const struct kept *k)
{
	return k->firm.len >= KEPT_BATCH_BYTES;
}
/* Appends the blob of the firm rows (or, `sample`, of the sample), says how many, and forgets them. */
size_t kept_take(struct kept *k, bool sample, struct column_coder *c, struct buf *out);
/*
 * Unpacks a blob into *rows (memory of the arena) and then reads row by row: false at the end or where
 * damaged, which *rows not being empty tells. Slices point into the arena.
 */
bool kept_open(struct str blob, struct column_coder *c, struct arena *a, struct str *rows);
bool kept_next(struct str *rows, struct kept_record *out);

#endif
