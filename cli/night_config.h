/*
 * night_config: what `inquest nightly` is told in its file. Lines are "key = value"; # begins a comment; what may be given again is a
 * list. Relative paths are relative to the file. Every mistake is an err with EXIT_USAGE that begins with file, line and key.
 */
#ifndef CLI_NIGHT_CONFIG_H
#define CLI_NIGHT_CONFIG_H

#include "cli/options.h"
#include "core/timestamp.h"

struct night_config {
	struct str store;          /* the store */
	struct str output;         /* the folder for the pages */
	struct str lock;           /* the lock's file; by default the store's name with .lock */
	struct str title;          /* of the overview */
	VEC(struct str) archives;  /* patterns, see cli/night_archives.h */
	struct zone zone;          /* whose days they are */
	struct rule_list zones, services, formats; /* as --zone, --service, --format */
	struct str own_formats, families;          /* files, as --format-file and --families */
	unsigned jobs;             /* 0: one per core, up to four */
	unsigned keep_events;      /* days */
	unsigned keep_aggregates;
	unsigned keep_nights;
	unsigned baseline;         /* days that a day is compared with */
	unsigned catch_up;         /* missed days that are done after the fact */
	unsigned lead_hours;       /* before midnight that are looked at, too */
	int64_t first_day;         /* where a new store begins, days since 1970; INT64_MIN: with the day asked for */
};

/* Memory belongs to `a`. */
NODISCARD bool night_config_read(struct str path, struct arena *a, struct night_config *out, struct err *err);
/* "2026-01-29" as days since 1970. */
bool night_day_read(struct str text, int64_t *day);

#endif
