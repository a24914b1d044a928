/* world: small stores made event by event, from a fixed seed, for tests of the analysis. */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include "analyze/analyze.h"
#include "store/reader.h"
#include "store/writer.h"

#define T0 INT64_C(1780000000000000000)
#define MIN(m) ((int64_t)((m) * 60e9))

struct world {
	char path[64];
	struct store_writer *w;
	struct err err;
	uint64_t seed;
	int64_t shift_ns; /* added to the time of every event */
	uint64_t files;
};

void world_open(struct world *w, uint64_t seed);
/* Uniform in (0, 1). */
double uniform(struct world *w);
/* A log of one service; events go through put and its kin, in any order. */
struct extent_writer *file_begin(struct world *w, const char *service, enum format_role role);
void file_end(struct world *w, struct extent_writer *x);
void put(struct world *w, struct extent_writer *x, struct event e, int64_t ns, const char *text);
void request(struct world *w, struct extent_writer *x, const char *service, int64_t ns, const char *route, int status, double ms);
/* The same with a request id. */
void traced_request(struct world *w, struct extent_writer *x, const char *service, int64_t ns, const char *route, int status, double ms, const char *id);
void line(struct world *w, struct extent_writer *x, const char *service, int64_t ns, enum severity severity, const char *message);
void deployment(struct world *w, struct extent_writer *x, int64_t ns, const char *service, const char *version, const char *previous);
/* Closes the store, analyses it and removes it; the case file lives in the arena, which is initialised here. */
void look(struct world *w, struct arena *a, struct casefile *c);
/* The same for one figure: how many incidents there are; what the cause with this entity has for a probability in the only incident, 0 when
 * it is none of its causes. */
size_t look_count(struct world *w);
double look_blame(struct world *w, const char *entity);

#endif
