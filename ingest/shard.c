#include "ingest/shard.h"

#include <stdlib.h>

#include "ingest/prefix.h"

/* Logs shrink to about an eighth: what a packed file takes to read, next to a plain one. */
enum { PACKED_FACTOR = 8 };

/* Files that stay together. */
struct unit {
	size_t first;    /* index of its first path */
	uint64_t weight; /* some measure of its text */
	unsigned shard;  /* from 1 */
};

bool shard_first(const struct ingest_options *o)
{
	return o->n_shards == 0 || o->shard == 1;
}

/* The first path of the unit that path i is in; `up` leads there, and is shortened on the way. */
static size_t unit_of(size_t *up, size_t i)
{
	while (up[i] != i)
		i = up[i] = up[up[i]];
	return i;
}

static void join(size_t *up, size_t i, size_t k)
{
	size_t a = unit_of(up, i), b = unit_of(up, k);

	up[a > b ? a : b] = a < b ? a : b; /* the smallest index leads */
}

/* Joins the paths of texts that begin alike, or of which one is the beginning of another. */
static void join_copies(const struct ingest *g, size_t *up)
{
	struct map first;   /* id of a beginning → index of the first path with it, + 1 */
	struct map path_of; /* text → the same of its own */

	map_init(&first);
	map_init(&path_of);
	for (size_t i = 0; i < g->n_paths; i++) {
		for (size_t k = 0; k < g->paths[i].n_texts; k++) {
			const struct planned *t = g->paths[i].texts[k];
			bool is_new = true;
			uint64_t *at = t->begins_id ? map_put(&first, t->begins_id, &is_new) : NULL;

			if (is_new && at)
				*at = i + 1;
			else if (!is_new)
				join(up, i, (size_t)*at - 1);
			*map_put(&path_of, (uint64_t)(uintptr_t)t, NULL) = i + 1;
		}
	}
	prefix_find(g->paths, g->n_paths, &g->rules);
	for (size_t i = 0; i < g->n_paths; i++)
		for (size_t k = 0; k < g->paths[i].n_texts; k++)
			if (g->paths[i].texts[k]->longer)
				join(up, i, (size_t)*map_get(&path_of,
							     (uint64_t)(uintptr_t)g->paths[i].texts[k]->longer) - 1);
	map_release(&first);
	map_release(&path_of);
}

static uint64_t weight_of(const struct planned_path *p)
{
	for (size_t k = 0; k < p->n_texts; k++)
		if (!p->texts[k]->plain)
			return p->found->size_bytes * PACKED_FACTOR;
	return p->found->size_bytes;
}

static int by_weight(const void *pa, const void *pb)
{
	const struct unit *a = pa, *b = pb;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* The heaviest first, each to the shard with least so far, of several the one with the smallest number. */
static void share_out(struct unit *units, size_t n, unsigned n_shards, struct arena *a)
{
	uint64_t *load = arena_new_n(a, uint64_t, n_shards);

	if (n > 1)
		qsort(units, n, sizeof *units, by_weight);
	for (size_t i = 0; i < n; i++) {
		unsigned least = 0;

		for (unsigned s = 1; s < n_shards; s++)
			if (load[s] < load[least])
				least = s;
		load[least] += units[i].weight + 1; /* empty files are shared out, too */
		units[i].shard = least + 1;
	}
}

static void leave_to_others(struct ingest *g, struct planned_path *p)
{
	p->elsewhere = true;
	for (size_t k = 0; k < p->n_texts; k++) {
		p->texts[k]->elsewhere = true;
		/* A share may be empty, which is no reason to complain when the archive is not. */
		g->report->usable = g->report->usable || p->texts[k]->begins_id;
	}
}

static uint64_t add_rules(uint64_t id, const struct glob_rule *rules, size_t n)
{
	id = hash64_mix(id, n + 1);
	for (size_t i = 0; i < n; i++)
		id = hash64_mix(hash64_mix(id, hash64(rules[i].glob)), hash64(rules[i].value));
	return id;
}

/* All that the split and the reading follow from, but for what stands behind each text's beginning. */
static uint64_t listing_id(const struct ingest *g)
{
	const struct ingest_options *o = g->options;
	uint64_t id = hash64_mix(1, g->n_paths);

	id = add_rules(id, o->zones, o->n_zones);
	id = add_rules(id, o->services, o->n_services);
	id = add_rules(id, o->formats, o->n_formats);
	for (size_t i = 0; i < g->n_paths; i++) {
		const struct planned_path *p = &g->paths[i];

		id = hash64_mix(hash64_mix(id, hash64(p->found->display)), p->found->size_bytes);
		for (size_t k = 0; k < p->n_texts; k++)
			id = hash64_mix(hash64_mix(id, hash64(p->texts[k]->file.path)), p->texts[k]->begins_id);
	}
	return id;
}

bool shard_can(const struct ingest *g, struct err *err)
{
	for (size_t i = 0; i < g->n_paths; i++)
		if (g->paths[i].found->once)
			return err_set_status(err, EXIT_USAGE,
					      "--shard: %.*s can be read only once and not by several; give files or folders",
					      STR_ARG(g->paths[i].found->display));
	return true;
}

bool shard_split(struct ingest *g, struct err *err)
{
	const struct ingest_options *o = g->options;
	struct arena a;
	size_t n = 0;

	arena_init(&a);
	size_t *up = arena_new_n(&a, size_t, g->n_paths);
	size_t *at = arena_new_n(&a, size_t, g->n_paths); /* of a unit's first path: its place in the list */
	struct unit *units = arena_new_n(&a, struct unit, g->n_paths);

	for (size_t i = 0; i < g->n_paths; i++)
		up[i] = i;
	join_copies(g, up);
	for (size_t i = 0; i < g->n_paths; i++) {
		size_t first = unit_of(up, i);

		if (first == i) {
			at[i] = n;
			units[n++] = (struct unit){ .first = i };
		}
		units[at[first]].weight += weight_of(&g->paths[i]);
	}
	share_out(units, n, o->n_shards, &a);
	unsigned *shard = arena_new_n(&a, unsigned, g->n_paths);

	for (size_t i = 0; i < n; i++)
		shard[units[i].first] = units[i].shard;
	for (size_t i = 0; i < g->n_paths; i++)
		if (shard[unit_of(up, i)] != o->shard)
			leave_to_others(g, &g->paths[i]);
	arena_release(&a);
	return !g->sink->listed || g->sink->listed(g->sink->self, listing_id(g), err);
}

/* ---- the span of what states its dates ------------------------------------------------------ */

static void widen(struct ingest *g, int64_t from_ns, int64_t to_ns)
{
	if (from_ns == TIME_NONE || to_ns == TIME_NONE)
		return;
	if (g->span_from_ns == TIME_NONE || from_ns < g->span_from_ns)
		g->span_from_ns = from_ns;
	if (g->span_to_ns == TIME_NONE || to_ns > g->span_to_ns)
		g->span_to_ns = to_ns;
}

void shard_begin_span(struct ingest *g)
{
	g->span_from_ns = g->span_to_ns = TIME_NONE;
	for (size_t i = 0; i < g->n_paths; i++)
		for (size_t k = 0; k < g->paths[i].n_texts && !g->paths[i].elsewhere; k++)
			if (!g->paths[i].texts[k]->yearless)
				widen(g, g->paths[i].texts[k]->dated_first_ns, g->paths[i].texts[k]->dated_last_ns);
	g->own_from_ns = g->span_from_ns;
	g->own_to_ns = g->span_to_ns;
	g->span_known = g->options->n_shards > 1 ? SPAN_OWN : SPAN_WHOLE;
}

static bool pass_event(void *self, void *handle, const struct event *e, struct err *err)
{
	(void)self;
	(void)handle;
	(void)e;
	(void)err;
	return true;
}

/* Reads a text of another shard as that one does, for nothing but its span. */
static void read_span(struct ingest *g, unsigned worker, struct planned *t, struct input *in)
{
	static const struct event_sink nowhere = { .event = pass_event };
	struct text_plan plan = run_text_plan(g, t);
	struct file_totals totals = { 0 };
	struct err ignored = ERR_INIT; /* there is no sink that fails */
	atomic_uint_fast64_t events = 0;
	struct emitter m = { .sink = &nowhere, .file = &t->file, .events = &events, .err = &ignored };
	struct arena a;

	arena_init(&a);
	clock_init(&m.clock, t->zone, CLOCK_YEAR, CLOCK_DAY);
	m.clock.day_first = t->day_first;
	if (text_read(&g->workers[worker], &plan, in, STR_NONE, &m, NULL, &a, &totals)) {
		t->dated_first_ns = m.dated_first_ns;
		t->dated_last_ns = m.dated_last_ns;
	}
	arena_release(&a);
}

/* The texts of a path whole; of those with a beginning that was seen, which are copies, that will do. */
static void read_spans(struct ingest *g, unsigned worker, const struct planned_path *p, struct map *seen)
{
	const struct input_limits limits = { g->options->max_ratio, g->options->max_file_bytes };
	struct err ignored = ERR_INIT; /* its own shard tells of it */
	struct input_stream stream;
	struct input *in;

	if (!input_open(p->found->path.ptr, p->found->display, &limits, &in, &ignored))
		return;
	for (size_t i = 0; i < p->n_texts && input_next(in, &stream) && str_eq(stream.path, p->texts[i]->file.path); i++) {
		bool is_new = false;

		if (p->texts[i]->file.content_id)
			map_put(seen, p->texts[i]->file.content_id, &is_new);
		if (is_new && p->texts[i]->action == PLAN_READ)
			read_span(g, worker, p->texts[i], in);
	}
	input_close(in);
}

static bool pass_text(void *self, struct planned *t, struct str head, struct err *err)
{
	(void)self;
	(void)t;
	(void)head;
	(void)err;
	return true;
}

/* Widens the span by the texts of other shards: by what their beginnings say, or, `whole`, by all of them. */
static void widen_by_others(struct ingest *g, unsigned worker, bool whole)
{
	struct map seen;

	map_init(&seen);
	g->span_from_ns = g->own_from_ns;
	g->span_to_ns = g->own_to_ns;
	for (size_t i = 0; i < g->n_paths; i++) {
		struct err ignored = ERR_INIT;
		struct planned_path p;
		struct arena a;

		if (!g->paths[i].elsewhere)
			continue;
		arena_init(&a);
		if (plan_probe(&p, g->paths[i].found, &g->rules, pass_text, NULL, &a, &ignored)) {
			if (whole)
				read_spans(g, worker, &p, &seen);
			for (size_t k = 0; k < p.n_texts; k++)
				if (!p.texts[k]->yearless)
					widen(g, p.texts[k]->dated_first_ns, p.texts[k]->dated_last_ns);
		}
		arena_release(&a);
	}
	map_release(&seen);
}

void shard_span(struct ingest *g, unsigned worker, struct planned *p)
{
	struct clock_evidence *e = &p->evidence;

	pthread_mutex_lock(&g->span_lock);
	for (;;) {
		e->span_from_ns = g->span_from_ns;
		e->span_to_ns = g->span_to_ns;
		if (g->span_known == SPAN_WHOLE || !clock_awaits_span(&p->walk, e))
			break;
		g->span_known++;
		widen_by_others(g, worker, g->span_known == SPAN_WHOLE);
	}
	pthread_mutex_unlock(&g->span_lock);
}
