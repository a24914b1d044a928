/*
 * redact: secrets and personal data out of text that leaves the machine in a report, in one
 * pass over the bytes, without regular expressions. What stands in for them says what was
 * there ("[secret]", "[e-mail 5f3a]"), so that a quoted line still reads.
 *
 * Masked: values of keys that name secrets (key=value, key: value, JSON, header, query string,
 * command option), bearer and basic tokens, JWTs, well-known API keys, private keys, passwords
 * in connection strings, e-mail addresses, card numbers that pass Luhn, and public client
 * addresses down to their network (/24, /48), which keeps "one net did this" readable.
 * Kept: private and loopback addresses, which name the hosts an incident is about; versions,
 * hashes, trace ids, times. The same e-mail address has the same mark everywhere; a mark of 16
 * bits tells people apart in one report and cannot be turned back into an address.
 */
#ifndef CORE_REDACT_H
#define CORE_REDACT_H

#include "core/arena.h"
#include "core/casefile.h"

/* The text redacted: itself when nothing was found, else a copy in the arena. Twice is the same as once. */
struct str redact_text(struct str s, struct arena *a);
/* A copy of the case file with every quoted or composed text redacted. */
struct casefile redact_casefile(const struct casefile *c, struct arena *a);

#endif
