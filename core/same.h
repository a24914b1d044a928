/* same: are two short texts the same? Without a call, which for names, methods and hosts takes longer than looking at them. */
#ifndef CORE_SAME_H
#define CORE_SAME_H

#include "core/str.h"

#define SAME_WORD(name, type) \
	static inline uint64_t name(const char *a, const char *b) \
	{ \
		type x, y; \
		memcpy(&x, a, sizeof x); \
		memcpy(&y, b, sizeof y); \
		return (uint64_t)(x ^ y); \
	}
SAME_WORD(same_differ2, uint16_t)
SAME_WORD(same_differ4, uint32_t)
SAME_WORD(same_differ8, uint64_t)
#undef SAME_WORD

/* Are n bytes the same? Words from the front and from the end, which overlap unless they fill it. */
static inline bool same_bytes(const char *a, const char *b, size_t n)
{
	if (n > 32)
		return memcmp(a, b, n) == 0;
	if (n > 16)
		return (same_differ8(a, b) | same_differ8(a + 8, b + 8) | same_differ8(a + n - 16, b + n - 16) |
			same_differ8(a + n - 8, b + n - 8)) == 0;
	if (n >= 8)
		return (same_differ8(a, b) | same_differ8(a + n - 8, b + n - 8)) == 0;
	if (n >= 4)
		return (same_differ4(a, b) | same_differ4(a + n - 4, b + n - 4)) == 0;
	if (n >= 2)
		return (same_differ2(a, b) | same_differ2(a + n - 2, b + n - 2)) == 0;
	return n == 0 || a[0] == b[0];
}

#endif
