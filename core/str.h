/*
 * str: a borrowed slice of bytes. Never NUL-terminated, never owned; whoever made
 * it says how long it lives. Everything that looks at log text takes one of these,
 * so that decoding a line copies nothing.
 */
#ifndef CORE_STR_H
#define CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *ptr; /* may be NULL only when len is 0 */
	size_t len;      /* bytes */
};

/* A literal as a slice: STR("abc"). */
#define STR(lit) ((struct str){ (lit), sizeof(lit) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
/* For printf: "%.*s", STR_ARG(s). Lengths beyond INT_MAX are cut. */
#define STR_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), (s).ptr ? (s).ptr : ""

/*
 * Zeroes. The compiler clears what has a known size by a loop of its own, which for the some hundred bytes of a struct takes
 * several times as long as the library's.
 */
void bytes_clear(void *p, size_t n);

static inline struct str str_make(const char *ptr, size_t len)
{
	return (struct str){ ptr, len };
}

/* Slice of a NUL-terminated string; NULL gives the empty slice. */
static inline struct str str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* The part from byte `from` on; past the end gives the empty slice. */
static inline struct str str_from(struct str s, size_t from)
{
	if (from > s.len)
		from = s.len;
	return (struct str){ from ? s.ptr + from : s.ptr, s.len - from };
}

/* The first `len` bytes, or all. */
static inline struct str str_head(struct str s, size_t len)
{
	return (struct str){ s.ptr, len < s.len ? len : s.len };
}

/* The byte at `i`, NUL beyond the end. */
static inline char str_at(struct str s, size_t i)
{
	return i < s.len ? s.ptr[i] : '\0';
}

static inline bool str_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool str_eq_nocase(struct str a, struct str b);           /* ASCII case only */
bool str_starts_nocase(struct str s, struct str prefix);  /* ASCII case only */
int str_cmp(struct str a, struct str b);                  /* bytewise, shorter first: <0, 0, >0 */
ptrdiff_t str_find(struct str s, struct str needle);      /* index or -1 */
ptrdiff_t str_find_nocase(struct str s, struct str needle); /* ASCII case only; index or -1 */
ptrdiff_t str_chr(struct str s, char c);                  /* index or -1 */
ptrdiff_t str_rchr(struct str s, char c);                 /* last index or -1 */
struct str str_trim_blanks(struct str s);                 /* what str_trim does, once there is something to do */
struct str str_unquote(struct str s);                     /* one pair of "", '' or `` off, if there */
/* ASCII white space off both ends; there is hardly ever any. */
static inline struct str str_trim(struct str s)
{
	return s.len && (str_blank(s.ptr[0]) || str_blank(s.ptr[s.len - 1])) ? str_trim_blanks(s) : s;
}
/* Cut at the first `c`: returns what stands before it, *rest what follows (empty when there is none). */
struct str str_cut(struct str s, char c, struct str *rest);
/* Next token of non-blank bytes; *s moves past it. Empty at the end. */
struct str str_word(struct str *s);
/* Whole slice as a decimal number; false (and *out untouched) on anything else or overflow. */
bool str_to_i64(struct str s, int64_t *out);
bool str_to_u64(struct str s, uint64_t *out);
/* Decimal with optional sign, fraction and exponent; locale never matters. */
bool str_to_double(struct str s, double *out);
/* Shell-style glob over all of s: * ? [a-z] [!a-z]; '*' also matches '/'. Never exponential. */
bool str_glob(struct str pattern, struct str s);
bool str_is_utf8(struct str s);
/*
 * Bytes of the character at s[at] that may be shown on a terminal: 0 for control characters (C0, DEL, and C1 in
 * UTF-8), which could begin what it obeys, and for bytes that are no UTF-8.
 */
size_t str_printable_at(struct str s, size_t at);
/* Length of the well-formed UTF-8 sequence at byte `at` (< len): 1..4, or 0 when there is none. */
size_t str_utf8_at(struct str s, size_t at);
/* Writes a code point; what is none (surrogates, beyond U+10FFFF) becomes U+FFFD. Returns the length. */
size_t str_utf8_put(uint32_t code_point, char out[static 4]);

#endif
