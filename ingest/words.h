/*
 * words: what a word of a log line looks like, for the normalisers (mask, route) and for names of
 * services and hosts.
 */
#ifndef INGEST_WORDS_H
#define INGEST_WORDS_H

#include "core/ascii.h"
#include "core/str.h"

/*
 * Lists of words with their lengths, so that looking one up is a comparison of lengths mostly:
 *     static const struct str list[] = { WORD("a"), WORD("b") };
 *     word_in(w, list, WORDS(list))
 */
#define WORD(lit) { (lit), sizeof(lit) - 1 }
#define WORDS(list) (sizeof(list) / sizeof(list)[0])

static inline bool word_in(struct str w, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].len == w.len && memcmp(list[i].ptr, w.ptr, w.len) == 0)
			return true;
	return false;
}

/* The list in lower case; the word in any. */
static inline bool word_in_nocase(struct str w, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].len == w.len && str_eq_nocase(list[i], w))
			return true;
	return false;
}

/*
 * A unit of time or size ("ms", "seconds", "KiB", "bytes"); single letters ("s", "M") only when
 * `attached` to a number.
 */
bool word_is_unit(struct str w, bool attached);
/*
 * A dotted name of a machine ("db-1.shop.example", "ip-10-0-0-1.ec2.internal"), not a class, a package or a
 * file.
 * With a `port` behind it, any last label will do that is not a source file's suffix.
 */
bool word_is_host(struct str w, bool port);
/* English name of a month or of a day of the week, whole or cut to three letters. */
bool word_is_month(struct str w);
bool word_is_weekday(struct str w);
/* IPv4 or IPv6 address, without port or brackets. */
bool word_is_ip(struct str w);
/* IPv6 address or MAC at the start of s: its length, or 0. */
size_t word_ipv6_or_mac(struct str s);
/* Hexadecimal of at least 6 digits of which one at least is decimal, or 16 and more of any. */
bool word_is_hex(struct str w);
/* 8-4-4-4-12. */
bool word_is_uuid(struct str w);
/* Letters and digits so mixed, or so long, that no one would have typed it: a token, a hash, a key. */
bool word_is_random(struct str w);

#endif
