/* A case file out of a damaged store is refused or read; what was read survives being written and read again. */
#include "core/casefile.h"
#include "core/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct casefile c = { 0 }, again = { 0 };
	struct err err = ERR_INIT;
	struct buf once, twice;
	struct arena a;

	arena_init(&a);
	buf_init(&once, 16 << 20);
	buf_init(&twice, 16 << 20);
	if (casefile_decode(str_make((const char *)data, size), &a, &c, &err)) {
		casefile_encode(&c, false, &once);
		if (!casefile_decode(buf_str(&once), &a, &again, &err))
			BUG("what was written cannot be read");
		casefile_encode(&again, false, &twice);
		if (!str_eq(buf_str(&once), buf_str(&twice)))
			BUG("what was read again differs");
		again = redact_casefile(&c, &a);
	}
	buf_release(&once);
	buf_release(&twice);
	arena_release(&a);
	return 0;
}
