/*
 * main: finds the command, parses its line, runs it, and turns errors into messages and
 * exit statuses. There is no catch-all: a word that is no command is an error, so that new
 * commands never change what an old line means.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyze/families.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/manual.h"
#include "cli/output.h"
#include "cli/version.h"
#include "core/closest.h"
#include "ingest/own_format.h"

enum { HELP_BYTES = 256 * 1024, HELP_WIDTH_MAX = 100, COMMANDS_MAX = 64 };

static int print_and_release(struct buf *text, FILE *to)
{
	bool good = fwrite(text->ptr, 1, text->len, to) == text->len && fflush(to) == 0;

	buf_release(text);
	if (!good)
		fprintf(stderr, "inquest: cannot write the help text\n");
	return good ? EXIT_DONE : EXIT_SYSTEM;
}

/* Help for one command, or the overview for NULL. */
static int print_help(const struct command *c, FILE *to)
{
	struct terminal t = terminal_of(fileno(to), COLOR_NEVER);
	unsigned width = t.width < HELP_WIDTH_MAX ? t.width : HELP_WIDTH_MAX;
	struct buf text;

	buf_init(&text, HELP_BYTES);
	if (c)
		command_help(c, width, &text);
	else
		overview_help(width, &text);
	return print_and_release(&text, to);
}

/* A text about the whole program, made by `make_text`, on standard output. */
static int print_made(void (*make_text)(struct buf *out))
{
	struct buf text;

	buf_init(&text, HELP_BYTES);
	make_text(&text);
	return print_and_release(&text, stdout);
}

static int unknown_command(struct str word)
{
	const char *names[COMMANDS_MAX];
	size_t n = 0;

	while (n < COMMANDS_MAX && command_registry[n]) {
		names[n] = command_registry[n]->name;
		n++;
	}
	const char *near = closest_word(word, names, n);

	if (word.len > 1 && word.ptr[0] == '-') {
		fprintf(stderr, "inquest: %.*s stands before the command: inquest COMMAND [OPTIONS] [ARGUMENTS]\n"
				"'inquest --help' lists the commands.\n",
			STR_ARG(word));
		return EXIT_USAGE;
	}
	fprintf(stderr, "inquest: '%.*s' is not a command\n", STR_ARG(word));
	if (near)
		fprintf(stderr, "Did you mean 'inquest %s'?\n", near);
	else if (access(word.ptr, F_OK) == 0)
		fprintf(stderr, "To look into it: inquest investigate %s\n", word.ptr);
	else
		fprintf(stderr, "'inquest --help' lists the commands.\n");
	return EXIT_USAGE;
}

static bool check_arguments(const struct invocation *in, struct err *err)
{
	const struct command *c = in->command;

	if (in->n_args < c->min_args)
		return err_set_status(err, EXIT_USAGE, "something is missing: inquest %s %s", c->name, c->arguments);
	if (in->n_args > c->max_args)
		return err_set_status(err, EXIT_USAGE, "'%.*s' is one argument too many: inquest %s %s",
				      STR_ARG(in->args[c->max_args]), c->name, c->arguments);
	if (in->common.since_ns != TIME_NONE && in->common.until_ns != TIME_NONE &&
	    in->common.since_ns >= in->common.until_ns)
		return err_set_status(err, EXIT_USAGE, "--until is not after --since");
	return true;
}

static bool load_formats(struct invocation *in, struct own_formats *own, struct err *err)
{
	if (in->common.own_formats.len == 0)
		return true;
	if (!own_formats_load(own, in->common.own_formats, in->arena, err))
		return false;
	in->own_formats = own->list.at;
	return true;
}

enum { FAMILIES_MAX_BYTES = 1 << 20 };

static bool load_families(struct invocation *in, struct err *err)
{
	struct families *all = arena_new(in->arena, struct families);
	struct str path = in->common.families, text;

	if (path.len == 0)
		return true;
	if (!input_read_file(path, FAMILIES_MAX_BYTES, in->arena, &text, err) ||
	    !families_load(path.ptr, text, in->arena, all, err))
		return false;
	in->families = all;
	return true;
}

static int run_command(const struct command *c, char *const *words, size_t n)
{
	struct arena arena;
	struct err err = ERR_INIT;
	struct arguments args = { 0 };
	struct option_set sets[OPTION_SETS_MAX];
	struct invocation in = { .command = c,
				 .common = { .since_ns = TIME_NONE, .until_ns = TIME_NONE },
				 .arena = &arena };
	struct own_formats own = { 0 };
	int status = EXIT_DONE;

	arena_init(&arena);
	void *values = arena_alloc(&arena, c->options_bytes + 1, _Alignof(max_align_t));
	size_t n_sets = command_sets(c, values, &in.common, sets);

	if (options_parse(words, n, sets, n_sets, &arena, &args, &err)) {
		in.options = values;
		in.args = args.at;
		in.n_args = args.n;
		in.terminal = terminal_of(STDOUT_FILENO, (enum color_wish)in.common.color);
		if (in.common.help)
			status = print_help(c, stdout);
		else if (check_arguments(&in, &err) && load_formats(&in, &own, &err) && load_families(&in, &err))
			status = c->run(&in, &err);
	}
	/* A full disk behind the shell's ">" must not look like success. */
	if (!err.set && (fflush(stdout) != 0 || ferror(stdout)))
		err_set_errno(&err, "cannot write to standard output");
	if (err.set) {
		status = err.status ? err.status : EXIT_SYSTEM;
		fprintf(stderr, "inquest %s: %s\n", c->name, err.text);
		if (status == EXIT_USAGE)
			fprintf(stderr, "'inquest %s --help' explains it.\n", c->name);
	}
	own_formats_release(&own);
	arena_release(&arena);
	return status;
}

/* inquest help --man [COMMAND]: the page of a command, or of the program, in mdoc(7). */
static int print_manual(struct str name)
{
	const struct command *c = command_by_name(name);
	struct buf text;

	if (name.len == 0)
		return print_made(manual_overview);
	if (!c)
		return unknown_command(name);
	buf_init(&text, HELP_BYTES);
	manual_command(c, &text);
	return print_and_release(&text, stdout);
}

/* inquest help --completion SHELL */
static int print_completion(struct str shell)
{
	static const struct {
		const char *shell;
		void (*make_text)(struct buf *out);
	} scripts[] = { { "bash", completion_bash }, { "zsh", completion_zsh }, { "fish", completion_fish } };

	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++)
		if (str_eq(shell, str_of(scripts[i].shell)))
			return print_made(scripts[i].make_text);
	fprintf(stderr, "inquest help --completion: for bash, zsh or fish, not '%.*s'\n", STR_ARG(shell));
	return EXIT_USAGE;
}

/* inquest help [COMMAND], and what packagers ask for: help --man [COMMAND], help --completion SHELL. */
static int help_about(struct str word, struct str next)
{
	const struct command *c = command_by_name(word);

	if (str_eq(word, STR("--man")))
		return print_manual(next);
	if (str_eq(word, STR("--completion")))
		return print_completion(next);
	return c ? print_help(c, stdout) : unknown_command(word);
}

/* A library may end the program when memory is out, with a status that means something else here. */
static bool ended_by_us;

static void check_end(void)
{
	if (!ended_by_us)
		_exit(EXIT_SYSTEM);
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		print_help(NULL, stderr);
		return EXIT_USAGE;
	}
	struct str word = str_of(argv[1]);

	if (str_eq(word, STR("--version")))
		return print_made(version_text);
	if (str_eq(word, STR("--help")) || str_eq(word, STR("-h")))
		return print_help(NULL, stdout);
	if (str_eq(word, STR("help")))
		return argc < 3 ? print_help(NULL, stdout) : help_about(str_of(argv[2]), argc > 3 ? str_of(argv[3]) : STR_NONE);
	const struct command *c = command_by_name(word);

	return c ? run_command(c, argv + 2, (size_t)argc - 2) : unknown_command(word);
}

int main(int argc, char **argv)
{
	bool checked = atexit(check_end) == 0;
	int status = checked ? run(argc, argv) : EXIT_SYSTEM;

	ended_by_us = true;
	return status;
}
