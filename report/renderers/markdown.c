/*
 * markdown: the draft of a postmortem, by a template. Every section of ours stands between markers, so that a later run
 * can bring it up to date while what people wrote around it stays; what logs cannot know is a TODO of the template's,
 * outside of the markers.
 */
#include "report/template.h"
#include "report/view.h"

enum { EXHIBITS_MAX = 80 /* lines quoted in one incident */ };

static void write_text(struct paper *p, void *with)
{
	const char *const *text = with;

	buf_addz(p->out, *text);
}

static void quiet(struct paper *p)
{
	const char *title = "# No incident found\n";
	const char *summary = "Nothing in these logs left its usual range in a way that users would feel.\n";

	paper_section(p, STR("title"), write_text, &title);
	buf_addc(p->out, '\n');
	paper_section(p, STR("summary"), write_text, &summary);
	buf_addz(p->out, "\n## Quality of the evidence\n\n");
	paper_part(p, paper_part_by_name(paper_sections, STR("quality")));
}

static void render(const struct casefile *c, const struct render_options *o, struct buf *out)
{
	struct template layout = template_at(0);
	struct arena arena;

	arena_init(&arena);
	struct casefile shown = view_casefile(c, o, &arena);
	struct paper p = { .o = o, .c = &shown, .w = { &arena, o->zone }, .out = out, .number = 1 };
	struct str text = o->template_text.len ? o->template_text : layout.text;

	exhibits_init(&p.exhibits, &arena, 0);
	if (o->template_name.len)
		buf_addf(out, "<!-- inquest:draft template=%.*s -->\n", STR_ARG(o->template_name));
	p.links = template_has(text, "evidence");
	if (shown.n_incidents == 0)
		quiet(&p);
	for (size_t i = 0; i < shown.n_incidents; i++) {
		p.number = i + 1;
		p.in = &shown.incidents[i];
		p.first_exhibit = p.exhibits.n;
		p.exhibits.max = p.exhibits.n + EXHIBITS_MAX;
		if (i > 0)
			buf_addc(out, '\n');
		template_write(&p, text, i + 1 == shown.n_incidents);
	}
	exhibits_release(&p.exhibits);
	arena_release(&arena);
}

const struct renderer renderer_markdown = {
	.name = "markdown",
	.extension = "md",
	.help = "draft of a postmortem, with sections that can be brought up to date",
	.render = render,
};
