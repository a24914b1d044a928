#include "analyze/terms.h"

/*
 * A service called by others does not answer, or not in time. When its own logs are there and healthy, the trouble is on
 * the callers' side (a timeout, the way between); when it has none, it may be outside of the archive.
 */
static void raise_dependency_failure(struct inquiry *q)
{
	raise_family(q, CAUSE_DEPENDENCY_FAILURE);
}

/*
 * Slowness has few lines: what tells is that the caller is slow and nothing that it calls and that has a log here is. Then
 * it waits for the one it names.
 */
static void term_waits(struct inquiry *q, struct candidate *c)
{
	if (q->signals->at[q->o->lead].kind != SYMPTOM_LATENCY || c->speaker < 0 || q->ill[c->speaker].slow < 0.2 * q->failures)
		return;
	for (size_t i = 0; i < q->f->n_services; i++) {
		const struct service *s = &q->f->services[i];
		if ((ptrdiff_t)i == c->speaker || s->access || inquiry_depends(q, (ptrdiff_t)i, c->speaker))
			continue;
		if (q->ill[i].slow + q->ill[i].failed > 0.2 * q->failures)
			return;
	}
	term_add(q, c, "waits", 2.2, &c->refs, "%.*s is slow (%.0f requests), and nothing else behind it with a log here is", STR_ARG(q->f->services[c->speaker].name),
	         q->ill[c->speaker].slow);
}

static void test_dependency_failure(struct inquiry *q, struct candidate *c)
{
	test_family(q, c);
	if (c->service_index < 0) {
		term_waits(q, c);
		return;
	}
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
