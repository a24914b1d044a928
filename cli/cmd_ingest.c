/* inquest ingest: archives into a store, and an account of every line. */
#include <stdio.h>

#include "cli/pipeline.h"
#include "cli/summary.h"
#include "ingest/shard.h"

struct ingest_command_options {
	struct str store, shard;
};

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store to read into; made when it is not there", OPTION_REQUIRED,
	  offsetof(struct ingest_command_options, store) },
	{ 0, "shard", "I/N", "read only share I of N: others read the rest, and 'inquest merge' joins the stores", OPTION_TEXT,
	  offsetof(struct ingest_command_options, shard) },
	{ 0 },
};

static const struct example examples[] = {
	{ "inquest ingest -s night.inquest /var/log/archive/", "Add to the store what it has not read before." },
	{ "inquest ingest --shard 2/4 -s part-2.inquest logs/", "The second of four shares of the files." },
	{ "inquest ingest -v -s night.inquest logs/", "List every file with what became of its lines." },
	{ 0 },
};

/* "2/4"; everything when nothing is given. */
static bool read_shard(struct str text, struct shard *out, struct err *err)
{
	struct str rest;
	struct str word = str_cut(text, '/', &rest);
	uint64_t number, of;

	*out = (struct shard){ 0, 0 };
	if (text.len == 0)
		return true;
	if (!str_to_u64(word, &number) || !str_to_u64(rest, &of) || number < 1 || number > of || of > SHARDS_MAX)
		return err_set_status(err, EXIT_USAGE, "--shard: '%.*s' is no share I/N with I from 1 to N and N at most %d",
				      STR_ARG(text), SHARDS_MAX);
	*out = (struct shard){ (unsigned)number, (unsigned)of };
	return true;
}

static int run(struct invocation *in, struct err *err)
{
	const struct ingest_command_options *o = in->options;
	struct ingest_outcome outcome;
	struct shard share;

	if (!read_shard(o->shard, &share, err) ||
	    !pipeline_ingest_shard(in, o->store, in->args, in->n_args, &share, &outcome, err))
		return EXIT_SYSTEM;
	if (!in->common.quiet)
		summary_print(stdout, &outcome, in->common.verbose > 0);
	return pipeline_status(in, NULL, &outcome);
}

const struct command command_ingest = {
	.name = "ingest",
	.rank = 2,
	.arguments = "-s STORE [--shard I/N] PATH...",
	.help = "read logs into a store; again = only what is new",
	.about = "Reads logs into a store and accounts for every line. Content that the store has already, under whatever name "
		 "or compression, is skipped. With --shard, several processes or machines that see the same files read each a "
		 "share of them into a store of its own.",
	.options = rows,
	.options_bytes = sizeof(struct ingest_command_options),
	.uses = USES_INPUT | USES_STRICT | USES_PROGRESS,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.examples = examples,
	.run = run,
};
