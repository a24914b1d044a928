#include <math.h>

#include "analyze/dense.h"
#include "analyze/terms.h"

/* Failures that sit on one of several hosts of a service, while its siblings stay healthy; or a device that fails. */
enum { MAX_HOSTS = 64 };
struct host_load { struct str host; double requests, failed; };

/* Failures in the outbreak, or slow requests when the outbreak is of slowness. */
static double bad_requests(const struct inquiry *q, const struct series *s, double slow_ms)
{
	if (q->signals->at[q->o->lead].kind != SYMPTOM_LATENCY)
		return status_failed(s->code) ? series_between(s, q->o->onset_best_ns, q->o->end_ns) : 0;
	struct grid g = grid_over(q->o->onset_best_ns, q->o->end_ns, 6);
	struct arena_mark mark = arena_mark(q->arena);
	double *slow = arena_new_n(q->arena, double, g.n), *timed = arena_new_n(q->arena, double, g.n);
	dense_slow(&g, s, slow_ms, slow, timed);
	double n = dense_total(slow, 0, g.n);
	arena_rewind(q->arena, mark);
	return n;
}

static size_t load_hosts(const struct inquiry *q, size_t service, struct host_load hosts[static MAX_HOSTS])
{
	size_t n = 0;
	double slow_ms = INFINITY;
	for (size_t i = 0; i < q->signals->n; i++)
		if (q->signals->at[i].kind == SYMPTOM_LATENCY && q->signals->at[i].service == service && !q->signals->at[i].route.len)
			slow_ms = q->signals->at[i].limit_ms;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_HTTP || !s->host.len || !str_eq(s->service, q->f->services[service].name))
			continue;
		size_t h = 0;
		while (h < n && !str_eq(hosts[h].host, s->host))
			h++;
		if (h == MAX_HOSTS)
			break;
		if (h == n)
			hosts[n++] = (struct host_load){ .host = s->host };
		double count = series_between(s, q->o->onset_best_ns, q->o->end_ns);
		hosts[h].requests += count;
		hosts[h].failed += bad_requests(q, s, slow_ms);
	}
	return n;
}

static void term_on_host(struct inquiry *q, struct candidate *c, const struct host_load *h, double all, double failed)
{
	term_add(q, c, "place", 2.0, NULL, "%.0f of %.0f failures are on host %.*s, which serves %.0f %% of the requests", h->failed, failed, STR_ARG(h->host),
	         100 * h->requests / fmax(1, all));
}

static void raise_host_fault(struct inquiry *q)
{
	size_t from = q->candidates.n;
	raise_family(q, CAUSE_HOST_FAULT);
	size_t told = q->candidates.n;
	for (size_t v = 0; v < q->f->n_services; v++) {
		struct host_load hosts[MAX_HOSTS];
		size_t n = load_hosts(q, v, hosts), worst = 0;
		double all = 0, failed = 0;
		for (size_t h = 0; h < n; h++) {
			all += hosts[h].requests;
			failed += hosts[h].failed;
			if (hosts[h].failed > hosts[worst].failed)
				worst = h;
		}
		if (n < 2 || failed < 20 || hosts[worst].failed < 0.75 * failed)
			continue;
		double others = all - hosts[worst].requests, others_failed = failed - hosts[worst].failed;
		if (others < 50 || others_failed / others > 0.15 * hosts[worst].failed / fmax(1, hosts[worst].requests))
			continue;
		/* What the host's own lines say of it belongs to the same candidate. */
		struct candidate *c = NULL;
		for (size_t i = from; i < told && !c; i++)
			if (str_find(q->candidates.at[i].entity, hosts[worst].host) >= 0 || str_eq(q->candidates.at[i].service, q->f->services[v].name))
				c = &q->candidates.at[i];
		if (c) {
			c->entity = arena_printf(q->arena, "%.*s (%.*s)", STR_ARG(hosts[worst].host), STR_ARG(q->f->services[v].name));
			c->share = fmax(c->share, hosts[worst].failed / q->failures);
			term_on_host(q, c, &hosts[worst], all, failed);
			continue;
		}
		c = inquiry_raise(q, CAUSE_HOST_FAULT, q->f->services[v].name, hosts[worst].host, q->o->onset_best_ns);
		if (!c)
			return;
		c->share = hosts[worst].failed / q->failures;
		c->what = arena_printf(q->arena, "a fault of host %.*s", STR_ARG(hosts[worst].host));
		term_on_host(q, c, &hosts[worst], all, failed);
	}
}

static void test_host_fault(struct inquiry *q, struct candidate *c)
{
	if (c->family)
		test_family(q, c);
	else
		term_prior(q, c);
}

const struct cause_rule cause_host_fault = { CAUSE_HOST_FAULT, "one host fails and its siblings do not", raise_host_fault, test_host_fault };
