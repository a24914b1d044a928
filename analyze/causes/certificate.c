#include "analyze/terms.h"

/* Expiry needs no change record: the handshakes say it. */
static void raise_certificate(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_CERTIFICATE };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
	raise_family(q, CAUSE_CERTIFICATE);
}

static void test_certificate(struct inquiry *q, struct candidate *c)
{
	if (c->act >= 0)
		test_act(q, c);
	else
		test_family(q, c);
}

const struct cause_rule cause_certificate = { CAUSE_CERTIFICATE, "a certificate expired or was replaced wrongly", raise_certificate, test_certificate };
