#include "analyze/terms.h"

/* A deployment, a rollback, an upgraded package. Without a record, code that fails as it never did before stands for one. */
static void raise_deployment(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_DEPLOYMENT, CHANGE_ROLLBACK, CHANGE_PACKAGE };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
	raise_family(q, CAUSE_DEPLOYMENT);
}

/* Where deployments are recorded, code that fails without one is rather made to fail by something else: a flag, an input. */
static void term_unrecorded(struct inquiry *q, struct candidate *c)
{
	size_t recorded = 0;
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *act = &q->f->acts[i];
		bool deployed = act->kind == CHANGE_DEPLOYMENT || act->kind == CHANGE_ROLLBACK;
		recorded += deployed && !act->derived;
		if (deployed && facts_service(q->f, act->service) == c->service_index && act->begin_ns <= q->o->onset_to_ns)
			return;
	}
	if (recorded)
		term_add(q, c, "unrecorded", -1.2, NULL, "deployments are recorded here (%zu), and none of %.*s before the failures", recorded, STR_ARG(c->service));
}

static void test_deployment(struct inquiry *q, struct candidate *c)
{
	if (c->act >= 0)
		test_act(q, c);
	else {
		test_family(q, c);
		term_unrecorded(q, c);
	}
}

const struct cause_rule cause_deployment = { CAUSE_DEPLOYMENT, "a new version, rolled out or back", raise_deployment, test_deployment };
