#include "store/settle.h"

bool store_writer_settle(struct store_writer *w, struct err *err)
{
	return store_writer_settle_since(w, TIME_NONE, err);
}

bool store_writer_settle_since(struct store_writer *w, int64_t since_ns, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	writer_lock(w);
	bool good = writer_ready(w, err) && settle_zones(w, since_ns, &arena, err) &&
	            settle_templates(w, &arena, err) && writer_commit(w, err);
	good = writer_unlock(w, good, err);
	arena_release(&arena);
	return good;
}
