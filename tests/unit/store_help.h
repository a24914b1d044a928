/* store_help: stores made of invented events, and all that is in one as text, for comparing. */
#ifndef TESTS_UNIT_STORE_HELP_H
#define TESTS_UNIT_STORE_HELP_H

#include "core/buf.h"
#include "store/reader.h"
#include "store/writer.h"

#define T0 (INT64_C(1769720400) * NS_PER_S) /* 2026-01-29T21:00:00Z: a whole hour */

/* A path for a store of this test, in the system's place for temporary files; nothing is there. */
const char *temp_store(const char *name);
void remove_store(const char *path);

/* An event with a time; further fields are the caller's. Line and offset follow from n. */
struct event made_event(uint64_t n, int64_t time_ns);
/* Sets template_id and template_text, route_id and route, fingerprint_id and fingerprint. */
void set_template(struct event *e, const char *text);
void set_route(struct event *e, const char *route);
void set_fingerprint(struct event *e, const char *text);

/* A file of n invented events of several kinds, always the same for the same seed. Asserts that writing
 * works. */
void write_made_file(struct store_writer *w, unsigned seed, size_t n);
/* What extent_info write_made_file uses, and its k-th event. */
struct extent_info made_info(unsigned seed);
struct event made_file_event(unsigned seed, size_t k);
/* Totals of n events from first to last. */
struct extent_totals made_totals(size_t n, int64_t first_ns, int64_t last_ns);

/* Everything a store says, in an order that does not depend on how it came to be. */
void dump_store(const char *path, struct buf *out);

#endif
