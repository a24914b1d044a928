#include "analyze/terms.h"

/* Resolvers say so themselves; which name it is stands in the lines. */
static void raise_dns(struct inquiry *q)
{
	raise_family(q, CAUSE_DNS);
}

const struct cause_rule cause_dns = { CAUSE_DNS, "a name that cannot be resolved", raise_dns, test_family };
