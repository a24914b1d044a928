#include "ingest/run.h"

#include <fcntl.h>
#include <unistd.h>

/* Progress of one open path: what was consumed since the last call is added to the run's. */
struct path_progress {
	struct ingest *ingest;
	uint64_t seen;
};

void run_note(struct ingest *g, struct str note)
{
	pthread_mutex_lock(&g->lock);
	*vec_push(g->arena, &g->notes) = arena_str(g->arena, note);
	pthread_mutex_unlock(&g->lock);
}

static void note_text(struct ingest *g, struct arena *scratch, struct str path, const char *what,
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

static void count_skipped(struct ingest *g)
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

static struct text_plan text_plan_of(const struct ingest *g, const struct planned *p)
{
	return (struct text_plan){
		.format = p->format,
		.others = p->others,
		.n_others = p->n_others,
		.path = p->file.path,
		.max_line_bytes = g->options->max_line_bytes,
		.resume_offset = p->file.resume_offset,
		.chain = p->chain,
	};
}

/* Announces a text to the sink, reads it, sums it up. False when the sink failed. */
static bool read_text(struct ingest *g, unsigned worker, struct planned *p, struct input *in,
		      struct path_progress *progress, struct err *err)
{
	struct text_plan plan = text_plan_of(g, p);
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
		count_skipped(g);
		return true;
	case SINK_TAKE:
		break;
	}
	arena_init(&a);
	if (p->walk.no_year + p->walk.no_date > 0) {
		enum clock_source source;

		p->evidence.span_from_ns = g->span_from_ns;
		p->evidence.span_to_ns = g->span_to_ns;
		m.clock = clock_resolve(&p->walk, &p->evidence, p->zone, &source);
		year_note(&totals, &a, p, &m.clock, source);
	} else {
		clock_init(&m.clock, p->zone, CLOCK_YEAR, CLOCK_DAY);
	}
	good = text_read(&g->workers[worker], &plan, in, STR_NONE, &m, &tp, &a, &totals) &&
	       g->sink->file_end(g->sink->self, m.handle, &p->file, &totals, err);
	if (good)
		sum_up(g, p, &totals, &m);
	arena_release(&a);
	return good;
}

/* ---- texts of earlier runs ---- */

/*
 * Size of the unpacked text where that can be told without unpacking it: of plain files, and of gzip by
 * its last bytes.
 */
static bool quick_size(const struct planned_path *path, const struct planned *p, uint64_t *out)
{
	unsigned char tail[4];
	int fd;
	bool good;

	if (p->whole)
		return false;
	if (p->plain) {
		*out = path->found->size_bytes;
		return true;
	}
	if (!p->gzip || path->found->size_bytes < 18)
		return false;
	fd = open(path->found->path.ptr, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	good = pread(fd, tail, 4, (off_t)path->found->size_bytes - 4) == 4;
	close(fd);
	*out = (uint64_t)tail[0] | (uint64_t)tail[1] << 8 | (uint64_t)tail[2] << 16 | (uint64_t)tail[3] << 24;
	return good;
}

/* How far an earlier run has read this text, or what it was then: 0 when it does not know it. */
static bool known_bytes(struct ingest *g, const struct planned *p, uint64_t *out, struct err *err)
{
	bool known = false;

	*out = 0;
	if (!g->sink->known)
		return true;
	if (!g->sink->known(g->sink->self, p->file.content_id, &known, out, err))
		return false;
	for (size_t i = p->n_prefixes; !known && i-- > 0;) {
		if (!g->sink->known(g->sink->self, p->prefix_ids[i], &known, out, err))
			return false;
		known = known && *out >= p->prefix_bytes[i]; /* else that id was another text's */
	}
	if (!known)
		*out = 0;
	return true;
}

static bool open_text(struct ingest *g, const struct planned_path *path, const struct planned *p,
		      struct input **in, struct arena *a)
{
	const struct input_limits limits = { g->options->max_ratio, g->options->max_file_bytes };
	struct input_stream stream;
	struct err err = ERR_INIT;

	if (!input_open(path->found->path.ptr, path->found->display, &limits, in, &err)) {
		run_note(g, str_of(err.text));
		return false;
	}
	if (input_find(*in, p->file.path, &stream))
		return true;
	note_text(g, a, p->file.path, "it is not there any more", STR_NONE);
	input_close(*in);
	return false;
}

/*
 * What an earlier run knows of a text: *skip, when nothing is new; else resume_offset is set to where the
 * new part begins.
 */
static bool check_known(struct ingest *g, const struct planned_path *path, struct planned *p, bool *skip,
			struct err *err)
{
	uint64_t bytes, size;
	struct input *in;
	struct arena a;
	char c;

	*skip = false;
	if (!known_bytes(g, p, &bytes, err))
		return false;
	if (bytes == 0)
		return true;
	if (quick_size(path, p, &size)) {
		*skip = size <= bytes && (p->plain || size == (bytes & UINT32_MAX));
	}
	if (!*skip) {
		arena_init(&a);
		if (open_text(g, path, p, &in, &a)) {
			*skip = input_skip(in, bytes) < bytes || input_read(in, &c, 1) == 0;
			input_close(in);
		}
		arena_release(&a);
	}
	if (!*skip)
		p->file.resume_offset = bytes;
	return true;
}

/* ---- waves ---- */

static bool wanted(const struct planned *p, enum wave wave)
{
	return p->action == PLAN_WALK || (p->action == PLAN_READ && wave == WAVE_DATED);
}

bool run_path_wanted(const struct planned_path *p, enum wave wave)
{
	for (size_t i = 0; i < p->n_texts; i++)
		if (wanted(p->texts[i], wave))
			return true;
	return false;
}

static bool run_text(struct ingest *g, unsigned worker, const struct planned_path *path, struct planned *p,
		     struct input *in, enum wave wave, struct path_progress *progress, struct err *err)
{
	bool skip = false;

	if (!p->checked) {
		p->checked = true;
		if (!check_known(g, path, p, &skip, err))
			return false;
	}
	if (skip) { /* the sink is told, so that it can say so */
		p->action = PLAN_KNOWN;
		return read_text(g, worker, p, in, progress, err);
	}
	if (p->action == PLAN_WALK && wave == WAVE_DATED) {
		struct text_plan plan = text_plan_of(g, p);

		plan.chain = NULL;
		text_walk(&g->workers[worker], &plan, in, STR_NONE, &p->walk);
		return true;
	}
	return read_text(g, worker, p, in, progress, err);
}

bool run_path(struct ingest *g, unsigned worker, struct planned_path *p, enum wave wave, struct err *err)
{
	const struct input_limits limits = { g->options->max_ratio, g->options->max_file_bytes };
	struct path_progress progress = { g, 0 };
	struct input_stream stream;
	struct err open_err = ERR_INIT;
	struct input *in;
	size_t last = 0;
	bool good = true;

	if (!input_open(p->found->path.ptr, p->found->display, &limits, &in, &open_err)) {
		run_note(g, str_of(open_err.text));
		pthread_mutex_lock(&g->lock);
		g->report->files_failed++;
		pthread_mutex_unlock(&g->lock);
		return true;
	}
	for (size_t i = 0; i < p->n_texts; i++)
		if (wanted(p->texts[i], wave))
			last = i;
	for (size_t i = 0; good && i <= last && input_next(in, &stream); i++)
		if (wanted(p->texts[i], wave))
			good = run_text(g, worker, p, p->texts[i], in, wave, &progress, err);
	input_close(in);
	return good;
}

/* ---- copies ---- */

static void note_copy(struct ingest *g, const struct planned *p, bool more)
{
	struct arena a;

	arena_init(&a);
	note_text(g, &a, p->file.path,
		  more ? "what it has in common is counted once, in " : "its content is counted once, in ",
		  p->original->file.path);
	arena_release(&a);
}

/* Both waves of one text. */
static bool run_alone(struct ingest *g, unsigned worker, struct planned_path *path, struct planned *p,
		      struct err *err)
{
	struct path_progress progress = { g, 0 };
	struct input *in;
	struct arena a;
	bool good = true;

	arena_init(&a);
	for (int wave = p->yearless ? WAVE_DATED : WAVE_YEARLESS;
	     good && p->action != PLAN_KNOWN && wave <= WAVE_YEARLESS; wave++) {
		if (!open_text(g, path, p, &in, &a))
			break;
		good = run_text(g, worker, path, p, in, (enum wave)wave, &progress, err);
		input_close(in);
	}
	arena_release(&a);
	return good;
}

/* A copy of a long text: what goes beyond the original is read; all of it, when it is no copy after all. */
static bool run_copy(struct ingest *g, unsigned worker, struct planned_path *path, struct planned *p,
		     struct err *err)
{
	struct planned *original = p->original;
	struct path_progress progress = { g, 0 };
	struct input *in;
	struct arena a;
	bool more = false, same = true, good = true;

	arena_init(&a);
	if (original->read_bytes == 0) { /* skipped or unreadable: this one stands for itself */
		p->action = p->yearless ? PLAN_WALK : PLAN_READ;
		good = run_alone(g, worker, path, p, err);
		arena_release(&a);
		return good;
	}
	if (!p->whole && original->chain && open_text(g, path, p, &in, &a)) {
		same = text_begins_like(in, original->chain, original->read_bytes, &more);
		input_close(in);
	}
	if (same && !more) {
		note_copy(g, p, false);
		count_skipped(g);
	} else if (open_text(g, path, p, &in, &a)) {
		if (same) {
			note_copy(g, p, true);
			p->file.resume_offset = original->read_bytes;
		} else { /* both begin alike, that is all */
			p->file.content_id = hash64_mix(p->file.content_id, hash64(p->file.logical));
		}
		if (p->yearless) {
			struct text_plan plan = text_plan_of(g, p);

			text_walk(&g->workers[worker], &plan, in, STR_NONE, &p->walk);
			input_close(in);
			good = open_text(g, path, p, &in, &a);
		}
		good = good && read_text(g, worker, p, in, &progress, err);
		if (same && p->read_bytes > original->read_bytes)
			original->read_bytes = p->read_bytes;
		input_close(in);
	}
	arena_release(&a);
	return good;
}

bool run_copies(struct ingest *g, unsigned worker, struct planned *original, struct err *err)
{
	for (size_t i = 0; i < g->n_paths; i++)
		for (size_t k = 0; k < g->paths[i].n_texts; k++)
			if (g->paths[i].texts[k]->original == original &&
			    !run_copy(g, worker, &g->paths[i], g->paths[i].texts[k], err))
				return false;
	return true;
}

/* ---- the rest ---- */

void run_count_unread(struct ingest *g, const struct planned *p)
{
	struct arena a;

	if (p->action != PLAN_EMPTY && p->action != PLAN_NOT_LOG)
		return;
	arena_init(&a);
	pthread_mutex_lock(&g->lock);
	g->report->files_empty += p->action == PLAN_EMPTY;
	g->report->files_not_log += p->action == PLAN_NOT_LOG;
	pthread_mutex_unlock(&g->lock);
	if (p->action == PLAN_NOT_LOG)
		note_text(g, &a, p->file.path, "not read as a log: ", p->reason);
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
		return true;
	}
	while (good && input_next(in, &stream)) {
		struct planned *t = plan_text(&stream, p->found, &g->rules, &g->kept[0]);

		if (t->action == PLAN_EMPTY || t->action == PLAN_NOT_LOG) {
			run_count_unread(g, t);
			continue;
		}
		if (t->action == PLAN_WALK) { /* it cannot be read twice: its beginning must do */
			struct text_plan plan = text_plan_of(g, t);

			text_walk(&g->workers[0], &plan, NULL, stream.head, &t->walk);
		}
		good = read_text(g, 0, t, in, &progress, err);
	}
	input_close(in);
	return good;
}
