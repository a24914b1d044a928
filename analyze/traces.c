#include "analyze/traces.h"

#include <math.h>
#include <stdlib.h>

/* A quarter of an hour of the outbreak, and as much before it, tells enough; ids beyond the cap are thinned by their hash. */
static const int64_t longest_ns = 900 * NS_PER_S, guard_ns = 120 * NS_PER_S;
/* Clocks of hosts agree no better than this, and a call begins no earlier than its caller. */
static const int64_t clocks_ns = 20 * NS_PER_MS;
enum { MAX_PIECES = 200000, LEAST_CALLS = 5, LEAST_FOLLOWED = 20 };

/* What one service did for one request. Without a duration: begin = end. */
struct piece { uint32_t trace; uint32_t service; int64_t begin_ns, end_ns; bool request, failed; };

struct follower {
	const struct facts *f;
	struct map services; /* name id → index + 1 */
	uint32_t keep_one_in;
	VEC(struct piece) pieces;
};

/* Halve the ids that are looked at, by hash: the same ids whatever the order of rows. */
static void thin(struct follower *w)
{
	size_t n = 0;
	w->keep_one_in *= 2;
	for (size_t i = 0; i < w->pieces.n; i++)
		if (w->pieces.at[i].trace % w->keep_one_in == 0)
			w->pieces.at[n++] = w->pieces.at[i];
	w->pieces.n = n;
}

static bool follow(void *self, const struct scan_row *r)
{
	struct follower *w = self;
	if (!r->trace || r->trace % w->keep_one_in != 0)
		return true;
	const uint64_t *service = map_get(&w->services, r->service);
	if (!service)
		return true;
	bool timed = r->kind == EV_HTTP && r->duration_us != UINT32_MAX;
	if (w->pieces.n >= MAX_PIECES)
		thin(w);
	*vec_push(w->f->arena, &w->pieces) =
		(struct piece){ .trace = r->trace, .service = (uint32_t)(*service - 1), .begin_ns = r->time_ns - (timed ? (int64_t)r->duration_us * 1000 : 0),
		               .end_ns = r->time_ns, .request = timed, .failed = r->status >= 500 || (r->status < 0 && r->severity >= SEV_ERROR) };
	return true;
}

static int by_trace(const void *x, const void *y)
{
	const struct piece *a = x, *b = y;
	if (a->trace != b->trace)
		return a->trace < b->trace ? -1 : 1;
	if (a->begin_ns != b->begin_ns)
		return a->begin_ns < b->begin_ns ? -1 : 1;
	if (a->end_ns != b->end_ns)
		return a->end_ns > b->end_ns ? -1 : 1;
	return a->service < b->service ? -1 : a->service > b->service;
}

/* Who calls whom, as seen so far: 1 `a` calls `b`, -1 the other way round, 0 not known. */
static int direction(const struct traces *t, uint32_t a, uint32_t b)
{
	double there = t->calls[a * t->n_services + b], back = t->calls[b * t->n_services + a];
	return there > 2 * back + LEAST_CALLS ? 1 : back > 2 * there + LEAST_CALLS ? -1 : 0;
}

/*
 * Who called `s`: of the other services' work that was under way when it began, the shortest, which is the innermost. What began
 * together, as far as clocks tell, is put in order by who was seen calling whom, else by length.
 */
static const struct piece *caller_of(const struct traces *t, const struct piece *all, size_t n, const struct piece *s)
{
	const struct piece *best = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct piece *c = &all[i];
		bool together = llabs(c->begin_ns - s->begin_ns) <= clocks_ns;
		if (!c->request || c->service == s->service || c->begin_ns > s->begin_ns + clocks_ns || c->end_ns + clocks_ns < s->begin_ns)
			continue;
		int known = together ? direction(t, c->service, s->service) : 1;
		if (known < 0 || (known == 0 && c->end_ns - c->begin_ns <= s->end_ns - s->begin_ns))
			continue;
		if (!best || c->end_ns - c->begin_ns < best->end_ns - best->begin_ns)
			best = c;
	}
	return best;
}

/* Did most of the caller's time go into this call, which went on when the caller had ended? */
static bool gave_up_on(const struct piece *caller, const struct piece *s)
{
	return s->end_ns > caller->end_ns && caller->end_ns - s->begin_ns > (caller->end_ns - caller->begin_ns) / 2;
}

/* The pieces of one request: who waits for whom, and how much time each had for itself. */
static void take_apart(struct traces *t, const struct piece *all, size_t n, double *own_ms, bool *failing)
{
	for (size_t i = 0; i < n; i++) {
		const struct piece *s = &all[i];
		if (!s->request)
			continue;
		own_ms[s->service] += (double)(s->end_ns - s->begin_ns) / (double)NS_PER_MS;
		const struct piece *c = caller_of(t, all, n, s);
		if (!c)
			continue;
		t->calls[c->service * t->n_services + s->service]++;
		int64_t from = s->begin_ns > c->begin_ns ? s->begin_ns : c->begin_ns, to = s->end_ns < c->end_ns ? s->end_ns : c->end_ns;
		if (to > from)
			own_ms[c->service] -= (double)(to - from) / (double)NS_PER_MS;
		/* What it calls fails as well, or was still at work when it gave up: then it passes that on. */
		if (failing[c->service] && (failing[s->service] || gave_up_on(c, s))) {
			failing[c->service] = false;
			failing[s->service] = true;
		}
	}
}

static void count_request(struct traces *t, const struct piece *all, size_t n, bool bad, double *own_ms, bool *failing, bool *taking_part)
{
	enum { MOST_PIECES = 200 };
	bool failed = false, timed = false;
	n = n < MOST_PIECES ? n : MOST_PIECES;
	memset(own_ms, 0, t->n_services * sizeof *own_ms);
	memset(failing, 0, t->n_services * sizeof *failing);
	memset(taking_part, 0, t->n_services * sizeof *taking_part);
	for (size_t i = 0; i < n; i++) {
		taking_part[all[i].service] = true;
		failing[all[i].service] |= all[i].failed;
		failed |= all[i].failed;
		timed |= all[i].request;
	}
	take_apart(t, all, n, own_ms, failing);
	for (size_t s = 0; s < t->n_services && timed; s++)
		(bad ? t->own_bad_ms : t->own_quiet_ms)[s] += own_ms[s] > 0 ? own_ms[s] : 0;
	*(bad ? &t->bad_timed : &t->quiet_timed) += timed;
	if (!bad)
		return;
	*(failed ? &t->failed : &t->good) += 1;
	for (size_t s = 0; s < t->n_services; s++) {
		(failed ? t->in_failed : t->in_good)[s] += taking_part[s];
		t->begins[s] += failing[s];
	}
}

/* Follows the requests of [from, to). */
static bool follow_window(struct traces *t, struct follower *w, int64_t from, int64_t to, bool bad, struct err *err)
{
	struct arena_mark mark = arena_mark(w->f->arena);
	w->pieces.at = NULL;
	w->pieces.n = w->pieces.cap = 0;
	w->keep_one_in = 1;
	bool ok = to <= from || store_scan(w->f->store, from, to, SCAN_TRACE, follow, w, err);
	if (w->pieces.n)
		qsort(w->pieces.at, w->pieces.n, sizeof *w->pieces.at, by_trace);
	double *own_ms = arena_new_n(w->f->arena, double, t->n_services + 1);
	bool *failing = arena_new_n(w->f->arena, bool, t->n_services + 1), *taking_part = arena_new_n(w->f->arena, bool, t->n_services + 1);
	for (size_t i = 0, n; i < w->pieces.n; i += n) {
		for (n = 1; i + n < w->pieces.n && w->pieces.at[i + n].trace == w->pieces.at[i].trace; n++)
			;
		count_request(t, w->pieces.at + i, n, bad, own_ms, failing, taking_part);
	}
	arena_rewind(w->f->arena, mark);
	return ok;
}

bool traces_follow(const struct facts *f, const struct outbreak *o, struct traces *out, struct err *err)
{
	struct follower w = { .f = f };
	size_t n = f->n_services;
	*out = (struct traces){ .n_services = n };
	double **const figures[] = { &out->in_failed, &out->in_good, &out->begins, &out->own_bad_ms, &out->own_quiet_ms };
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		*figures[i] = arena_new_n(f->arena, double, n + 1);
	out->calls = arena_new_n(f->arena, double, n * n + 1);
	map_init(&w.services);
	for (size_t i = 0; i < n; i++)
		*map_put(&w.services, hash64(f->services[i].name), NULL) = i + 1;
	int64_t to = o->end_ns - o->onset_best_ns > longest_ns ? o->onset_best_ns + longest_ns : o->end_ns;
	/* The quiet time first: it shows who calls whom, which calls that outlive their callers do not. */
	int64_t before = o->onset_from_ns - guard_ns, from = before - longest_ns > f->from_ns ? before - longest_ns : f->from_ns;
	bool ok = follow_window(out, &w, from, before, false, err) && follow_window(out, &w, o->onset_best_ns, to, true, err);
	map_release(&w.services);
	return ok;
}

bool traces_call(const struct traces *t, ptrdiff_t a, ptrdiff_t b)
{
	return a >= 0 && b >= 0 && t->calls[(size_t)a * t->n_services + (size_t)b] >= LEAST_CALLS;
}

ptrdiff_t traces_origin(const struct traces *t)
{
	for (size_t s = 0; s < t->n_services && t->failed >= LEAST_FOLLOWED; s++)
		if (t->begins[s] > 0.5 * t->failed)
			return (ptrdiff_t)s;
	return -1;
}

/* What a request takes more of a service's own time than before, in milliseconds. */
static double more_ms(const struct traces *t, size_t service)
{
	double more = t->own_bad_ms[service] / t->bad_timed - t->own_quiet_ms[service] / t->quiet_timed;
	return more > 0 ? more : 0;
}

double traces_delay_share(const struct traces *t, ptrdiff_t service)
{
	if (service < 0 || t->bad_timed < LEAST_FOLLOWED || t->quiet_timed < LEAST_FOLLOWED)
		return NAN;
	double all = 0, usual = 0;
	for (size_t s = 0; s < t->n_services; s++) {
		all += more_ms(t, s);
		usual += t->own_quiet_ms[s] / t->quiet_timed;
	}
	return all > usual ? more_ms(t, (size_t)service) / all : NAN;
}
