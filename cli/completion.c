#include "cli/completion.h"

#include "report/renderer.h"
#include "report/template.h"

/* ---- what a value is ------------------------------------------------------------------------ */

static void add_word(struct buf *words, const char *word)
{
	buf_addf(words, "%s%s", words->len > 0 ? " " : "", word);
}

static void add_renderers(struct buf *words)
{
	for (size_t i = 0; renderer_registry[i]; i++)
		add_word(words, renderer_registry[i]->name);
}

static void add_templates(struct buf *words)
{
	for (size_t i = 0; i < template_count(); i++)
		add_word(words, template_at(i).name);
}

static void add_severities(struct buf *words)
{
	for (int s = SEV_NONE + 1; s < SEVERITY_COUNT; s++)
		add_word(words, severity_name((enum severity)s));
}

/* Options whose words are in a table of the program. */
static const struct {
	const char *option, *argument;
	void (*add)(struct buf *words);
	enum completion completion;
} known[] = {
	{ "format", "NAME", add_renderers, COMPLETE_WORDS },
	{ "template", "NAME|FILE", add_templates, COMPLETE_WORD_OR_FILE },
	{ "severity", "LEVEL", add_severities, COMPLETE_WORDS },
};

/* Does the argument name one of these, alone or in a GLOB=VALUE or A|B? */
static bool names(const char *argument, const char *const *words)
{
	for (; *words; words++)
		if (str_find(str_of(argument), str_of(*words)) >= 0)
			return true;
	return false;
}

static bool is_lower_case(const char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			return false;
	return true;
}

enum completion completion_of(const struct option_row *row, struct buf *words)
{
	static const char *const files[] = { "FILE", "PATH", "STORE", "DRAFT", "CONFIG", NULL };
	static const char *const folders[] = { "DIR", "FOLDER", NULL };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(row->name, known[i].option) == 0 && strcmp(row->argument, known[i].argument) == 0) {
			known[i].add(words);
			return known[i].completion;
		}
	}
	if (strchr(row->argument, '|') && is_lower_case(row->argument)) {
		for (const char *c = row->argument; *c; c++)
			buf_addc(words, *c == '|' ? ' ' : *c);
		return COMPLETE_WORDS;
	}
	if (names(row->argument, folders))
		return COMPLETE_FOLDER;
	return names(row->argument, files) ? COMPLETE_FILE : COMPLETE_NOTHING;
}

/* Are the arguments of the command files? */
static bool takes_files(const struct command *c)
{
	return c->max_args > 0 && str_find(str_of(c->arguments), STR("SQL")) < 0;
}

/* Calls `each` for every option of a command. */
static void for_options(const struct command *c, struct buf *out,
			void (*each)(const struct command *c, const struct option_row *row, struct buf *out))
{
	struct option_set sets[OPTION_SETS_MAX];
	size_t n = command_sets(c, NULL, NULL, sets);

	for (size_t i = 0; i < n; i++)
		for (const struct option_row *row = sets[i].rows; row->name; row++)
			each(c, row, out);
}

enum { WORDS_BYTES = 4096 };

/* Text between single quotes; `also` are further characters that get a backslash. */
static void add_quoted(struct buf *out, const char *text, const char *also)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_addz(out, "'\\''");
		else
			buf_addf(out, "%s%c", strchr(also, *text) ? "\\" : "", *text);
	}
}

/* ---- bash ----------------------------------------------------------------------------------- */

static void add_bash_option(const struct command *c, const struct option_row *row, struct buf *out)
{
	(void)c;
	if (row->letter)
		buf_addf(out, "-%c ", row->letter);
	buf_addf(out, "--%s ", row->name);
}

/* What comes behind an option that takes a value. */
static void add_bash_value(const struct command *c, const struct option_row *row, struct buf *out)
{
	static const char *const calls[] = {
		[COMPLETE_NOTHING] = ":",           [COMPLETE_FILE] = "_inquest_files -f",
		[COMPLETE_FOLDER] = "_inquest_files -d", [COMPLETE_WORDS] = "_inquest_words",
		[COMPLETE_WORD_OR_FILE] = "_inquest_files -f",
	};
	struct buf words;

	if (!row->argument)
		return;
	buf_init(&words, WORDS_BYTES);
	enum completion completion = completion_of(row, &words);

	buf_addf(out, "\t%s:--%s", c->name, row->name);
	if (row->letter)
		buf_addf(out, " | %s:-%c", c->name, row->letter);
	buf_addf(out, ") %s", calls[completion]);
	if (words.len > 0)
		buf_addf(out, " %s'%.*s'", completion == COMPLETE_WORD_OR_FILE ? "-W " : "", STR_ARG(buf_str(&words)));
	buf_addz(out, "; return ;;\n");
	buf_release(&words);
}

void completion_bash(struct buf *out)
{
	buf_addz(out, "# bash completion for inquest\n"
		      "_inquest_words() {\n\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$word\")\n}\n"
		      "_inquest_files() {\n\tcompopt -o filenames\n\tmapfile -t COMPREPLY < <(compgen \"$@\" -- \"$word\")\n}\n"
		      "_inquest() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} options\n"
		      "\t# --option=value comes as three words.\n"
		      "\tif [[ $word == '=' ]]; then word=; elif [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
		      "\tif ((COMP_CWORD == 1)); then\n\t\t_inquest_words '");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank))
		buf_addf(out, "%s ", c->name);
	buf_addz(out, "help --help --version'\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]}:$before in\n\thelp:*) _inquest_words '");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank))
		buf_addf(out, "%s%s", c->name, command_after(c->rank) ? " " : "");
	buf_addz(out, "'; return ;;\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank))
		for_options(c, out, add_bash_value);
	buf_addz(out, "\tesac\n\tcase ${COMP_WORDS[1]} in\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank)) {
		buf_addf(out, "\t%s) options='", c->name);
		for_options(c, out, add_bash_option);
		out->len--;
		buf_addf(out, "' ;;\n");
	}
	buf_addz(out, "\t*) return ;;\n\tesac\n\tif [[ $word == -* ]]; then _inquest_words \"$options\"; return; fi\n"
		      "\tcase ${COMP_WORDS[1]} in\n\t");
	bool any = false;

	for (const struct command *c = command_after(0); c; c = command_after(c->rank)) {
		if (takes_files(c)) {
			buf_addf(out, "%s%s", any ? " | " : "", c->name);
			any = true;
		}
	}
	buf_addz(out, ") _inquest_files -f ;;\n\tesac\n}\ncomplete -F _inquest inquest\n");
}

/* ---- zsh ------------------------------------------------------------------------------------ */

/* One specification of _arguments: '(-s --store)'{-s+,--store=}'[the store]:STORE:_files'. */
static void add_zsh_option(const struct command *c, const struct option_row *row, struct buf *out)
{
	bool again = row->type == OPTION_COUNT || row->type == OPTION_RULE;
	struct buf words;

	(void)c;
	buf_init(&words, WORDS_BYTES);
	buf_addz(out, " \\\n\t\t\t");
	if (again)
		buf_addz(out, "'*'");
	else if (row->letter)
		buf_addf(out, "'(-%c --%s)'", row->letter, row->name);
	if (row->letter)
		buf_addf(out, "{-%c%s,--%s%s}", row->letter, row->argument ? "+" : "", row->name, row->argument ? "=" : "");
	else
		buf_addf(out, "--%s%s", row->name, row->argument ? "=" : "");
	buf_addz(out, "'[");
	add_quoted(out, row->help, "[]\\:");
	buf_addc(out, ']');
	if (row->argument) {
		enum completion completion = completion_of(row, &words);

		buf_addc(out, ':');
		add_quoted(out, row->argument, ":\\");
		buf_addc(out, ':');
		if (completion == COMPLETE_FILE)
			buf_addz(out, "_files");
		else if (completion == COMPLETE_FOLDER)
			buf_addz(out, "_files -/");
		else if (completion == COMPLETE_WORDS)
			buf_addf(out, "(%.*s)", STR_ARG(buf_str(&words)));
		else if (completion == COMPLETE_WORD_OR_FILE)
			buf_addf(out, "{compadd -- %.*s; _files}", STR_ARG(buf_str(&words)));
		else
			buf_addc(out, ' ');
	}
	buf_addc(out, '\'');
	buf_release(&words);
}

void completion_zsh(struct buf *out)
{
	buf_addz(out, "#compdef inquest\n_inquest() {\n\tlocal -a commands\n\tcommands=(\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank)) {
		buf_addf(out, "\t\t'%s:", c->name);
		add_quoted(out, c->help, ":\\");
		buf_addz(out, "'\n");
	}
	buf_addz(out, "\t\t'help:what a command does'\n\t)\n"
		      "\tif ((CURRENT == 2)); then\n\t\t_describe -t commands command commands\n"
		      "\t\t_arguments '--help[all commands]' '--version[what this is and was built with]'\n\t\treturn\n\tfi\n"
		      "\tlocal command=$words[2]\n\tshift words\n\t((CURRENT--))\n\tcase $command in\n"
		      "\thelp) _describe -t commands command commands ;;\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank)) {
		buf_addf(out, "\t%s)\n\t\t_arguments -s", c->name);
		for_options(c, out, add_zsh_option);
		if (takes_files(c))
			buf_addz(out, " \\\n\t\t\t'*:file:_files'");
		buf_addz(out, "\n\t\t;;\n");
	}
	buf_addz(out, "\tesac\n}\n_inquest \"$@\"\n");
}

/* ---- fish ----------------------------------------------------------------------------------- */

static void add_fish_text(struct buf *out, const char *text)
{
	buf_addc(out, '\'');
	for (; *text; text++)
		buf_addf(out, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	buf_addc(out, '\'');
}

static void add_fish_option(const struct command *c, const struct option_row *row, struct buf *out)
{
	struct buf words;

	buf_init(&words, WORDS_BYTES);
	buf_addf(out, "complete -c inquest -n '__fish_seen_subcommand_from %s'", c->name);
	if (row->letter)
		buf_addf(out, " -s %c", row->letter);
	buf_addf(out, " -l %s", row->name);
	if (row->argument) {
		enum completion completion = completion_of(row, &words);

		buf_addz(out, completion == COMPLETE_FILE || completion == COMPLETE_WORD_OR_FILE ? " -r -F" : " -x");
		if (completion == COMPLETE_FOLDER)
			buf_addz(out, " -a '(__fish_complete_directories)'");
		else if (words.len > 0)
			buf_addf(out, " -a '%.*s'", STR_ARG(buf_str(&words)));
	}
	buf_addz(out, " -d ");
	add_fish_text(out, row->help);
	buf_addc(out, '\n');
	buf_release(&words);
}

void completion_fish(struct buf *out)
{
	buf_addz(out, "# fish completion for inquest\ncomplete -c inquest -f\n"
		      "complete -c inquest -n __fish_use_subcommand -l help -d 'all commands'\n"
		      "complete -c inquest -n __fish_use_subcommand -l version -d 'what this is and was built with'\n"
		      "complete -c inquest -n __fish_use_subcommand -a help -d 'what a command does'\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank)) {
		buf_addf(out, "complete -c inquest -n __fish_use_subcommand -a %s -d ", c->name);
		add_fish_text(out, c->help);
		buf_addf(out, "\ncomplete -c inquest -n '__fish_seen_subcommand_from help' -a %s\n", c->name);
		if (takes_files(c))
			buf_addf(out, "complete -c inquest -n '__fish_seen_subcommand_from %s' -F\n", c->name);
		for_options(c, out, add_fish_option);
	}
}
