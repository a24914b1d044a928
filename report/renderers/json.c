/*
 * json: findings.json, the contract that other programs read. Times stay UTC whatever zone is
 * chosen for people: the bytes depend on the store and on redaction only.
 */
#include "report/renderer.h"
#include "report/view.h"

static void render(const struct casefile *c, const struct render_options *o, struct buf *out)
{
	struct arena arena;

	arena_init(&arena);
	struct casefile shown = view_casefile(c, o, &arena);
	casefile_findings(&shown, str_of(o->version), o->explain, out);
	arena_release(&arena);
}

const struct renderer renderer_json = {
	.name = "json",
	.extension = "json",
	.help = "findings.json, for other programs",
	.render = render,
};
