/*
 * options: command lines by table. A row is one option with its letter, name, argument
 * and help; it says of what type the value is and where in the command's own struct it
 * goes. --help, the manual page and shell completion are printed from the same rows, so they
 * cannot disagree with what is parsed. getopt is not used because its tables carry no help.
 *
 * Options and arguments may be mixed; "--" ends the options; "-" is an argument. A wrong
 * command line is an err with EXIT_USAGE that names the option.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "ingest/engine.h"

enum option_type {
	OPTION_FLAG,     /* bool: set to true */
	OPTION_COUNT,    /* unsigned: counted up */
	OPTION_TEXT,     /* struct str: the last one wins */
	OPTION_REQUIRED, /* the same, and an error when it is not given */
	OPTION_UNSIGNED, /* unsigned: a decimal number */
	OPTION_NUMBER,   /* double: a positive decimal number */
	OPTION_INSTANT,  /* int64_t: UTC nanoseconds; a time without a zone is UTC */
	OPTION_RULE,     /* struct rule_list: GLOB=VALUE, may be given again, cut at the last '=' */
	OPTION_CHOICE,   /* unsigned: index into the words of `argument`, separated by '|' */
};

struct option_row {
	char letter;          /* 'o' of -o; 0 none */
	const char *name;     /* "output" of --output; NULL ends a table */
	const char *argument; /* "DIR"; NULL when it takes none */
	const char *help;     /* a phrase */
	enum option_type type;
	size_t offset;        /* of the value in the struct the table fills */
};

/* Rules in the order given. */
struct rule_list {
	struct glob_rule *at;
	size_t n, cap;
};

/* A table together with the struct it fills. */
struct option_set {
	const char *title;             /* heading in help */
	const struct option_row *rows;
	void *values;                  /* may be NULL for help alone */
};

enum { OPTION_SETS_MAX = 10 };

/* Arguments that are no options, in order. */
struct arguments {
	struct str *at;
	size_t n, cap;
};

/* Parses words[0..n) into the sets. Memory belongs to `a`. */
NODISCARD bool options_parse(char *const *words, size_t n, const struct option_set *sets, size_t n_sets,
			     struct arena *a, struct arguments *out, struct err *err);
/* One set as a help section, wrapped to width; its title is left out when it is the same as `above`. */
void options_help(const struct option_set *set, const char *above, unsigned width, struct buf *out);
/* `text` in paragraphs (kept apart by \n), each line begun with `indent` blanks and no longer than width. */
void help_wrap(struct buf *out, const char *text, unsigned indent, unsigned width);

#endif
