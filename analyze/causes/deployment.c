#include "analyze/terms.h"

/* A deployment, a rollback, an upgraded package. Without a record, code that fails as it never did before stands for one. */
static void raise_deployment(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_DEPLOYMENT, CHANGE_ROLLBACK, CHANGE_PACKAGE };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
	raise_family(q, CAUSE_DEPLOYMENT);
}

/* Code that a deployment brought fails within this time, if it fails at once. */
static const int64_t at_once_ns = 300 * NS_PER_S;

/*
 * Where deployments are recorded, code that begins to fail without one is rather made to fail by something else: a flag, an input. An earlier
 * deployment that carried it is a candidate of its own.
 */
static void term_unrecorded(struct inquiry *q, struct candidate *c)
{
	size_t recorded = 0;
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *act = &q->f->acts[i];
		bool deployed = act->kind == CHANGE_DEPLOYMENT || act->kind == CHANGE_ROLLBACK;
		recorded += deployed && !act->derived;
		if (deployed && facts_service(q->f, act->service) == c->service_index && act->begin_ns <= q->o->onset_to_ns &&
		    act->end_ns >= q->o->onset_from_ns - at_once_ns)
			return;
	}
	if (recorded)
		term_add(q, c, "unrecorded", -1.2, NULL, "deployments are recorded here (%zu), and none of %.*s shortly before the failures", recorded, STR_ARG(c->service));
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
