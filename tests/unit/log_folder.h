/* log_folder: a temporary folder of logs for tests of the ingest, and the ingest of it into a recorder. */
#ifndef TESTS_UNIT_LOG_FOLDER_H
#define TESTS_UNIT_LOG_FOLDER_H

#include "core/buf.h"
#include "ingest/engine.h"
#include "tests/unit/event_recorder.h"

extern char folder[64]; /* its path */

void make_folder(void);
void remove_folder(void);
/* The path of a file in it; folders on the way are made. */
void path_in_folder(const char *name, char out[256]);
void write_file(const char *name, struct str text);
/* In members of `member` bytes each. */
void write_gz(const char *name, struct str text, size_t member);
void set_mtime(const char *name, int64_t seconds);
/* n access lines, or JSON lines ("order K took ..."), from minute, or number, `from` on. */
void add_access(struct buf *b, unsigned from, unsigned n);
void add_json(struct buf *b, unsigned from, unsigned n);
/* Access logs in rotations, JSON lines, lines without a year in a file of another year, no log, nothing. */
void write_archive(void);
/* Asserts that it works and that counts add up. */
struct ingest_report ingest(struct recorder *r, const char *const *names, size_t n, unsigned jobs,
			    struct ingest_options options);
struct ingest_report ingest_all(struct recorder *r, unsigned jobs);

#endif
