#include "cli/options.h"

#include "core/closest.h"

enum { HELP_COLUMN = 26, NAMES_MAX = 128 };

/* ---- parsing -------------------------------------------------------------------------------- */

struct parser {
	const struct option_set *sets;
	size_t n_sets;
	struct arena *arena;
	struct err *err;
};

/* Every error here is a wrong command line. */
#define WRONG(p, ...) err_set_status((p)->err, EXIT_USAGE, __VA_ARGS__)

static bool unknown_option(const struct parser *p, struct str name)
{
	const char *names[NAMES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < p->n_sets; i++)
		for (const struct option_row *row = p->sets[i].rows; row->name && n < NAMES_MAX; row++)
			names[n++] = row->name;
	const char *near = closest_word(name, names, n);

	return near ? WRONG(p, "unknown option --%.*s; did you mean --%s?", STR_ARG(name), near)
		    : WRONG(p, "unknown option --%.*s", STR_ARG(name));
}

/* By name, or by letter when that is not 0. */
static const struct option_row *find_row(const struct parser *p, struct str name, char letter, void **values)
{
	for (size_t i = 0; i < p->n_sets; i++) {
		for (const struct option_row *row = p->sets[i].rows; row->name; row++) {
			if (letter ? row->letter == letter : str_eq(str_of(row->name), name)) {
				*values = p->sets[i].values;
				return row;
			}
		}
	}
	return NULL;
}

static bool set_choice(const struct parser *p, const struct option_row *row, struct str value, unsigned *out)
{
	struct str rest = str_of(row->argument);

	for (unsigned i = 0; rest.len > 0; i++) {
		if (str_eq(str_cut(rest, '|', &rest), value)) {
			*out = i;
			return true;
		}
	}
	return WRONG(p, "--%s: '%.*s' is none of %s", row->name, STR_ARG(value), row->argument);
}

static bool set_instant(const struct parser *p, const struct option_row *row, struct str value, int64_t *out)
{
	struct timestamp t;
	struct str rest = value;
	bool known = timestamp_parse_epoch(value, &t) ||
		     (timestamp_parse(&rest, &t) && rest.len == 0 && t.has_date && t.has_year);

	/* A day is its beginning. */
	if (!known && value.len == 10) {
		rest = arena_printf(p->arena, "%.*sT00:00:00Z", STR_ARG(value));
		known = timestamp_parse_iso(&rest, &t) && rest.len == 0;
	}

	if (!known)
		return WRONG(p, "--%s: '%.*s' is no time; write it as 2026-01-29T22:05:00Z", row->name, STR_ARG(value));
	*out = t.ns;
	return true;
}

static bool set_rule(const struct parser *p, const struct option_row *row, struct str value, struct rule_list *out)
{
	ptrdiff_t at = str_rchr(value, '=');

	if (at <= 0 || (size_t)at + 1 == value.len)
		return WRONG(p, "--%s: '%.*s' should be %s, for example '*/app/*=...'", row->name, STR_ARG(value),
			     row->argument);
	*vec_push(p->arena, out) = (struct glob_rule){ str_head(value, (size_t)at), str_from(value, (size_t)at + 1) };
	return true;
}

static bool set_number(const struct parser *p, const struct option_row *row, struct str value, double *out)
{
	double number;

	if (!str_to_double(value, &number) || !(number > 0) || !(number <= 1e9))
		return WRONG(p, "--%s: '%.*s' is not a positive number", row->name, STR_ARG(value));
	*out = number;
	return true;
}

static bool set_unsigned(const struct parser *p, const struct option_row *row, struct str value, unsigned *out)
{
	uint64_t number;

	if (!str_to_u64(value, &number) || number > 1000000)
		return WRONG(p, "--%s: '%.*s' is not a number from 0 to 1000000", row->name, STR_ARG(value));
	*out = (unsigned)number;
	return true;
}

static bool set_value(const struct parser *p, const struct option_row *row, void *values, struct str value)
{
	void *at = (char *)values + row->offset;

	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)at = true;
		return true;
	case OPTION_COUNT:
		++*(unsigned *)at;
		return true;
	case OPTION_TEXT:
	case OPTION_REQUIRED:
		if (value.len == 0)
			return WRONG(p, "--%s: the %s is empty", row->name, row->argument);
		*(struct str *)at = value;
		return true;
	case OPTION_UNSIGNED:
		return set_unsigned(p, row, value, at);
	case OPTION_NUMBER:
		return set_number(p, row, value, at);
	case OPTION_INSTANT:
		return set_instant(p, row, value, at);
	case OPTION_RULE:
		return set_rule(p, row, value, at);
	case OPTION_CHOICE:
		return set_choice(p, row, value, at);
	}
	BUG("an option of no type");
}

/* "--name", "--name=value" or "--name value"; *used when it took the next word too. */
static bool parse_long(const struct parser *p, struct str word, const char *next, bool *used)
{
	struct str value, name = str_cut(word, '=', &value);
	bool has_value = name.len < word.len;
	void *values = NULL;
	const struct option_row *row = find_row(p, name, 0, &values);

	if (!row)
		return unknown_option(p, name);
	if (!row->argument)
		return has_value ? WRONG(p, "--%s takes no value", row->name) : set_value(p, row, values, STR_NONE);
	if (!has_value) {
		if (!next)
			return WRONG(p, "--%s needs its %s", row->name, row->argument);
		value = str_of(next);
		*used = true;
	}
	return set_value(p, row, values, value);
}

/* "-q", "-qv", "-oDIR" or "-o DIR". */
static bool parse_letters(const struct parser *p, struct str letters, const char *next, bool *used)
{
	while (letters.len > 0) {
		char letter = letters.ptr[0];
		void *values = NULL;
		const struct option_row *row = find_row(p, STR_NONE, letter, &values);

		letters = str_from(letters, 1);
		if (!row)
			return WRONG(p, "unknown option -%c", letter);
		if (row->argument) {
			if (letters.len > 0)
				return set_value(p, row, values, letters);
			if (!next)
				return WRONG(p, "-%c needs its %s", letter, row->argument);
			*used = true;
			return set_value(p, row, values, str_of(next));
		}
		if (!set_value(p, row, values, STR_NONE))
			return false;
	}
	return true;
}

/* Required texts that are still empty. Asking for help is enough of a command line. */
static bool check_required(const struct parser *p)
{
	for (size_t i = 0; i < p->n_sets; i++) {
		for (const struct option_row *row = p->sets[i].rows; row->name; row++) {
			if (row->type != OPTION_REQUIRED)
				continue;
			const struct str *value = (const void *)((const char *)p->sets[i].values + row->offset);

			if (value->len == 0)
				return WRONG(p, "-%c %s (--%s) is missing", row->letter, row->argument, row->name);
		}
	}
	return true;
}

static bool asks_for_help(struct str word)
{
	return str_eq(word, STR("--help")) || str_eq(word, STR("-h"));
}

bool options_parse(char *const *words, size_t n, const struct option_set *sets, size_t n_sets, struct arena *a,
		   struct arguments *out, struct err *err)
{
	struct parser p = { sets, n_sets, a, err };
	bool ended = false, help = false;

	for (size_t i = 0; i < n; i++) {
		struct str word = str_of(words[i]);
		const char *next = i + 1 < n ? words[i + 1] : NULL;
		bool used = false, good = true;

		if (ended || word.len < 2 || word.ptr[0] != '-')
			*vec_push(a, out) = word;
		else if (str_eq(word, STR("--")))
			ended = true;
		else if (word.ptr[1] == '-')
			good = parse_long(&p, str_from(word, 2), next, &used);
		else
			good = parse_letters(&p, str_from(word, 1), next, &used);
		if (!good)
			return false;
		help |= !ended && asks_for_help(word);
		i += used;
	}
	return help || check_required(&p);
}

/* ---- help ----------------------------------------------------------------------------------- */

static void add_blanks(struct buf *out, unsigned n)
{
	while (n-- > 0)
		buf_addc(out, ' ');
}

/* One paragraph; the cursor stands at `column` already. */
static void wrap_from(struct buf *out, struct str text, unsigned column, unsigned indent, unsigned width)
{
	bool first = true;

	for (struct str word = str_word(&text); word.len > 0; word = str_word(&text)) {
		if (!first && column + 1 + word.len > width) {
			buf_addc(out, '\n');
			add_blanks(out, indent);
			column = indent;
			first = true;
		}
		if (!first) {
			buf_addc(out, ' ');
			column++;
		}
		buf_add(out, word);
		column += (unsigned)word.len;
		first = false;
	}
	buf_addc(out, '\n');
}

void help_wrap(struct buf *out, const char *text, unsigned indent, unsigned width)
{
	struct str rest = str_of(text);

	while (rest.len > 0) {
		struct str line = str_cut(rest, '\n', &rest);

		add_blanks(out, line.len > 0 ? indent : 0);
		wrap_from(out, line, indent, indent, width);
	}
}

void options_help(const struct option_set *set, const char *above, unsigned width, struct buf *out)
{
	if (!above || strcmp(above, set->title) != 0)
		buf_addf(out, "\n%s\n", set->title);
	for (const struct option_row *row = set->rows; row->name; row++) {
		size_t start = out->len;

		if (row->letter)
			buf_addf(out, "  -%c, --%s", row->letter, row->name);
		else
			buf_addf(out, "      --%s", row->name);
		if (row->argument)
			buf_addf(out, " %s", row->argument);
		unsigned column = (unsigned)(out->len - start);

		if (column + 2 > HELP_COLUMN) {
			buf_addc(out, '\n');
			column = 0;
		}
		add_blanks(out, HELP_COLUMN - column);
		wrap_from(out, str_of(row->help), HELP_COLUMN, HELP_COLUMN, width);
	}
}
