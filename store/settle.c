#include "store/settle.h"



bool store_writer_settle(struct store_writer *w, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	writer_lock(w);
	bool good = writer_ready(w, err) && settle_zones(w, &arena, err) &&
	            settle_templates(w, &arena, err) && writer_commit(w, err);
	good = writer_unlock(w, good, err);
	arena_release(&arena);
	return good;
}
