#include "analyze/traces.h"

/* An hour of the outbreak tells enough; ids beyond the cap are thinned by their hash. */
static const int64_t longest_ns = 3600 * NS_PER_S;
enum { MAX_TRACES = 200000, MAX_TRACED_SERVICES = 62 };
#define FAILED_BIT (UINT64_C(1) << 63)

struct follower {
	struct map traces;   /* id → services that took part, as bits; FAILED_BIT */
	struct map services; /* name id → index + 1 */
	uint32_t keep_one_in;
};

/* Halve the ids that are looked at, by hash: the same ids whatever the order of rows. */
static void thin(struct follower *w)
{
	struct map kept;
	map_init(&kept);
	w->keep_one_in *= 2;
	for (size_t i = 0; i < w->traces.cap; i++)
		if (w->traces.keys[i] && w->traces.keys[i] % w->keep_one_in == 0)
			*map_put(&kept, w->traces.keys[i], NULL) = w->traces.vals[i];
	map_release(&w->traces);
	w->traces = kept;
}

static bool follow(void *self, const struct scan_row *r)
{
	struct follower *w = self;
	if (!r->trace || r->trace % w->keep_one_in != 0)
		return true;
	const uint64_t *service = map_get(&w->services, r->service);
	if (!service)
		return true;
	uint64_t *bits = map_put(&w->traces, r->trace, NULL);
	*bits |= UINT64_C(1) << (*service - 1);
	if (r->status >= 500)
		*bits |= FAILED_BIT;
	if (w->traces.n > MAX_TRACES)
		thin(w);
	return true;
}

bool traces_follow(const struct facts *f, const struct outbreak *o, struct traces *out, struct err *err)
{
	struct follower w = { .keep_one_in = 1 };
	*out = (struct traces){ .in_failed = arena_new_n(f->arena, double, f->n_services + 1), .in_good = arena_new_n(f->arena, double, f->n_services + 1) };
	map_init(&w.traces);
	map_init(&w.services);
	for (size_t i = 0; i < f->n_services && i < MAX_TRACED_SERVICES; i++)
		*map_put(&w.services, hash64(f->services[i].name), NULL) = i + 1;
	int64_t to = o->end_ns - o->onset_best_ns > longest_ns ? o->onset_best_ns + longest_ns : o->end_ns;
	bool ok = store_scan(f->store, o->onset_best_ns, to, SCAN_TRACE, follow, &w, err);
	for (size_t i = 0; i < w.traces.cap; i++) {
		if (!w.traces.keys[i])
			continue;
		uint64_t bits = w.traces.vals[i];
		bool failed = bits & FAILED_BIT;
		*(failed ? &out->failed : &out->good) += 1;
		for (size_t s = 0; s < f->n_services && s < MAX_TRACED_SERVICES; s++)
			if (bits >> s & 1)
				(failed ? out->in_failed : out->in_good)[s] += 1;
	}
	map_release(&w.traces);
	map_release(&w.services);
	return ok;
}
