#include "analyze/terms.h"

/*
 * Restarts, crashes and failovers, recorded or seen in the servers' own lines. A restart is more often a step against
 * trouble than its beginning; it is the cause when the failures begin with it and it came out of a quiet time.
 */
static void raise_restart(struct inquiry *q)
{
	static const enum change_kind kinds[] = { CHANGE_RESTART, CHANGE_FAILOVER };
	size_t from = q->candidates.n;
	raise_acts(q, kinds, 2);
	/* In the server's own words. */
	for (size_t i = from; i < q->candidates.n; i++) {
		struct candidate *c = &q->candidates.at[i];
		for (size_t k = 0; k < q->f->n_kept && c->service_index >= 0; k++) {
			const struct kept_line *line = &q->f->kept[k];
			if ((line->kind != EV_STOP && line->kind != EV_CRASH) || facts_service(q->f, line->service) != c->service_index ||
			    line->time_ns < c->time_ns - 60 * NS_PER_S || line->time_ns > c->time_ns + 120 * NS_PER_S)
				continue;
			struct str words = facts_template(q->f, line->template_id);
			if (words.len)
				c->what = arena_printf(q->arena, "%.*s (\"%.*s\")", STR_ARG(c->what), STR_ARG(str_head(words, 100)));
			break;
		}
	}
	raise_family(q, CAUSE_RESTART);
}

/* The time in which the server was down, by its own lines: from its last stop or crash before an instant to its next start. */
static bool down_time(const struct inquiry *q, ptrdiff_t service, int64_t around_ns, int64_t *from, int64_t *to, struct refs *refs)
{
	const struct kept_line *stop = NULL;
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (facts_service(q->f, k->service) != service)
			continue;
		if ((k->kind == EV_STOP || k->kind == EV_CRASH) && k->time_ns <= around_ns + 60 * NS_PER_S)
			stop = k;
		if (k->kind == EV_START && stop && k->time_ns >= stop->time_ns && k->time_ns >= around_ns - 60 * NS_PER_S) {
			*from = stop->time_ns;
			*to = k->time_ns;
			*vec_push(q->arena, refs) = stop->ref;
			*vec_push(q->arena, refs) = k->ref;
			return true;
		}
	}
	return false;
}

static void term_down(struct inquiry *q, struct candidate *c)
{
	struct refs refs = { 0 };
	char words[TIME_TEXT_BYTES];
	int64_t from, to;
	if (c->service_index < 0 || !down_time(q, c->service_index, c->time_ns, &from, &to, &refs))
		return;
	int64_t length = q->o->end_ns - q->o->onset_best_ns;
	int64_t a = from > q->o->onset_best_ns ? from : q->o->onset_best_ns, b = to < q->o->end_ns ? to : q->o->end_ns;
	if (b > a && (b - a) * 2 > length)
		term_add(q, c, "dose", 2.0, &refs, "%.*s was down for %s, which is when the requests failed", STR_ARG(c->service),
		         duration_format(to - from, words));
}

/*
 * A database that ends sessions on somebody's order and neither stops nor starts was not restarted. What was changed has its own
 * candidate: settings are made known to sessions in this way.
 */
static void term_no_restart(struct inquiry *q, struct candidate *c)
{
	if (c->service_index >= 0 && c->speaker == c->service_index && q->f->services[c->service_index].database &&
	    !tells_end(q, c->service_index, true, q->o->onset_from_ns - 120 * NS_PER_S, q->o->end_ns))
		term_add(q, c, "dose", -3, &c->refs, "%.*s ended sessions, and neither stopped nor started", STR_ARG(c->service));
}

static void test_restart(struct inquiry *q, struct candidate *c)
{
	term_down(q, c);
	if (c->act < 0) {
		test_family(q, c);
		term_no_restart(q, c);
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
