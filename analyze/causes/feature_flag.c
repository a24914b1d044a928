#include "analyze/terms.h"

/* Flags rarely name a service: what they break tells. */
static void raise_feature_flag(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_FLAG };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
}

static void test_feature_flag(struct inquiry *q, struct candidate *c)
{
	test_act(q, c);
}

const struct cause_rule cause_feature_flag = { CAUSE_FEATURE_FLAG, "a feature switched on or off", raise_feature_flag, test_feature_flag };
