/*
 * inquest investigate: the main job in one go. Without -o and -s the store lives in a scratch
 * folder and goes away; with -o alone it is built beside its place and put there when it is whole,
 * so that a second run over other logs does not mix with the first.
 */
#include <stdio.h>

#include "cli/output.h"
#include "cli/pipeline.h"
#include "cli/postmortem.h"
#include "cli/summary.h"

struct investigate_options {
	struct str folder; /* -o; empty none */
	struct str store;  /* -s; empty none */
};

static const struct option_row rows[] = {
	{ 'o', "output", "DIR", "write postmortem.md, report.html, findings.json and, without -s, store.inquest there",
	  OPTION_TEXT, offsetof(struct investigate_options, folder) },
	{ 's', "store", "STORE", "keep what was read in this store; again = only what is new", OPTION_TEXT,
	  offsetof(struct investigate_options, store) },
	{ 0 },
};

static const struct example examples[] = {
	{ "inquest investigate logs/ -o out/", "Read a folder of logs, compressed or not, and write the reports." },
	{ "inquest investigate incident.tar.gz", "Only the verdict, on the terminal." },
	{ "ssh web1 cat /var/log/nginx/access.log.gz | inquest investigate -", "From standard input." },
	{ "inquest investigate logs/ --zone 'mysql/*=Europe/Berlin'", "State the zone of logs that do not." },
	{ 0 },
};

/* The command to run next; NULL when nothing was kept to go on with. */
static const char *next_command(struct invocation *in, const struct investigate_options *o, struct str store)
{
	struct buf line;

	buf_init(&line, 8192);
	if (o->folder.len == 0 && o->store.len == 0) {
		buf_addz(&line, "inquest investigate ");
		for (size_t i = 0; i < in->n_args && !str_eq(in->args[0], STR("-")); i++) {
			shell_word(&line, in->args[i]);
			buf_addc(&line, ' ');
		}
		buf_addz(&line, str_eq(in->args[0], STR("-")) ? "- -o out/" : "-o out/");
	} else {
		buf_addz(&line, "inquest report -s ");
		shell_word(&line, store);
	}
	struct str kept = arena_str(in->arena, buf_str(&line));

	buf_release(&line);
	return kept.ptr;
}

static bool write_reports(struct invocation *in, struct str folder, const struct postmortem *postmortem,
			  const struct casefile *c, struct err *err)
{
	static const struct { const char *renderer, *file; } files[] = {
		{ "html", "report.html" },
		{ "json", "findings.json" },
	};
	const struct render_options options = { .redact = true, .version = INQUEST_VERSION };

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct str path = path_join(in->arena, folder, str_of(files[i].file));

		if (!pipeline_write(c, pipeline_renderer(files[i].renderer), &options, path, err))
			return false;
	}
	return postmortem_write(in, postmortem, c, err);
}

/* A postmortem that was not written anew is told of elsewhere. */
static void print_paths(const struct invocation *in, struct str folder, bool postmortem, struct str store)
{
	bool slash = str_ends(folder, STR("/"));

	if (in->common.quiet)
		return;
	if (folder.len > 0) {
		static const char *const names[] = { "report.html", "findings.json", "postmortem.md" };

		for (size_t i = 0; i < sizeof names / sizeof names[0] - !postmortem; i++)
			fprintf(stderr, "%s %.*s%s%s\n", i == 0 ? "Wrote" : "     ", STR_ARG(folder), slash ? "" : "/",
				names[i]);
		fprintf(stderr, "      %.*s\n", STR_ARG(store));
	}
}

/* Everything between the scratch folder's making and its removal. `store` is where events go. */
static int investigate(struct invocation *in, struct str building, struct str store, struct err *err)
{
	const struct investigate_options *o = in->options;
	struct ingest_outcome outcome;
	struct casefile c = { 0 };
	struct postmortem postmortem = { .draft = STR_NONE };
	struct render_options options = pipeline_render_options(in);

	if (o->folder.len > 0)
		postmortem = postmortem_look(in, o->folder, store);
	if (!pipeline_ingest(in, building, in->args, in->n_args, &outcome, err))
		return EXIT_SYSTEM;
	if (!in->common.quiet) {
		summary_print(stderr, &outcome, in->common.verbose > 0);
		fputc('\n', stderr);
	}
	const struct archive archive = { in->args, in->n_args };

	if (!pipeline_analyze(in, building, &outcome, archive, &c, err))
		return EXIT_SYSTEM;
	if (building.ptr != store.ptr && store.len > 0 && !output_rename(building, store, err))
		return EXIT_SYSTEM;
	/* With -o the details stand in the files. */
	options.brief = o->folder.len > 0 && in->common.verbose == 0;
	if (!in->common.quiet && c.n_incidents > 0)
		options.next_command = next_command(in, o, store);
	if (!pipeline_print(&c, pipeline_verdict(in), &options, err))
		return EXIT_SYSTEM;
	fflush(stdout);
	if (o->folder.len > 0 && !write_reports(in, o->folder, &postmortem, &c, err))
		return EXIT_SYSTEM;
	print_paths(in, o->folder, postmortem.draft.len == 0, store);
	return pipeline_status(in, &c, &outcome);
}

static int run(struct invocation *in, struct err *err)
{
	const struct investigate_options *o = in->options;

	if (o->folder.len > 0 && !output_make_folder(o->folder, err))
		return EXIT_SYSTEM;
	if (o->store.len > 0)
		return investigate(in, o->store, o->store, err);
	struct scratch *scratch = scratch_open(o->folder, in->arena, err);

	if (!scratch)
		return EXIT_SYSTEM;
	struct str building = path_join(in->arena, scratch_folder(scratch), STR("store.inquest"));
	struct str store = o->folder.len > 0 ? path_join(in->arena, o->folder, STR("store.inquest")) : STR_NONE;
	int status = investigate(in, building, store, err);

	scratch_close(scratch);
	return status;
}

const struct command command_investigate = {
	.name = "investigate",
	.rank = 1,
	.arguments = "PATH... [-o DIR] [-s STORE]",
	.help = "find out what broke: read logs, find incidents and causes, report",
	.about = "Reads logs, finds incidents and their causes, and prints the verdict: what broke, when, for whom, why, and "
		 "what was suspected but innocent. PATH is a file, a folder (with everything in it), an archive, or - for "
		 "standard input. Compression and format are recognised by content.",
	.options = rows,
	.options_bytes = sizeof(struct investigate_options),
	.uses = USES_INPUT | USES_WINDOW | USES_JSON | USES_VERDICT | USES_EXPLAIN | USES_FAMILIES | USES_STRICT | USES_PROGRESS,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.examples = examples,
	.run = run,
};
