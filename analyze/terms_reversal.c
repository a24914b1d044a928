#include "analyze/terms.h"

#include <math.h>

#include "analyze/acts.h"

/*
 * Reversal: what happened to the failures when a change was taken back, or answered by another one, or by nothing. The strongest
 * single piece of evidence for a change, and as strong against it.
 */

/*
 * One release may reach several services ("3.8.0" of two of them, within the half hour). Where a part of it was taken
 * back and nothing changed, the rest is less likely to have done it.
 */
static void term_sibling(struct inquiry *q, struct candidate *c, const struct act *act)
{
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *other = &q->f->acts[i];
		if (other == act || other->kind != act->kind || !act->version.len || !str_eq(other->version, act->version) || other->undone_by < 0)
			continue;
		int64_t apart = other->begin_ns - act->begin_ns;
		const struct act *undo = &q->f->acts[other->undone_by];
		if (apart > 1800 * NS_PER_S || apart < -1800 * NS_PER_S || undo->begin_ns < q->o->onset_best_ns || undo->end_ns > q->o->end_ns - 900 * NS_PER_S)
			continue;
		term_add(q, c, "sibling", -1.8, &undo->refs, "%.*s, part of the same release, was taken back, and the failures went on", STR_ARG(other->entity));
		return;
	}
}

/* An operator's hand on one thing (a record, a cache's key, old files) that the change has nothing to do with. */
static bool by_hand(const struct act *step, const struct act *act)
{
	return step->kind == CHANGE_OPERATION && (!step->key.len || !str_eq_nocase(step->key, act->key));
}

/* A later change of the same service: a fix that goes forward instead of back. */
static bool further_change(const struct inquiry *q, const struct act *later, const void *self)
{
	const struct act *act = self;
	if (later->begin_ns <= act->begin_ns || later->kind == CHANGE_JOB || later->kind == CHANGE_RESTART || by_hand(later, act))
		return false;
	if (!act->service.len)
		return act->key.len && str_eq_nocase(later->key, act->key);
	ptrdiff_t service = facts_service(q->f, act->service);
	return facts_service(q->f, later->service) == service && (service >= 0 || str_eq_nocase(later->service, act->service));
}

/* A step elsewhere with which the failures ended at once. */
static const struct act *other_cure(const struct inquiry *q, const struct act *act)
{
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *step = &q->f->acts[i];
		int64_t apart = q->o->end_ns - step->begin_ns;
		if (step->begin_ns <= q->o->onset_to_ns || step->kind == CHANGE_JOB || step->derived || apart > 300 * NS_PER_S || apart < -120 * NS_PER_S ||
		    (facts_service(q->f, step->service) == facts_service(q->f, act->service) && !by_hand(step, act)))
			continue;
		if (inquiry_effect(q, step)->kind == EFFECT_CURE)
			return step;
	}
	return NULL;
}

/* Did the failures end with a restart of the changed service? That clears what it had used up, whoever used it up. */
static bool restarted_at_end(const struct inquiry *q, const struct act *act)
{
	ptrdiff_t service = facts_service(q->f, act->service);
	for (size_t i = 0; i < q->f->n_acts && service >= 0; i++) {
		const struct act *step = &q->f->acts[i];
		int64_t apart = q->o->end_ns - step->begin_ns;
		if (step->kind == CHANGE_RESTART && step->begin_ns > q->o->onset_to_ns && facts_service(q->f, step->service) == service &&
		    apart < 600 * NS_PER_S && apart > -180 * NS_PER_S)
			return true;
	}
	return false;
}

/*
 * What is still in force and guilty would fail again: the longer it does not, beside the time that it took to fail and failed, the less it
 * is to blame. Up to 1.5 log-odds, for four times as long and more.
 */
static double quiet_since(const struct inquiry *q, int64_t lag, int64_t after)
{
	int64_t took = (lag > 0 ? lag : 0) + q->o->end_ns - q->o->onset_best_ns;
	double times = (double)after / (double)(took > 600 * NS_PER_S ? took : 600 * NS_PER_S);
	return fmax(0, fmin(1.5, 0.5 * log(times / 4)));
}

/*
 * A change that was never taken back: did the failures end with a further change of the same service, or while it
 * simply stayed in force? What ends by itself (a migration, a job, a restart) is over when it is over.
 */
static void term_outlasts(struct inquiry *q, struct candidate *c, const struct act *act)
{
	bool lasting = act->kind == CHANGE_DEPLOYMENT || act->kind == CHANGE_CONFIG || act->kind == CHANGE_FLAG || act->kind == CHANGE_PACKAGE ||
	               act->kind == CHANGE_CREDENTIAL || act->kind == CHANGE_NETWORK || act->kind == CHANGE_SCALING ||
	               (act->kind == CHANGE_OPERATION && act->new_value.len);
	int64_t after = q->f->to_ns - q->o->end_ns, lag = q->o->onset_best_ns - act->begin_ns;
	if (!lasting || q->o->ongoing || after < 600 * NS_PER_S)
		return;
	char words[TIME_TEXT_BYTES];
	double innocence = quiet_since(q, lag, after);
	if (restarted_at_end(q, act)) {
		/* A leak would be back by then. */
		if (after > 5 * lag + 600 * NS_PER_S)
			term_add(q, c, "reversal", -1.5 - innocence, NULL, "is still in force, and since a restart has been without failures for %s, much longer than from it to the first failures",
			         duration_format(after, words));
		return;
	}
	const struct act *fix = inquiry_ended_by(q, further_change, act), *cure = other_cure(q, act);
	if (fix && act->kind == CHANGE_DEPLOYMENT && fix->kind == CHANGE_CONFIG && step_against_condition(q, fix))
		term_add(q, c, "reversal", -1, &fix->refs, "is still in force, and the failures ended with a step against what the lines speak of: %.*s", STR_ARG(fix->entity));
	else if (fix)
		term_add(q, c, "reversal", 2.0, &fix->refs, "the failures ended with a further change of the same: %.*s", STR_ARG(fix->entity));
	else if (cure)
		term_add(q, c, "reversal", -2.8, &cure->refs, "is still in force, and the failures ended with something else: %.*s", STR_ARG(act_words(cure, q->arena)));
	else if (innocence > 0)
		term_add(q, c, "reversal", -2.2 - innocence, NULL, "is still in force, and the failures ended without it being touched and have not come back for %s",
		         duration_format(after, words));
	else
		term_add(q, c, "reversal", -2.2, NULL, "is still in force, and the failures ended without it being touched");
}

void term_reversal(struct inquiry *q, struct candidate *c, const struct act *act)
{
	if (act->undone_by < 0) {
		term_sibling(q, c, act);
		term_outlasts(q, c, act);
		return;
	}
	const struct act *undo = &q->f->acts[act->undone_by];
	char words[TIME_TEXT_BYTES];
	if (undo->begin_ns < q->o->onset_best_ns) {
		term_add(q, c, "reversal", -4, &undo->refs, "was taken back %s before the first failures", duration_format(q->o->onset_best_ns - undo->begin_ns, words));
		return;
	}
	struct effect e = *inquiry_effect(q, undo);
	switch (e.kind) {
	case EFFECT_CURE:
		term_add(q, c, "reversal", e.until_end_ns < 600 * NS_PER_S ? 3.5 : 2.8, &undo->refs,
		         "failures fell from %.1f %% to %.1f %% when it was taken back, and ended %s%s", 100 * e.before, 100 * e.after,
		         e.until_end_ns < NS_PER_S ? "at once" : duration_format(e.until_end_ns, words), e.until_end_ns < NS_PER_S ? "" : " after");
		break;
	case EFFECT_SLOW_CURE:
		term_add(q, c, "reversal", 2.0, &undo->refs, "after it was taken back failures fell from %.1f %% to %.1f %%, and ended %s after",
		         100 * e.before, 100 * e.after, duration_format(e.until_end_ns, words));
		break;
	case EFFECT_KEPT_AWAY:
		term_add(q, c, "reversal", 1.5, &undo->refs, "after it was taken back the failures, which came and went until then, did not come back");
		break;
	case EFFECT_RELIEF:
		term_add(q, c, "reversal", -2.0, &undo->refs, "failures fell from %.1f %% to %.1f %% when it was taken back, but came back", 100 * e.before,
		         100 * e.after);
		break;
	case EFFECT_NONE:
		term_add(q, c, "reversal", -3.5, &undo->refs, "was taken back, and nothing changed: failures %.1f %% before, %.1f %% after", 100 * e.before,
		         100 * e.after);
		break;
	case EFFECT_AFTER:
		/* What a restart of the same service ended, its undoing could not end again. */
		if (restarted_at_end(q, act))
			break;
		term_add(q, c, "reversal", -2.5, &undo->refs, "was still in force when the failures ended; it was taken back %s later",
		         duration_format(-e.until_end_ns, words));
		break;
	case EFFECT_UNKNOWN: break;
	}
}
