/* Redaction of any bytes: a mark may make what stands beside it look private, once; then there is nothing more to hide. */
#include "core/err.h"
#include "core/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;

	arena_init(&a);
	struct str once = redact_text(str_make((const char *)data, size), &a);

	struct str twice = redact_text(once, &a);

	if (!str_eq(redact_text(twice, &a), twice))
		BUG("redaction finds no end");
	arena_release(&a);
	return 0;
}
