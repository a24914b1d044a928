/*
 * aggregate_impl: what aggregate.c and aggregate_facets.c share: the ways from what an event says to its series, and the cells
 * of these.
 */
#ifndef STORE_AGGREGATE_IMPL_H
#define STORE_AGGREGATE_IMPL_H

#include "store/aggregate.h"
#include "store/facet.h"

#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

/* An event on its way through the series. */
struct sample {
	struct agg_place *place; /* good until the next event */
	int32_t bucket, minute;  /* minute: the bucket it begins with; BUCKET_OF_NO_TIME for events that are in no cell */
	uint64_t once;           /* what it adds to agg_cell.events */
	uint64_t duration_us;    /* NO_DURATION none */
};

/*
 * What an event says, as one key. Its parts are hashes already: folding them together is enough. `class`
 * tells a name that needs no text yet (the number of a network) from one that is a hash of its text.
 */
static inline uint64_t said_key(const struct agg_place *p, enum series_kind kind, unsigned class,
				uint64_t name, int32_t code)
{
	uint64_t rest = (uint64_t)(uint32_t)code << 16 | (uint64_t)class << 8 | ((uint64_t)kind + 1);
	return (p->mix ^ name) + rest * SPREAD;
}

/* The slot of the way, or the free one where it would be. */
static inline struct agg_way *way_of(const struct aggregate *g, uint64_t said)
{
	size_t mask = g->n_slots - 1, at = (size_t)((said * SPREAD) >> 32) & mask;
	while (g->ways[at].said && g->ways[at].said != said)
		at = (at + 1) & mask;
	return &g->ways[at];
}

/* Without room nothing is lost but time: the long way always leads to the same series. */
void aggregate_remember(struct aggregate *g, uint64_t said, uint32_t series);
/* The series of a kind, made when it is new. */
uint32_t aggregate_series(struct aggregate *g, enum series_kind kind, const struct agg_place *p, uint64_t key, int32_t code);
/* Where names beyond the bounds are counted. */
uint32_t aggregate_other_series(struct aggregate *g, const struct sample *e, enum series_kind kind, unsigned class, int32_t code);
/* The series of what nothing has led to so far; the name is held against the bounds of its class. */
uint32_t aggregate_new_way(struct aggregate *g, const struct sample *e, enum series_kind kind, unsigned class, uint64_t name,
			   struct str text, int32_t code);
/* Goes to the cell of a bucket that is not the one used last; false when it is none. */
bool aggregate_other_cell(struct aggregate *g, uint32_t series, int32_t bucket);
/*
 * Counts an event in what it says beside what it is: version, agent, referrer, campaign, method, upstream, and client, whose id
 * it returns; 0 there is none.
 */
uint32_t aggregate_count_facets(struct aggregate *g, const struct event *e, const struct sample *s);

/* The series (kind, name, code) of the place. */
static inline uint32_t lookup(struct aggregate *g, const struct sample *e, enum series_kind kind,
			      unsigned class, uint64_t name, struct str text, int32_t code)
{
	const struct agg_way *way = way_of(g, said_key(e->place, kind, class, name, code));
	return way->said ? way->series : aggregate_new_way(g, e, kind, class, name, text, code);
}

/* The cell an event of the series was counted in last. */
static inline struct agg_cell *cell_of(const struct aggregate *g, uint32_t series)
{
	return &g->cells.at[g->recent.at[series].cell];
}

/* Counts the event in a series; false when it has no time. */
static inline bool count_in(struct aggregate *g, uint32_t series, const struct sample *e, int32_t bucket)
{
	struct agg_recent *r = &g->recent.at[series];
	if (r->bucket == bucket) {
		r->more += e->once;
		return true;
	}
	if (!aggregate_other_cell(g, series, bucket))
		return false;
	/* It is at hand now: a cell of one event need not be fetched again. */
	cell_of(g, series)->events += e->once;
	return true;
}

#endif
