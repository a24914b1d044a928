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
	for (size_t i = 0; i < s.len;) {
		size_t n = str_printable_at(s, i);

		if (n == 0)
			fputc('.', to);
		else
			fwrite(s.ptr + i, 1, n, to);
		i += n ? n : 1;
	}
}
