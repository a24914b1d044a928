/* Redaction of any bytes: twice is the same as once, and what was private stays hidden. */
#include "core/err.h"
#include "core/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;

	arena_init(&a);
	struct str once = redact_text(str_make((const char *)data, size), &a);

	if (!str_eq(redact_text(once, &a), once))
		BUG("redacting twice is not the same as once");
	arena_release(&a);
	return 0;
}
