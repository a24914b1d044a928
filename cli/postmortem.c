#include "cli/postmortem.h"

#include <stdio.h>

#include "cli/output.h"
#include "cli/pipeline.h"
#include "report/draft.h"

enum { DRAFT_MAX_BYTES = 32 << 20 };

static const struct render_options options = { .redact = true, .version = INQUEST_VERSION };

struct postmortem postmortem_look(struct invocation *in, struct str folder, struct str store)
{
	struct postmortem p = { .path = path_join(in->arena, folder, STR("postmortem.md")) };
	struct err none = ERR_INIT, unknown = ERR_INIT;
	struct casefile before = { 0 };
	struct buf ours;

	if (!input_read_file(p.path, DRAFT_MAX_BYTES, in->arena, &p.draft, &none))
		return p;
	if (!pipeline_load(in, store, &before, &unknown))
		return p;
	buf_init(&ours, DRAFT_MAX_BYTES);
	pipeline_renderer("markdown")->render(&before, &options, &ours);
	if (str_eq(p.draft, buf_str(&ours)))
		p.draft = STR_NONE;
	buf_release(&ours);
	return p;
}

/* The draft with our sections anew. */
static bool update(const struct invocation *in, const struct postmortem *p, struct str fresh, struct err *err)
{
	struct draft_changes changes;
	struct err why = ERR_INIT;
	struct buf out;

	buf_init(&out, 2 * DRAFT_MAX_BYTES);
	bool known = draft_update(p->draft, fresh, &out, &changes, &why);
	bool good = !known || changes.replaced == 0 || output_write_file(p->path, buf_str(&out), err);

	buf_release(&out);
	if (!good || in->common.quiet)
		return good;
	if (!known) {
		fprintf(stderr, "%.*s is left as it is: %s\n", STR_ARG(p->path), why.text);
		return true;
	}
	fprintf(stderr, "%.*s keeps what was written there; %zu sections brought up to date", STR_ARG(p->path),
		changes.replaced);
	if (changes.stale > 0)
		fprintf(stderr, ", %zu no longer reported", changes.stale);
	if (changes.missing > 0)
		fprintf(stderr, ", %zu not in the draft", changes.missing);
	fputc('\n', stderr);
	return true;
}

bool postmortem_write(struct invocation *in, const struct postmortem *p, const struct casefile *c, struct err *err)
{
	const struct renderer *markdown = pipeline_renderer("markdown");
	struct buf fresh;

	if (p->draft.len == 0)
		return pipeline_write(c, markdown, &options, p->path, err);
	buf_init(&fresh, DRAFT_MAX_BYTES);
	markdown->render(c, &options, &fresh);
	bool good = update(in, p, buf_str(&fresh), err);

	buf_release(&fresh);
	return good;
}
