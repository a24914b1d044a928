#include "cli/ingest_sink.h"

#include <stdlib.h>

struct open_extent {
	struct open_extent *next;
	struct extent_writer *writer; /* NULL when finished or given up */
};

bool ingest_sink_init(struct ingest_sink *s, struct store_writer *writer, struct arena *a, struct err *err)
{
	*s = (struct ingest_sink){ .writer = writer, .arena = a };
	pthread_mutex_init(&s->lock, NULL);
	map_init(&s->known);
	return store_writer_contents(writer, &s->known, err);
}

/* Copies of n texts; the lock is held. */
static struct str *copy_texts(struct arena *a, const struct str *texts, size_t n)
{
	struct str *out = arena_new_n(a, struct str, n);

	for (size_t i = 0; i < n; i++)
		out[i] = arena_str(a, texts[i]);
	return out;
}

static void note_skipped(struct ingest_sink *s, const struct source_file *f)
{
	pthread_mutex_lock(&s->lock);
	*vec_push(s->arena, &s->files) = (struct file_outcome){
		.path = arena_str(s->arena, f->path),
		.format = arena_str(s->arena, f->format),
		.skipped = true,
	};
	pthread_mutex_unlock(&s->lock);
}

static void note_file(struct ingest_sink *s, const struct source_file *f, const struct file_totals *t)
{
	pthread_mutex_lock(&s->lock);
	*vec_push(s->arena, &s->files) = (struct file_outcome){
		.path = arena_str(s->arena, f->path),
		.format = arena_str(s->arena, f->format),
		.lines = t->lines,
		.events = t->events,
		.continuation = t->continuation,
		.rejected = t->rejected,
		.truncated = t->truncated,
		.damaged = t->damaged,
		.notes = copy_texts(s->arena, t->notes, t->n_notes),
		.n_notes = t->n_notes,
		.samples = copy_texts(s->arena, t->samples, t->n_samples),
		.n_samples = t->n_samples,
	};
	pthread_mutex_unlock(&s->lock);
}

static bool sink_listed(void *self, uint64_t listing_id, struct err *err)
{
	struct ingest_sink *s = self;

	s->listing_id = listing_id;
	return store_writer_shard(s->writer, listing_id, s->shard, s->n_shards, false, err);
}

static bool sink_known(void *self, uint64_t content_id, bool *known, uint64_t *end_offset, struct err *err)
{
	const struct ingest_sink *s = self;
	const uint64_t *bytes = map_get(&s->known, content_id);

	(void)err;
	*known = bytes != NULL;
	*end_offset = bytes ? *bytes : 0;
	return true;
}

static enum sink_answer sink_file_begin(void *self, const struct source_file *f, void **handle, struct err *err)
{
	struct ingest_sink *s = self;
	const struct extent_info info = {
		.path = f->path,
		.logical = f->logical,
		.service = f->service,
		.host = f->host,
		.format = f->format,
		.role = f->role,
		.zone_known = f->zone_known,
		.content_id = f->content_id,
	};
	struct extent_writer *writer;
	uint64_t end_offset;
	bool known;

	if (!store_writer_knows(s->writer, f->content_id, &known, &end_offset, err))
		return SINK_FAIL;
	/* Of what could not be read at all then, all is new. */
	if (known && end_offset > 0 && f->resume_offset == 0) {
		note_skipped(s, f);
		return SINK_SKIP;
	}
	if (!extent_begin(s->writer, &info, &writer, err))
		return SINK_FAIL;
	pthread_mutex_lock(&s->lock);
	struct open_extent *x = arena_new(s->arena, struct open_extent);

	*x = (struct open_extent){ s->open, writer };
	s->open = x;
	pthread_mutex_unlock(&s->lock);
	*handle = x;
	return SINK_TAKE;
}

static bool sink_event(void *self, void *handle, const struct event *e, struct err *err)
{
	struct open_extent *x = handle;

	(void)self;
	return extent_add(x->writer, e, err);
}

static bool sink_point(void *self, void *handle, const struct input_point *p, struct err *err)
{
	struct open_extent *x = handle;
	const struct checkpoint c = { p->text_offset, p->packed_offset, p->bits, p->window };

	(void)self;
	return extent_checkpoint(x->writer, &c, err);
}

static bool sink_file_end(void *self, void *handle, const struct source_file *f, const struct file_totals *t,
			  struct err *err)
{
	struct ingest_sink *s = self;
	struct open_extent *x = handle;
	struct extent_writer *writer = x->writer;
	const struct extent_totals totals = {
		.lines = t->lines,
		.events = t->events,
		.continuation = t->continuation,
		.rejected = t->rejected,
		.bytes = t->bytes,
		.end_offset = t->end_offset,
		.first_ns = t->first_ns,
		.last_ns = t->last_ns,
		.truncated = t->truncated,
		.damaged = t->damaged,
		.notes = t->notes,
		.n_notes = t->n_notes,
		.samples = t->samples,
		.n_samples = t->n_samples,
	};

	x->writer = NULL; /* extent_finish frees it in any case */
	if (!extent_finish(writer, &totals, err))
		return false;
	note_file(s, f, t);
	return true;
}

struct event_sink ingest_sink_events(struct ingest_sink *s)
{
	return (struct event_sink){
		.self = s,
		.concurrent = true,
		.file_begin = sink_file_begin,
		.event = sink_event,
		.file_end = sink_file_end,
		.point = sink_point,
		.known = s->known.n > 0 ? sink_known : NULL,
		.listed = sink_listed,
	};
}

static int by_path(const void *a, const void *b)
{
	const struct file_outcome *x = a, *y = b;

	return str_cmp(x->path, y->path);
}

void ingest_sink_finish(struct ingest_sink *s)
{
	for (struct open_extent *x = s->open; x; x = x->next)
		if (x->writer)
			extent_abandon(x->writer);
	s->open = NULL;
	if (s->files.n > 0)
		qsort(s->files.at, s->files.n, sizeof *s->files.at, by_path);
	map_release(&s->known);
	pthread_mutex_destroy(&s->lock);
}
