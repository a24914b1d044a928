#include "analyze/terms.h"

/* Network changes, and the kernel's own words for it. */
static void raise_network(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_NETWORK };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
	raise_family(q, CAUSE_NETWORK);
}

static void test_network(struct inquiry *q, struct candidate *c)
{
	if (c->act >= 0)
		test_act(q, c);
	else
		test_family(q, c);
}

const struct cause_rule cause_network = { CAUSE_NETWORK, "packets do not arrive", raise_network, test_network };
