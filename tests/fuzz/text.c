/*
 * A text of any bytes through detection, joining, payloads and decoding of every format: counts add up,
 * events are
 * within the text. The first byte chooses a format by rule, or none.
 */
#include "ingest/detect.h"
#include "ingest/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t events;

static bool take(void *self, void *handle, const struct event *e, struct err *err)
{
	(void)self;
	(void)handle;
	(void)err;
	if (e->line == 0 || e->lines == 0 || e->format.len == 0 || (e->path.len > 0 && e->route.len == 0))
		BUG("an event does not say where it is from");
	events++;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct event_sink sink = { .event = take };
	const struct source_file file = { .path = STR("x/app.log") };
	struct str text = { (const char *)data, size };
	struct text_plan plan = { .path = file.path };
	struct file_totals totals = { 0 };
	struct err err = ERR_INIT;
	atomic_uint_fast64_t counter = 0;
	struct emitter m = { .sink = &sink, .file = &file, .events = &counter, .err = &err };
	const struct format *forced = NULL;
	struct text_worker w;
	struct detection d;
	struct arena a;

	if (size == 0)
		return 0;
	for (size_t i = 0; format_registry[i]; i++)
		if (i + 1 == data[0])
			forced = format_registry[i];
	text = str_from(text, 1);
	arena_init(&a);
	detect_format(str_head(text, INPUT_HEAD_BYTES), text.len <= INPUT_HEAD_BYTES, file.path, NULL, forced, &a,
		      &d);
	plan.format = d.format;
	plan.others = d.others;
	plan.n_others = d.n_others;
	if (plan.format) {
		struct clock_walk walk;

		events = 0;
		text_worker_init(&w);
		clock_init(&m.clock, NULL, CLOCK_YEAR, CLOCK_DAY);
		if (!text_read(&w, &plan, NULL, text, &m, NULL, &a, &totals))
			BUG("a sink that cannot fail has failed");
		if (totals.lines != totals.events + totals.continuation + totals.rejected ||
		    totals.events != events)
			BUG("counts do not add up");
		text_walk(&w, &plan, NULL, text, &walk);
		text_worker_release(&w);
	}
	arena_release(&a);
	return 0;
}
