/*
 * redact_match: what single pieces of text look like: addresses, cards, keys, secrets. Each
 * looks at a bounded piece and has no state; core/redact.c finds the pieces.
 */
#ifndef CORE_REDACT_MATCH_H
#define CORE_REDACT_MATCH_H

#include "core/str.h"

enum { MASKED_ADDRESS_BYTES = 32 };

/*
 * A public IPv4 or IPv6 address as its network ("203.0.113.x", "2001:db8:7::x"): false when the whole of s is
 * none, or names a host inside (private, loopback, link-local, shared, multicast, unspecified).
 */
bool match_public_ipv4(struct str s, char out[static MASKED_ADDRESS_BYTES]);
bool match_public_ipv6(struct str s, char out[static MASKED_ADDRESS_BYTES]);
/* Bytes of a payment card number at the start of s, else 0: issuer, grouping and Luhn must fit. */
size_t match_card(struct str s);
/* A token by its shape alone: JWT, or a key with a well-known prefix. NULL, else its mark. */
const char *match_token(struct str s);
/* Is this the name of a secret ("db_password", "X-Api-Key", "PGPASSWORD", "user%5Bpassword%5D")? */
bool match_secret_key(struct str key);
/* Of these: a password; a header, whose value may hold spaces; one that is no ordinary word. */
bool match_password_key(struct str key);
bool match_header_key(struct str key);
bool match_long_key(struct str key);
/* The name of a session, whose value is a secret when it looks like an identifier. */
bool match_session_key(struct str key);
/* Letters and digits without the look of a word: "expired" is none, "hunter2" and "q7Xk" are. */
bool match_random_looking(struct str s);
/* A value that says nothing ("null", "***", "?", "<*>", "$1") or is masked already. */
bool match_empty_value(struct str s);

#endif
