#include "analyze/terms.h"

/* A rotation that missed somebody, or refusals of one principal. */
static void raise_credential(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_CREDENTIAL };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
	raise_family(q, CAUSE_CREDENTIAL);
}

static void test_credential(struct inquiry *q, struct candidate *c)
{
	if (c->act >= 0)
		test_act(q, c);
	else
		test_family(q, c);
}

const struct cause_rule cause_credential = { CAUSE_CREDENTIAL, "a password, key or token that no longer fits", raise_credential, test_credential };
