#include "store/roster.h"

void roster_init(struct roster *r)
{
	*r = (struct roster){ 0 };
	map_init(&r->index);
	arena_init(&r->arena);
}

void roster_release(struct roster *r)
{
	map_release(&r->index);
	arena_release(&r->arena);
	*r = (struct roster){ 0 };
}

void roster_clear(struct roster *r)
{
	map_clear(&r->index);
	arena_reset(&r->arena);
	r->names.at = NULL;
	r->names.n = r->names.cap = 0;
	r->bytes = 0;
}

bool roster_add(struct roster *r, uint64_t id, struct str text)
{
	if (id == 0 || text.len == 0 || map_get(&r->index, id))
		return true;
	text = str_head(text, NAME_BYTES_MAX);
	if (r->names.n >= ROSTER_NAMES_MAX || text.len > ROSTER_BYTES_MAX - r->bytes)
		return false;
	*map_put(&r->index, id, NULL) = 1;
	*vec_push(&r->arena, &r->names) = (struct roster_name){ id, arena_str(&r->arena, text) };
	r->bytes += text.len;
	return true;
}
