/* inquest merge: stores joined into one, as if one ingest had read everything. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/text.h"
#include "store/merge.h"

struct merge_command_options {
	struct str store;
};

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store to join into; made when it is not there", OPTION_REQUIRED,
	  offsetof(struct merge_command_options, store) },
	{ 0 },
};

static const struct example examples[] = {
	{ "inquest merge -s night.inquest part-*.inquest", "Join what four runs of 'inquest ingest --shard I/4' have read." },
	{ "inquest merge -s all.inquest web.inquest db.inquest", "Join stores that were made on different machines." },
	{ 0 },
};

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void print_outcome(const struct merge_outcome *m)
{
	char lines[NUMBER_BYTES], events[NUMBER_BYTES];

	if (m->parts > 0)
		printf("Joined %zu store%s: %zu file%s, %s line%s, %s event%s.\n", m->parts, plural(m->parts), m->extents,
		       plural(m->extents), text_grouped(m->lines, lines), plural(m->lines), text_grouped(m->events, events),
		       plural(m->events));
	else
		puts("Nothing is new.");
	if (m->extents_known > 0)
		printf("%zu file%s left out: the same content is there already.\n", m->extents_known,
		       m->extents_known == 1 ? " was" : "s were");
	if (m->extents_replaced > 0)
		printf("%zu file%s replaced by what another store has of the same content.\n", m->extents_replaced,
		       m->extents_replaced == 1 ? " was" : "s were");
}

static int run(struct invocation *in, struct err *err)
{
	const struct merge_command_options *o = in->options;
	struct merge_outcome m;

	if (!store_merge(o->store, in->args, in->n_args, in->arena, &m, err))
		return EXIT_SYSTEM;
	if (!in->common.quiet)
		print_outcome(&m);
	for (size_t i = 0; i < m.n_remarks; i++) {
		text_print_clean(stderr, m.remarks[i], SIZE_MAX);
		fputc('\n', stderr);
	}
	return in->common.strict && m.incomplete ? EXIT_DAMAGED : EXIT_DONE;
}

const struct command command_merge = {
	.name = "merge",
	.rank = 13,
	.arguments = "-s STORE PART...",
	.help = "join stores, such as those of 'ingest --shard I/N', into one",
	.about = "Joins stores into one that says what a single ingest of everything would: zones, groups of templates and "
		 "copies are settled anew over all of it. The order of the parts does not matter, they can be joined in "
		 "several steps, and joining one again changes nothing. When it is interrupted, the store is what it was "
		 "before.",
	.options = rows,
	.options_bytes = sizeof(struct merge_command_options),
	.uses = USES_STRICT,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.examples = examples,
	.run = run,
};
