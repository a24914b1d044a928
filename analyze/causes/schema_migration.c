#include "analyze/terms.h"

/* A migration is a change like others; that it holds locks is for the lock rule to say, and the verdict links the two. */
static void raise_schema_migration(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_MIGRATION };
	raise_acts(q, kinds, 1);
}

static void test_schema_migration(struct inquiry *q, struct candidate *c)
{
	const struct act *act = &q->f->acts[c->act];
	test_act(q, c);
	if (c->herring || act->end_ns - act->begin_ns < 60 * NS_PER_S)
		return;
	int64_t begin = q->o->onset_best_ns - act->begin_ns, end = q->o->end_ns - act->end_ns;
	int64_t length = q->o->end_ns - q->o->onset_best_ns;
	if (begin >= 0 && begin < length / 5 && (end < 0 ? -end : end) < length / 5)
		term_add(q, c, "dose", 1.5, &act->refs, "the failures last as long as the migration runs");
}

const struct cause_rule cause_schema_migration = { CAUSE_SCHEMA_MIGRATION, "a change of the database schema", raise_schema_migration,
	                                           test_schema_migration };
