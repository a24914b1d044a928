/* inquest analyze: incidents and causes from a store; the case file is kept in it. */
#include "cli/pipeline.h"

struct analyze_command_options {
	struct str store;
	struct str archive; /* what the store was read from; empty = not at hand */
};

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store to analyse", OPTION_REQUIRED, offsetof(struct analyze_command_options, store) },
	{ 0, "archive", "PATH", "read what stands around the lines of evidence back from the archive that the store was made of", OPTION_TEXT,
	  offsetof(struct analyze_command_options, archive) },
	{ 0 },
};

static const struct example examples[] = {
	{ "inquest analyze -s night.inquest --exit-status", "Exit with 1 when there is something to look at." },
	{ "inquest analyze -s night.inquest --since 2026-01-29T22:00:00Z", "Only what happened from then on." },
	{ 0 },
};

static int run(struct invocation *in, struct err *err)
{
	const struct analyze_command_options *o = in->options;
	struct render_options options = pipeline_render_options(in);
	const struct archive archive = { &o->archive, o->archive.len > 0 };
	struct casefile c = { 0 };

	if (!pipeline_analyze(in, o->store, NULL, archive, &c, err))
		return EXIT_SYSTEM;
	if (!in->common.quiet && !pipeline_print(&c, pipeline_verdict(in), &options, err))
		return EXIT_SYSTEM;
	return pipeline_status(in, &c, NULL);
}

const struct command command_analyze = {
	.name = "analyze",
	.rank = 3,
	.arguments = "-s STORE",
	.help = "find incidents and causes in a store and keep the result in it",
	.about = "Finds incidents and their causes in what a store holds, keeps the result in the store for 'inquest report', "
		 "and prints the verdict; with --explain, every candidate with every term of its score instead.",
	.options = rows,
	.options_bytes = sizeof(struct analyze_command_options),
	.uses = USES_WINDOW | USES_JSON | USES_VERDICT | USES_EXPLAIN | USES_FAMILIES,
	.examples = examples,
	.run = run,
};
