#include "analyze/terms.h"

/* Jobs, batches and backups that a log records as begun. */
static void raise_scheduled_job(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_JOB };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
}

static void test_scheduled_job(struct inquiry *q, struct candidate *c)
{
	test_act(q, c);
}

const struct cause_rule cause_scheduled_job = { CAUSE_SCHEDULED_JOB, "a job that ran at its time", raise_scheduled_job, test_scheduled_job };
