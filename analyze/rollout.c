#include "analyze/terms.h"

#include <math.h>

#include "analyze/dense.h"

/*
 * Place, where a change reached a part of the hosts only: by how much more the hosts that have it fail than before, against the hosts
 * that do not have it (difference in differences). How surprising the difference is, an exact permutation test says: the share
 * of all ways to choose as many hosts that would show at least as much. With two hosts that is one half, and so is little.
 */

enum { MAX_HOSTS = 16 };
static const double least_requests = 20;

struct host { struct str name; double bad, bad_failed, quiet, quiet_failed, more; bool changed; };

static struct host *host_of(struct host *all, size_t *n, struct str name)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(all[i].name, name))
			return &all[i];
	if (*n == MAX_HOSTS)
		return NULL;
	all[*n] = (struct host){ .name = name };
	return &all[(*n)++];
}

/* The hosts of the changed service that were asked often enough; 0 when there are more than can be permuted. */
static size_t load_hosts(const struct inquiry *q, const struct candidate *c, const struct act *act, struct host all[static MAX_HOSTS])
{
	const int64_t from = q->f->from_ns, onset = q->o->onset_from_ns;
	size_t n = 0, kept = 0;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		bool http = s->kind == SERIES_HTTP, version = s->kind == SERIES_FACET && s->code == FACET_VERSION && str_eq(s->key_text, act->version);
		if (!s->host.len || (!http && !version) || facts_service(q->f, s->service) != c->service_index)
			continue;
		struct host *h = host_of(all, &n, s->host);
		if (!h)
			return 0;
		double bad = series_between(s, q->o->onset_best_ns, q->o->end_ns);
		h->changed |= version && bad > 0;
		if (!http)
			continue;
		double quiet = series_between(s, from, onset);
		h->bad += bad;
		h->quiet += quiet;
		h->bad_failed += status_failed(s->code) ? bad : 0;
		h->quiet_failed += status_failed(s->code) ? quiet : 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (all[i].bad < least_requests)
			continue;
		all[i].more = all[i].bad_failed / all[i].bad - (all[i].quiet > 0 ? all[i].quiet_failed / all[i].quiet : 0);
		all[kept++] = all[i];
	}
	return kept;
}

/* Mean of the hosts in the set less that of the others. */
static double difference(const struct host *all, size_t n, unsigned set)
{
	double in = 0, out = 0;
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		bool inside = set >> i & 1;
		k += inside;
		*(inside ? &in : &out) += all[i].more;
	}
	return in / (double)k - out / (double)(n - k);
}

void term_rollout(struct inquiry *q, struct candidate *c, const struct act *act)
{
	struct host all[MAX_HOSTS];
	if (c->service_index < 0 || !act->version.len || q->signals->at[q->o->lead].kind == SYMPTOM_LATENCY)
		return;
	size_t n = load_hosts(q, c, act, all);
	unsigned changed = 0, k = 0, ways = 0, as_much = 0;
	double most = 0;
	for (size_t i = 0; i < n; i++) {
		changed |= (unsigned)all[i].changed << i;
		k += all[i].changed;
		most = fmax(most, all[i].more);
	}
	if (n < 2 || k == 0 || k == n || most < 0.01)
		return;
	double seen = difference(all, n, changed);
	for (unsigned set = 1; set < 1u << n; set++) {
		unsigned size = 0;
		for (unsigned rest = set; rest; rest &= rest - 1)
			size++;
		if (size != k)
			continue;
		ways++;
		as_much += difference(all, n, set) >= seen - 1e-12;
	}
	double p = (double)as_much / ways;
	if (seen >= 0.5 * most)
		term_add(q, c, "rollout", fmin(1.5, -log(p)), NULL, "the %u of %zu hosts that run it fail %.1f points more than before, against the others (exact permutation: p = %.2g)", k, n,
		         100 * seen, p);
	else if (seen < 0.25 * most)
		term_add(q, c, "rollout", -1.5, NULL, "the %u of %zu hosts that run it fail no more than the others (%.1f points beside them)", k, n, 100 * seen);
}
