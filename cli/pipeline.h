/*
 * pipeline: the steps that commands put together: archives into a store, a store
 * analysed, a case file rendered. Paths are NUL-terminated behind their end.
 */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include "cli/command.h"
#include "cli/ingest_sink.h"
#include "cli/progress.h"
#include "core/casefile.h"
#include "report/renderer.h"

/* What a run of the ingest came to. */
struct ingest_outcome {
	struct ingest_report report;
	struct file_outcome *files; /* by path */
	size_t n_files;
};

/* A share of an archive that several read, from 1; 0 of 0: everything. */
struct shard {
	unsigned number, of;
};

/* How the command line wants paths read; shows progress when it may. */
struct ingest_options pipeline_ingest_options(const struct invocation *in, struct str *paths, size_t n,
					      struct progress *progress);
/* Reads paths into the store. EXIT_NO_INPUT, with what was wrong on standard error, when nothing usable was there. */
NODISCARD bool pipeline_ingest(struct invocation *in, struct str store, struct str *paths, size_t n,
			       struct ingest_outcome *out, struct err *err);
/* The same for a share of them (ingest/shard.h), which may be empty. */
NODISCARD bool pipeline_ingest_shard(struct invocation *in, struct str store, struct str *paths, size_t n,
				     const struct shard *share, struct ingest_outcome *out, struct err *err);
/* What leads to the archive that a store was read from: n paths; none when it is not at hand. */
struct archive { const struct str *paths; size_t n; };

/*
 * Finds incidents and keeps the case file in the store, with what stands in the archive around the lines it quotes. What
 * `read` could not read is among its notes; NULL when nothing was read just now. EXIT_NO_INPUT when --since and --until
 * leave nothing of the logs.
 */
NODISCARD bool pipeline_analyze(struct invocation *in, struct str store, const struct ingest_outcome *read, struct archive archive,
				struct casefile *out, struct err *err);
/* The same, but the store is only read: nothing is kept in it. */
NODISCARD bool pipeline_examine(struct invocation *in, struct str store, struct casefile *out, struct err *err);
/* The case file an earlier analysis left in the store; EXIT_USAGE when there is none. */
NODISCARD bool pipeline_load(struct invocation *in, struct str store, struct casefile *out, struct err *err);
/* Reads what stands around the quoted lines of a case file of this store from the archive. */
NODISCARD bool pipeline_read_around(struct invocation *in, struct str store, struct archive archive, struct casefile *c, struct err *err);

/* For standard output: its width and colour. */
struct render_options pipeline_render_options(const struct invocation *in);
/* What a verdict is shown with: text or, with --json, JSON; with --explain, all candidates. */
const struct renderer *pipeline_verdict(const struct invocation *in);
/* A renderer that must be in the registry. */
const struct renderer *pipeline_renderer(const char *name);
NODISCARD bool pipeline_print(const struct casefile *c, const struct renderer *r, const struct render_options *o,
			      struct err *err);
NODISCARD bool pipeline_write(const struct casefile *c, const struct renderer *r, const struct render_options *o,
			      struct str path, struct err *err);

/* The status that --exit-status and --strict ask for; an incident outranks damage. Either may be NULL. */
int pipeline_status(const struct invocation *in, const struct casefile *c, const struct ingest_outcome *outcome);

#endif
