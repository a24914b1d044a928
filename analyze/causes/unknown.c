#include "analyze/terms.h"

/* "Not in these logs" competes with everything else, at a level that a candidate without evidence of its own stays below. */
static void raise_unknown(struct inquiry *q)
{
	/* Where the trail leaves the archive: a service without logs that most of the failing calls go to. */
	const struct emergence *trail = NULL;
	for (size_t i = 0; i < q->n_emergent && !trail; i++)
		if (q->emergent[i].trouble && q->emergent[i].outside.len && q->emergent[i].bad - q->emergent[i].expected > 0.3 * q->failures)
			trail = &q->emergent[i];
	struct candidate *c = inquiry_raise(q, CAUSE_UNKNOWN, trail ? trail->outside : STR_NONE, trail ? trail->outside : STR_NONE, q->o->onset_best_ns);
	if (!c)
		return;
	c->what = str_of("a cause that these logs do not show");
	if (trail)
		c->refs = inquiry_lines(q, trail->voice, 2);
}

static void test_unknown(struct inquiry *q, struct candidate *c)
{
	term_add(q, c, "prior", 1.2, NULL, "what every other candidate must beat");
}

const struct cause_rule cause_unknown = { CAUSE_UNKNOWN, "none of these", raise_unknown, test_unknown };
