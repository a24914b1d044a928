#include "tests/unit/event_recorder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"

struct open_file {
	uint64_t events;
};

void recorder_init(struct recorder *r)
{
	*r = (struct recorder){ .counts_ok = true };
	arena_init(&r->arena);
	arena_init(&r->run);
	map_init(&r->known);
	map_init(&r->before);
	pthread_mutex_init(&r->lock, NULL);
}

void recorder_release(struct recorder *r)
{
	map_release(&r->known);
	map_release(&r->before);
	arena_release(&r->arena);
	arena_release(&r->run);
	pthread_mutex_destroy(&r->lock);
}

void recorder_forget_events(struct recorder *r)
{
	r->events.n = r->files.n = 0;
}

static enum sink_answer record_begin(void *self, const struct source_file *f, void **handle, struct err *err)
{
	struct recorder *r = self;
	bool skip;

	(void)err;
	pthread_mutex_lock(&r->lock);
	skip = f->resume_offset == 0 && map_get(&r->known, f->content_id) != NULL;
	*handle = arena_new(&r->arena, struct open_file);
	pthread_mutex_unlock(&r->lock);
	return skip ? SINK_SKIP : SINK_TAKE;
}

static bool record_event(void *self, void *handle, const struct event *e, struct err *err)
{
	struct recorder *r = self;
	char time[TIME_TEXT_BYTES] = "-";

	(void)err;
	if (e->time_ns != TIME_NONE)
		time_format(e->time_ns, 3, time);
	pthread_mutex_lock(&r->lock);
	((struct open_file *)handle)->events++;
	*vec_push(&r->arena, &r->events) = arena_printf(
		&r->arena, "%s %llu@%llu+%u %.*s svc=%.*s host=%.*s %s %.*s|%.*s|%.*s|%.*s|%016llx", time,
		(unsigned long long)e->line, (unsigned long long)e->offset, e->lines, STR_ARG(e->format),
		STR_ARG(e->service), STR_ARG(e->host), severity_name(e->severity), STR_ARG(e->message),
		STR_ARG(e->error), STR_ARG(e->route), STR_ARG(e->template_text),
		(unsigned long long)hash64(e->raw));
	pthread_mutex_unlock(&r->lock);
	return true;
}

static bool record_end(void *self, void *handle, const struct source_file *f, const struct file_totals *t,
		       struct err *err)
{
	struct recorder *r = self;

	(void)err;
	pthread_mutex_lock(&r->lock);
	r->counts_ok = r->counts_ok && t->lines == t->events + t->continuation + t->rejected &&
		       t->events == ((struct open_file *)handle)->events;
	*map_put(&r->known, f->content_id, NULL) = t->end_offset;
	*vec_push(&r->arena, &r->files) = arena_printf(
		&r->arena, "%.*s of %.*s %.*s svc=%.*s host=%.*s zone=%d %llu=%llu+%llu+%llu%s%.*s",
		STR_ARG(f->path), STR_ARG(f->logical), STR_ARG(f->format), STR_ARG(f->service),
		STR_ARG(f->host), f->zone_known, (unsigned long long)t->lines, (unsigned long long)t->events,
		(unsigned long long)t->continuation, (unsigned long long)t->rejected,
		t->n_notes > 0 ? " " : "", STR_ARG(t->n_notes > 0 ? t->notes[0] : STR_NONE));
	pthread_mutex_unlock(&r->lock);
	return true;
}

static bool record_known(void *self, uint64_t content_id, bool *known, uint64_t *end_offset, struct err *err)
{
	struct recorder *r = self;
	uint64_t *bytes;

	(void)err;
	pthread_mutex_lock(&r->lock);
	bytes = map_get(&r->before, content_id);
	*known = bytes != NULL;
	*end_offset = bytes ? *bytes : 0;
	pthread_mutex_unlock(&r->lock);
	return true;
}

struct event_sink recorder_sink(struct recorder *r)
{
	for (size_t i = 0; i < r->known.cap; i++)
		if (r->known.keys[i])
			*map_put(&r->before, r->known.keys[i], NULL) = r->known.vals[i];
	return (struct event_sink){
		.self = r,
		.concurrent = true,
		.file_begin = record_begin,
		.event = record_event,
		.file_end = record_end,
		.known = record_known,
	};
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Everything recorded as one text, in an order that does not depend on threads. */
struct str recorded(struct recorder *r)
{
	struct buf all;
	struct str out;

	buf_init(&all, 64 << 20);
	if (r->files.n > 0)
		qsort(r->files.at, r->files.n, sizeof *r->files.at, by_text);
	if (r->events.n > 0)
		qsort(r->events.at, r->events.n, sizeof *r->events.at, by_text);
	for (size_t i = 0; i < r->files.n; i++)
		buf_addf(&all, "%.*s\n", STR_ARG(r->files.at[i]));
	for (size_t i = 0; i < r->events.n; i++)
		buf_addf(&all, "%.*s\n", STR_ARG(r->events.at[i]));
	out = arena_str(&r->arena, buf_str(&all));
	buf_release(&all);
	return out;
}

bool has_file(const struct recorder *r, const char *line)
{
	for (size_t i = 0; i < r->files.n; i++)
		if (str_eq(r->files.at[i], str_of(line)))
			return true;
	for (size_t i = 0; i < r->files.n; i++)
		fprintf(stderr, "  file: %.*s\n", STR_ARG(r->files.at[i]));
	return false;
}

size_t count_events(const struct recorder *r, const char *part)
{
	size_t n = 0;

	for (size_t i = 0; i < r->events.n; i++)
		n += str_find(r->events.at[i], str_of(part)) >= 0;
	return n;
}
