#include "cli/manual.h"

#include "cli/command.h"

/* Text that troff takes literally. */
static void add_roff(struct buf *out, struct str s)
{
	if (s.len > 0 && (s.ptr[0] == '.' || s.ptr[0] == '\''))
		buf_addz(out, "\\&");
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			buf_addz(out, "\\e");
		else if (s.ptr[i] == '-')
			buf_addz(out, "\\-");
		else
			buf_addc(out, s.ptr[i]);
	}
}

static void add_line(struct buf *out, const char *text)
{
	add_roff(out, str_of(text));
	buf_addc(out, '\n');
}

static void add_rows(struct buf *out, const struct option_row *rows)
{
	for (const struct option_row *row = rows; row->name; row++) {
		buf_addz(out, ".TP\n");
		if (row->letter)
			buf_addf(out, "\\fB\\-%c\\fR, ", row->letter);
		buf_addz(out, "\\fB\\-\\-");
		add_roff(out, str_of(row->name));
		buf_addz(out, "\\fR");
		if (row->argument) {
			buf_addz(out, " \\fI");
			add_roff(out, str_of(row->argument));
			buf_addz(out, "\\fR");
		}
		buf_addc(out, '\n');
		add_line(out, row->help);
	}
}

static void add_command(struct buf *out, const struct command *c)
{
	struct option_set sets[OPTION_SETS_MAX];
	size_t n = command_sets(c, NULL, NULL, sets);

	buf_addz(out, ".SS inquest ");
	add_roff(out, str_of(c->name));
	buf_addc(out, ' ');
	add_line(out, c->arguments);
	add_line(out, c->about);
	/* The last set is the same for all commands and described once. */
	for (size_t i = 0; i + 1 < n; i++)
		add_rows(out, sets[i].rows);
	if (!c->examples)
		return;
	for (const struct example *e = c->examples; e->line; e++) {
		buf_addz(out, ".PP\n");
		add_line(out, e->what);
		buf_addz(out, ".RS\n.EX\n");
		add_line(out, e->line);
		buf_addz(out, ".EE\n.RE\n");
	}
}

void manual_page(struct buf *out)
{
	struct option_set sets[OPTION_SETS_MAX];
	size_t n = 0;

	buf_addz(out, ".TH INQUEST 1 \"\" \"inquest " INQUEST_VERSION "\" \"User Commands\"\n.SH NAME\n"
		      "inquest \\- replay an archive of logs after an outage and say what broke, when, for whom and why\n"
		      ".SH SYNOPSIS\n\\fBinquest\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n.SH DESCRIPTION\n");
	add_line(out, "Reads archives of server, database and application logs, keeps what they say in one store, finds incidents and "
		      "ranks their causes; rules out what was suspected but innocent. Every statement refers to log lines.");
	buf_addz(out, ".PP\n");
	add_line(out, "A PATH is a file, a folder with everything in it, an archive (tar, zip and others), or - for standard input. "
		      "Compression and format are recognised by content, never by name.");
	buf_addz(out, ".SH COMMANDS\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank)) {
		add_command(out, c);
		n = command_sets(c, NULL, NULL, sets);
	}
	buf_addz(out, ".SH GENERAL OPTIONS\n");
	if (n > 0)
		add_rows(out, sets[n - 1].rows);
	buf_addz(out, ".SH EXIT STATUS\n");
	static const char *const statuses[] = {
		"done",
		"done, and an incident was found (only with --exit-status)",
		"wrong command line",
		"no usable input",
		"system or store failure",
		"done, but part of the input was damaged or not understood (only with --strict)",
	};
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		buf_addf(out, ".TP\n%zu\n", i);
		add_line(out, statuses[i]);
	}
	buf_addz(out, ".SH ENVIRONMENT\n.TP\nNO_COLOR\n");
	add_line(out, "When set and not empty, no colour unless --color always.");
	buf_addz(out, ".TP\nCOLUMNS\n");
	add_line(out, "Width of the output when it is not a terminal.");
	buf_addz(out, ".TP\nTMPDIR\n");
	add_line(out, "Where 'inquest investigate' without -o and -s keeps its temporary store.");
}

void manual_bash_completion(struct buf *out)
{
	buf_addz(out, "# bash completion for inquest\n_inquest() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} options=\n"
		      "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank))
		buf_addf(out, "%s ", c->name);
	buf_addz(out, "help --help --version' -- \"$word\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank)) {
		struct option_set sets[OPTION_SETS_MAX];
		size_t n = command_sets(c, NULL, NULL, sets);

		buf_addf(out, "\t%s) options='", c->name);
		for (size_t i = 0; i < n; i++)
			for (const struct option_row *row = sets[i].rows; row->name; row++)
				buf_addf(out, "%s--%s", i > 0 || row > sets[i].rows ? " " : "", row->name);
		buf_addz(out, "' ;;\n");
	}
	buf_addz(out, "\tesac\n\tcase $word in\n\t-*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
		      "\t*) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n\tesac\n}\ncomplete -o filenames -F _inquest inquest\n");
}
