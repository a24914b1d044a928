#include "cli/manual.h"

#include "cli/version.h"

enum { TEXT_WIDTH = 78, TEXT_BYTES = 16 * 1024 };

/* ---- mdoc ----------------------------------------------------------------------------------- */

/* A character of text, so that troff takes it literally. `option`: it stands in a word like --this, whose hyphens are typed. */
static void add_character(struct buf *out, struct str s, size_t *at, bool option)
{
	size_t len = str_utf8_at(s, *at);
	const unsigned char *p = (const unsigned char *)s.ptr + *at;

	if (*p == '\\') {
		buf_addz(out, "\\e");
	} else if (*p == '-' && option) {
		buf_addz(out, "\\-");
	} else if (len == 2) {
		buf_addf(out, "\\[u%04X]", (p[0] & 0x1fU) << 6 | (p[1] & 0x3fU));
	} else if (len == 3) {
		buf_addf(out, "\\[u%04X]", (p[0] & 0xfU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU));
	} else {
		buf_addc(out, (char)*p);
		len = 1;
	}
	*at += len;
}

static bool starts_option(struct str s, size_t at)
{
	return s.ptr[at] == '-' && at + 1 < s.len && s.ptr[at + 1] != ' ' && (at == 0 || strchr(" ('\"[|", s.ptr[at - 1]));
}

static void add_escaped(struct buf *out, struct str s)
{
	bool option = false;

	for (size_t i = 0; i < s.len;) {
		bool begins = i == 0 || s.ptr[i - 1] == ' ';

		/* A control line, should the line be broken here. */
		if (begins && (s.ptr[i] == '.' || s.ptr[i] == '\''))
			buf_addz(out, "\\&");
		option = starts_option(s, i) || (option && s.ptr[i] != ' ');
		add_character(out, s, &i, option);
	}
}

static bool ends_sentence(struct str s, size_t at)
{
	return (s.ptr[at] == '.' || s.ptr[at] == '?' || s.ptr[at] == '!') && at + 2 < s.len && s.ptr[at + 1] == ' ' &&
	       at > 0 && s.ptr[at - 1] != ' ';
}

/* A sentence, in lines no longer than troff's users like them. */
static void add_sentence(struct buf *out, struct str s)
{
	struct buf escaped;

	buf_init(&escaped, TEXT_BYTES);
	add_escaped(&escaped, s);
	buf_addc(&escaped, '\0');
	help_wrap(out, escaped.ptr, 0, TEXT_WIDTH);
	buf_release(&escaped);
}

/* Text; a sentence begins on a line of its own, as troff wants it, and \n separates paragraphs. */
static void add_text(struct buf *out, const char *text)
{
	struct str rest = str_of(text);

	for (size_t i = 0; i < rest.len; i++) {
		bool paragraph = rest.ptr[i] == '\n';

		if (!paragraph && !ends_sentence(rest, i))
			continue;
		add_sentence(out, str_head(rest, paragraph ? i : i + 1));
		buf_addz(out, paragraph ? ".Pp\n" : "");
		rest = str_from(rest, paragraph ? i + 1 : i + 2);
		i = 0;
	}
	add_sentence(out, rest);
}

/* An argument of a macro: quoted, as it may hold blanks. */
static void add_argument(struct buf *out, struct str s)
{
	buf_addz(out, " Ar \"");
	for (size_t i = 0; i < s.len;) {
		if (s.ptr[i] == '"') {
			buf_addz(out, "\"\"");
			i++;
		} else {
			add_character(out, s, &i, false);
		}
	}
	buf_addc(out, '"');
}

static void add_flag(struct buf *out, struct str word)
{
	buf_addf(out, " Fl %.*s", STR_ARG(str_from(word, 1)));
}

/* Where the bracket group that begins at s[0] ends. */
static size_t group_end(struct str s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		depth += s.ptr[i] == '[';
		if (s.ptr[i] == ']' && --depth == 0)
			return i;
	}
	return s.len;
}

/* "-o FILE | --update DRAFT" on the line of a macro. */
static void add_words(struct buf *out, struct str s)
{
	for (struct str word = str_word(&s); word.len > 0; word = str_word(&s)) {
		if (word.ptr[0] == '-' && word.len > 1)
			add_flag(out, word);
		else if (str_eq(word, STR("|")))
			buf_addz(out, " |");
		else
			add_argument(out, word);
	}
}

/* The arguments of a usage line, each group on a line of its own. */
static void add_usage(struct buf *out, const char *arguments)
{
	struct str rest = str_trim(str_of(arguments));

	while (rest.len > 0) {
		bool optional = rest.ptr[0] == '[';
		ptrdiff_t bracket = str_chr(rest, '[');
		size_t end = optional ? group_end(rest) : bracket < 0 ? rest.len : (size_t)bracket;
		struct str group = optional ? str_from(str_head(rest, end), 1) : str_head(rest, end);
		struct buf line;

		buf_init(&line, 4096);
		add_words(&line, group);
		/* Without "Op", a line begins with the macro of its first word. */
		if (optional)
			buf_addf(out, ".Op%.*s\n", STR_ARG(buf_str(&line)));
		else
			buf_addf(out, ".%.*s\n", STR_ARG(str_from(buf_str(&line), 1)));
		buf_release(&line);
		rest = str_trim(str_from(rest, optional ? end + 1 : end));
	}
}

/* ---- parts of a page ------------------------------------------------------------------------ */

/* `name` in the title is in capitals, `dash_name` the name of the page. */
static void add_head(struct buf *out, const char *dash, struct str name, const char *what)
{
	buf_addz(out, ".Dd " INQUEST_RELEASED "\n.Dt INQUEST");
	buf_addz(out, dash);
	for (size_t i = 0; i < name.len; i++)
		buf_addc(out, name.ptr[i] >= 'a' && name.ptr[i] <= 'z' ? (char)(name.ptr[i] - 'a' + 'A') : name.ptr[i]);
	buf_addf(out, " 1\n.Os\n.Sh NAME\n.Nm inquest%s%.*s\n.Nd ", dash, STR_ARG(name));
	add_escaped(out, str_of(what));
	buf_addz(out, "\n.Sh SYNOPSIS\n");
}

static void add_rows(struct buf *out, const struct option_row *rows)
{
	for (const struct option_row *row = rows; row->name; row++) {
		buf_addz(out, ".It");
		if (row->letter)
			buf_addf(out, " Fl %c , Fl -%s", row->letter, row->name);
		else
			buf_addf(out, " Fl -%s", row->name);
		if (row->argument)
			add_argument(out, str_of(row->argument));
		buf_addc(out, '\n');
		add_text(out, row->help);
	}
}

/* All sets of options, those with the same title under one heading, behind the line `about`. */
static void add_options(struct buf *out, const struct option_set *sets, size_t n, const char *about)
{
	buf_addz(out, ".Sh OPTIONS\n");
	buf_addz(out, about);
	for (size_t i = 0; i < n; i++) {
		bool begins = i == 0 || strcmp(sets[i].title, sets[i - 1].title) != 0;
		bool ends = i + 1 == n || strcmp(sets[i].title, sets[i + 1].title) != 0;

		if (begins && strcmp(sets[i].title, "Options") != 0)
			buf_addf(out, ".Ss %s\n", sets[i].title);
		if (begins)
			buf_addz(out, ".Bl -tag -width Ds\n");
		add_rows(out, sets[i].rows);
		if (ends)
			buf_addz(out, ".El\n");
	}
}

/* Exit statuses; with a command, those that its options allow. `busy`: one that only a command has whose page says so. */
static void add_statuses(struct buf *out, bool found, bool strict, bool busy)
{
	const struct {
		const char *what;
		int status;
		bool there;
	} statuses[] = {
		{ "done", EXIT_DONE, true },
		{ "done, and there is something to look at (only with --exit-status)", EXIT_INCIDENT, found },
		{ "wrong command line", EXIT_USAGE, true },
		{ "no usable input", EXIT_NO_INPUT, true },
		{ "the system or the store failed", EXIT_SYSTEM, true },
		{ "done, but part of the input was damaged or not understood (only with --strict)", EXIT_DAMAGED, strict },
		{ "not done: another run holds the lock (only inquest nightly)", EXIT_BUSY, busy },
	};

	buf_addz(out, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		if (!statuses[i].there)
			continue;
		buf_addf(out, ".It %d\n", statuses[i].status);
		add_text(out, statuses[i].what);
	}
	buf_addz(out, ".El\n");
}

static void add_examples(struct buf *out, const struct example *examples)
{
	if (!examples || !examples[0].line)
		return;
	buf_addz(out, ".Sh EXAMPLES\n");
	for (const struct example *e = examples; e->line; e++) {
		if (e > examples)
			buf_addz(out, ".Pp\n");
		add_text(out, e->what);
		buf_addz(out, ".Bd -literal -offset indent\n");
		add_escaped(out, str_of(e->line));
		buf_addz(out, "\n.Ed\n");
	}
}

static bool has_option(const struct option_set *sets, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		for (const struct option_row *row = sets[i].rows; row->name; row++)
			if (strcmp(row->name, name) == 0)
				return true;
	return false;
}

/* ---- pages ---------------------------------------------------------------------------------- */

void manual_overview(struct buf *out)
{
	struct option_set sets[OPTION_SETS_MAX];
	size_t n = 0;

	add_head(out, "", STR_NONE, "replay an archive of logs after an outage and say what broke, when, for whom and why");
	buf_addz(out, ".Nm\n.Ar command\n.Op Ar options\n.Op Ar arguments\n.Nm\n.Cm help\n.Op Ar command\n.Nm\n.Fl -version\n.Sh DESCRIPTION\n");
	add_text(out, "Reads archives of server, database and application logs, keeps what they say in one store, finds incidents and "
		      "ranks their causes; rules out what was suspected but innocent. Every statement refers to log lines.");
	buf_addz(out, ".Pp\nThe commands, each with a page of its own:\n.Bl -tag -width Ds\n");
	for (const struct command *c = command_after(0); c; c = command_after(c->rank)) {
		buf_addf(out, ".It Xr inquest-%s 1\n", c->name);
		add_text(out, c->help);
		n = command_sets(c, NULL, NULL, sets);
	}
	buf_addz(out, ".El\n");
	/* The last set is that of all commands. */
	if (n > 0)
		add_options(out, &(struct option_set){ "Options", sets[n - 1].rows, NULL }, 1, "Every command takes\n");
	add_statuses(out, true, true, true);
	buf_addz(out, ".Sh SEE ALSO\n");
	for (size_t i = 0; command_registry[i]; i++)
		buf_addf(out, ".Xr inquest-%s 1%s\n", command_registry[i]->name, command_registry[i + 1] ? " ," : "");
}

void manual_command(const struct command *c, struct buf *out)
{
	struct option_set sets[OPTION_SETS_MAX];
	size_t n = command_sets(c, NULL, NULL, sets);

	add_head(out, "-", str_of(c->name), c->help);
	buf_addf(out, ".Nm inquest %s\n", c->name);
	add_usage(out, c->arguments);
	buf_addz(out, ".Op Ar options\n.Sh DESCRIPTION\n");
	add_text(out, c->about);
	add_options(out, sets, n, "");
	add_statuses(out, has_option(sets, n, "exit-status"), has_option(sets, n, "strict"), false);
	add_examples(out, c->examples);
	bool input = c->uses & USES_INPUT, store = has_option(sets, n, "store");

	buf_addf(out, ".Sh SEE ALSO\n.Xr inquest 1%s\n", input || store ? " ," : "");
	if (input)
		buf_addf(out, ".Xr inquest-formats 5%s\n", store ? " ," : "");
	if (store)
		buf_addz(out, ".Xr inquest-store 5\n");
}
