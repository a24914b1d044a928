#include "analyze/terms.h"

/*
 * A service called by others does not answer, or not in time. When its own logs are there and healthy, the trouble is on
 * the callers' side (a timeout, the way between); when it has none, it may be outside of the archive.
 */
static void raise_dependency_failure(struct inquiry *q)
{
	raise_family(q, CAUSE_DEPENDENCY_FAILURE);
}

static void test_dependency_failure(struct inquiry *q, struct candidate *c)
{
	test_family(q, c);
	if (c->service_index < 0)
		return;
	const struct illness *v = &q->ill[c->service_index];
	const struct service *s = &q->f->services[c->service_index];
	bool ill = v->own_lines > 0.05 * q->failures || v->failed + v->slow > 0.1 * q->failures;
	if (v->silent)
		term_add(q, c, "place", 1.0, NULL, "%.*s falls silent", STR_ARG(s->name));
	else if (s->has_http && !ill)
		term_add(q, c, "place", -0.8, NULL, "%.*s, which is called, is healthy by its own log", STR_ARG(s->name));
}

const struct cause_rule cause_dependency_failure = { CAUSE_DEPENDENCY_FAILURE, "something that is called fails or is slow", raise_dependency_failure,
	                                             test_dependency_failure };
