/* replay FILE...: a fuzz entry over files instead of libFuzzer, for compilers that lack it and for every test run. */
#include <stdio.h>

#include "core/buf.h"
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX_BYTES = 1 << 20 };

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		struct buf bytes;
		char *room;

		buf_init(&bytes, INPUT_MAX_BYTES);
		if (!f || !(room = buf_reserve(&bytes, INPUT_MAX_BYTES))) {
			fprintf(stderr, "replay: cannot read %s\n", argv[i]);
			return 1;
		}
		size_t n = fread(room, 1, INPUT_MAX_BYTES, f);

		fclose(f);
		LLVMFuzzerTestOneInput((const uint8_t *)room, n);
		buf_release(&bytes);
	}
	return 0;
}
