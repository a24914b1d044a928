/*
 * command: what `inquest <name>` is. A command is one file cli/cmd_<name>.c that defines
 * `const struct command command_<name>`; the registry is generated from the file names.
 * main parses the command line by the command's tables and calls run; a command prints
 * results on standard output and everything else on standard error, and never exits.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"
#include "cli/terminal.h"

/* Options many commands share, filled from the tables in cli/command.c. */
struct common_options {
	struct rule_list zones, services, formats; /* --zone, --service, --format */
	struct str own_formats;                    /* --format-file: where they are defined; empty = none */
	unsigned jobs;                             /* --jobs; 0 = one per core */
	int64_t since_ns, until_ns;                /* --since, --until; TIME_NONE = no limit */
	struct str families;                       /* --families: error families of one's own; empty = none */
	bool explain;                              /* --explain: every candidate with its terms */
	bool json;                                 /* --json: machine-readable standard output */
	bool exit_status;                          /* --exit-status: 1 when an incident was found */
	bool strict;                               /* --strict: 5 when input was damaged or not understood */
	bool quiet;                                /* -q */
	unsigned verbose;                          /* -v, counted */
	unsigned color;                            /* --color, enum color_wish */
	bool no_progress;                          /* --no-progress */
	bool help;                                 /* -h, --help */
};

/* Which of them a command takes, beside -q -v --color --help. */
enum command_uses {
	USES_INPUT = 1,     /* --zone --service --format --format-file --jobs */
	USES_WINDOW = 2,    /* --since --until */
	USES_JSON = 4,      /* --json */
	USES_VERDICT = 8,   /* --exit-status */
	USES_STRICT = 16,   /* --strict */
	USES_PROGRESS = 32, /* --no-progress */
	USES_EXPLAIN = 64,  /* --explain */
	USES_FAMILIES = 128, /* --families */
};

struct invocation; /* below */
struct families;   /* analyze/families.h */

/* A line to copy, and what it does. */
struct example {
	const char *line, *what;
};

struct command {
	const char *name;                 /* "investigate" */
	unsigned rank;                    /* place in the overview, ascending from 1, each once */
	const char *arguments;            /* "PATH... [-o DIR] [-s STORE]" */
	const char *help;                 /* one line for the overview */
	const char *about;                /* what it does, in paragraphs */
	const struct option_row *options; /* its own; ends with a NULL name; NULL none */
	size_t options_bytes;             /* size of the struct they fill */
	unsigned uses;                    /* enum command_uses */
	unsigned min_args, max_args;      /* how many arguments that are no options */
	const struct example *examples;   /* ends with a NULL line */
	/* Does the work. Returns the exit status, or sets err, whose status then counts. */
	int (*run)(struct invocation *in, struct err *err);
};

/* One call of the program, parsed. */
struct invocation {
	const struct command *command;
	struct common_options common;
	const void *options;      /* the command's own struct, filled */
	struct str *args;         /* what is no option */
	size_t n_args;
	const struct format *const *own_formats; /* those of --format-file, see format_at(); NULL none */
	const struct str *only;   /* globs of the files that are read (ingest/engine.h); n_only of them, none = all */
	size_t n_only;
	int64_t settle_since_ns;  /* zones are told by what is later (store/writer.h); 0: by everything */
	const struct families *families; /* with those of --families; NULL the built-in ones */
	struct arena *arena;      /* lives as long as the program */
	struct terminal terminal; /* standard output */
};

enum { ARGS_ANY = 1000000 };

/* Generated from the files cli/cmd_*.c: ends with NULL. */
extern const struct command *const command_registry[];
const struct command *command_by_name(struct str name);
/* The command with the smallest rank above `last` (0 = the first), or NULL. */
const struct command *command_after(unsigned last);
/* The sets of options of a command, its own first. `values` and `common` may be NULL for help alone. */
size_t command_sets(const struct command *c, void *values, struct common_options *common,
		    struct option_set sets[static OPTION_SETS_MAX]);
/* The whole text of `inquest <name> --help`. */
void command_help(const struct command *c, unsigned width, struct buf *out);
/* The text of `inquest --help`. */
void overview_help(unsigned width, struct buf *out);

#endif
