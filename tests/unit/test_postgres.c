/* PostgreSQL's prefixes, labels, messages and sessions. */
#include <criterion/criterion.h>

#include "core/buf.h"
#include "ingest/format.h"
#include "ingest/postgres.h"
#include "ingest/postgres_recall.h"
#include "ingest/postgres_session.h"
#include "ingest/template.h"
#include "tests/unit/draw.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void expect_text(const char *what, const char *in, struct str got, const char *wanted)
{
	cr_expect(str_eq(got, str_of(wanted)), "%s\n  %s is '%.*s'\n  wanted '%s'", in, what, STR_ARG(got),
		  wanted);
}

Test(postgres, reads_any_prefix_by_the_shape_of_its_parts)
{
	static const struct {
		const char *prefix;
		int64_t pid;
		const char *user, *db, *client, *logger, *sqlstate;
	} rows[] = {
		{ "2020-05-04 10:11:12.123 UTC [77] ", 77, "", "", "", "", "" },
		{ "2020-05-04 10:11:12 UTC [77-1] ann@shop ", 77, "ann", "shop", "", "", "" },
		{ "2020-05-04 10:11:12 UTC [77]: [3-1] user=ann,db=shop,app=psql,client=10.0.0.1 ", 77, "ann",
		  "shop", "10.0.0.1", "psql", "" },
		{ "2020-05-04 10:11:12 UTC [77]: user=ann,db=shop,app=pgAdmin 4 - DB:shop,client=fe80::1 ",
		  77, "ann", "shop", "fe80::1", "pgAdmin 4 - DB:shop", "" },
		{ "2020-05-04 10:11:12 UTC:10.0.0.1(36404):ann@shop:[77]:", 77, "ann", "shop", "10.0.0.1", "",
		  "" },
		{ "2020-05-04 10:11:12 UTC:::1(36404):ann@shop:[77]:", 77, "ann", "shop", "::1", "", "" },
		{ "2020-05-04 10:11:12 UTC::@:[77]:", 77, "", "", "", "", "" },
		{ "2020-05-04 10:11:12 UTC-5eb00000.4d-", 77, "", "", "", "", "" },
		{ "2020-05-04 10:11:12 UTC [77] [unknown]@[unknown] ", 77, "", "", "", "", "" },
		{ "2020-05-04 10:11:12 UTC [77] 3/12 0 ann@shop 42P01 ", 77, "ann", "shop", "", "", "42P01" },
		{ "2020-05-04 10:11:12 UTC [77] ann@shop [local] ", 77, "ann", "shop", "[local]", "", "" },
		{ "2020-05-04 10:11:12 -03 [77] ann@shop ", 77, "ann", "shop", "", "", "" },
		{ "sql_error_code = 28P01 time_ms = \"2020-05-04 10:11:12.000 UTC\" pid=\"77\" user=\"ann\" "
		  "db=\"shop\" ",
		  77, "ann", "shop", "", "", "28P01" },
		{ "1588587072.123 [77] ann@shop ", 77, "ann", "shop", "", "", "" },
		{ "<2020-05-04 10:11:12 UTC 77 ann shop>", 77, "ann", "shop", "", "", "" },
		{ "2020-05-04 10:11:12 UTC [77] user=ann db=shop app=pgAdmin 4 ", 77, "ann", "shop", "",
		  "pgAdmin 4", "" },
		{ "[3-1] ", -1, "", "", "", "", "" },
		{ "user=ann,db=shop ", -1, "ann", "shop", "", "", "" },
		{ "", -1, "", "", "", "", "" },
	};
	static struct prefix_memo memo;
	struct postgres_prefix nothing = { 0 };

	/* Each three times: read, remembered, recalled. */
	for (size_t k = 0; k < 3 * COUNT(rows); k++) {
		struct event e = EVENT_INIT;
		struct prefix_words words;
		size_t i = k % COUNT(rows);
		const char *p = rows[i].prefix;

		postgres_prefix_recall(k < COUNT(rows) ? NULL : &memo, str_of(p), strlen(p), &e, &words);
		postgres_prefix_assign(&nothing, &words, &e);
		cr_expect(e.pid == rows[i].pid, "%s\n  pid is %lld", p, (long long)e.pid);
		expect_text("user", p, e.user, rows[i].user);
		expect_text("db", p, e.db, rows[i].db);
		expect_text("client", p, e.client, rows[i].client);
		expect_text("logger", p, e.logger, rows[i].logger);
		expect_text("sqlstate", p, e.sqlstate, rows[i].sqlstate);
		if (strstr(p, "10:11:12") && !strstr(p, "-03"))
			cr_expect(e.has_time && e.time.has_zone && e.time.ns / NS_PER_S == 1588587072,
				  "%s\n  time is %lld", p, (long long)(e.time.ns / NS_PER_S));
	}
}

/* Recalled or read, a prefix says the same: drawn from all that settings write, with other digits and bytes each time. */
Test(postgres, recalls_what_it_would_read)
{
	static const char *const times[] = { "2020-05-04 19:19:19.999 UTC", "2020-05-04 19:19:19 CET", "2020-05-04 09:19:19 -03",
					     "1588587999.999", "2020-05-04 19:19:19", "2020-05-04 19:19:19 XYZ" };
	static const char *const parts[] = {
		" [9999]", " ann@shop", " [99]:", " [9-1]", " user=ann,db=shop9,app=psql,client=10.9.9.9", " 99.9.9.9(9999)", ":::1(999)",
		" 5ea0cd99.4d9", " 99999999.999", " 42P99", " 9/99", " 0", " [unknown]@[unknown]", " [local]", " <x>", " app=pgAdmin 9",
		" 2020-09-09 09:09:09 UTC", " pid=99", " idle in transaction", " web9", "-", ",", " 99999", " p=9999999999999999999", " XX000",
	};
	enum { ROUNDS = 40000, SETTINGS = 40 };
	static struct prefix_memo memo;
	char settings[SETTINGS][160] = { "" };

	for (size_t round = 0; round < ROUNDS; round++) {
		char *setting = settings[below(SETTINGS)], text[192];
		struct event read = EVENT_INIT, recalled = EVENT_INIT;
		struct prefix_words a, b;
		size_t n = 0;

		if (!setting[0] || below(200) == 0) {
			strcpy(setting, times[below(COUNT(times))]);
			for (size_t i = 1 + below(4); i > 0; i--)
				strcat(setting, parts[below(COUNT(parts))]);
			strcat(setting, " ");
		}
		for (const char *c = setting; *c; c++)
			text[n++] = *c == '9' ? (char)('0' + below(10)) : *c;
		if (below(4) == 0)
			text[below((unsigned)n)] = " [](),:@=.-/a0"[below(14)];
		postgres_prefix_recall(NULL, str_make(text, n), n, &read, &a);
		postgres_prefix_recall(&memo, str_make(text, n), n, &recalled, &b);
		cr_assert(read.pid == recalled.pid && read.has_time == recalled.has_time && a.n == b.n, "%.*s", (int)n, text);
		cr_assert(!read.has_time || (read.time.ns == recalled.time.ns && read.time.has_zone == recalled.time.has_zone &&
					     read.time.digits == recalled.time.digits && read.time.offset_s == recalled.time.offset_s),
			  "%.*s", (int)n, text);
		cr_assert(str_eq(read.user, recalled.user) && str_eq(read.db, recalled.db) && str_eq(read.client, recalled.client) &&
				  str_eq(read.logger, recalled.logger) && str_eq(read.sqlstate, recalled.sqlstate),
			  "%.*s", (int)n, text);
		for (size_t i = 0; i < a.n; i++)
			cr_assert(str_eq(a.at[i], b.at[i]), "%.*s", (int)n, text);
	}
}

/* A statement as usual says what it says with a longer number, which takes the long way; and its message has the template it would have. */
Test(postgres, reads_usual_statements_as_others)
{
	static const char *const announcements[] = { "statement: ", "execute <unnamed>: ", "bind <unnamed>: ", "parse <unnamed>: ", "execute S_1: ", "plan:", "x " };
	static const char *const numbers[] = { "0.1", "12.437", "9999.99", "0.00001", "1234.567", "12", "1.", ".5", "1.5x", "1..5" };
	static const char *const statements[] = { "SELECT 1", " SELECT a,\n\tb ", "statement", "", "  ", "\n", "a: b", "Query Text: SELECT 1" };
	static const char *const units[] = { " ms  ", " ms ", " m  " };
	struct buf usual, longer;
	struct arena a;
	size_t keys = 0;

	buf_init(&usual, 4096);
	buf_init(&longer, 4096);
	arena_init(&a);
	struct template_cache *keyed = template_cache_new(&a), *plain = template_cache_new(&a);

	for (size_t i = 0; i < COUNT(announcements) * COUNT(numbers) * COUNT(statements) * COUNT(units); i++) {
		const char *number = numbers[i % COUNT(numbers)], *statement = statements[i / COUNT(numbers) % COUNT(statements)];
		const char *announcement = announcements[i / COUNT(numbers) / COUNT(statements) % COUNT(announcements)];
		const char *unit = units[i / COUNT(numbers) / COUNT(statements) / COUNT(announcements)];
		struct event e = EVENT_INIT, other = EVENT_INIT;
		struct str text, with, without;

		buf_clear(&usual);
		buf_clear(&longer);
		buf_addf(&usual, "duration: %s%s%s%s", number, unit, announcement, statement);
		buf_addf(&longer, "duration: 000000000%s%s%s%s", number, unit, announcement, statement);
		text = arena_str(&a, buf_str(&usual)); /* where a sanitizer sees a read past its end */
		postgres_message(&e, text, STR_NONE, &a);
		postgres_message(&other, buf_str(&longer), STR_NONE, &a);
		cr_assert(e.kind == other.kind && str_eq(e.query, other.query) && str_eq(e.detail, other.detail), "%s", text.ptr);
		cr_assert(e.duration_ms == other.duration_ms || (isnan(e.duration_ms) && isnan(other.duration_ms)), "%s", text.ptr);
		cr_assert(e.message.len + 9 == other.message.len, "%s", text.ptr);
		if (e.message_key.hash == 0)
			continue;
		keys++;
		cr_assert(e.message_key.of.ptr == e.message.ptr && e.message_key.of.len == e.message.len);
		cr_assert(template_of(keyed, e.message_key, STR_NONE, &with) ==
			  template_of(plain, (struct text_key){ .of = e.message }, STR_NONE, &without), "%s", text.ptr);
		cr_assert(str_eq(with, without), "%s", text.ptr);
	}
	cr_assert(keys > 20, "only %zu", keys);
	template_cache_release(keyed);
	template_cache_release(plain);
	arena_release(&a);
	buf_release(&usual);
	buf_release(&longer);
}

/* Records of one log, each by the short way where that takes it, and by the long one with nothing remembered. */
Test(postgres, reads_records_as_if_none_came_before)
{
	static const char *const prefixes[] = {
		"2020-05-04 19:19:19.999 UTC [9999] ann@shop ", "2020-05-04 19:19:19.999 UTC [99] ", "2020-05-04 19:19:19.999 UTC [9999] 42P99 x: ",
		"2020-05-04 19:19:19.999 UTC [99] ann@shop LOG: ", "2020-05-04 19:19:19.999 UTC [99] user=ann,db=shop,app=psql,client=10.9.9.9 ",
		"2020-05-04 19:19:19.999 UTC [99] x9", "2020-05-04 19:19:19.999 UTC [99] A", "2020-05-04 19:19:19.999 UTC [99] x:  ",
		"2020-05-04 19:19:19.999 UTC [99] DEBUG9:  ", "2020-05-04 19:19:19.999 UTC [9] \xc3\xa9",
	};
	static const char *const labels[] = { "LOG:  ", "ERROR:  ", "STATEMENT:  ", "DETAIL:  ", "LOG: ", "NOLABEL:  ", "DEBUG9:  ", "" };
	static const char *const texts[] = {
		"duration: 9.999 ms  statement: SELECT 9", "duration: 99 ms", "connection received: host=10.9.9.9 port=99",
		"checkpoint complete: total=9.9 s", "duplicate key", "duration: 99.9 ms  execute S_9: SELECT 9\n\tFROM t9", "LOG:  x",
		"a sentence that says ERROR:  9",
	};
	enum { ROUNDS = 40000 };
	const struct format *f = format_by_id(STR("postgres_stderr"));
	struct arena file, scratch;
	size_t taken = 0;

	arena_init(&file);
	arena_init(&scratch);
	struct decode_ctx ctx = { .scratch = &scratch, .file = &file, .format = f }, fresh = ctx;

	ctx.state = arena_alloc(&file, f->state_bytes, 16);
	for (size_t round = 0; round < ROUNDS; round++) {
		const char *const parts[] = { prefixes[below(COUNT(prefixes))], labels[below(3) ? 0 : below(COUNT(labels))], texts[below(COUNT(texts))] };
		struct event kept = EVENT_INIT, read = EVENT_INIT;
		char text[256];
		size_t n = 0;

		for (size_t i = 0; i < COUNT(parts); i++)
			for (const char *c = parts[i]; *c; c++)
				text[n++] = *c == '9' ? (char)('0' + below(10)) : *c;
		if (below(4) == 0)
			text[below((unsigned)n)] = " [](),:@=.-/a0L"[below(15)];
		struct str record = arena_str(&scratch, str_make(text, n)); /* where a sanitizer sees a read past its end */
		bool plain = f->plain(record, &ctx, &kept), good = plain || f->decode(record, &ctx, &kept);

		taken += plain;
		cr_assert(good == f->decode(record, &fresh, &read), "%s", record.ptr);
		cr_assert(!good || (kept.pid == read.pid && kept.kind == read.kind && kept.severity == read.severity && kept.time.ns == read.time.ns &&
				    kept.has_time == read.has_time && str_eq(kept.message, read.message) && str_eq(kept.query, read.query) &&
				    str_eq(kept.user, read.user) && str_eq(kept.db, read.db) && str_eq(kept.logger, read.logger) &&
				    str_eq(kept.sqlstate, read.sqlstate) && str_eq(kept.detail, read.detail)),
			  "%s", record.ptr);
		arena_reset(&scratch);
	}
	cr_assert(taken > ROUNDS / 4, "only %zu by the short way", taken);
	arena_release(&scratch);
	arena_release(&file);
}

Test(postgres, learns_what_bare_words_are)
{
	struct postgres_prefix p = { 0 };
	struct event said = EVENT_INIT, e = EVENT_INIT;
	struct prefix_words words;

	/* "%m [%p] %a %u %d ": not the usual order */
	postgres_prefix_read(STR("2020-05-04 10:11:12 UTC [77] psql ann shop "), &e, &words);
	cr_assert(words.n == 3);
	said.user = STR("ann");
	said.db = STR("shop");
	said.logger = STR("psql");
	postgres_prefix_learn(&p, &words, &said);

	e = (struct event)EVENT_INIT;
	postgres_prefix_read(STR("2020-05-04 10:11:13 UTC [78] web bob stock "), &e, &words);
	postgres_prefix_assign(&p, &words, &e);
	cr_expect(str_eq(e.user, STR("bob")) && str_eq(e.db, STR("stock")) && str_eq(e.logger, STR("web")));
}

Test(postgres, knows_the_labels_of_translations)
{
	static const struct {
		const char *line;
		enum postgres_part part;
		enum severity severity;
	} rows[] = {
		{ "x [1] LOG:  a", POSTGRES_MESSAGE, SEV_INFO },
		{ "x [1] FEHLER:  a", POSTGRES_MESSAGE, SEV_ERROR },
		{ "x [1] ОШИБКА:  a", POSTGRES_MESSAGE, SEV_ERROR },
		{ "x [1] ERREUR:  a", POSTGRES_MESSAGE, SEV_ERROR },
		{ "x [1] DÉTAIL:  a", POSTGRES_REMARK, SEV_NONE },
		{ "x [1] STATEMENT:  a", POSTGRES_STATEMENT, SEV_NONE },
		{ "x [1] PANIC:  a", POSTGRES_MESSAGE, SEV_FATAL },
		{ "1DEBUG2:  a", POSTGRES_MESSAGE, SEV_TRACE },
		{ "a: b: c: ERROR:  a", POSTGRES_MESSAGE, SEV_ERROR },
	};
	struct postgres_label label;
	size_t prefix, text;

	for (size_t i = 0; i < COUNT(rows); i++) {
		cr_expect(postgres_label_find(str_of(rows[i].line), &prefix, &text, &label), "%s",
			  rows[i].line);
		cr_expect(label.part == rows[i].part && label.severity == rows[i].severity, "%s",
			  rows[i].line);
	}
	cr_expect(!postgres_label_find(STR("x [1] LOG: one blank"), &prefix, &text, &label));
	cr_expect(!postgres_label_find(STR("x [1]:LOG:none"), &prefix, &text, &label));
	cr_expect(!postgres_label_find(STR("x [1]:NOLABEL: one blank"), &prefix, &text, &label));
	cr_expect(postgres_label_find(STR("x [1]:ERROR: one blank"), &prefix, &text, &label) && prefix == 6 && text == 13 &&
		  label.severity == SEV_ERROR);
	cr_expect(!postgres_label_find(STR("x [1] NOLABEL:  a"), &prefix, &text, &label));
	cr_expect(!postgres_label_find(STR("LOG:"), &prefix, &text, &label));
}

Test(postgres, types_messages)
{
	static const struct {
		const char *text;
		enum severity severity;
		enum event_kind kind;
	} rows[] = {
		{ "sorry, too many clients already", SEV_FATAL, EV_CONN_REFUSED },
		{ "remaining connection slots are reserved for superusers", SEV_FATAL, EV_CONN_REFUSED },
		{ "the database system is starting up", SEV_FATAL, EV_CONN_REFUSED },
		{ "password authentication failed for user \"ann\"", SEV_FATAL, EV_AUTH_FAILURE },
		{ "role \"ann\" does not exist", SEV_FATAL, EV_AUTH_FAILURE },
		{ "role \"ann\" does not exist", SEV_ERROR, EV_LINE },
		{ "deadlock detected", SEV_ERROR, EV_DEADLOCK },
		{ "process 7 detected deadlock while waiting for ShareLock on transaction 5 after 1000 ms",
		  SEV_INFO, EV_DEADLOCK },
		{ "canceling statement due to lock timeout", SEV_ERROR, EV_CANCEL },
		{ "terminating connection due to administrator command", SEV_FATAL, EV_CANCEL },
		{ "checkpoints are occurring too frequently (9 seconds apart)", SEV_INFO, EV_CHECKPOINT },
		{ "server process (PID 17) was terminated by signal 9: Killed", SEV_INFO, EV_CRASH },
		{ "database system was not properly shut down; automatic recovery in progress", SEV_INFO,
		  EV_CRASH },
		{ "database system is ready to accept read-only connections", SEV_INFO, EV_START },
		{ "received fast shutdown request", SEV_INFO, EV_STOP },
		{ "received SIGHUP, reloading configuration files", SEV_INFO, EV_RELOAD },
		{ "started streaming WAL from primary at 0/3000000 on timeline 1", SEV_INFO, EV_REPLICATION },
		{ "parameter \"port\" cannot be changed without restarting the server", SEV_INFO, EV_LINE },
		{ "connection received: host=10.0.0.1 port=5", SEV_INFO, EV_LINE },
		{ "replication connection authorized: user=repl application_name=standby", SEV_INFO,
		  EV_CONN_OPEN },
		{ "relation \"x\" does not exist", SEV_ERROR, EV_LINE },
		{ "duration: x ms", SEV_INFO, EV_LINE },
		{ "", SEV_INFO, EV_LINE },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event e = EVENT_INIT;

		e.severity = rows[i].severity;
		postgres_message(&e, str_of(rows[i].text), STR_NONE, &a);
		cr_expect(e.kind == rows[i].kind, "%s is %s", rows[i].text, event_kind_name(e.kind));
	}
	arena_release(&a);
}

Test(postgres, statements_change_settings)
{
	static const struct {
		const char *text, *key, *value;
	} rows[] = {
		{ "statement: ALTER SYSTEM SET work_mem = '64MB'", "work_mem", "64MB" },
		{ "statement: alter database shop set enable_indexscan to off;", "enable_indexscan", "off" },
		{ "duration: 1.3 ms  statement: ALTER ROLE \"app\" SET statement_timeout TO '2s';", "statement_timeout", "2s" },
		{ "statement: ALTER DATABASE shop RESET ALL;", "ALL", "default" },
		{ "parameter \"work_mem\" changed to \"64MB\"", "work_mem", "64MB" },
		{ "statement: ALTER ROLE app PASSWORD 'x'", "", "" },
		{ "statement: ALTER TABLE orders SET (fillfactor = 70)", "", "" },
		{ "statement: ALTER SYSTEM SET", "", "" },
		{ "statement: SELECT 'ALTER SYSTEM SET work_mem = 1'", "", "" },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event e = EVENT_INIT;

		e.severity = SEV_INFO;
		postgres_message(&e, str_of(rows[i].text), STR_NONE, &a);
		cr_expect(!e.change == !rows[i].key[0], "%s", rows[i].text);
		if (!e.change)
			continue;
		expect_text("key", rows[i].text, e.change->key, rows[i].key);
		expect_text("value", rows[i].text, e.change->new_value, rows[i].value);
		cr_expect(e.kind == EV_RELOAD && e.change->kind == CHANGE_CONFIG);
	}
	arena_release(&a);
}

Test(postgres, takes_figures_out_of_messages)
{
	struct event e = EVENT_INIT;
	struct arena a;

	arena_init(&a);
	postgres_message(&e,
			 STR("process 7 still waiting for AccessShareLock on relation 16435 of database "
			     "16388 after 1000.5 ms"),
			 STR("Process holding the lock: 1553. Wait queue: 7, 8."), &a);
	cr_expect(e.lock_ms > 1000.4 && e.lock_ms < 1000.6);
	expect_text("detail", "lock wait", e.detail,
		    "AccessShareLock on relation 16435 of database 16388, held by 1553");

	e = (struct event)EVENT_INIT;
	postgres_message(&e,
			 STR("duration: 3.2 ms  plan:\nQuery Text: SELECT *\nFROM t\nSeq Scan on t  "
			     "(cost=0.00..1.0 rows=1)"),
			 STR_NONE, &a);
	expect_text("query", "auto_explain", e.query, "SELECT *\nFROM t");
	expect_text("message", "auto_explain", e.message, "duration: 3.2 ms  plan");

	e = (struct event)EVENT_INIT;
	postgres_message(&e,
			 STR("connection authorized: user=ann database=shop application_name=my app SSL "
			     "enabled (protocol=TLSv1.3)"),
			 STR_NONE, &a);
	expect_text("logger", "authorized", e.logger, "my app");
	expect_text("user", "authorized", e.user, "ann");

	e = (struct event)EVENT_INIT;
	postgres_message(&e, STR("42P01: relation \"x\" does not exist"), STR_NONE, &a);
	expect_text("sqlstate", "verbose", e.sqlstate, "42P01");
	expect_text("message", "verbose", e.message, "relation \"x\" does not exist");
	arena_release(&a);
}

Test(postgres, remembers_statements_until_their_duration)
{
	static struct postgres_sessions sessions;
	struct arena a;
	struct event e = EVENT_INIT;

	memset(&sessions, 0, sizeof sessions);
	arena_init(&a);
	e.pid = 7;
	postgres_message(&e, STR("statement: ALTER TABLE orders ADD note text"), STR_NONE, &a);
	postgres_session_apply(&sessions, &e, &a);

	e = (struct event)EVENT_INIT;
	e.pid = 8;
	postgres_message(&e, STR("duration: 5.0 ms"), STR_NONE, &a);
	postgres_session_apply(&sessions, &e, &a);
	expect_text("query", "another session", e.query, "");

	e = (struct event)EVENT_INIT;
	e.pid = 7;
	postgres_message(&e, STR("duration: 9.5 ms"), STR_NONE, &a);
	postgres_session_apply(&sessions, &e, &a);
	expect_text("query", "the same session", e.query, "ALTER TABLE orders ADD note text");

	e.query = STR_NONE;
	postgres_session_apply(&sessions, &e, &a);
	expect_text("query", "only once", e.query, "");
	arena_release(&a);
}
