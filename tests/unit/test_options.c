#include <criterion/criterion.h>
#include <string.h>

#include "cli/options.h"
#include "core/closest.h"

struct values {
	bool flag;
	unsigned count, number, choice;
	double speed;
	struct str text;
	int64_t since_ns;
	struct rule_list rules;
};

#define AT(field) offsetof(struct values, field)

static const struct option_row rows[] = {
	{ 'f', "flag", NULL, "a flag", OPTION_FLAG, AT(flag) },
	{ 'v', "verbose", NULL, "counted", OPTION_COUNT, AT(count) },
	{ 'n', "number", "N", "a number", OPTION_UNSIGNED, AT(number) },
	{ 0, "choice", "auto|always|never", "one of three", OPTION_CHOICE, AT(choice) },
	{ 0, "speed", "X", "how fast", OPTION_NUMBER, AT(speed) },
	{ 'o', "output", "DIR", "a text", OPTION_TEXT, AT(text) },
	{ 0, "since", "TIME", "an instant", OPTION_INSTANT, AT(since_ns) },
	{ 0, "zone", "GLOB=ZONE", "a rule", OPTION_RULE, AT(rules) },
	{ 0 },
};

/* Parses words separated by blanks. */
static bool parse(const char *line, const struct option_row *table, struct values *v, struct arguments *args,
		  struct arena *a, struct err *err)
{
	const struct option_set set = { "Options", table, v };
	struct str rest = str_of(line);
	VEC(char *) words = { 0 };

	for (struct str word = str_word(&rest); word.len > 0; word = str_word(&rest)) {
		char *z = arena_alloc(a, word.len + 1, 1);

		memcpy(z, word.ptr, word.len);
		*vec_push(a, &words) = z;
	}
	return options_parse(words.at, words.n, &set, 1, a, args, err);
}

Test(options, reads_every_type)
{
	struct arena a;
	struct err err = ERR_INIT;
	struct values v = { 0 };
	struct arguments args = { 0 };

	arena_init(&a);
	cr_assert(parse("one -fvv -n12 --choice never --speed=2.5 two -o out --since 2026-01-29T22:05:02.5+01:00 "
			"--zone a=b*=UTC --zone=*.log=CET -- -x --flag",
			rows, &v, &args, &a, &err),
		  "%s", err.text);
	cr_assert(v.flag);
	cr_assert_eq(v.count, 2);
	cr_assert_eq(v.number, 12);
	cr_assert_eq(v.choice, 2);
	cr_assert_float_eq(v.speed, 2.5, 1e-9);
	cr_assert(str_eq(v.text, STR("out")));
	cr_assert_eq(v.since_ns, INT64_C(1769720702500000000));
	cr_assert_eq(v.rules.n, 2);
	cr_assert(str_eq(v.rules.at[0].glob, STR("a=b*")));
	cr_assert(str_eq(v.rules.at[0].value, STR("UTC")));
	cr_assert(str_eq(v.rules.at[1].glob, STR("*.log")));
	cr_assert_eq(args.n, 4);
	cr_assert(str_eq(args.at[0], STR("one")));
	cr_assert(str_eq(args.at[1], STR("two")));
	cr_assert(str_eq(args.at[2], STR("-x")), "what follows -- is no option");
	cr_assert(str_eq(args.at[3], STR("--flag")));
	arena_release(&a);
}

Test(options, a_wrong_line_names_the_option)
{
	static const struct { const char *line, *says; } wrong[] = {
		{ "--flga", "unknown option --flga; did you mean --flag?" },
		{ "--xyzzy", "unknown option --xyzzy" },
		{ "-fz", "unknown option -z" },
		{ "--flag=yes", "--flag takes no value" },
		{ "--number", "--number needs its N" },
		{ "-o", "-o needs its DIR" },
		{ "--output=", "--output: the DIR is empty" },
		{ "--number ten", "--number: 'ten' is not a number from 0 to 1000000" },
		{ "--number -1", "--number: '-1' is not a number from 0 to 1000000" },
		{ "--speed 0", "--speed: '0' is not a positive number" },
		{ "--speed nan", "--speed: 'nan' is not a positive number" },
		{ "--choice maybe", "--choice: 'maybe' is none of auto|always|never" },
		{ "--since yesterday", "--since: 'yesterday' is no time; write it as 2026-01-29T22:05:00Z" },
		{ "--since 10:00:00", "--since: '10:00:00' is no time; write it as 2026-01-29T22:05:00Z" },
		{ "--zone UTC", "--zone: 'UTC' should be GLOB=ZONE, for example '*/app/*=...'" },
		{ "--zone =UTC", "--zone: '=UTC' should be GLOB=ZONE, for example '*/app/*=...'" },
		{ "--zone a=", "--zone: 'a=' should be GLOB=ZONE, for example '*/app/*=...'" },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct err err = ERR_INIT;
		struct values v = { 0 };
		struct arguments args = { 0 };

		cr_assert_not(parse(wrong[i].line, rows, &v, &args, &a, &err), "%s", wrong[i].line);
		cr_assert_str_eq(err.text, wrong[i].says);
		cr_assert_eq(err.status, EXIT_USAGE);
	}
	arena_release(&a);
}

Test(options, a_required_text_is_missed_unless_help_is_asked_for)
{
	static const struct option_row required[] = {
		{ 's', "store", "STORE", "the store", OPTION_REQUIRED, AT(text) },
		{ 'h', "help", NULL, "help", OPTION_FLAG, AT(flag) },
		{ 0 },
	};
	struct arena a;
	struct err err = ERR_INIT, none = ERR_INIT;
	struct values v = { 0 };
	struct arguments args = { 0 };

	arena_init(&a);
	cr_assert_not(parse("", required, &v, &args, &a, &err));
	cr_assert_str_eq(err.text, "-s STORE (--store) is missing");
	cr_assert(parse("--help", required, &v, &args, &a, &none));
	cr_assert(parse("-s x", required, &v, &args, &a, &none));
	arena_release(&a);
}

Test(options, help_is_wrapped_and_aligned)
{
	static const struct option_row few[] = {
		{ 'o', "output", "DIR", "where to write to, in words that need more than one line", OPTION_TEXT, AT(text) },
		{ 0, "a-very-long-option", "VALUE", "below", OPTION_TEXT, AT(text) },
		{ 0 },
	};
	const struct option_set set = { "Options", few, NULL };
	struct buf out;

	buf_init(&out, 4096);
	options_help(&set, NULL, 50, &out);
	buf_addc(&out, '\0');
	cr_assert_str_eq(out.ptr, "\nOptions\n"
				  "  -o, --output DIR        where to write to, in\n"
				  "                          words that need more\n"
				  "                          than one line\n"
				  "      --a-very-long-option VALUE\n"
				  "                          below\n");
	buf_release(&out);
}

Test(options, typing_errors_find_their_word)
{
	static const char *const words[] = { "investigate", "ingest", "analyze", "report", "replay", "query" };
	static const struct { const char *typed, *meant; } cases[] = {
		{ "investgate", "investigate" }, { "invesitgate", "investigate" }, { "inv", "investigate" },
		{ "analyse", "analyze" },        { "reprot", "report" },           { "qurey", "query" },
		{ "x", NULL },                   { "frobnicate", NULL },           { "", NULL },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *got = closest_word(str_of(cases[i].typed), words, sizeof words / sizeof words[0]);

		if (cases[i].meant)
			cr_assert(got && strcmp(got, cases[i].meant) == 0, "%s: %s", cases[i].typed, got ? got : "nothing");
		else
			cr_assert_null(got, "%s", cases[i].typed);
	}
}
