/* inquest report: render what the last analysis of a store found. */
#include <stdio.h>

#include "cli/output.h"
#include "cli/pipeline.h"

struct report_options {
	struct str store;
	struct str format; /* renderer; empty = text */
	struct str output; /* file; empty = standard output */
	struct str zone;   /* zone to show times in; empty = UTC */
	bool no_redact;
};

#define AT(field) offsetof(struct report_options, field)

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store; it must have been analysed", OPTION_REQUIRED, AT(store) },
	{ 'f', "format", "NAME", "text (default), markdown, html or json", OPTION_TEXT, AT(format) },
	{ 'o', "output", "FILE", "write there instead of to standard output", OPTION_TEXT, AT(output) },
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

static int run(struct invocation *in, struct err *err)
{
	const struct report_options *o = in->options;
	struct render_options options = pipeline_render_options(in);
	const struct renderer *r = find_renderer(o->format.len > 0 ? o->format : STR("text"), err);
	struct casefile c = { 0 };
	struct zone zone;

	if (!r)
		return EXIT_USAGE;
	if (o->zone.len > 0) {
		if (!zone_open(&zone, in->arena, o->zone, err))
			return EXIT_USAGE;
		options.zone = &zone;
	}
	options.redact = !o->no_redact;
	if (!pipeline_load(in, o->store, &c, err))
		return EXIT_SYSTEM;
	bool good = o->output.len > 0 ? pipeline_write(&c, r, &options, o->output, err)
				      : pipeline_print(&c, r, &options, err);

	return good ? EXIT_DONE : EXIT_SYSTEM;
}

static const struct example examples[] = {
	{ "inquest report -s out/store.inquest -f markdown", "The postmortem again." },
	{ "inquest report -s out/store.inquest -f html -o report.html --show-zone Europe/Berlin", "With local times." },
	{ 0 },
};

const struct command command_report = {
	.name = "report",
	.rank = 4,
	.arguments = "-s STORE [-f FORMAT] [-o FILE]",
	.help = "render what was found: text, markdown, html, json",
	.about = "Renders what the last analysis of a store found. The same store gives the same bytes.",
	.options = rows,
	.options_bytes = sizeof(struct report_options),
	.examples = examples,
	.run = run,
};
