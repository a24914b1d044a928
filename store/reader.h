/*
 * reader: what analysis, queries and reports take out of a store. Loads are whole-table
 * and bounded by the number of series, not by the bytes of the archive; zone shifts are
 * applied here, so every time a caller sees is an instant. Lists come in a canonical order
 * (never the order of writing). Names (services, hosts, routes, templates) live as long as
 * the store is open; everything else belongs to the arena.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "core/arena.h"
#include "core/casefile.h"
#include "core/err.h"
#include "core/hash.h"
#include "core/sketch.h"
#include "core/vocab.h"

struct store; /* read-only handle; one thread at a time */

NODISCARD bool store_open(const char *path, struct store **out, struct err *err);
void store_close(struct store *s);
/*
 * From here on sources, series, kept lines and scans are those of [from_ns, to_ns) alone, as if the store held nothing else: a day
 * out of a store of months costs what a day costs. Changes are not limited: what was done before a window may have its effect in it.
 * A file that reaches into the window counts whole in lists of sources. TIME_NONE for no limit.
 */
void store_limit(struct store *s, int64_t from_ns, int64_t to_ns);

enum { BUCKET_S = 10 }; /* width of an aggregate bucket, seconds */

/* What a series counts. X(id, json, what `key` is, what `code` is) */
#define SERIES_KINDS(X)                                                                                      \
	X(SERIES_HTTP, "http", "route id", "HTTP status")                                                    \
	X(SERIES_LINE, "line", "template id", "severity")                                                    \
	X(SERIES_QUERY, "query", "fingerprint id", "0")                                                      \
	X(SERIES_EVENT, "event", "detail name id (application, user, lock mode, upstream)",                  \
	  "enum event_kind")                                                                                 \
	X(SERIES_FACET, "facet", "value name id", "enum facet")                                              \
	X(SERIES_CLIENTS, "clients", "0", "0") /* distinct clients of a service, by sketch */                \
	X(SERIES_TOTAL, "total", "0", "0")     /* every event of a service on a host once, by the minute */
#define SERIES_ENUM(id, json, key, code) id,
enum series_kind { SERIES_KINDS(SERIES_ENUM) SERIES_KIND_COUNT };

/*
 * Categories counted beside the routes, so that a bad window can be compared with a good one. Those of which
 * nearly every event has another value are counted by the minute: the bucket of such a cell is the minute's
 * first.
 */
enum facet {
	FACET_VERSION,  /* software version a line states */
	FACET_AGENT,    /* family of the user agent: "Chrome", "python-requests", "Googlebot" */
	FACET_REFERRER, /* host of the referrer; by the minute */
	FACET_CAMPAIGN, /* utm_*, campaign, gclid parameters: "utm_campaign=x" */
	FACET_UPSTREAM, /* address or name called */
	FACET_METHOD,
	FACET_CLIENT_NET, /* /24 or /48 of the client; by the minute */
	FACET_COUNT,
};

struct cell {
	int32_t bucket;    /* instant / 10 s, after the zone shift */
	uint32_t count;
	uint32_t failed;   /* of these: status >= 500, or severity >= error */
};
/* What a cell has beside where events have durations. */
struct cell_times {
	uint32_t timed;    /* of the events: have a duration */
	float sum_ms, max_ms;
};
struct hist_entry { uint8_t bucket, count; }; /* hist_bucket(); a bucket with more than 255 has several entries */

/* Cells as they are kept: a day has millions, nearly all of them with small numbers. Read them with series_cell(). */
struct narrow_cell { uint16_t bucket /* after the series' first */, count; };
struct wide_cell { int32_t bucket; uint32_t count; };

enum { HIST_BLOCK = 64 }; /* cells that say where their histograms begin by the distance from that of the first of them */

struct series {
	uint64_t id;
	struct str service, host;
	uint64_t key;
	struct str key_text;       /* route, template, fingerprint or name */
	enum series_kind kind;
	int32_t code;
	uint8_t role;              /* enum format_role of the source (access beats app when both) */
	bool is_wide;              /* a number of a cell does not fit into a narrow one */
	bool all_failed;           /* without `failed`: all events have, or none */
	int32_t first;             /* narrow: bucket of the first cell */
	size_t n_cells;
	union {                    /* ascending by bucket, no duplicates, no empty ones */
		struct narrow_cell *narrow;
		struct wide_cell *wide;
	};
	union {                    /* per cell, and one more: where in hist its entries begin, which end where the next ones begin */
		uint16_t *narrow;  /* less hist_block of its block */
		uint32_t *wide;
	} hist_at;
	uint32_t *hist_block;      /* narrow: per HIST_BLOCK cells */
	struct hist_entry *hist;   /* NULL but for HTTP and QUERY */
	uint32_t *failed;          /* per cell; NULL where either all or none are, in every cell */
	uint32_t *timed;           /* per cell, of EVENT; else the histogram says so */
	float *sum_ms, *max_ms;    /* per cell; NULL where nothing has durations, and where they were not asked for */
	float *distinct;           /* SERIES_CLIENTS: per cell, the estimated number of distinct clients; else NULL */
};

static inline struct cell series_cell(const struct series *s, size_t cell)
{
	struct cell c = s->is_wide ? (struct cell){ s->wide[cell].bucket, s->wide[cell].count, 0 } :
	                             (struct cell){ s->first + s->narrow[cell].bucket, s->narrow[cell].count, 0 };
	c.failed = s->failed ? s->failed[cell] : s->all_failed ? c.count : 0;
	return c;
}

/* Where the histogram of a cell begins, of the series' entries; that of cell n_cells: where they end. */
static inline size_t cell_hist_at(const struct series *s, size_t cell)
{
	return s->is_wide ? s->hist_at.wide[cell] : s->hist_block[cell / HIST_BLOCK] + (size_t)s->hist_at.narrow[cell];
}
/* The histogram of a cell: its entries, ascending by bucket, and how many. */
static inline const struct hist_entry *cell_hist(const struct series *s, size_t cell, size_t *n)
{
	size_t from = s->hist ? cell_hist_at(s, cell) : 0;
	*n = s->hist ? cell_hist_at(s, cell + 1) - from : 0;
	return *n ? s->hist + from : NULL;
}
/* Those of all cells, one after the other. */
static inline const struct hist_entry *series_hist(const struct series *s, size_t *n)
{
	*n = s->hist ? cell_hist_at(s, s->n_cells) : 0;
	return s->hist;
}

/* What is known about the durations of a cell: nothing, where its series has none. */
static inline struct cell_times cell_times(const struct series *s, size_t cell)
{
	struct cell_times t = { .sum_ms = s->sum_ms ? s->sum_ms[cell] : 0, .max_ms = s->max_ms ? s->max_ms[cell] : 0 };
	size_t n;
	const struct hist_entry *hist = cell_hist(s, cell, &n);
	if (s->timed)
		t.timed = s->timed[cell];
	for (size_t i = 0; i < n; i++)
		t.timed += hist[i].count;
	return t;
}

#define SERIES_ALL ((1U << SERIES_KIND_COUNT) - 1)
/* Besides kinds: the sums and the longest of the durations of requests, which are half of the memory and which few ask for, are left out. */
#define SERIES_NO_SUMS (1U << 31)
/*
 * The series of some kinds (bits 1 << kind), ordered by (kind, service, host, code, key_text). In memory a cell takes 4
 * bytes, 2 more with a histogram and 2 an entry of it, 4 each with sums and with longest durations. Twice the 4 and the 2 where
 * a number of the series is larger than 65,535, the distance from its first bucket too; 4 more where events of a cell may fail or not.
 * What is needed beside while loading does not grow with the archive, unless files of one host and service with the same
 * routes or templates were written at the same time.
 */
NODISCARD bool store_load_series_of(struct store *s, unsigned kinds, struct arena *a, struct series **out, size_t *n,
				    struct err *err);
/* All series but the totals, which count again what others do. */
NODISCARD bool store_load_series(struct store *s, struct arena *a, struct series **out, size_t *n,
				 struct err *err);

/* ---- days that the store keeps in coarse cells (store/nights.h) ---- */

/* Kinds that a day keeps. */
enum { DAY_KINDS = 1 << SERIES_HTTP | 1 << SERIES_LINE | 1 << SERIES_QUERY | 1 << SERIES_EVENT | 1 << SERIES_TOTAL };
/* Width of a coarse cell, in buckets of BUCKET_S: 10 minutes, 30 minutes. */
enum { DAY_HTTP_WIDTH = 60, DAY_OTHER_WIDTH = 180 };

/*
 * The series of a day (bits 1 << kind of DAY_KINDS), in the order of store_load_series; a cell's bucket is the first of its coarse
 * one. None when nothing is known of the day.
 */
NODISCARD bool store_load_day(struct store *s, int32_t day, unsigned kinds, struct arena *a, struct series **out, size_t *n,
			      struct err *err);

/*
 * The counts of the series of some kinds without loading them: visit is called with some cells of a series, ascending by
 * bucket, as they stand in the store. So a series may come several times, and so may its cells of one bucket: they add up. The
 * order depends on the content only. For sums over many series; `of` has no cells itself.
 */
NODISCARD bool store_visit_cells(struct store *s, unsigned kinds,
				 void (*visit)(void *self, const struct series *of, const struct cell *cells, size_t n), void *self,
				 struct err *err);

struct store_source {
	struct str logical, format, service, host;
	uint8_t role;
	bool zone_known;
	int64_t shift_ns;   /* added to every stored time */
	struct str zone;    /* in words, for quality */
	uint64_t lines, events, continuation, rejected;
	int64_t first_ns, last_ns; /* shifted; TIME_NONE when nothing has a time */
};
/* One per log (rotations joined), ordered by logical path. */
NODISCARD bool store_load_sources(struct store *s, struct arena *a, struct store_source **out, size_t *n,
				  struct err *err);
/* The same per file, with notes, in the shape of the report. */
NODISCARD bool store_load_quality(struct store *s, struct arena *a, struct quality_source **out, size_t *n,
				  struct err *err);

struct store_template {
	uint64_t id, group;      /* group: the smallest id of those that differ in variables only */
	struct str text;         /* masked text; what differs within the group is in group_text as <*> */
	struct str group_text;
	enum severity severity;  /* the highest seen */
	struct str format;
};
NODISCARD bool store_load_templates(struct store *s, struct arena *a, struct store_template **out, size_t *n,
				    struct err *err);

/* A change record, strings in the arena. Ordered by time, then text. */
struct store_change {
	int64_t time_ns, end_ns;
	enum change_kind kind;
	struct str service, version, previous, actor, key, old_value, new_value, status, id, text;
	struct str host;      /* of the source */
	struct ref ref;
};
NODISCARD bool store_load_changes(struct store *s, struct arena *a, struct store_change **out, size_t *n,
				  struct err *err);

/*
 * A kept line: the first of every template per file and a bounded sample of notable ones. Ordered by time,
 * source, line.
 */
struct kept_line {
	int64_t time_ns;
	enum severity severity;
	enum event_kind kind;
	uint64_t template_id;  /* 0: HTTP access line */
	uint64_t route_id, fingerprint_id;
	int status;            /* -1 none */
	int64_t pid;
	struct str service, host;
	struct str upstream, client, user, request_id, version;
	double duration_ms;
	struct ref ref;        /* text is the whole record, cut at 4 KiB */
};
NODISCARD bool store_load_kept(struct store *s, struct arena *a, struct kept_line **out, size_t *n,
			       struct err *err);

/* What of a row a scan needs beside its time, source, duration and what comes with its shape: the rest stays packed. */
enum scan_want {
	SCAN_CLIENT = 1,
	SCAN_USER = 2,
	SCAN_TRACE = 4,
	SCAN_BYTES = 8,
	SCAN_PLACE = 16, /* line, offset */
	SCAN_ALL = 31,
};

/* Columns of one event, for scans; what was not wanted is 0. */
struct scan_row {
	int64_t time_ns;
	uint64_t service, host, template_id, route_id, fingerprint_id; /* name ids */
	uint32_t client;              /* the IPv4 address, or a hash of what else it is; 0 none */
	uint32_t user, trace;         /* 32-bit hashes; 0 none */
	uint32_t duration_us;         /* 0xffffffff none */
	uint32_t bytes;               /* saturating; 0xffffffff none */
	int16_t status;               /* -1 none */
	uint8_t severity, kind;
	uint8_t role;
	uint64_t line, offset;
	uint32_t source;              /* index into store_load_quality's list */
};
/*
 * Calls visit for every event in [from_ns, to_ns) in an order that depends on the content only (file by
 * file); stops when it returns false.
 */
NODISCARD bool store_scan(struct store *s, int64_t from_ns, int64_t to_ns, unsigned want,
			  bool (*visit)(void *self, const struct scan_row *row), void *self, struct err *err);

/* The text of a name id (service, host, route, ...), good until the store is closed; empty when unknown. */
struct str store_name(struct store *s, uint64_t id);

/*
 * The analysis' result: casefile JSON (casefile_encode, contract = false). save opens the store for writing
 * by itself.
 */
NODISCARD bool store_save_casefile(const char *path, struct str json, struct err *err);
NODISCARD bool store_load_casefile(struct store *s, struct arena *a, struct str *json,
				   struct err *err); /* empty when none */

#endif
