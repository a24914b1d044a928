/*
 * target: where a store's counts and findings can be taken to. One file each in export/targets/, `const struct
 * export_target export_<id>`; the registry is generated from the file names. A target asks the store in SQL, over the
 * tables of store/catalog.h, and writes into a sink, piece by piece: nothing of it grows with the archive.
 *
 * Like reports, exports are redacted: every column that may quote a log or a person goes through core/redact.h. No
 * clock, no locale: the same store and options give the same bytes.
 */
#ifndef EXPORT_TARGET_H
#define EXPORT_TARGET_H

#include "core/buf.h"
#include "core/err.h"
#include "store/catalog.h"
#include "store/query.h"

struct export_options {
	struct str name;      /* of the store, where many are loaded: [A-Za-z0-9._-], checked by export_name */
	int64_t since_ns, until_ns; /* what has a time: only [since, until); TIME_NONE no limit */
	unsigned step_s;      /* of counts: a multiple of 10 */
	bool redact;          /* default true */
};

/* Where the bytes go. One file at a time; what was not closed is not there. */
struct export_sink {
	bool (*open)(void *self, const char *name, struct err *err);
	bool (*write)(void *self, struct str bytes, struct err *err);
	bool (*close)(void *self, struct err *err);
	void *self;
};

struct export_job {
	const struct export_options *options;
	struct query *query;      /* to be used by query_again */
	struct export_sink *sink;
	struct buf out;           /* what goes to the sink next */
	struct arena arena;
};

struct export_target {
	const char *name;         /* "postgres" */
	const char *help;
	bool folder;              /* several files; else one, whose name does not matter */
	bool (*write)(struct export_job *job, struct err *err);
};

extern const struct export_target *const export_registry[]; /* ends with NULL */
const struct export_target *export_by_name(struct str name);

/* Writes a store to a target. */
NODISCARD bool export_run(struct store *s, const struct export_target *t, const struct export_options *o,
			  struct export_sink *sink, struct err *err);
/* The name of a store that a path suggests: that of its file without extension, other bytes as '_'. */
struct str export_name(struct str path, struct arena *a);
bool export_name_good(struct str name);

/* ---- for the targets ---------------------------------------------------------------------------------------------- */

NODISCARD bool export_open(struct export_job *job, const char *file, struct err *err);
/* Passes job->out on when it has become large. */
NODISCARD bool export_flush(struct export_job *job, struct err *err);
/* Passes all of it on, and ends the file. */
NODISCARD bool export_close(struct export_job *job, struct err *err);

/*
 * Text that leaves the machine: redacted when that is wanted and the column quotes somebody; well-formed UTF-8 without
 * control characters but tab and line feed. In job->arena.
 */
struct str export_text(struct export_job *job, struct str text, bool said);

/* Which tables of the catalog are exported: all but views, single events and the lists of tables. */
bool export_has(const struct catalog_table *t);
/* SELECT for the rows of one, within the times and with the step of the options. */
struct str export_select(struct export_job *job, const struct catalog_table *t);
/* " WHERE time >= ... AND time < ..." for other statements; `and` says what stands in front: " WHERE", " AND". */
struct str export_window(struct export_job *job, const char *column, const char *and);

#endif
