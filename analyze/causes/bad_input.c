#include "analyze/terms.h"

/* Lines that say of an input that it cannot be processed. */
static void raise_bad_input(struct inquiry *q)
{
	raise_family(q, CAUSE_BAD_INPUT);
}

const struct cause_rule cause_bad_input = { CAUSE_BAD_INPUT, "an input that breaks what processes it", raise_bad_input, test_family };
