/*
 * Order of work. All beginnings are looked at first (formats, names, copies). Then everything whose lines
 * say their dates is read; texts that do not are walked through in the same wave, and read in the next,
 * when the span of
 * the others is known. Copies of long texts come last, for what they have beyond their originals.
 */
#include "ingest/engine.h"

#include <stdlib.h>
#include <unistd.h>

#include "ingest/again.h"
#include "ingest/pool.h"
#include "ingest/prefix.h"
#include "ingest/shard.h"

enum { JOBS_MAX = 64 };

static unsigned job_count(const struct ingest_options *o)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = o->jobs > 0 ? o->jobs : cores > 0 ? (unsigned)cores : 1;

	return n > JOBS_MAX ? JOBS_MAX : n;
}

/* Some texts of a path, for one thread. */
struct path_part {
	struct planned_path *path;
	size_t from, to;       /* of its texts */
	uint64_t bytes;
};

/* A pool's run over some paths or texts. */
struct wave_run {
	struct ingest *g;
	enum wave wave;
	struct path_part *parts;
	struct planned **originals;
	size_t n;
};

static void tick(void *self)
{
	struct wave_run *r = self;
	const struct ingest_options *o = r->g->options;

	o->progress(o->progress_self, atomic_load(&r->g->done_bytes), r->g->all_bytes,
		    atomic_load(&r->g->events), atomic_load(&r->g->files_done), r->g->files_all);
}

static bool run_pool(struct wave_run *r,
		     bool (*run)(void *self, unsigned worker, size_t task, struct err *err), unsigned jobs,
		     struct err *err)
{
	const struct pool_job job = { r->n, jobs, r, run, r->g->options->progress ? tick : NULL };

	return pool_run(&job, err);
}

static bool probed(void *self, struct planned *t, struct str head, struct err *err)
{
	return again_find(self, t, head, err);
}

static bool glance_task(void *self, unsigned worker, size_t task, struct err *err)
{
	struct wave_run *r = self;
	struct planned_path *p = &r->g->paths[task];

	(void)err;
	plan_glance(p, p->found, &r->g->rules, &r->g->kept[worker]);
	return true;
}

static bool probe_task(void *self, unsigned worker, size_t task, struct err *err)
{
	struct wave_run *r = self;
	struct planned_path *p = &r->g->paths[task];

	return p->found->once || p->elsewhere ||
	       plan_probe(p, p->found, &r->g->rules, probed, r->g, &r->g->kept[worker], err);
}

static bool path_task(void *self, unsigned worker, size_t task, struct err *err)
{
	struct wave_run *r = self;

	const struct path_part *part = &r->parts[task];

	return run_path(r->g, worker, part->path, r->wave, part->from, part->to, err);
}

static bool copies_task(void *self, unsigned worker, size_t task, struct err *err)
{
	struct wave_run *r = self;

	return again_copies(r->g, worker, r->originals[task], err);
}

/* Larger first, so that no thread is left alone with a large one at the end. */
static int by_size(const void *pa, const void *pb)
{
	const struct path_part *a = pa, *b = pb;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (a->path != b->path)
		return a->path < b->path ? -1 : 1;
	return a->from < b->from ? -1 : a->from > b->from;
}

static bool run_wave(struct ingest *g, enum wave wave, unsigned jobs, struct err *err)
{
	struct wave_run r = { .g = g, .wave = wave };
	struct { struct path_part *at; size_t n, cap; } parts = { 0 };

	for (size_t i = 0; i < g->n_paths; i++) {
		struct planned_path *p = &g->paths[i];
		size_t n = p->n_texts < jobs ? p->n_texts : jobs;

		/* An archive is shared: what a thread has to pass over to get to its part is only unpacked.
		 */
		for (size_t k = 0; k < n; k++) {
			struct path_part part = {p, p->n_texts * k / n, p->n_texts * (k + 1) / n,
						 p->found->size_bytes / n};

			if (run_path_wanted(p, wave, part.from, part.to))
				*vec_push(g->arena, &parts) = part;
		}
	}
	if (parts.n == 0)
		return true;
	if (jobs > 1)
		qsort(parts.at, parts.n, sizeof *parts.at, by_size);
	r.parts = parts.at;
	r.n = parts.n;
	return run_pool(&r, path_task, jobs, err);
}

static bool run_copies_wave(struct ingest *g, unsigned jobs, struct err *err)
{
	struct wave_run r = { .g = g };
	struct { struct planned **at; size_t n, cap; } originals = { 0 };
	struct map seen;

	map_init(&seen);
	for (size_t i = 0; i < g->n_paths; i++) {
		for (size_t k = 0; k < g->paths[i].n_texts; k++) {
			struct planned *original = g->paths[i].texts[k]->original;
			bool is_new = false;

			if (original && !original->elsewhere)
				map_put(&seen, (uint64_t)(uintptr_t)original, &is_new);
			if (is_new)
				*vec_push(g->arena, &originals) = original;
		}
	}
	map_release(&seen);
	r.originals = originals.at;
	r.n = originals.n;
	return r.n == 0 || run_pool(&r, copies_task, jobs, err);
}

/* Counts and notes what the probes found that will not be read. */
static void count_probed(struct ingest *g)
{
	for (size_t i = 0; i < g->n_paths; i++) {
		struct planned_path *p = &g->paths[i];

		if (p->elsewhere) {
			g->report->files_elsewhere += p->n_texts;
			continue;
		}
		if (p->error.len > 0) {
			g->report->files_failed++;
			run_note(g, p->error);
		}
		for (size_t k = 0; k < p->n_notes; k++)
			run_note(g, arena_printf(g->arena, "%.*s: %.*s", STR_ARG(p->found->display),
						 STR_ARG(p->notes[k])));
		g->report->damaged = g->report->damaged || p->damaged;
		g->files_all += p->n_texts;
		for (size_t k = 0; k < p->n_texts; k++)
			run_count_unread(g, p->texts[k]);
		if (run_path_wanted(p, WAVE_DATED, 0, p->n_texts))
			g->all_bytes += p->found->size_bytes;
	}
}

static bool run_all(struct ingest *g, unsigned jobs, struct err *err)
{
	struct wave_run probes = { .g = g, .n = g->n_paths };
	unsigned readers = g->sink->concurrent ? jobs : 1;

	if (g->options->n_shards > 0 &&
	    (!shard_can(g, err) || !run_pool(&probes, glance_task, jobs, err) || !shard_split(g, err)))
		return false;
	if (!run_pool(&probes, probe_task, jobs, err))
		return false;
	plan_copies(g->paths, g->n_paths, g->arena);
	prefix_copies(g->paths, g->n_paths, &g->rules);
	count_probed(g);
	if (!run_wave(g, WAVE_DATED, readers, err))
		return false;
	shard_begin_span(g);
	if (!run_wave(g, WAVE_YEARLESS, readers, err) || !run_copies_wave(g, readers, err))
		return false;
	for (size_t i = 0; i < g->n_paths; i++)
		if (g->paths[i].found->once && !run_stream(g, &g->paths[i], err))
			return false;
	return true;
}

/* Zones of the user's rules, opened once. */
static bool open_zones(struct ingest *g, struct zone *zones, struct err *err)
{
	const struct ingest_options *o = g->options;

	for (size_t i = 0; i < o->n_zones; i++)
		if (!zone_open(&zones[i], g->arena, o->zones[i].value, err))
			return false;
	for (size_t i = 0; i < o->n_formats; i++)
		if (!format_find(o->own_formats, o->formats[i].value))
			return err_set_status(err, EXIT_USAGE,
					      "--format: there is no format '%.*s'; 'inquest formats' lists them",
					      STR_ARG(o->formats[i].value));
	g->rules = (struct plan_rules){ o, zones };
	return true;
}

/* Leaves the files that are asked for by a glob; all of them when there is none. */
static void keep_wanted(const struct ingest_options *o, struct found *found)
{
	size_t n = 0;

	for (size_t i = 0; i < found->files.n; i++) {
		bool wanted = o->n_only == 0;

		for (size_t k = 0; k < o->n_only && !wanted; k++)
			wanted = str_glob(o->only[k], found->files.at[i].display);
		if (wanted)
			found->files.at[n++] = found->files.at[i];
	}
	found->files.n = n;
}

static int compare_notes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

bool ingest_run(const struct ingest_options *o, const struct event_sink *sink, struct arena *a,
		struct ingest_report *out, struct err *err)
{
	struct ingest g = { .options = o, .sink = sink, .arena = a, .report = out };
	unsigned jobs = job_count(o);
	struct found found;
	bool good;

	*out = (struct ingest_report){ 0 };
	if (!open_zones(&g, arena_new_n(a, struct zone, o->n_zones), err))
		return false;
	find_files(o->paths, o->n_paths, a, &found);
	keep_wanted(o, &found);
	g.n_paths = found.files.n;
	g.paths = arena_new_n(a, struct planned_path, g.n_paths);
	for (size_t i = 0; i < g.n_paths; i++) {
		struct found_file *f = &found.files.at[i];
		/* A file given by name shows that name either way. */
		if (o->paths_as_given && f->path.len > f->display.len)
			f->display = f->path;
		g.paths[i].found = f;
	}
	if (!shard_first(o))
		found.notes.n = found.n_failed = 0; /* told and counted once */
	out->files_failed = found.n_failed;
	pthread_mutex_init(&g.lock, NULL);
	pthread_mutex_init(&g.span_lock, NULL);
	g.workers = arena_new_n(a, struct text_worker, jobs);
	g.kept = arena_new_n(a, struct arena, jobs);
	for (unsigned i = 0; i < jobs; i++) {
		text_worker_init(&g.workers[i]);
		arena_init(&g.kept[i]);
	}
	for (size_t i = 0; i < found.notes.n; i++)
		run_note(&g, found.notes.at[i]);
	good = run_all(&g, jobs, err);
	for (size_t i = 0; i < g.n_paths; i++)
		for (size_t k = 0; k < g.paths[i].n_texts; k++)
			if (g.paths[i].texts[k]->chain)
				text_chain_release(g.paths[i].texts[k]->chain);
	for (unsigned i = 0; i < jobs; i++) {
		text_worker_release(&g.workers[i]);
		arena_release(&g.kept[i]);
	}
	pthread_mutex_destroy(&g.lock);
	pthread_mutex_destroy(&g.span_lock);
	if (g.notes.n > 0)
		qsort(g.notes.at, g.notes.n, sizeof *g.notes.at, compare_notes);
	out->notes = g.notes.at;
	out->n_notes = g.notes.n;
	return good;
}
