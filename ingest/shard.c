#include "ingest/shard.h"

#include <stdlib.h>

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

/* Joins the paths of copies with those of their originals: the smallest index leads. */
static void join_copies(const struct ingest *g, size_t *up)
{
	struct map path_of; /* text → index of its path + 1 */

	map_init(&path_of);
	for (size_t i = 0; i < g->n_paths; i++)
		for (size_t k = 0; k < g->paths[i].n_texts; k++)
			*map_put(&path_of, (uint64_t)(uintptr_t)g->paths[i].texts[k], NULL) = i + 1;
	for (size_t i = 0; i < g->n_paths; i++) {
		for (size_t k = 0; k < g->paths[i].n_texts; k++) {
			const struct planned *original = g->paths[i].texts[k]->original;

			if (!original)
				continue;
			size_t a = unit_of(up, i), b = unit_of(up, (size_t)*map_get(&path_of, (uint64_t)(uintptr_t)original) - 1);

			up[a > b ? a : b] = a < b ? a : b;
		}
	}
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

static bool is_log(const struct planned *p)
{
	return p->action != PLAN_EMPTY && p->action != PLAN_NOT_LOG;
}

static void leave_to_others(struct ingest *g, struct planned_path *p)
{
	p->elsewhere = true;
	for (size_t k = 0; k < p->n_texts; k++) {
		p->texts[k]->elsewhere = true;
		/* A share may be empty, which is no reason to complain when the archive is not. */
		g->report->usable = g->report->usable || is_log(p->texts[k]);
	}
}

/* All that the split and the reading follow from, but for what each text says. */
static uint64_t listing_id(const struct ingest *g)
{
	const struct ingest_options *o = g->options;
	uint64_t id = hash64_mix(1, g->n_paths);

	for (size_t i = 0; i < o->n_zones; i++)
		id = hash64_mix(hash64_mix(id, hash64(o->zones[i].glob)), hash64(o->zones[i].value));
	for (size_t i = 0; i < g->n_paths; i++) {
		const struct planned_path *p = &g->paths[i];

		id = hash64_mix(hash64_mix(id, hash64(p->found->display)), p->found->size_bytes);
		for (size_t k = 0; k < p->n_texts; k++) {
			const struct planned *t = p->texts[k];
			const uint64_t parts[] = { hash64(t->file.path), t->begins_id, hash64(t->file.format),
						   hash64(t->file.service), hash64(t->file.host) };

			for (size_t j = 0; j < sizeof parts / sizeof *parts; j++)
				id = hash64_mix(id, parts[j]);
		}
	}
	return id;
}

bool shard_split(struct ingest *g, struct err *err)
{
	const struct ingest_options *o = g->options;
	struct arena a;
	size_t n = 0;

	for (size_t i = 0; i < g->n_paths; i++)
		if (g->paths[i].found->once)
			return err_set_status(err, EXIT_USAGE,
					      "--shard: %.*s can be read only once and not by several; give files or folders",
					      STR_ARG(g->paths[i].found->display));
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

static void widen_by(struct ingest *g, bool elsewhere)
{
	for (size_t i = 0; i < g->n_paths; i++)
		for (size_t k = 0; k < g->paths[i].n_texts; k++) {
			const struct planned *t = g->paths[i].texts[k];

			if (t->elsewhere == elsewhere && !t->yearless)
				widen(g, t->dated_first_ns, t->dated_last_ns);
		}
}

void shard_begin_span(struct ingest *g)
{
	g->span_from_ns = g->span_to_ns = TIME_NONE;
	widen_by(g, false);
	g->own_from_ns = g->span_from_ns;
	g->own_to_ns = g->span_to_ns;
	widen_by(g, true);
	g->span_open = g->options->n_shards > 1;
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
	plan.chain = NULL;
	clock_init(&m.clock, t->zone, CLOCK_YEAR, CLOCK_DAY);
	m.clock.day_first = t->day_first;
	if (text_read(&g->workers[worker], &plan, in, STR_NONE, &m, NULL, &a, &totals)) {
		t->dated_first_ns = m.dated_first_ns;
		t->dated_last_ns = m.dated_last_ns;
	}
	arena_release(&a);
}

static void read_spans(struct ingest *g, unsigned worker, const struct planned_path *p)
{
	const struct input_limits limits = { g->options->max_ratio, g->options->max_file_bytes };
	struct err ignored = ERR_INIT; /* its own shard tells of it */
	struct input_stream stream;
	struct input *in;
	size_t n = p->n_texts;

	while (n > 0 && p->texts[n - 1]->action != PLAN_READ)
		n--;
	if (n == 0 || !input_open(p->found->path.ptr, p->found->display, &limits, &in, &ignored))
		return;
	for (size_t i = 0; i < n && input_next(in, &stream) && str_eq(stream.path, p->texts[i]->file.path); i++)
		if (p->texts[i]->action == PLAN_READ)
			read_span(g, worker, p->texts[i], in);
	input_close(in);
}

void shard_span(struct ingest *g, unsigned worker, struct planned *p)
{
	struct clock_evidence *e = &p->evidence;

	pthread_mutex_lock(&g->span_lock);
	e->span_from_ns = g->span_from_ns;
	e->span_to_ns = g->span_to_ns;
	if (g->span_open && clock_awaits_span(&p->walk, e)) {
		for (size_t i = 0; i < g->n_paths; i++)
			if (g->paths[i].elsewhere)
				read_spans(g, worker, &g->paths[i]);
		g->span_open = false;
		g->span_from_ns = g->own_from_ns; /* of copies, too, as it was before these were read */
		g->span_to_ns = g->own_to_ns;
		widen_by(g, true);
		e->span_from_ns = g->span_from_ns;
		e->span_to_ns = g->span_to_ns;
	}
	pthread_mutex_unlock(&g->span_lock);
}
