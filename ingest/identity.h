/*
 * identity: what a file's path says about it: the log it is a rotation of, its place among the
 * rotations, its service and host. Guesses by tables of words, in one place, so that they can be read
 * and corrected; what a line says itself always wins over them.
 */
#ifndef INGEST_IDENTITY_H
#define INGEST_IDENTITY_H

#include "core/arena.h"
#include "core/timestamp.h"
#include "core/vocab.h"
#include "ingest/format.h"

/* A path taken apart. All in the arena or borrowed from the path. */
struct log_name {
	struct str logical; /* without dates, rotation and compression: "app/web.log" of "app/web.log.2.gz" */
	int64_t date_ns;    /* latest date in the path, as UTC; TIME_NONE */
	bool date_is_day;   /* the date has no time of day */
	int64_t rotation;   /* number of the rotation: 1 is younger than 2; -1 none */
};
void log_name_parse(struct log_name *n, struct str path, struct arena *a);

/* The service a logical path names: empty when it names none. `f` is the file's format or NULL. */
struct str identity_service(struct str logical, const struct format *f);
/* The host a logical path names; empty when none. */
struct str identity_host(struct str logical);

#endif
