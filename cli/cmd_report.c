/* inquest report: render what the last analysis of a store found. */
#include <stdio.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/postmortem.h"
#include "cli/pipeline.h"
#include "report/draft.h"
#include "report/glyph.h"
#include "report/template.h"

enum { DRAFT_MAX_BYTES = 32 << 20 };

struct report_options {
	struct str store;
	struct str format; /* renderer; empty = text */
	struct str output; /* file; empty = standard output */
	struct str update; /* draft whose sections are brought up to date; empty = none */
	struct str template_name; /* layout of the draft; empty = the default */
	bool force;        /* replace sections that a person changed, too */
	unsigned incident; /* from 1; 0 = all */
	struct str zone;   /* zone to show times in; empty = UTC */
	struct str archive; /* what the store was read from; empty = what the analysis read around lines is shown */
	bool no_redact;
};

#define AT(field) offsetof(struct report_options, field)

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store; it must have been analysed", OPTION_REQUIRED, AT(store) },
	{ 'f', "format", "NAME", "text (default), markdown, html, json or explain", OPTION_TEXT, AT(format) },
	{ 'o', "output", "FILE", "write there instead of to standard output", OPTION_TEXT, AT(output) },
	{ 0, "update", "FILE", "bring the marked sections of a Markdown draft up to date, keep the rest", OPTION_TEXT,
	  AT(update) },
	{ 0, "force", NULL, "with --update: replace also sections that were changed by hand, without asking", OPTION_FLAG, AT(force) },
	{ 0, "template", "NAME|FILE", "layout of the draft: reference (default), sre, pagerduty, compact, or a file of your own",
	  OPTION_TEXT, AT(template_name) },
	{ 0, "incident", "N", "only incident N", OPTION_UNSIGNED, AT(incident) },
	{ 0, "archive", "PATH", "for -f html: read what stands around the lines of evidence back from the archive that the store was made of",
	  OPTION_TEXT, AT(archive) },
	{ 0, "show-zone", "ZONE", "show times in this zone: UTC, +02:00, Europe/Berlin", OPTION_TEXT, AT(zone) },
	{ 0, "no-redact", NULL, "show secrets, tokens, mail and client addresses that stand in quoted lines", OPTION_FLAG,
	  AT(no_redact) },
	{ 0 },
};

static const struct renderer *find_renderer(struct str name, struct err *err)
{
	const struct renderer *r = renderer_by_name(name);
	struct buf names;

	if (r)
		return r;
	buf_init(&names, ERR_TEXT_BYTES);
	for (size_t i = 0; renderer_registry[i]; i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", renderer_registry[i]->name);
	err_set_status(err, EXIT_USAGE, "--format: '%.*s' is none of %.*s", STR_ARG(name), STR_ARG(buf_str(&names)));
	buf_release(&names);
	return NULL;
}

/* Asks a person on the terminal; anything but yes is no. */
static bool ask(void *self, struct str name, size_t line)
{
	const struct invocation *in = self;
	char answer[16];
	struct buf shown;

	buf_init(&shown, ERR_TEXT_BYTES);
	glyph_add(&shown, name); /* a draft may come from anywhere */
	fprintf(stderr, "%.*s: section \"%.*s\" (line %zu) was changed by hand. Replace it? [y/N] ",
		STR_ARG(((const struct report_options *)in->options)->update), STR_ARG(buf_str(&shown)), line);
	buf_release(&shown);
	fflush(stderr);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static void tell(const struct invocation *in, const struct draft_changes *changes)
{
	fprintf(stderr, "%.*s: %zu sections brought up to date, %zu as they were, ", STR_ARG(((const struct report_options *)in->options)->update),
		changes->replaced, changes->same);
	if (changes->kept > 0)
		fprintf(stderr, "%zu changed by hand and left so, ", changes->kept);
	fprintf(stderr, "%zu no longer reported, %zu not in the draft\n", changes->stale, changes->missing);
}

/* The draft with our sections replaced, in its place; what was done goes to standard error. */
static bool update_draft(struct invocation *in, const struct casefile *c, struct render_options o, struct err *err)
{
	const struct report_options *wish = in->options;
	struct draft_policy policy = { .ask = ask, .self = in };
	struct str draft;
	struct draft_changes changes;
	struct buf fresh, out;

	policy.edited = wish->force ? DRAFT_REPLACE : isatty(STDIN_FILENO) && isatty(STDERR_FILENO) ? DRAFT_ASK : DRAFT_REFUSE;
	if (!input_read_file(wish->update, DRAFT_MAX_BYTES, in->arena, &draft, err))
		return false;
	struct str name = wish->template_name.len ? wish->template_name : draft_template(draft);
	if (!postmortem_template(in, name.len > 0 ? name : str_of(template_at(0).name), &o, err))
		return false;
	o.template_text = template_for_draft(o.template_text, draft, in->arena);
	buf_init(&fresh, DRAFT_MAX_BYTES);
	buf_init(&out, 2 * DRAFT_MAX_BYTES);
	pipeline_renderer("markdown")->render(c, &o, &fresh);
	struct err why = ERR_INIT;
	bool good = draft_update(draft, buf_str(&fresh), &policy, &out, &changes, &why) ||
		    err_set_status(err, why.status, "%.*s: %s", STR_ARG(wish->update), why.text);
	good = good && (str_eq(buf_str(&out), draft) || output_write_file(wish->update, buf_str(&out), err));
	if (good && !in->common.quiet)
		tell(in, &changes);
	buf_release(&fresh);
	buf_release(&out);
	return good;
}

/* Leaves one incident in the case file. */
static bool select_incident(struct casefile *c, unsigned number, struct err *err)
{
	if (number == 0)
		return true;
	if (number > c->n_incidents)
		return err_set_status(err, EXIT_USAGE, "--incident: the store has %zu", c->n_incidents);
	c->incidents += number - 1;
	c->n_incidents = 1;
	return true;
}

static int run(struct invocation *in, struct err *err)
{
	const struct report_options *o = in->options;
	struct render_options options = pipeline_render_options(in);
	const struct renderer *r = find_renderer(o->format.len > 0 ? o->format : in->common.explain ? STR("explain") : STR("text"), err);
	struct casefile c = { 0 };
	struct zone zone;

	if (!r)
		return EXIT_USAGE;
	if (o->update.len > 0 && (o->output.len > 0 || (o->format.len > 0 && !str_eq(o->format, STR("markdown"))))) {
		err_set_status(err, EXIT_USAGE, "--update writes Markdown into its own file");
		return EXIT_USAGE;
	}
	if (o->force && o->update.len == 0) {
		err_set_status(err, EXIT_USAGE, "--force goes with --update");
		return EXIT_USAGE;
	}
	if (o->template_name.len > 0 && o->update.len == 0 &&
	    (!str_eq(str_of(r->name), STR("markdown")) || !postmortem_template(in, o->template_name, &options, err))) {
		err_set_status(err, EXIT_USAGE, "--template is for -f markdown");
		return EXIT_USAGE;
	}
	if (o->zone.len > 0) {
		if (!zone_open(&zone, in->arena, o->zone, err))
			return EXIT_USAGE;
		options.zone = &zone;
	}
	options.redact = !o->no_redact;
	if (!pipeline_load(in, o->store, &c, err) || !select_incident(&c, o->incident, err))
		return EXIT_SYSTEM;
	const struct archive archive = { &o->archive, o->archive.len > 0 };

	if (archive.n > 0 && !pipeline_read_around(in, o->store, archive, &c, err))
		return EXIT_SYSTEM;
	if (o->update.len > 0)
		return update_draft(in, &c, options, err) ? EXIT_DONE : EXIT_SYSTEM;
	bool good = o->output.len > 0 ? pipeline_write(&c, r, &options, o->output, err)
				      : pipeline_print(&c, r, &options, err);

	return good ? EXIT_DONE : EXIT_SYSTEM;
}

static const struct example examples[] = {
	{ "inquest report -s out/store.inquest -f markdown", "The postmortem again." },
	{ "inquest report -s out/store.inquest -f html -o report.html --show-zone Europe/Berlin", "With local times." },
	{ "inquest report -s out/store.inquest --explain", "Every candidate, with what speaks for and against it." },
	{ "inquest report -s out/store.inquest -f markdown --template sre -o postmortem.md", "The draft in another layout." },
	{ "inquest report -s out/store.inquest --update postmortem.md", "Our sections anew, yours untouched." },
	{ 0 },
};

const struct command command_report = {
	.name = "report",
	.rank = 4,
	.arguments = "-s STORE [-f FORMAT] [-o FILE | --update DRAFT]",
	.help = "render what was found: text, markdown, html, json",
	.about = "Renders what the last analysis of a store found. The same store gives the same bytes.",
	.options = rows,
	.options_bytes = sizeof(struct report_options),
	.uses = USES_EXPLAIN,
	.examples = examples,
	.run = run,
};
