/*
 * engine: archives in, events out. Plans the files, reads them with a pool of workers
 * (one file at a time each), detects formats, joins lines into records, decodes,
 * normalises, and hands every event to a sink. Which worker reads what never changes a result.
 */
#ifndef INGEST_ENGINE_H
#define INGEST_ENGINE_H

#include "core/err.h"
#include "core/event.h"
#include "core/casefile.h"
#include "ingest/input.h"

struct format; /* ingest/format.h */

/* One log file (or archive member) as planned. */
struct source_file {
	struct str path;      /* as shown to the user: relative to its argument, members as "a.tar/b.log" */
	struct str logical;   /* the log it is a rotation of: "app/web.log" for app/web.log.2.gz */
	struct str service;   /* derived from path and format; empty when unknown */
	struct str host;
	struct str format;    /* id of the detected format, empty when none */
	uint8_t role;         /* enum format_role */
	bool zone_known;      /* every event said its zone, or the user set it */
	uint64_t content_id; /* hash of the text's beginning, whatever its packing and name (ingest/plan.h) */
	uint64_t file_bytes;  /* compressed size, 0 unknown */
	uint64_t resume_offset; /* bytes of text that were taken before: events begin behind them */
};

struct file_totals {
	/* lines = (lines that began events) + continuation + rejected */
	uint64_t lines, events, continuation, rejected;
	uint64_t bytes;       /* uncompressed */
	int64_t first_ns, last_ns; /* of the events that have a time */
	bool truncated, damaged;
	struct str *notes;    /* "3 lines were longer than the limit and cut" */
	size_t n_notes;
	struct str *samples;  /* a few rejected lines, with their line numbers in front ("17: ...") */
	size_t n_samples;
	/* where to continue when the file has grown */
	uint64_t end_offset;
};

/*
 * Where events go. A sink gets each file's calls from one thread at a time: file_begin, event*, file_end;
 * different files may come from different threads at once when `concurrent`. file_begin may answer
 * SINK_SKIP (already ingested); with a resume_offset it should not, there is something new. *handle is the
 * sink's own
 * per-file state. `known` is optional: how far the text with this id was taken by an earlier run, so that
 * only what a file
 * has grown by is read; NULL also when there was none, which saves looking.
 */
enum sink_answer { SINK_TAKE, SINK_SKIP, SINK_FAIL };
struct event_sink {
	void *self;
	bool concurrent;
	enum sink_answer (*file_begin)(void *self, const struct source_file *f, void **handle,
				       struct err *err);
	bool (*event)(void *self, void *handle, const struct event *e, struct err *err);
	bool (*file_end)(void *self, void *handle, const struct source_file *f, const struct file_totals *t,
			 struct err *err);
	/* Optional: a place of the file where reading can begin (ingest/input.h), good during the call. */
	bool (*point)(void *self, void *handle, const struct input_point *p, struct err *err);
	bool (*known)(void *self, uint64_t content_id, bool *known, uint64_t *end_offset, struct err *err);
	/* Optional: before anything is read, what all shards together read (ingest/shard.h). Only with n_shards. */
	bool (*listed)(void *self, uint64_t listing_id, struct err *err);
};

struct glob_rule { struct str glob, value; }; /* --zone, --service, --format: the first match wins */

struct ingest_options {
	struct str *paths; size_t n_paths;          /* files, directories, archives, "-" */
	const struct glob_rule *zones;    size_t n_zones;
	const struct glob_rule *services; size_t n_services;
	const struct glob_rule *formats;  size_t n_formats;
	const struct format *const *own_formats;     /* of the user, see format_at(); NULL none */
	unsigned jobs;                               /* 0: one per core */
	uint64_t max_line_bytes;                     /* longer lines are cut; 0 = 1 MiB */
	uint64_t max_ratio; /* unpacked/packed beyond which it is a bomb; 0 = 1100 (deflate: 1032) */
	uint64_t max_file_bytes;                     /* uncompressed bytes of one file; 0 = 1 TiB */
	const struct str *only; size_t n_only;       /* globs: of what the paths lead to, only files whose path inside matches one */
	bool paths_as_given;                         /* show files as argument/path */
	unsigned shard, n_shards;                    /* read share `shard` of n_shards, from 1; 0 of 0: everything */
	/* Progress: called about ten times a second from one thread; may be NULL. */
	void (*progress)(void *self, uint64_t done_bytes, uint64_t all_bytes, uint64_t events,
			 size_t files_done, size_t files_all);
	void *progress_self;
};

struct ingest_report {
	size_t files, files_skipped, files_failed, files_empty, files_not_log; /* not_log: pictures, ... */
	uint64_t lines, events, continuation, rejected, bytes;
	struct str *notes; size_t n_notes; /* about paths, one whole sentence each */
	bool damaged;                      /* any file truncated, corrupt or not understood */
	bool usable;                       /* at least one event came out (or was there already, or is another shard's) */
	size_t files_elsewhere;            /* texts that are other shards' */
};

/*
 * Runs the whole ingest. Memory of the report belongs to `a`, which several threads take from under a lock of the engine's:
 * a sink must not use it. False only for a system failure or a failed sink.
 */
NODISCARD bool ingest_run(const struct ingest_options *o, const struct event_sink *sink, struct arena *a,
			  struct ingest_report *out, struct err *err);

#endif
