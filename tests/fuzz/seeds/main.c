/*
 * seeds FOLDER: writes every sample line of every format there, one file each, with the format's id as its first line:
 * what the fuzz entry "text" begins from. Made from the registry, so that a new format is fuzzed without more ado.
 */
#include <stdio.h>

#include "ingest/format.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	for (size_t i = 0; format_registry[i]; i++) {
		const struct format *f = format_registry[i];

		for (size_t k = 0; f->samples[k].text; k++) {
			char path[512];
			FILE *out;

			snprintf(path, sizeof path, "%s/%s-%zu", argv[1], f->id, k);
			out = fopen(path, "wb");
			if (!out || fprintf(out, "%s\n%s\n", f->id, f->samples[k].text) < 0 || fclose(out) != 0) {
				fprintf(stderr, "seeds: cannot write %s\n", path);
				return 1;
			}
		}
	}
	return 0;
}
