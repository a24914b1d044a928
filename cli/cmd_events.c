/*
 * inquest events: decode only, one JSON object per event on a line of its own. Files are read one after the
 * other in the order of their paths, so that the output is the same every time.
 */
#include <math.h>
#include <stdio.h>

#include "cli/pipeline.h"
#include "core/json.h"

enum { EVENT_MAX_BYTES = 16 << 20, FLUSH_BYTES = 64 * 1024 };

/* The sink's state. */
struct printer {
	const struct source_file *file;
	int64_t since_ns, until_ns; /* TIME_NONE: no limit */
	struct buf out;
};

static enum sink_answer print_file_begin(void *self, const struct source_file *f, void **handle, struct err *err)
{
	struct printer *p = self;

	(void)err;
	p->file = f;
	*handle = p;
	return SINK_TAKE;
}

static void add_text(struct jsonw *w, const char *key, struct str value)
{
	if (value.len == 0)
		return;
	jsonw_key(w, key);
	jsonw_str(w, value);
}

static void add_number(struct jsonw *w, const char *key, int64_t value)
{
	if (value < 0)
		return;
	jsonw_key(w, key);
	jsonw_i64(w, value);
}

static void add_time(struct jsonw *w, const struct event *e)
{
	char text[TIME_TEXT_BYTES];

	if (!e->has_time)
		return;
	jsonw_key(w, "time");
	jsonw_str(w, str_of(time_format(e->time_ns, e->time.digits, text)));
}

/* Keys in the order of the contract; those without a value are left out. */
static void add_event(struct buf *out, const struct source_file *f, const struct event *e)
{
	struct jsonw w;

	jsonw_init(&w, out, 0);
	jsonw_object(&w);
	add_text(&w, "source", f->path);
	add_number(&w, "line", (int64_t)e->line);
	add_number(&w, "offset", (int64_t)e->offset);
	add_number(&w, "lines", e->lines);
	add_time(&w, e);
	add_text(&w, "format", e->format);
	add_text(&w, "service", e->service.len > 0 ? e->service : f->service);
	add_text(&w, "host", e->host.len > 0 ? e->host : f->host);
	add_text(&w, "severity", str_of(severity_name(e->severity)));
	add_text(&w, "message", e->message);
	add_text(&w, "template", e->template_text);
	add_text(&w, "method", e->method);
	add_text(&w, "path", e->path);
	add_number(&w, "status", e->status);
	add_number(&w, "bytes", e->bytes);
	if (!isnan(e->duration_ms)) {
		jsonw_key(&w, "duration_ms");
		jsonw_fixed(&w, e->duration_ms, 3);
	}
	add_text(&w, "client", e->client);
	add_text(&w, "user", e->user);
	add_text(&w, "db", e->db);
	add_text(&w, "query", e->query);
	add_number(&w, "pid", e->pid);
	jsonw_object_end(&w);
	buf_addc(out, '\n');
}

static bool flush_to_stdout(struct printer *p, struct err *err)
{
	bool good = fwrite(p->out.ptr, 1, p->out.len, stdout) == p->out.len;

	buf_clear(&p->out);
	return good || err_set_errno(err, "cannot write to standard output");
}

static bool print_event(void *self, void *handle, const struct event *e, struct err *err)
{
	struct printer *p = self;
	bool bounded = p->since_ns != TIME_NONE || p->until_ns != TIME_NONE;

	(void)handle;
	if (bounded && (!e->has_time || (p->since_ns != TIME_NONE && e->time_ns < p->since_ns) ||
			(p->until_ns != TIME_NONE && e->time_ns >= p->until_ns)))
		return true;
	add_event(&p->out, p->file, e);
	if (p->out.full)
		return err_set(err, "%.*s: the event of line %llu is too large to print", STR_ARG(p->file->path),
			       (unsigned long long)e->line);
	return p->out.len < FLUSH_BYTES || flush_to_stdout(p, err);
}

static bool print_file_end(void *self, void *handle, const struct source_file *f, const struct file_totals *t,
			   struct err *err)
{
	(void)handle;
	(void)f;
	(void)t;
	struct printer *p = self;

	return p->out.len == 0 || flush_to_stdout(p, err);
}

static int run(struct invocation *in, struct err *err)
{
	const struct common_options *c = &in->common;
	struct printer printer = { .since_ns = c->since_ns, .until_ns = c->until_ns };
	const struct event_sink sink = {
		.self = &printer,
		.file_begin = print_file_begin,
		.event = print_event,
		.file_end = print_file_end,
	};
	struct ingest_report report = { 0 };
	struct progress progress;

	/* Progress between the lines of standard output would only be in the way there. */
	progress_init(&progress, !c->quiet && !c->no_progress && !in->terminal.is_terminal);
	struct ingest_options options = pipeline_ingest_options(in, in->args, in->n_args, &progress);

	options.jobs = 1;
	options.paths_as_given = true;
	buf_init(&printer.out, EVENT_MAX_BYTES);
	bool good = ingest_run(&options, &sink, in->arena, &report, err);

	progress_end(&progress);
	buf_release(&printer.out);
	for (size_t i = 0; i < report.n_notes; i++)
		fprintf(stderr, "%.*s\n", STR_ARG(report.notes[i]));
	if (good && !report.usable)
		err_set_status(err, EXIT_NO_INPUT, "no event was found");
	return c->strict && (report.damaged || report.rejected > 0) ? EXIT_DAMAGED : EXIT_DONE;
}

static const struct example examples[] = {
	{ "inquest events logs/ | jq -r 'select(.status >= 500) | .path'", "Paths of failed requests of all servers." },
	{ "zcat app.log.gz | inquest events -", "See how lines are understood." },
	{ 0 },
};

const struct command command_events = {
	.name = "events",
	.rank = 9,
	.arguments = "PATH...",
	.help = "decode only: one JSON object per event",
	.about = "Decodes logs and prints one JSON object per event: where it stands (source, line, offset), its time in UTC "
		 "with the precision of the log, and what its format says about it. A record over several lines is one event.",
	.uses = USES_INPUT | USES_WINDOW | USES_STRICT | USES_PROGRESS,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.examples = examples,
	.run = run,
};
