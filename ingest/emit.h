/*
 * emit: the last step of an event: its instant, its normalised texts, its service, then the
 * sink. One emitter per open file; the normalisers' memory belongs to the worker and is reused.
 */
#ifndef INGEST_EMIT_H
#define INGEST_EMIT_H

#include <stdatomic.h>

#include "core/buf.h"
#include "ingest/clock.h"
#include "ingest/engine.h"
#include "ingest/format.h"
#include "ingest/memo.h"
#include "ingest/template.h"

/* What a worker keeps between files. */
struct normalisers {
	struct template_cache *templates;
	struct memo routes, fingerprints;
	struct buf route, fingerprint, text;
};
void normalisers_init(struct normalisers *n, struct arena *a);
void normalisers_release(struct normalisers *n);

struct emitter {
	const struct event_sink *sink;
	void *handle;                 /* the sink's, of this file */
	const struct source_file *file;
	struct normalisers *norm;
	struct clock clock;
	bool service_forced;          /* the user named the service of this file */
	struct file_totals *totals;   /* first_ns, last_ns are kept here */
	atomic_uint_fast64_t *events; /* of the whole run, for progress */
	int64_t last_ns;              /* instant of the latest event, for those that say none; TIME_NONE */
	struct timestamp last;        /* what that event said */
	bool last_dated;              /* with year and date, so that it stands for one instant */
	int64_t dated_first_ns, dated_last_ns; /* span of the events that state year and date */
	struct err *err;
};

/* False when the sink failed. The event's line, offset, lines, raw and format are set already. */
bool emit_event(struct emitter *m, const struct format *f, struct event *e);

/* The last part of a program's path: "/usr/sbin/cron" → "cron". */
struct str program_name(struct str program);

#endif
