#include "analyze/terms.h"

/* The cache is down, flushed, full or stale: its callers say so, or its own lines do. */
static void raise_cache_failure(struct inquiry *q)
{
	raise_family(q, CAUSE_CACHE_FAILURE);
}

static void test_cache_failure(struct inquiry *q, struct candidate *c)
{
	test_family(q, c);
	term_load(q, c);
	/* Callers alone can tell that a cache serves wrong things: their word counts when it is the cache they name. */
	if (c->service_index >= 0 && q->f->services[c->service_index].cache)
		term_add(q, c, "named", 0.8, &c->refs, "the lines name %.*s", STR_ARG(c->service));
}

const struct cause_rule cause_cache_failure = { CAUSE_CACHE_FAILURE, "a cache that fails, is empty or stale", raise_cache_failure, test_cache_failure };
