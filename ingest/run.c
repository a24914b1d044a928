#include "ingest/run.h"

#include "ingest/again.h"
#include "ingest/shard.h"

void run_note(struct ingest *g, struct str note)
{
	pthread_mutex_lock(&g->lock);
	*vec_push(g->arena, &g->notes) = arena_str(g->arena, note);
	pthread_mutex_unlock(&g->lock);
}

void run_note_text(struct ingest *g, struct arena *scratch, struct str path, const char *what,
		      struct str more)
{
	run_note(g, arena_printf(scratch, "%.*s: %s%.*s", STR_ARG(path), what, STR_ARG(more)));
}

static void consumed(void *self, uint64_t bytes)
{
	struct path_progress *p = self;

	if (bytes > p->seen) {
		atomic_fetch_add_explicit(&p->ingest->done_bytes, bytes - p->seen, memory_order_relaxed);
		p->seen = bytes;
	}
}

static void sum_up(struct ingest *g, struct planned *p, const struct file_totals *t, const struct emitter *m)
{
	struct ingest_report *r = g->report;

	pthread_mutex_lock(&g->lock);
	r->files++;
	r->lines += t->lines;
	r->events += t->events;
	r->continuation += t->continuation;
	r->rejected += t->rejected;
	r->bytes += t->bytes;
	r->damaged = r->damaged || t->truncated || t->damaged;
	r->usable = r->usable || t->events > 0;
	p->dated_first_ns = m->dated_first_ns;
	p->dated_last_ns = m->dated_last_ns;
	if (t->bytes > p->read_bytes)
		p->read_bytes = t->bytes;
	pthread_mutex_unlock(&g->lock);
	atomic_fetch_add(&g->files_done, 1);
}

void run_count_failed(struct ingest *g)
{
	pthread_mutex_lock(&g->lock);
	g->report->files_failed++;
	g->report->damaged = true;
	pthread_mutex_unlock(&g->lock);
}

void run_count_skipped(struct ingest *g)
{
	pthread_mutex_lock(&g->lock);
	g->report->files_skipped++;
	g->report->usable = true;
	pthread_mutex_unlock(&g->lock);
	atomic_fetch_add(&g->files_done, 1);
}

static void year_note(struct file_totals *t, struct arena *a, const struct planned *p, const struct clock *c,
		      enum clock_source source)
{
	t->notes = arena_new_n(a, struct str, 1);
	t->n_notes = 1;
	if (p->walk.no_year > 0)
		t->notes[0] = arena_printf(a, "its lines have no year: it begins in %lld, by %s",
					   (long long)c->year, clock_source_words(source));
	else
		t->notes[0] = arena_printf(a, "its lines have no date: the day is told by %s",
					   clock_source_words(source));
}

struct text_plan run_text_plan(const struct ingest *g, const struct planned *p)
{
	const struct clock_evidence *e = &p->evidence;

	return (struct text_plan){
		.format = p->format,
		.others = p->others,
		.n_others = p->n_others,
		.path = p->file.path,
		.own = g->options->own_formats,
		.collected_ns = e->gzip_ns != TIME_NONE ? e->gzip_ns : e->mtime_ns != TIME_NONE ? e->mtime_ns : 0,
		.max_line_bytes = g->options->max_line_bytes,
		.resume_offset = p->file.resume_offset,
		.chain = p->chain,
	};
}

bool run_read(struct ingest *g, unsigned worker, struct planned *p, struct input *in,
		      struct path_progress *progress, struct err *err)
{
	struct text_plan plan = run_text_plan(g, p);
	struct text_progress tp = { consumed, progress };
	struct file_totals totals = { 0 };
	struct emitter m = { .sink = g->sink, .file = &p->file, .events = &g->events, .err = err };
	struct arena a; /* notes and samples, until the sink has them */
	bool good;

	m.service_forced = p->service_forced;
	switch (g->sink->file_begin(g->sink->self, &p->file, &m.handle, err)) {
	case SINK_FAIL:
		return false;
	case SINK_SKIP:
		run_count_skipped(g);
		return true;
	case SINK_TAKE:
		break;
	}
	arena_init(&a);
	if (p->walk.no_year + p->walk.no_date > 0) {
		enum clock_source source;

		shard_span(g, worker, p);
		m.clock = clock_resolve(&p->walk, &p->evidence, p->zone, &source);
		year_note(&totals, &a, p, &m.clock, source);
	} else {
		clock_init(&m.clock, p->zone, CLOCK_YEAR, CLOCK_DAY);
	}
	m.clock.day_first = p->day_first;
	good = text_read(&g->workers[worker], &plan, in, STR_NONE, &m, &tp, &a, &totals) &&
	       g->sink->file_end(g->sink->self, m.handle, &p->file, &totals, err);
	if (good)
		sum_up(g, p, &totals, &m);
	arena_release(&a);
	return good;
}

bool run_open(struct ingest *g, const struct planned_path *path, const struct planned *p, struct input **in,
	      struct input_stream *stream, struct arena *a)
{
	const struct input_limits limits = { g->options->max_ratio, g->options->max_file_bytes };
	struct err err = ERR_INIT;

	if (!input_open(path->found->path.ptr, path->found->display, &limits, in, &err)) {
		run_note(g, str_of(err.text));
		return false;
	}
	if (input_find(*in, p->file.path, stream))
		return true;
	run_note_text(g, a, p->file.path, "it is not there any more", STR_NONE);
	input_close(*in);
	return false;
}

static bool wanted(const struct planned *p, enum wave wave)
{
	return !p->elsewhere && (p->action == PLAN_WALK || (p->action == PLAN_READ && wave == WAVE_DATED));
}

/* A text that was there when the plan was made and of which nothing comes any more. */
static void note_lost(struct ingest *g, const struct planned *p, const struct input *in)
{
	struct input_end end = input_end(in);
	struct arena a;

	arena_init(&a);
	if (end.n_notes > 0)
		run_note_text(g, &a, p->file.path, "nothing of it could be read: ", end.notes[0]);
	else
		run_note_text(g, &a, p->file.path, "it changed between two looks at it and was not read", STR_NONE);
	run_count_failed(g);
	arena_release(&a);
}

bool run_text(struct ingest *g, unsigned worker, const struct planned_path *path, struct planned *p,
	      struct input *in, const struct input_stream *stream, enum wave wave,
	      struct path_progress *progress, struct err *err)
{
	bool skip = false;

	if (!p->checked) {
		p->checked = true;
		if (stream->head.len == 0) {
			note_lost(g, p, in);
			p->action = PLAN_EMPTY;
			return true;
		}
		skip = again_check(g, path, p, stream->head);
	}
	if (skip) { /* the sink is told, so that it can say so */
		p->action = PLAN_KNOWN;
		return run_read(g, worker, p, in, progress, err);
	}
	if (p->action == PLAN_WALK && wave == WAVE_DATED) {
		struct text_plan plan = run_text_plan(g, p);

		plan.chain = NULL;
		text_walk(&g->workers[worker], &plan, in, STR_NONE, &p->walk);
		return true;
	}
	return run_read(g, worker, p, in, progress, err);
}

bool run_path_wanted(const struct planned_path *p, enum wave wave, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (wanted(p->texts[i], wave))
			return true;
	return false;
}

bool run_path(struct ingest *g, unsigned worker, struct planned_path *p, enum wave wave, size_t from,
	      size_t to, struct err *err)
{
	const struct input_limits limits = { g->options->max_ratio, g->options->max_file_bytes };
	struct path_progress progress = { g, 0 };
	struct input_stream stream;
	struct err open_err = ERR_INIT;
	struct input *in;
	bool good = true;

	if (!input_open(p->found->path.ptr, p->found->display, &limits, &in, &open_err)) {
		run_note(g, str_of(open_err.text));
		run_count_failed(g);
		return true;
	}
	while (to > from && !wanted(p->texts[to - 1], wave))
		to--;
	for (size_t i = 0; good && i < to; i++) {
		/* The plan was made from what it was: another archive may lie there by now, or less of it. */
		if (!input_next(in, &stream) || !str_eq(stream.path, p->texts[i]->file.path)) {
			note_lost(g, p->texts[i], in);
			break;
		}
		if (i == from && from > 0)
			progress.seen = input_consumed_bytes(in); /* passed over: another thread's */
		if (i >= from && wanted(p->texts[i], wave))
			good = run_text(g, worker, p, p->texts[i], in, &stream, wave, &progress, err);
	}
	input_close(in);
	return good;
}

void run_count_unread(struct ingest *g, const struct planned *p)
{
	struct arena a;

	if (p->action != PLAN_EMPTY && p->action != PLAN_NOT_LOG)
		return;
	arena_init(&a);
	pthread_mutex_lock(&g->lock);
	g->report->files_failed += p->unread.len > 0;
	g->report->damaged = g->report->damaged || p->unread.len > 0;
	g->report->files_empty += p->action == PLAN_EMPTY && p->unread.len == 0;
	g->report->files_not_log += p->action == PLAN_NOT_LOG;
	pthread_mutex_unlock(&g->lock);
	if (p->unread.len > 0)
		run_note_text(g, &a, p->file.path, "nothing of it could be read: ", p->unread);
	if (p->action == PLAN_NOT_LOG)
		run_note_text(g, &a, p->file.path, "not read as a log: ", p->reason);
	arena_release(&a);
}

/* What is wrong with an archive as a whole, once all of its streams were seen. */
static void note_archive(struct ingest *g, const struct planned_path *p, const struct input *in)
{
	struct input_end end = input_end(in);
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < end.n_notes; i++)
		run_note_text(g, &a, p->found->display, "", end.notes[i]);
	g->report->damaged = g->report->damaged || end.damaged || end.truncated;
	arena_release(&a);
}

bool run_stream(struct ingest *g, struct planned_path *p, struct err *err)
{
	const struct input_limits limits = { g->options->max_ratio, g->options->max_file_bytes };
	struct path_progress progress = { g, 0 };
	struct input_stream stream;
	struct err open_err = ERR_INIT;
	struct input *in;
	bool good = true;

	if (!input_open(p->found->path.ptr, p->found->display, &limits, &in, &open_err)) {
		run_note(g, str_of(open_err.text));
		run_count_failed(g);
		return true;
	}
	while (good && input_next(in, &stream)) {
		struct planned *t = plan_text(&stream, p->found, &g->rules, &g->kept[0]);

		plan_unread(t, in, &g->kept[0]);
		if (t->action == PLAN_EMPTY || t->action == PLAN_NOT_LOG) {
			run_count_unread(g, t);
			continue;
		}
		if (t->action == PLAN_WALK) { /* it cannot be read twice: its beginning must do */
			struct text_plan plan = run_text_plan(g, t);

			text_walk(&g->workers[0], &plan, NULL, stream.head, &t->walk);
		}
		good = run_read(g, 0, t, in, &progress, err);
	}
	note_archive(g, p, in);
	input_close(in);
	return good;
}
