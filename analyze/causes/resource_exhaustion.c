#include "analyze/terms.h"

/*
 * Something is used up. The lines of whoever runs out of it say so, as a rule. Where they do not (a pool whose callers only time out), a restart
 * may: it frees what was used up, and it runs out again.
 */

/* The candidate that says already what it is that the service runs out of; a pool is that of those who wait for it. */
static struct candidate *told(struct inquiry *q, ptrdiff_t service)
{
	for (size_t i = 0; i < q->candidates.n; i++) {
		struct candidate *c = &q->candidates.at[i];
		if ((c->kind == CAUSE_RESOURCE_EXHAUSTION || c->kind == CAUSE_CONNECTION_EXHAUSTION) && service >= 0 &&
		    (c->service_index == service || c->speaker == service))
			return c;
	}
	return NULL;
}

static bool restarts(const struct inquiry *q, const struct act *act, struct str service, enum effect_kind effect)
{
	return act->kind == CHANGE_RESTART && !act->derived && act->begin_ns > q->o->onset_to_ns && str_eq_nocase(act->service, service) &&
	       inquiry_effect(q, act)->kind == effect;
}

/* A restart of `service` with which the failures ended, if there was one. */
static const struct act *last_restart(const struct inquiry *q, struct str service)
{
	for (size_t i = 0; i < q->f->n_acts; i++)
		if (restarts(q, &q->f->acts[i], service, EFFECT_CURE))
			return &q->f->acts[i];
	return NULL;
}

/* Restarts that helped for a while: of a service, not of a database or a cache, which gets rid of any load by that. */
static void raise_relief(struct inquiry *q)
{
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *act = &q->f->acts[i];
		ptrdiff_t service = facts_service(q->f, act->service);
		if (!act->service.len || !restarts(q, act, act->service, EFFECT_RELIEF) ||
		    (service >= 0 && (q->f->services[service].database || q->f->services[service].cache || service == q->f->edge)))
			continue;
		const struct act *cure = last_restart(q, act->service);
		const struct effect *e = inquiry_effect(q, act);
		struct candidate *c = told(q, service);
		if (!c && !cure)
			continue;
		if (!c) {
			c = inquiry_raise(q, CAUSE_RESOURCE_EXHAUSTION, act->service, act->service, q->o->onset_best_ns);
			if (!c)
				return;
			c->what = arena_printf(q->arena, "something that %.*s uses up and that a restart frees", STR_ARG(act->service));
			c->refs = act->refs;
		}
		term_add(q, c, "reversal", 1.5, &act->refs, "a restart of %.*s helped for a while: failures fell from %.1f %% to %.1f %%, and came back", STR_ARG(act->service),
		         100 * e->before, 100 * e->after);
		if (cure)
			term_add(q, c, "reversal", 1.5, &cure->refs, "the failures ended with another restart of %.*s", STR_ARG(act->service));
		return;
	}
}

static void raise_resource_exhaustion(struct inquiry *q)
{
	raise_family(q, CAUSE_RESOURCE_EXHAUSTION);
	raise_relief(q);
}

static void test_resource_exhaustion(struct inquiry *q, struct candidate *c)
{
	if (c->family)
		test_family(q, c);
	else
		term_prior(q, c);
}

const struct cause_rule cause_resource_exhaustion = { CAUSE_RESOURCE_EXHAUSTION, "disk, memory, files, threads or workers used up", raise_resource_exhaustion,
	                                              test_resource_exhaustion };
