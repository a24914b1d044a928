#include "cli/command.h"

#define AT(field) offsetof(struct common_options, field)

static const struct option_row input_rows[] = {
	{ 0, "zone", "GLOB=ZONE", "time zone of files whose lines state none: UTC, +02:00, Europe/Berlin", OPTION_RULE,
	  AT(zones) },
	{ 0, "service", "GLOB=NAME", "service that files belong to, instead of the one derived from path and format",
	  OPTION_RULE, AT(services) },
	{ 0, "format", "GLOB=NAME", "read files as this format (see 'inquest formats') instead of detecting it",
	  OPTION_RULE, AT(formats) },
	{ 0, "format-file", "PATH", "formats of your own: a definition file, or a folder with files *.json (docs/own-formats.md)",
	  OPTION_TEXT, AT(own_formats) },
	{ 'j', "jobs", "N", "files read at the same time (default: one per core)", OPTION_UNSIGNED, AT(jobs) },
	{ 0 },
};

static const struct option_row window_rows[] = {
	{ 0, "since", "TIME", "leave out what is earlier; 2026-01-29T22:05:00Z, without a zone UTC", OPTION_INSTANT,
	  AT(since_ns) },
	{ 0, "until", "TIME", "leave out what is at or after this time", OPTION_INSTANT, AT(until_ns) },
	{ 0 },
};

static const struct option_row json_rows[] = {
	{ 0, "json", NULL, "print JSON instead of text", OPTION_FLAG, AT(json) },
	{ 0 },
};

static const struct option_row verdict_rows[] = {
	{ 0, "exit-status", NULL, "exit with 1 when an incident was found", OPTION_FLAG, AT(exit_status) },
	{ 0 },
};

static const struct option_row explain_rows[] = {
	{ 0, "explain", NULL, "show every candidate, also those ruled out, with every term of its score and its lines", OPTION_FLAG,
	  AT(explain) },
	{ 0 },
};

static const struct option_row families_rows[] = {
	{ 0, "families", "FILE", "what error texts of your own programs are about (docs/families.md)", OPTION_TEXT, AT(families) },
	{ 0 },
};

static const struct option_row strict_rows[] = {
	{ 0, "strict", NULL, "exit with 5 when part of the input was damaged or not understood", OPTION_FLAG,
	  AT(strict) },
	{ 0 },
};

static const struct option_row progress_rows[] = {
	{ 0, "no-progress", NULL, "no progress on standard error (shown only when that is a terminal)", OPTION_FLAG,
	  AT(no_progress) },
	{ 0 },
};

static const struct option_row general_rows[] = {
	{ 'q', "quiet", NULL, "only results and errors", OPTION_FLAG, AT(quiet) },
	{ 'v', "verbose", NULL, "more detail", OPTION_COUNT, AT(verbose) },
	{ 0, "color", "auto|always|never", "colour on standard output (default auto; NO_COLOR is honoured)",
	  OPTION_CHOICE, AT(color) },
	{ 'h', "help", NULL, "this text", OPTION_FLAG, AT(help) },
	{ 0 },
};

/* Which table goes with which use; 0 = every command. */
static const struct {
	unsigned use;
	const char *title;
	const struct option_row *rows;
} groups[] = {
	{ USES_INPUT, "Reading logs", input_rows },
	{ USES_WINDOW, "Time window", window_rows },
	{ USES_FAMILIES, "Analysis", families_rows },
	{ USES_JSON, "Output and exit status", json_rows },
	{ USES_VERDICT, "Output and exit status", verdict_rows },
	{ USES_EXPLAIN, "Output and exit status", explain_rows },
	{ USES_STRICT, "Output and exit status", strict_rows },
	{ USES_PROGRESS, "Output and exit status", progress_rows },
	{ 0, "Output and exit status", general_rows },
};
_Static_assert(sizeof groups / sizeof groups[0] + 1 <= OPTION_SETS_MAX, "room for the command's own set");

size_t command_sets(const struct command *c, void *values, struct common_options *common,
		    struct option_set sets[static OPTION_SETS_MAX])
{
	size_t n = 0;

	if (c->options)
		sets[n++] = (struct option_set){ "Options", c->options, values };
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (groups[i].use == 0 || (c->uses & groups[i].use))
			sets[n++] = (struct option_set){ groups[i].title, groups[i].rows, common };
	return n;
}

const struct command *command_by_name(struct str name)
{
	for (size_t i = 0; command_registry[i]; i++)
		if (str_eq(str_of(command_registry[i]->name), name))
			return command_registry[i];
	return NULL;
}

const struct command *command_after(unsigned last)
{
	const struct command *next = NULL;

	for (size_t i = 0; command_registry[i]; i++) {
		const struct command *c = command_registry[i];

		if (c->rank > last && (!next || c->rank < next->rank))
			next = c;
	}
	return next;
}

void command_help(const struct command *c, unsigned width, struct buf *out)
{
	struct option_set sets[OPTION_SETS_MAX];
	size_t n = command_sets(c, NULL, NULL, sets);

	buf_addf(out, "Usage: inquest %s %s\n\n", c->name, c->arguments);
	help_wrap(out, c->about, 0, width);
	for (size_t i = 0; i < n; i++)
		options_help(&sets[i], i > 0 ? sets[i - 1].title : NULL, width, out);
	if (!c->examples || !c->examples[0].line)
		return;
	buf_addz(out, "\nExamples\n");
	for (const struct example *e = c->examples; e->line; e++) {
		buf_addf(out, "  %s\n", e->line);
		help_wrap(out, e->what, 6, width);
	}
}

void overview_help(unsigned width, struct buf *out)
{
	buf_addz(out, "Usage: inquest COMMAND [OPTIONS] [ARGUMENTS]\n\n");
	help_wrap(out,
		  "Replays an archive of server and database logs after an outage and says what broke, when, for whom, "
		  "why, and what was suspected but innocent.",
		  0, width);
	buf_addz(out, "\nCommands\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank))
		buf_addf(out, "  %-12s %s\n", c->name, c->help);
	buf_addz(out, "\nStart with\n  inquest investigate logs/ -o out/\n\n");
	help_wrap(out,
		  "'inquest COMMAND --help' explains a command. Exit status: 0 done; 1 an incident was found (with "
		  "--exit-status); 2 wrong command line; 3 no usable input; 4 system or store failure; 5 part of the "
		  "input was damaged or not understood (with --strict). Completion for a shell: 'inquest help --completion bash' (or zsh, fish).",
		  0, width);
}
