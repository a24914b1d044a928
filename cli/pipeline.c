#include "cli/pipeline.h"

#include <stdio.h>
#include <unistd.h>

#include "analyze/analyze.h"
#include "cli/ingest_sink.h"
#include "cli/output.h"
#include "cli/passages.h"
#include "cli/summary.h"
#include "store/reader.h"

enum { RENDER_MAX_BYTES = 256 << 20, NOTES_KEPT = 3 };

/* ---- ingest --------------------------------------------------------------------------------- */

struct ingest_options pipeline_ingest_options(const struct invocation *in, struct str *paths, size_t n,
					      struct progress *progress)
{
	const struct common_options *c = &in->common;

	for (size_t i = 0; i < n; i++)
		if (str_eq(paths[i], STR("-")) && isatty(STDIN_FILENO) && !c->quiet)
			fputs("Reading what is typed here; Ctrl-D ends it.\n", stderr);
	return (struct ingest_options){
		.paths = paths,
		.n_paths = n,
		.zones = c->zones.at,
		.n_zones = c->zones.n,
		.services = c->services.at,
		.n_services = c->services.n,
		.formats = c->formats.at,
		.n_formats = c->formats.n,
		.own_formats = in->own_formats,
		.jobs = c->jobs,
		.only = in->only,
		.n_only = in->n_only,
		.progress = progress->shown ? progress_show : NULL,
		.progress_self = progress,
	};
}

static bool ingest_into(struct invocation *in, struct store_writer *writer, struct str *paths, size_t n,
			const struct shard *share, struct ingest_outcome *out, struct err *err)
{
	struct progress progress;
	struct ingest_sink sink;

	progress_init(&progress, !in->common.quiet && !in->common.no_progress);
	bool good = ingest_sink_init(&sink, writer, in->arena, err);
	struct ingest_options options = pipeline_ingest_options(in, paths, n, &progress);
	const struct event_sink events = ingest_sink_events(&sink);
	struct arena report; /* the sink's lists grow in the other one at the same time */

	sink.shard = options.shard = share->number;
	sink.n_shards = options.n_shards = share->of;
	arena_init(&report);
	good = good && ingest_run(&options, &events, &report, &out->report, err);

	progress_end(&progress);
	ingest_sink_finish(&sink);
	out->files = sink.files.at;
	out->n_files = sink.files.n;
	struct str *notes = arena_new_n(in->arena, struct str, out->report.n_notes);

	for (size_t i = 0; i < out->report.n_notes; i++)
		notes[i] = arena_str(in->arena, out->report.notes[i]);
	out->report.notes = notes;
	arena_release(&report);
	good = good && store_writer_settle_since(writer, in->settle_since_ns ? in->settle_since_ns : TIME_NONE, err);
	return good && (share->of == 0 ||
			store_writer_shard(writer, sink.listing_id, share->number, share->of, true, err));
}

bool pipeline_ingest(struct invocation *in, struct str store, struct str *paths, size_t n, struct ingest_outcome *out,
		     struct err *err)
{
	return pipeline_ingest_shard(in, store, paths, n, &(struct shard){ 0, 0 }, out, err);
}

bool pipeline_ingest_shard(struct invocation *in, struct str store, struct str *paths, size_t n,
			   const struct shard *share, struct ingest_outcome *out, struct err *err)
{
	struct store_writer *writer;

	*out = (struct ingest_outcome){ 0 };
	if (!store_writer_open(store.ptr, &writer, err))
		return false;
	bool good = ingest_into(in, writer, paths, n, share, out, err);

	good = store_writer_close(writer, err) && good;
	if (!good)
		return false;
	if (!out->report.usable) {
		summary_problems(stderr, out);
		return err_set_status(err, EXIT_NO_INPUT, "nothing to work with: %s", summary_no_input(out));
	}
	return true;
}

/* ---- analysis ------------------------------------------------------------------------------- */

/* "Nothing found" means little when files could not be read: a few are named, before all other notes. */
static void add_notes(struct invocation *in, const struct ingest_report *r, struct casefile *c)
{
	size_t named = r->n_notes < NOTES_KEPT ? r->n_notes : NOTES_KEPT, n = 0;
	struct str *notes = arena_new_n(in->arena, struct str, c->n_notes + named + 1);

	for (size_t i = 0; i < named; i++)
		notes[n++] = r->notes[i];
	if (r->n_notes > named)
		notes[n++] = arena_printf(in->arena, "%zu more files were left out, copies, or not whole.", r->n_notes - named);
	for (size_t i = 0; i < c->n_notes; i++)
		notes[n++] = c->notes[i];
	c->notes = notes;
	c->n_notes = n;
}

/* A window beside the logs finds nothing, which must not look like a quiet day. */
static bool check_window(const struct invocation *in, const struct casefile *c, struct err *err)
{
	int64_t since_ns = in->common.since_ns, until_ns = in->common.until_ns;
	int64_t first_ns = TIME_NONE, last_ns = TIME_NONE;
	char first[TIME_TEXT_BYTES], last[TIME_TEXT_BYTES];

	for (size_t i = 0; i < c->n_sources; i++) {
		const struct quality_source *s = &c->sources[i];

		if (s->first_ns == TIME_NONE || s->last_ns == TIME_NONE)
			continue;
		if (first_ns == TIME_NONE || s->first_ns < first_ns)
			first_ns = s->first_ns;
		if (last_ns == TIME_NONE || s->last_ns > last_ns)
			last_ns = s->last_ns;
	}
	if (first_ns == TIME_NONE || ((since_ns == TIME_NONE || last_ns >= since_ns) &&
				      (until_ns == TIME_NONE || first_ns < until_ns)))
		return true;
	return err_set_status(err, EXIT_NO_INPUT, "the logs have nothing of this time: they go from %s to %s",
			      time_format(first_ns, 0, first), time_format(last_ns, 0, last));
}

/* What an earlier analysis left; nothing when there was none that can be read. */
static bool load_earlier(struct store *s, struct arena *a, struct casefile *out, struct err *err)
{
	struct err unreadable = ERR_INIT;
	struct str json;

	if (!store_load_casefile(s, a, &json, err))
		return false;
	if (json.len == 0 || !casefile_decode(json, a, out, &unreadable))
		*out = (struct casefile){ 0 };
	return true;
}

/* The whole analysis; `json` gets the case file as a store keeps it. `archive`: NULL when nothing is to be read around its lines. */
static bool analyze(struct invocation *in, struct str store, const struct ingest_outcome *read, const struct archive *archive,
		    struct buf *json, struct err *err)
{
	const struct analyze_options options = {
		.since_ns = in->common.since_ns,
		.until_ns = in->common.until_ns,
		.families = in->families,
	};
	struct casefile found = { 0 }, earlier = { 0 };
	struct store *reader;

	if (!store_open(store.ptr, &reader, err))
		return false;
	bool good = analyze_run(reader, &options, in->arena, &found, err) && check_window(in, &found, err);

	if (good && read && read->report.n_notes > 0)
		add_notes(in, &read->report, &found);
	if (good && archive)
		good = load_earlier(reader, in->arena, &earlier, err) &&
		       passages_read(reader, archive->paths, archive->n, &earlier, in->arena, &found, err);
	if (good)
		casefile_encode(&found, false, json);
	if (good && json->full)
		good = err_set(err, "the findings are larger than %d MiB", RENDER_MAX_BYTES >> 20);
	store_close(reader);
	return good;
}

/* Analyses, and keeps the result in the store; with `archive` NULL the store is only read. */
static bool analyze_and(const struct archive *archive, struct invocation *in, struct str store, const struct ingest_outcome *read,
			     struct casefile *out, struct err *err)
{
	struct buf json;

	buf_init(&json, RENDER_MAX_BYTES);
	/* What is shown now is what was kept, so that a later report says the same. */
	bool good = analyze(in, store, read, archive, &json, err) &&
		    (!archive || store_save_casefile(store.ptr, buf_str(&json), err)) &&
		    casefile_decode(arena_str(in->arena, buf_str(&json)), in->arena, out, err);

	buf_release(&json);
	return good;
}

bool pipeline_analyze(struct invocation *in, struct str store, const struct ingest_outcome *read, struct archive archive,
		      struct casefile *out, struct err *err)
{
	return analyze_and(&archive, in, store, read, out, err);
}

bool pipeline_examine(struct invocation *in, struct str store, struct casefile *out, struct err *err)
{
	return analyze_and(NULL, in, store, NULL, out, err);
}

bool pipeline_read_around(struct invocation *in, struct str store, struct archive archive, struct casefile *c, struct err *err)
{
	const struct casefile earlier = *c;
	struct store *reader;

	if (!store_open(store.ptr, &reader, err))
		return false;
	bool good = passages_read(reader, archive.paths, archive.n, &earlier, in->arena, c, err);

	store_close(reader);
	return good;
}

bool pipeline_load(struct invocation *in, struct str store, struct casefile *out, struct err *err)
{
	struct store *reader;
	struct str json = STR_NONE;

	if (!store_open(store.ptr, &reader, err))
		return false;
	bool good = store_load_casefile(reader, in->arena, &json, err);

	store_close(reader);
	if (!good)
		return false;
	if (json.len == 0)
		return err_set_status(err, EXIT_USAGE, "%.*s was not analysed yet: inquest analyze -s %.*s", STR_ARG(store),
				      STR_ARG(store));
	return casefile_decode(json, in->arena, out, err);
}

/* ---- reports -------------------------------------------------------------------------------- */

const struct renderer *pipeline_renderer(const char *name)
{
	const struct renderer *r = renderer_by_name(str_of(name));

	if (!r)
		BUG("a renderer is missing");
	return r;
}

const struct renderer *pipeline_verdict(const struct invocation *in)
{
	return pipeline_renderer(in->common.json ? "json" : in->common.explain ? "explain" : "text");
}

struct render_options pipeline_render_options(const struct invocation *in)
{
	return (struct render_options){
		.width = in->terminal.width,
		.color = in->terminal.color,
		.explain = in->common.explain,
		.redact = true,
		.version = INQUEST_VERSION,
	};
}

/* Renders into `out`; a report that does not fit is an error, never a half. */
static bool render(const struct casefile *c, const struct renderer *r, const struct render_options *o, struct buf *out,
		   struct err *err)
{
	r->render(c, o, out);
	return !out->full || err_set(err, "the %s report is larger than %d MiB", r->name, RENDER_MAX_BYTES >> 20);
}

bool pipeline_print(const struct casefile *c, const struct renderer *r, const struct render_options *o, struct err *err)
{
	struct buf bytes;

	buf_init(&bytes, RENDER_MAX_BYTES);
	bool good = render(c, r, o, &bytes, err);

	if (good && bytes.len > 0 && fwrite(bytes.ptr, 1, bytes.len, stdout) != bytes.len)
		good = err_set_errno(err, "cannot write to standard output");
	buf_release(&bytes);
	return good;
}

bool pipeline_write(const struct casefile *c, const struct renderer *r, const struct render_options *o, struct str path,
		    struct err *err)
{
	struct buf bytes;

	buf_init(&bytes, RENDER_MAX_BYTES);
	bool good = render(c, r, o, &bytes, err) && output_write_file(path, buf_str(&bytes), err);

	buf_release(&bytes);
	return good;
}

int pipeline_status(const struct invocation *in, const struct casefile *c, const struct ingest_outcome *outcome)
{
	if (in->common.exit_status && c && c->n_incidents > 0)
		return EXIT_INCIDENT;
	if (in->common.strict && outcome &&
	    (outcome->report.damaged || outcome->report.rejected > 0 || outcome->report.files_failed > 0))
		return EXIT_DAMAGED;
	return EXIT_DONE;
}
