#include "analyze/terms.h"

/* No free connection. A leak, a surge or slow statements may stand behind it: the verdict links them. */
static void raise_connection_exhaustion(struct inquiry *q)
{
	raise_family(q, CAUSE_CONNECTION_EXHAUSTION);
}

const struct cause_rule cause_connection_exhaustion = { CAUSE_CONNECTION_EXHAUSTION, "a pool or a server without free connections", raise_connection_exhaustion, test_family };
