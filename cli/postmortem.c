#include "cli/postmortem.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/pipeline.h"
#include "report/draft.h"
#include "report/template.h"

enum { DRAFT_MAX_BYTES = 32 << 20, TEMPLATE_MAX_BYTES = 1 << 20 };

static const struct render_options options = { .redact = true, .version = INQUEST_VERSION };

bool postmortem_template(struct invocation *in, struct str name, struct render_options *o, struct err *err)
{
	struct err why = ERR_INIT;
	struct template known;
	struct buf names;

	o->template_name = name;
	if (template_by_name(name, &known)) {
		o->template_text = known.text;
		return true;
	}
	/* The name stands in a comment of the draft. */
	if (str_find(name, STR("--")) >= 0 || str_chr(name, '\n') >= 0)
		return err_set_status(err, EXIT_USAGE, "%.*s: a template's path may not hold \"--\"", STR_ARG(name));
	if (input_read_file(name, TEMPLATE_MAX_BYTES, in->arena, &o->template_text, &why))
		return template_check(o->template_text, &why) || err_set_status(err, EXIT_USAGE, "%.*s: %s", STR_ARG(name), why.text);
	buf_init(&names, ERR_TEXT_BYTES);
	for (size_t i = 0; i < template_count(); i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", template_at(i).name);
	err_set_status(err, EXIT_USAGE, "the template is none of %.*s, and no file: %s", STR_ARG(buf_str(&names)), why.text);
	buf_release(&names);
	return false;
}

struct postmortem postmortem_look(struct invocation *in, struct str folder, struct str store)
{
	struct postmortem p = { .path = path_join(in->arena, folder, STR("postmortem.md")) };
	struct err none = ERR_INIT, unknown = ERR_INIT;
	struct casefile before = { 0 };
	struct buf ours;

	if (!input_read_file(p.path, DRAFT_MAX_BYTES, in->arena, &p.draft, &none)) {
		if (access(p.path.ptr, F_OK) == 0)
			p.unread = none;
		return p;
	}
	if (!pipeline_load(in, store, &before, &unknown))
		return p;
	buf_init(&ours, DRAFT_MAX_BYTES);
	pipeline_renderer("markdown")->render(&before, &options, &ours);
	if (str_eq(p.draft, buf_str(&ours)))
		p.draft = STR_NONE;
	buf_release(&ours);
	return p;
}

/* What was done to a draft, in a line. */
static void tell(const struct postmortem *p, const struct draft_changes *changes)
{
	fprintf(stderr, "%.*s keeps what was written there; %zu sections brought up to date", STR_ARG(p->path), changes->replaced);
	if (changes->kept > 0)
		fprintf(stderr, ", %zu changed by hand and left so", changes->kept);
	if (changes->stale > 0)
		fprintf(stderr, ", %zu no longer reported", changes->stale);
	if (changes->missing > 0)
		fprintf(stderr, ", %zu not in the draft", changes->missing);
	fputc('\n', stderr);
}

/* The draft with our sections anew, by the template it was made with; what a person changed stays. */
static bool update(struct invocation *in, const struct postmortem *p, const struct casefile *c, struct err *err)
{
	static const struct draft_policy keep = { .edited = DRAFT_KEEP };
	struct render_options o = options;
	struct str name = draft_template(p->draft);
	struct draft_changes changes = { 0 };
	struct err why = ERR_INIT;
	struct buf fresh, out;

	buf_init(&fresh, DRAFT_MAX_BYTES);
	buf_init(&out, 2 * DRAFT_MAX_BYTES);
	bool known = postmortem_template(in, name.len > 0 ? name : str_of(template_at(0).name), &o, &why);
	if (known) {
		o.template_text = template_for_draft(o.template_text, p->draft, in->arena);
		pipeline_renderer("markdown")->render(c, &o, &fresh);
		known = draft_update(p->draft, buf_str(&fresh), &keep, &out, &changes, &why);
	}
	bool good = !known || str_eq(buf_str(&out), p->draft) || output_write_file(p->path, buf_str(&out), err);

	buf_release(&fresh);
	buf_release(&out);
	if (good && !known && !in->common.quiet)
		fprintf(stderr, "%.*s is left as it is: %s\n", STR_ARG(p->path), why.text);
	else if (good && !in->common.quiet)
		tell(p, &changes);
	return good;
}

bool postmortem_write(struct invocation *in, const struct postmortem *p, const struct casefile *c, struct err *err)
{
	if (p->unread.set)
		return err_set(err, "%s; it is left as it is", p->unread.text);
	if (p->draft.len == 0)
		return pipeline_write(c, pipeline_renderer("markdown"), &options, p->path, err);
	return update(in, p, c, err);
}
