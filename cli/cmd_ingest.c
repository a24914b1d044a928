/* inquest ingest: archives into a store, and an account of every line. */
#include <stdio.h>

#include "cli/pipeline.h"
#include "cli/summary.h"

struct ingest_command_options {
	struct str store;
};

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store to read into; made when it is not there", OPTION_REQUIRED,
	  offsetof(struct ingest_command_options, store) },
	{ 0 },
};

static const struct example examples[] = {
	{ "inquest ingest -s night.inquest /var/log/archive/", "Add to the store what it has not read before." },
	{ "inquest ingest -v -s night.inquest logs/", "List every file with what became of its lines." },
	{ 0 },
};

static int run(struct invocation *in, struct err *err)
{
	const struct ingest_command_options *o = in->options;
	struct ingest_outcome outcome;

	if (!pipeline_ingest(in, o->store, in->args, in->n_args, &outcome, err))
		return EXIT_SYSTEM;
	if (!in->common.quiet)
		summary_print(stdout, &outcome, in->common.verbose > 0);
	return pipeline_status(in, NULL, &outcome);
}

const struct command command_ingest = {
	.name = "ingest",
	.rank = 2,
	.arguments = "-s STORE PATH...",
	.help = "read logs into a store; again = only what is new",
	.about = "Reads logs into a store and accounts for every line. Content that the store has already, under whatever name "
		 "or compression, is skipped.",
	.options = rows,
	.options_bytes = sizeof(struct ingest_command_options),
	.uses = USES_INPUT | USES_STRICT | USES_PROGRESS,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.examples = examples,
	.run = run,
};
