/*
 * A text of any bytes through detection, joining, payloads and decoding of every format: counts add up, events are
 * within the text, and reading it again gives the same. A first line that is a format's id forces that format for
 * the rest, as `--format` would; without one the format is detected.
 */
#include "core/hash.h"
#include "ingest/detect.h"
#include "ingest/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct taken {
	uint64_t events;
	uint64_t digest; /* of every text of every event: all of them can be read */
};

static bool take(void *self, void *handle, const struct event *e, struct err *err)
{
	struct taken *t = self;
	const struct str texts[] = {
		e->raw,	   e->format,	e->message,	  e->error,	    e->detail, e->service,  e->host,
		e->logger, e->version,	e->method,	  e->path,	    e->client, e->user,	    e->agent,
		e->db,	   e->query,	e->referrer,	  e->upstream,	    e->route,  e->sqlstate, e->request_id,
		e->payload, e->fingerprint, e->template_text,
	};
	const struct change *c = e->change;

	(void)handle;
	(void)err;
	if (e->line == 0 || e->lines == 0 || e->format.len == 0 || (e->path.len > 0 && e->route.len == 0))
		BUG("an event does not say where it is from");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		t->digest = hash64_mix(t->digest, hash64(texts[i]));
	if (c) {
		const struct str words[] = { c->service, c->version,   c->previous,  c->actor, c->key,
					     c->status,	 c->old_value, c->new_value, c->id,    c->text };

		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			t->digest = hash64_mix(t->digest, hash64(words[i]));
	}
	t->digest = hash64_mix(t->digest, (uint64_t)e->time_ns ^ e->offset);
	t->events++;
	return true;
}

static struct taken read_all(struct text_worker *w, const struct text_plan *plan, struct str text, struct arena *a)
{
	struct taken taken = { 0 };
	const struct event_sink sink = { .self = &taken, .event = take };
	const struct source_file file = { .path = plan->path };
	struct file_totals totals = { 0 };
	struct err err = ERR_INIT;
	atomic_uint_fast64_t counter = 0;
	struct emitter m = { .sink = &sink, .file = &file, .events = &counter, .err = &err };

	clock_init(&m.clock, NULL, CLOCK_YEAR, CLOCK_DAY);
	if (!text_read(w, plan, NULL, text, &m, NULL, a, &totals))
		BUG("a sink that cannot fail has failed");
	if (totals.lines != totals.events + totals.continuation + totals.rejected || totals.events != taken.events)
		BUG("counts do not add up");
	return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, rest;
	struct text_plan plan = { .path = STR("x/app.log") };
	const struct format *forced = format_by_id(str_cut(text, '\n', &rest));
	struct detection d;
	struct arena a;

	if (forced)
		text = rest;
	arena_init(&a);
	detect_format(str_head(text, INPUT_HEAD_BYTES), text.len <= INPUT_HEAD_BYTES, plan.path, NULL, forced, &a, &d);
	plan.format = d.format;
	plan.others = d.others;
	plan.n_others = d.n_others;
	if (plan.format) {
		struct text_worker w;
		struct clock_walk walk;

		text_worker_init(&w);
		struct taken once = read_all(&w, &plan, text, &a), again = read_all(&w, &plan, text, &a);

		if (once.events != again.events || once.digest != again.digest)
			BUG("reading a text again gives other events");
		text_walk(&w, &plan, NULL, text, &walk);
		text_worker_release(&w);
	}
	arena_release(&a);
	return 0;
}
