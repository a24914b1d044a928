#include "analyze/terms.h"

/* Settings, scaling and whatever else a person did by hand. */
static void raise_config_change(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_CONFIG, CHANGE_SCALING, CHANGE_OPERATION };
	raise_acts(q, kinds, sizeof kinds / sizeof *kinds);
}

static void test_config_change(struct inquiry *q, struct candidate *c)
{
	test_act(q, c);
}

const struct cause_rule cause_config_change = { CAUSE_CONFIG_CHANGE, "a setting changed, or an operator's action", raise_config_change, test_config_change };
