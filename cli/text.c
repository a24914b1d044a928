#include "cli/text.h"

const char *text_grouped(uint64_t v, char out[static NUMBER_BYTES])
{
	char digits[NUMBER_BYTES];
	int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v);
	size_t used = 0;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			out[used++] = ',';
		out[used++] = digits[i];
	}
	out[used] = '\0';
	return out;
}

void text_print_clean(FILE *to, struct str s, size_t max_bytes)
{
	s = str_head(s, max_bytes);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		fputc(c < 0x20 || c == 0x7f ? '.' : c, to);
	}
}
