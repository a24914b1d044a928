#include "analyze/dense.h"
#include "analyze/terms.h"

/* How many more of a series there are in [from, to) than its rate before that gives. */
static double surplus_of(const struct inquiry *q, const struct series *s, int64_t from, int64_t to)
{
	return series_between(s, from, to) - series_between(s, q->f->from_ns, from) * (double)(to - from) / (double)(from - q->f->from_ns);
}

/*
 * No free connection. A leak, a surge or slow statements may stand behind it: the verdict links them. Who opened the
 * additional connections, the server's own log may tell.
 */
static struct str opener(const struct inquiry *q, ptrdiff_t database, double *share)
{
	struct str best = STR_NONE;
	double all = 0, most = 0, usual_all = 0, usual_of_best = 0;
	/* Connections pile up before there are none left: a quarter of an hour counts, less in short archives. */
	int64_t lead = (q->o->onset_from_ns - q->f->from_ns) / 3;
	int64_t from = q->o->onset_from_ns - (lead < 900 * NS_PER_S ? lead : 900 * NS_PER_S), to = q->o->onset_to_ns + 60 * NS_PER_S;
	if (from - q->f->from_ns < 300 * NS_PER_S)
		return STR_NONE;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_EVENT || s->code != EV_CONN_OPEN || facts_service(q->f, s->service) != database || !s->key_text.len)
			continue;
		double more = surplus_of(q, s, from, to), usual = series_between(s, q->f->from_ns, from);
		usual_all += usual;
		/* What was closed again is not held. */
		for (size_t j = 0; j < q->f->n_series; j++) {
			const struct series *closed = &q->f->series[j];
			if (closed->kind == SERIES_EVENT && closed->code == EV_CONN_CLOSE && closed->key == s->key && str_eq(closed->service, s->service))
				more -= surplus_of(q, closed, from, to);
		}
		if (more <= 0)
			continue;
		all += more;
		if (more > most) {
			most = more;
			best = s->key_text;
			usual_of_best = usual;
		}
	}
	*share = all > 0 ? most / all : 0;
	/* Who opens most of them always does so now as well. */
	if (usual_all > 0 && *share < usual_of_best / usual_all + 0.2)
		return STR_NONE;
	/* Services all try again when they are refused; somebody who is none of them stands out sooner. */
	return most >= 5 && *share >= (facts_service(q->f, best) < 0 ? 0.3 : 0.6) ? best : STR_NONE;
}

static void raise_connection_exhaustion(struct inquiry *q)
{
	size_t from = q->candidates.n;
	raise_family(q, CAUSE_CONNECTION_EXHAUSTION);
	for (size_t i = from; i < q->candidates.n; i++) {
		struct candidate *c = &q->candidates.at[i];
		double share = 0;
		struct str who = c->service_index >= 0 ? opener(q, c->service_index, &share) : STR_NONE;
		if (!who.len)
			continue;
		connections_of(q, c, who);
		term_add(q, c, "opener", 0.8, NULL, "%.0f %% of the additional connections and attempts at %.*s are those of %.*s", 100 * share, STR_ARG(c->service), STR_ARG(who));
	}
}

const struct cause_rule cause_connection_exhaustion = { CAUSE_CONNECTION_EXHAUSTION, "a pool or a server without free connections",
	                                                raise_connection_exhaustion, test_family };
