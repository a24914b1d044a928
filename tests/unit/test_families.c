#include "analyze/families.h"

#include <criterion/criterion.h>

Test(families, texts_of_real_programs)
{
	static const struct { const char *text; const char *family; } rows[] = {
		{ "could not write to file \"base/16388/16435\": No space left on device", "disk_full" },
		{ "EMFILE: too many open files, open <*>", "file_descriptors" },
		{ "Out of memory: Killed process <*> (node) total-vm:<*>", "memory" },
		{ "FATAL: sorry, too many clients already", "connection_slots" },
		{ "remaining connection slots are reserved for non-replication superuser connections", "connection_slots" },
		{ "timeout exceeded when trying to connect", "pool" },
		{ "process <*> still waiting for AccessExclusiveLock on relation <*> of database <*> after <*> ms", "lock_wait" },
		{ "deadlock detected", "deadlock" },
		{ "canceling statement due to statement timeout", "timeout" },
		{ "canceling statement due to lock timeout", "lock_wait" },
		{ "getaddrinfo ENOTFOUND payments.internal", "dns" },
		{ "certificate has expired", "certificate" },
		{ "SSL_do_handshake() failed (SSL: error:0A000086:SSL routines::certificate verify failed)", "certificate" },
		{ "connect ECONNREFUSED <*>", "refused" },
		{ "upstream timed out (110: Connection timed out) while reading response header from upstream", "timeout" },
		{ "upstream prematurely closed connection while reading response header from upstream", "reset" },
		{ "password authentication failed for user \"shop\"", "credential" },
		{ "column \"rank_score\" does not exist", "schema" },
		{ "TypeError: Cannot read properties of undefined (reading 'price')", "code" },
		{ "the database system is starting up", "database_down" },
		{ "Redis connection lost", "cache" },
		{ "limiting requests, excess: 20.5 by zone \"login\"", "rate_limit" },
		{ "server reached pm.max_children setting (50), consider raising it", "workers" },
		{ "mce: CPU<*>: Core temperature above threshold, cpu clock throttled", "hardware" },
		{ "blk_update_request: I/O error, dev sda, sector <*>", "hardware" },
		{ "request completed", NULL },
		{ "checkpoint complete: wrote <*> buffers", NULL },
		{ "bad credentials", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct family *f = family_of(str_of(rows[i].text));
		if (!rows[i].family)
			cr_assert_null(f, "\"%s\" is said to be %s", rows[i].text, f ? f->id : "");
		else
			cr_assert(f && strcmp(f->id, rows[i].family) == 0, "\"%s\" is %s, not %s", rows[i].text, f ? f->id : "nothing", rows[i].family);
	}
}

Test(families, every_row_is_whole)
{
	for (const struct family *f = family_table; f->id; f++) {
		cr_assert(f->words && f->patterns && *f->patterns, "%s", f->id);
		cr_assert_neq(f->kind, CAUSE_UNKNOWN, "%s", f->id);
		/* Its own first alternative leads to a row, and no later one is empty. */
		cr_assert_null(strstr(f->patterns, "||"), "%s has an empty alternative", f->id);
	}
}
