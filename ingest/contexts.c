#include "ingest/contexts.h"

void contexts_init(struct contexts *c, struct arena *file, struct arena *scratch, struct str path,
		   const struct format *const *own)
{
	*c = (struct contexts){ .file = file, .scratch = scratch, .path = path, .own = own };
}

struct decode_ctx *contexts_of(struct contexts *c, const struct format *f)
{
	struct context *x;

	for (size_t i = 0; i < c->open.n; i++)
		if (c->open.at[i]->format == f)
			return &c->open.at[i]->ctx;
	x = arena_new(c->file, struct context);
	x->format = f;
	x->ctx = (struct decode_ctx){ .scratch = c->scratch, .file = c->file, .path = c->path, .format = f,
				     .collected_ns = c->collected_ns };
	if (f->state_bytes > 0)
		x->ctx.state = arena_alloc(c->file, f->state_bytes, _Alignof(max_align_t));
	*vec_push(c->file, &c->open) = x;
	return &x->ctx;
}
