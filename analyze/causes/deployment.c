#include "analyze/terms.h"

/* A deployment, a rollback, an upgraded package. Without a record, code that fails as it never did before stands for one. */
static void raise_deployment(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_DEPLOYMENT, CHANGE_ROLLBACK, CHANGE_PACKAGE };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
	raise_family(q, CAUSE_DEPLOYMENT);
}

static void test_deployment(struct inquiry *q, struct candidate *c)
{
	if (c->act >= 0)
		test_act(q, c);
	else
		test_family(q, c);
}

const struct cause_rule cause_deployment = { CAUSE_DEPLOYMENT, "a new version, rolled out or back", raise_deployment, test_deployment };
