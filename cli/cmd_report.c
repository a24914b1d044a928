/* inquest report: render what the last analysis of a store found. */
#include <stdio.h>

#include "cli/output.h"
#include "cli/pipeline.h"
#include "report/draft.h"

enum { DRAFT_MAX_BYTES = 32 << 20 };

struct report_options {
	struct str store;
	struct str format; /* renderer; empty = text */
	struct str output; /* file; empty = standard output */
	struct str update; /* draft whose sections are brought up to date; empty = none */
	struct str zone;   /* zone to show times in; empty = UTC */
	bool no_redact;
};

#define AT(field) offsetof(struct report_options, field)

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store; it must have been analysed", OPTION_REQUIRED, AT(store) },
	{ 'f', "format", "NAME", "text (default), markdown, html, json or explain", OPTION_TEXT, AT(format) },
	{ 'o', "output", "FILE", "write there instead of to standard output", OPTION_TEXT, AT(output) },
	{ 0, "update", "FILE", "bring the marked sections of a Markdown draft up to date, keep the rest", OPTION_TEXT,
	  AT(update) },
	{ 0, "show-zone", "ZONE", "show times in this zone: UTC, +02:00, Europe/Berlin", OPTION_TEXT, AT(zone) },
	{ 0, "no-redact", NULL, "show secrets, tokens, mail and client addresses that stand in quoted lines", OPTION_FLAG,
	  AT(no_redact) },
	{ 0 },
};

static const struct renderer *find_renderer(struct str name, struct err *err)
{
	const struct renderer *r = renderer_by_name(name);
	struct buf names;

	if (r)
		return r;
	buf_init(&names, ERR_TEXT_BYTES);
	for (size_t i = 0; renderer_registry[i]; i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", renderer_registry[i]->name);
	err_set_status(err, EXIT_USAGE, "--format: '%.*s' is none of %.*s", STR_ARG(name), STR_ARG(buf_str(&names)));
	buf_release(&names);
	return NULL;
}

/* The draft with our sections replaced, in its place; what was done goes to standard error. */
static bool update_draft(struct invocation *in, const struct casefile *c, const struct render_options *o, struct err *err)
{
	struct str path = ((const struct report_options *)in->options)->update, draft;
	struct draft_changes changes;
	struct buf fresh, out;

	if (!input_read_file(path, DRAFT_MAX_BYTES, in->arena, &draft, err))
		return false;
	buf_init(&fresh, DRAFT_MAX_BYTES);
	buf_init(&out, 2 * DRAFT_MAX_BYTES);
	pipeline_renderer("markdown")->render(c, o, &fresh);
	bool good = draft_update(draft, buf_str(&fresh), &out, &changes, err) &&
		    (changes.replaced == 0 || output_write_file(path, buf_str(&out), err));
	if (good && !in->common.quiet)
		fprintf(stderr, "%.*s: %zu sections brought up to date, %zu as they were, %zu no longer reported, "
				"%zu not in the draft\n",
			STR_ARG(path), changes.replaced, changes.same, changes.stale, changes.missing);
	buf_release(&fresh);
	buf_release(&out);
	return good;
}

static int run(struct invocation *in, struct err *err)
{
	const struct report_options *o = in->options;
	struct render_options options = pipeline_render_options(in);
	const struct renderer *r = find_renderer(o->format.len > 0 ? o->format : in->common.explain ? STR("explain") : STR("text"), err);
	struct casefile c = { 0 };
	struct zone zone;

	if (!r)
		return EXIT_USAGE;
	if (o->update.len > 0 && (o->output.len > 0 || (o->format.len > 0 && !str_eq(o->format, STR("markdown"))))) {
		err_set_status(err, EXIT_USAGE, "--update writes Markdown into its own file");
		return EXIT_USAGE;
	}
	if (o->zone.len > 0) {
		if (!zone_open(&zone, in->arena, o->zone, err))
			return EXIT_USAGE;
		options.zone = &zone;
	}
	options.redact = !o->no_redact;
	if (!pipeline_load(in, o->store, &c, err))
		return EXIT_SYSTEM;
	if (o->update.len > 0)
		return update_draft(in, &c, &options, err) ? EXIT_DONE : EXIT_SYSTEM;
	bool good = o->output.len > 0 ? pipeline_write(&c, r, &options, o->output, err)
				      : pipeline_print(&c, r, &options, err);

	return good ? EXIT_DONE : EXIT_SYSTEM;
}

static const struct example examples[] = {
	{ "inquest report -s out/store.inquest -f markdown", "The postmortem again." },
	{ "inquest report -s out/store.inquest -f html -o report.html --show-zone Europe/Berlin", "With local times." },
	{ "inquest report -s out/store.inquest --explain", "Every candidate, with what speaks for and against it." },
	{ "inquest report -s out/store.inquest --update postmortem.md", "Our sections anew, yours untouched." },
	{ 0 },
};

const struct command command_report = {
	.name = "report",
	.rank = 4,
	.arguments = "-s STORE [-f FORMAT] [-o FILE | --update DRAFT]",
	.help = "render what was found: text, markdown, html, json",
	.about = "Renders what the last analysis of a store found. The same store gives the same bytes.",
	.options = rows,
	.options_bytes = sizeof(struct report_options),
	.uses = USES_EXPLAIN,
	.examples = examples,
	.run = run,
};
