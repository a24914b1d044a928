/* ascii: classes of bytes, inline and ASCII only: the locale must never matter. */
#ifndef CORE_ASCII_H
#define CORE_ASCII_H

#include <stdbool.h>

static inline bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool is_alpha(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline bool is_alnum(char c)
{
	return is_digit(c) || is_alpha(c);
}

static inline bool is_hex(char c)
{
	return is_digit(c) || (unsigned char)((c | 0x20) - 'a') < 6;
}

static inline bool is_upper(char c)
{
	return (unsigned char)(c - 'A') < 26;
}

static inline bool is_lower(char c)
{
	return (unsigned char)(c - 'a') < 26;
}

static inline char to_lower(char c)
{
	return is_upper(c) ? (char)(c | 0x20) : c;
}

#endif
