#include "analyze/terms.h"

/*
 * Restarts, crashes and failovers, recorded or seen in the servers' own lines. A restart is more often a step against
 * trouble than its beginning; it is the cause when the failures begin with it and it came out of a quiet time.
 */
static void raise_restart(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_RESTART, CHANGE_FAILOVER };
	raise_acts(q, kinds, 2);
	raise_family(q, CAUSE_RESTART);
}

static void test_restart(struct inquiry *q, struct candidate *c)
{
	if (c->act < 0) {
		test_family(q, c);
		return;
	}
	const struct act *act = &q->f->acts[c->act];
	test_act(q, c);
	if (c->herring)
		return;
	for (size_t i = 0; i < q->n_emergent; i++) {
		const struct emergence *e = &q->emergent[i];
		if (!e->voice->family || e->voice->family->kind != CAUSE_RESTART || !e->trouble)
			continue;
		struct refs refs = inquiry_lines(q, e->voice, 2);
		double share = (e->bad - e->expected) / q->failures;
		term_add(q, c, "mechanism", share > 0.2 ? 1.5 : 0.5, &refs, "%.0f lines of connections that the restart cut", e->bad - e->expected);
		break;
	}
	int64_t length = q->o->end_ns - q->o->onset_best_ns;
	if (length > 1800 * NS_PER_S && act->end_ns - act->begin_ns < length / 20)
		term_add(q, c, "dose", -1.2, &act->refs, "the restart was over long before the failures were");
}

const struct cause_rule cause_restart = { CAUSE_RESTART, "a restart, crash or failover", raise_restart, test_restart };
