#include "analyze/terms.h"

/* The operating system's own words (errno texts) and those of process managers. */
static void raise_resource_exhaustion(struct inquiry *q)
{
	raise_family(q, CAUSE_RESOURCE_EXHAUSTION);
}

const struct cause_rule cause_resource_exhaustion = { CAUSE_RESOURCE_EXHAUSTION, "disk, memory, descriptors, workers used up", raise_resource_exhaustion, test_family };
