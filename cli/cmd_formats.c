/* inquest formats: what can be read; with --explain, what files are read as and why. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/text.h"
#include "ingest/detect.h"
#include "ingest/find.h"
#include "ingest/input.h"

enum { LINE_SHOWN_BYTES = 120, RIVALS_SHOWN = 3 };

struct formats_options {
	struct str path; /* --explain; empty = list */
};

static const struct option_row rows[] = {
	{ 0, "explain", "PATH", "say what this file, or every file in this folder or archive, is read as, and why", OPTION_TEXT,
	  offsetof(struct formats_options, path) },
	{ 0 },
};

/* ---- the list ------------------------------------------------------------------------------- */

static const char *role_words(enum format_role role)
{
	switch (role) {
	case ROLE_ACCESS:
		return "Requests";
	case ROLE_SERVER:
		return "Servers";
	case ROLE_DATABASE:
		return "Databases";
	case ROLE_APP:
		return "Applications";
	case ROLE_SYSTEM:
		return "Systems";
	case ROLE_CHANGE:
		return "Changes";
	case ROLE_CARRIER:
		return "Envelopes, whose payload is read as what it is";
	case ROLE_TEXT:
		return "Anything else";
	}
	BUG("a role of no name");
}

static void print_list(const struct format *const *own)
{
	for (int role = ROLE_ACCESS; role <= ROLE_TEXT; role++) {
		bool any = false;

		const struct format *f;

		for (size_t i = 0; (f = format_at(own, i)); i++) {
			if ((int)f->role != role)
				continue;
			if (!any)
				printf("%s%s\n", role > ROLE_ACCESS ? "\n" : "", role_words(f->role));
			any = true;
			printf("  %-20s %s\n", f->id, f->title);
		}
	}
}

/* ---- explaining ----------------------------------------------------------------------------- */

static void print_candidate(const struct candidate *c, size_t n_lines)
{
	printf("    %-20s explains %3.0f %% of %zu lines: %u records", c->format->id, c->coverage * 100, n_lines, c->starts);
	if (c->continues > 0)
		printf(", %u further lines", c->continues);
	if (c->skips > 0)
		printf(", %u headers or blank lines", c->skips);
	if (c->undecoded + c->aliens > 0)
		printf(", %u not understood", c->undecoded + c->aliens);
	printf("; specificity %d\n", c->format->specificity);
}

static void print_times(const struct candidate *c)
{
	char from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES];

	if (c->timed == 0) {
		printf("    its lines say no time\n");
		return;
	}
	printf("    time: %s, %s", c->zoned == c->timed ? "with zone" : "no zone in the line (see --zone)",
	       c->with_year == c->timed ? "with year" : "no year in the line (taken from rotation and file times)");
	if (c->first_ns != TIME_NONE)
		printf("; %s to %s", time_format(c->first_ns, 0, from), time_format(c->last_ns, 0, to));
	if (c->order[DAY_MONTH_OPEN] > 0)
		printf("; %s first in dates", c->day_first ? "day" : "month");
	putchar('\n');
}

static void print_unmatched(const struct candidate *c)
{
	for (size_t i = 0; i < c->n_unmatched; i++) {
		printf("    line %zu %s: ", c->unmatched[i].line, c->unmatched[i].why);
		text_print_clean(stdout, c->unmatched[i].text, LINE_SHOWN_BYTES);
		putchar('\n');
	}
}

static void print_detection(const struct detection *d)
{
	if (!d->format) {
		printf("  not read: no format explains enough of its %zu lines\n", d->n_lines);
		if (d->n_candidates > 0)
			print_unmatched(&d->candidates[0]);
	} else {
		printf("  read as %s: %s%s\n", d->format->id, d->format->title, d->forced ? " (as you said)" : "");
	}
	for (size_t i = 0; i < d->n_candidates && i < RIVALS_SHOWN; i++)
		print_candidate(&d->candidates[i], d->n_lines);
	if (d->best) {
		print_times(d->best);
		print_unmatched(d->best);
	}
}

/* The format that a --format rule names for the path; NULL when none does. */
static const struct format *forced_format(const struct invocation *in, struct str path)
{
	const struct rule_list *rules = &in->common.formats;

	for (size_t i = 0; i < rules->n; i++)
		if (str_glob(rules->at[i].glob, path))
			return format_find(in->own_formats, rules->at[i].value);
	return NULL;
}

static void explain_stream(const struct invocation *in, const struct input_stream *s)
{
	struct detection d = { 0 };
	struct arena a;

	text_print_clean(stdout, s->path, s->path.len);
	if (s->packing.len > 0)
		printf(" (%.*s)", STR_ARG(s->packing));
	putchar('\n');
	if (s->binary.len > 0) {
		printf("  not read: %.*s\n", STR_ARG(s->binary));
		return;
	}
	if (s->head.len == 0) {
		printf("  empty\n");
		return;
	}
	arena_init(&a);
	detect_format(s->head, s->head.len < INPUT_HEAD_BYTES, s->path, in->own_formats,
		      forced_format(in, s->path), &a, &d);
	print_detection(&d);
	arena_release(&a);
}

/* One path: a file, or an archive with its members. */
static void explain_file(const struct invocation *in, const struct found_file *f)
{
	struct err err = ERR_INIT;
	struct input *input;
	struct input_stream stream;

	if (!input_open(f->path.ptr, f->display, NULL, &input, &err)) {
		printf("%.*s\n  not read: %s\n", STR_ARG(f->display), err.text);
		return;
	}
	while (input_next(input, &stream))
		explain_stream(in, &stream);
	struct input_end end = input_end(input);

	for (size_t i = 0; i < end.n_notes; i++)
		printf("  %.*s\n", STR_ARG(end.notes[i]));
	input_close(input);
}

static bool check_rules(const struct invocation *in, struct err *err)
{
	const struct rule_list *rules = &in->common.formats;

	for (size_t i = 0; i < rules->n; i++)
		if (!format_find(in->own_formats, rules->at[i].value))
			return err_set_status(err, EXIT_USAGE, "--format: there is no format '%.*s'; 'inquest formats' lists them",
					      STR_ARG(rules->at[i].value));
	return true;
}

static int run(struct invocation *in, struct err *err)
{
	const struct formats_options *o = in->options;
	struct found found = { 0 };

	if (o->path.len == 0) {
		print_list(in->own_formats);
		return EXIT_DONE;
	}
	if (!check_rules(in, err))
		return EXIT_USAGE;
	find_files(&o->path, 1, in->arena, &found);
	for (size_t i = 0; i < found.notes.n; i++)
		fprintf(stderr, "%.*s\n", STR_ARG(found.notes.at[i]));
	for (size_t i = 0; i < found.files.n; i++)
		explain_file(in, &found.files.at[i]);
	if (found.files.n == 0)
		err_set_status(err, EXIT_NO_INPUT, "%.*s: nothing to read there", STR_ARG(o->path));
	return EXIT_DONE;
}

static const struct example examples[] = {
	{ "inquest formats", "List what can be read." },
	{ "inquest formats --explain logs/app/web.log.2.gz", "Why this file is read as what it is." },
	{ 0 },
};

const struct command command_formats = {
	.name = "formats",
	.rank = 10,
	.arguments = "[--explain PATH]",
	.help = "list formats; why a file is read as what it is",
	.about = "Lists the formats that are recognised. With --explain it says for a file, or every file in a folder or archive, "
		 "what it is read as, what the rival formats would explain of it, and which lines are not understood.",
	.options = rows,
	.options_bytes = sizeof(struct formats_options),
	.uses = USES_INPUT,
	.examples = examples,
	.run = run,
};
