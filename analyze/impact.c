#include "analyze/impact.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/dense.h"

enum { MAX_ROUTES_SHOWN = 20 };

/* Distinct people: by user where the failing requests name one, else by client address. */
struct people { struct map seen, hit; uint64_t failed_named; };

struct census {
	uint64_t edge;
	double slow_ms;
	bool refused_counts, rejected_counts;
	struct people users, clients;
	uint64_t total, failed, slow;
};

static void note(struct people *p, uint32_t who, bool failed)
{
	if (!who)
		return;
	*map_put(&p->seen, who, NULL) = 1;
	if (failed) {
		*map_put(&p->hit, who, NULL) = 1;
		p->failed_named++;
	}
}

static bool counts_as_failed(const struct census *c, int status)
{
	return status_failed(status) || (c->refused_counts && status_refused(status)) || (c->rejected_counts && status_rejected(status));
}

static bool count_row(void *self, const struct scan_row *r)
{
	struct census *c = self;
	if (r->kind != EV_HTTP || r->status < 0)
		return true;
	bool failed = counts_as_failed(c, r->status);
	note(&c->users, r->user, failed);
	if (r->service != c->edge)
		return true;
	c->total++;
	c->failed += failed;
	bool slow = r->duration_us != UINT32_MAX && r->duration_us / 1000.0 > c->slow_ms;
	c->slow += slow;
	note(&c->clients, r->client, failed || slow);
	return true;
}

static int by_failed(const void *x, const void *y)
{
	const struct impact_route *a = x, *b = y;
	if (a->failed != b->failed)
		return a->failed > b->failed ? -1 : 1;
	if (a->requests != b->requests)
		return a->requests > b->requests ? -1 : 1;
	return str_cmp(a->route, b->route);
}

static void count_routes(const struct facts *f, const struct outbreak *o, const struct census *c, struct impact *out)
{
	VEC(struct impact_route) routes = { 0 };
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (s->kind != SERIES_HTTP || !s->key_text.len || !str_eq(s->service, f->services[f->edge].name))
			continue;
		double n = series_between(s, o->onset_best_ns, o->end_ns);
		if (n < 1)
			continue;
		size_t r = 0;
		while (r < routes.n && !str_eq(routes.at[r].route, s->key_text))
			r++;
		if (r == routes.n)
			*vec_push(f->arena, &routes) = (struct impact_route){ .route = s->key_text };
		routes.at[r].requests += (uint64_t)n;
		if (counts_as_failed(c, s->code))
			routes.at[r].failed += (uint64_t)n;
	}
	if (routes.n)
		qsort(routes.at, routes.n, sizeof *routes.at, by_failed);
	out->routes = routes.at;
	out->n_routes = routes.n < MAX_ROUTES_SHOWN ? routes.n : MAX_ROUTES_SHOWN;
}

/* The worst minute: share of failed requests, of those with at least 20; without any such minute that of the whole time. */
static double worst_minute(const struct facts *f, const struct outbreak *o, const struct census *c)
{
	enum { LEAST_REQUESTS = 20 };
	struct grid g = grid_over(o->onset_best_ns, o->end_ns, 6);
	struct arena_mark mark = arena_mark(f->arena);
	double *all = arena_new_n(f->arena, double, g.n), *failed = arena_new_n(f->arena, double, g.n), worst = 0;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (s->kind != SERIES_HTTP || !str_eq(s->service, f->services[f->edge].name))
			continue;
		dense_count(&g, s, all);
		if (counts_as_failed(c, s->code))
			dense_count(&g, s, failed);
	}
	for (size_t i = 0; i < g.n; i++)
		if (all[i] >= LEAST_REQUESTS && failed[i] / all[i] > worst)
			worst = failed[i] / all[i];
	arena_rewind(f->arena, mark);
	double mean = c->total ? (double)c->failed / (double)c->total : 0;
	return worst > mean ? worst : mean;
}

bool impact_compute(const struct facts *f, const struct signals *signals, const struct outbreak *o, struct impact *out, struct err *err)
{
	*out = (struct impact){ 0 };
	if (f->edge < 0)
		return true;
	struct census c = { .edge = hash64(f->services[f->edge].name), .slow_ms = INFINITY };
	for (size_t i = 0; i < signals->n; i++)
		if (signals->at[i].kind == SYMPTOM_LATENCY && (ptrdiff_t)signals->at[i].service == f->edge && !signals->at[i].route.len)
			c.slow_ms = signals->at[i].limit_ms;
	/* Refused sign-ins and rejected requests are failures only when the outbreak is about them. */
	for (size_t i = 0; i < o->n_parts; i++) {
		c.refused_counts |= signals->at[o->parts[i].signal].kind == SYMPTOM_AUTH;
		c.rejected_counts |= signals->at[o->parts[i].signal].kind == SYMPTOM_REJECTED;
	}
	map_init(&c.users.seen);
	map_init(&c.users.hit);
	map_init(&c.clients.seen);
	map_init(&c.clients.hit);
	bool ok = store_scan(f->store, o->onset_best_ns, o->end_ns, SCAN_CLIENT | SCAN_USER, count_row, &c, err);
	out->peak_error_rate = worst_minute(f, o, &c);
	out->requests_total = c.total;
	out->requests_failed = c.failed;
	out->requests_slow = c.slow;
	out->users_are_clients = c.users.failed_named * 2 < c.failed || c.users.hit.n == 0;
	const struct people *p = out->users_are_clients ? &c.clients : &c.users;
	out->users_active = p->seen.n;
	out->users_affected = p->hit.n;
	map_release(&c.users.seen);
	map_release(&c.users.hit);
	map_release(&c.clients.seen);
	map_release(&c.clients.hit);
	count_routes(f, o, &c, out);
	return ok;
}
