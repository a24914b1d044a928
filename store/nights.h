/*
 * nights: what a store keeps of every day for longer than its events. `day_agg` holds the series of a day in coarse cells (requests in
 * ten minutes, everything else in half an hour), which is what later days are compared with; `night` holds the finished digest
 * of a day as JSON, from which the overview of all nights is made. Both tables appear with the first night.
 *
 * A day is a number, days since 1970-01-01 of its date; which instants it covers is the caller's business (it depends on a zone).
 */
#ifndef STORE_NIGHTS_H
#define STORE_NIGHTS_H

#include "store/reader.h"

/*
 * Sums up the series of [from_ns, to_ns) as those of a day, in place of what was there. Opens the store by itself, first to read and
 * then to write.
 */
NODISCARD bool store_roll_day(const char *path, int32_t day, int64_t from_ns, int64_t to_ns, struct err *err);
struct stored_night { int32_t day; struct str json; };
NODISCARD bool store_save_night(const char *path, int32_t day, struct str json, struct err *err);
/* All digests, ascending by day. */
NODISCARD bool store_load_nights(struct store *s, struct arena *a, struct stored_night **out, size_t *n, struct err *err);

/* What is older goes; TIME_NONE or INT32_MIN: nothing does. */
struct retention {
	int64_t events_ns; /* events, kept lines, places in the archive, single events of databases: before this instant */
	int64_t cells_ns;  /* 10-second cells, statements, changes: before this instant */
	int32_t days;      /* coarse cells and digests: of days before this one */
};
struct retained { uint64_t blocks, events, files, days; int64_t before_bytes, after_bytes; };
/*
 * Applies it. A file's row stays, so that the archive, where it still lies, is not read again; a note on it says what was
 * dropped. Names and series that nothing refers to any more go, too. The file is packed anew when a fifth of it would be empty.
 */
NODISCARD bool store_retain(const char *path, const struct retention *r, struct retained *out, struct err *err);

/* For the writers of these tables: makes them when they are not there. */
struct db;
NODISCARD bool nights_tables(struct db *db, struct err *err);

#endif
