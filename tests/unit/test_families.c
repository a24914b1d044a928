#include "analyze/families.h"

#include <criterion/criterion.h>

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena);
}

static void tear_down(void)
{
	arena_release(&arena);
}

TestSuite(families, .init = set_up, .fini = tear_down);

static struct families built_in(void)
{
	struct families all;
	struct err err = ERR_INIT;
	cr_assert(families_load("", STR_NONE, &arena, &all, &err), "%s", err.text);
	return all;
}

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
	struct families all = built_in();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct family *f = families_match(&all, str_of(rows[i].text));
		if (!rows[i].family)
			cr_assert_null(f, "\"%s\" is said to be %s", rows[i].text, f ? f->id : "");
		else
			cr_assert(f && strcmp(f->id, rows[i].family) == 0, "\"%s\" is %s, not %s", rows[i].text, f ? f->id : "nothing", rows[i].family);
	}
}

Test(families, every_row_is_whole)
{
	struct families all = built_in();
	cr_assert_gt(all.n, 20);
	for (size_t i = 0; i < all.n; i++) {
		const struct family *f = &all.at[i];
		cr_assert(*f->id && *f->words && f->patterns.n, "%s", f->id);
		cr_assert_neq(f->kind, CAUSE_UNKNOWN, "%s", f->id);
		cr_assert_eq(families_by_id(&all, f->id), f);
		for (size_t p = 0; p < f->patterns.n; p++)
			cr_assert(families_match(&all, f->patterns.at[p]), "%s: %.*s", f->id, STR_ARG(f->patterns.at[p]));
	}
	cr_assert_null(families_by_id(&all, "no such"));
	cr_assert_not_null(families_by_id(&all, "upstream_error"), "the analysis itself asks for it");
}

Test(families, own_rows_come_first_and_may_replace)
{
	static const char own[] = "# ours\n"
				  "till dependency_failure caller \"the till does not answer\" \"till\"\r\n"
				  "\ttill * gone\r\n"
				  "\t= till 7 is gone: timed out\n"
				  "\n"
				  "timeout network cause \"our timeouts are the network's\"\n"
				  "  \"timed out \"\n"
				  "  = it timed out again\n";
	struct families all, plain = built_in();
	struct err err = ERR_INIT;
	cr_assert(families_load("own.txt", str_of(own), &arena, &all, &err), "%s", err.text);
	cr_assert_eq(all.n, plain.n + 1);
	const struct family *f = families_match(&all, STR("Till 3 is GONE, deadlock detected"));
	cr_assert(f && strcmp(f->id, "till") == 0 && strcmp(f->resource, "till") == 0 && f->kind == CAUSE_DEPENDENCY_FAILURE);
	cr_assert_eq(families_by_id(&all, "timeout")->kind, CAUSE_NETWORK);
	cr_assert_null(families_match(&all, STR("timed out")), "the blank in quotes belongs to the pattern, and the built-in row is replaced");
}

Test(families, what_is_wrong_is_said_with_its_line)
{
	static const struct { const char *text, *message; } rows[] = {
		{ "x nonsense cause \"w\"\n\tabc\n", "own.txt:1: 'nonsense' is no kind of cause" },
		{ "x unknown cause \"w\"\n\tabc\n", "own.txt:1: 'unknown' is no kind of cause" },
		{ "x dns because \"w\"\n\tabc\n", "own.txt:1: 'because' is none of cause, caller, effect" },
		{ "x dns cause w\n\tabc\n", "own.txt:1: what 'x' is must be said in quotes" },
		{ "x dns cause \"w\" r\n\tabc\n", "own.txt:1: what ran out must be said in quotes" },
		{ "x dns cause \"w\" \"r\" more\n\tabc\n", "own.txt:1: 'more' is too much" },
		{ "\n\tabc\n", "own.txt:2: a pattern without a family" },
		{ "x dns cause \"w\"\n\ta*\n", "own.txt:2: the pattern 'a*' would match nearly everything" },
		{ "x dns cause \"w\"\ny dns cause \"w\"\n\tabc\n", "own.txt:1: 'x' has no pattern" },
		{ "x dns cause \"w\"\n", "own.txt:1: 'x' has no pattern" },
		{ "x dns cause \"w\"\n\tabc\nx dns cause \"w\"\n\tabcd\n", "own.txt:3: 'x' is there already, in line 1" },
		{ "x dns cause \"w\"\n\tabc\n\t= zzz\n", "own.txt:3: \"zzz\" is taken for nothing, not for x" },
		{ "x dns cause \"w\"\n\tabc\ny dns cause \"w\"\n\tabcd\n\t= abcd\n", "own.txt:5: \"abcd\" is taken for x, not for y" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct families all;
		struct err err = ERR_INIT;
		cr_assert_not(families_load("own.txt", str_of(rows[i].text), &arena, &all, &err), "row %zu", i);
		cr_assert_str_eq(err.text, rows[i].message);
		cr_assert_eq(err.status, EXIT_USAGE);
	}
}
