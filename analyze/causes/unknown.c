#include "analyze/terms.h"

/* "Not in these logs" competes with everything else, at a level that a candidate without evidence of its own stays below. */
static void raise_unknown(struct inquiry *q)
{
	struct candidate *c = inquiry_raise(q, CAUSE_UNKNOWN, STR_NONE, STR_NONE, q->o->onset_best_ns);
	if (c)
		c->what = str_of("a cause that these logs do not show");
}

static void test_unknown(struct inquiry *q, struct candidate *c)
{
	term_add(q, c, "prior", 1.2, NULL, "what every other candidate must beat");
}

const struct cause_rule cause_unknown = { CAUSE_UNKNOWN, "none of these", raise_unknown, test_unknown };
