#include <criterion/criterion.h>
#include <stdio.h>

#include "store/query.h"
#include "tests/unit/store_help.h"

enum { FILES = 4, EVENTS = 20000 };

static struct store *made_store_of(const char *path, size_t events)
{
	struct store_writer *w;
	struct store *s;
	struct err err = ERR_INIT;
	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	for (unsigned seed = 0; seed < FILES; seed++)
		write_made_file(w, seed, events);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	return s;
}

static struct store *made_store(const char *path)
{
	return made_store_of(path, EVENTS);
}

/* The first value of the first row. */
static int64_t ask(struct store *s, const char *sql)
{
	struct query *q;
	struct err err = ERR_INIT;
	bool any;
	cr_assert(query_open(s, str_of(sql), &q, &err), "%s: %s", sql, err.text);
	cr_assert(query_next(q, &any, &err) && any, "%s: %s", sql, err.text);
	int64_t v = query_value(q, 0).integer;
	query_close(q);
	return v;
}

Test(query, counts_are_those_of_the_events)
{
	const char *path = temp_store("query_counts");
	struct store *s = made_store(path);
	int64_t failed = 0, window = 0, slow = 0, after = 0, bytes = 0;
	for (unsigned seed = 0; seed < FILES; seed++) {
		for (size_t k = 0; k < EVENTS; k++) {
			struct event e = made_file_event(seed, k);
			failed += e.status == 503;
			window += e.time_ns >= T0 + 60 * NS_PER_S && e.time_ns < T0 + 120 * NS_PER_S;
			after += e.time_ns > T0 + 3600 * NS_PER_S;
			slow += e.duration_ms > 100;
			bytes += e.bytes >= 0 ? e.bytes : 0;
		}
	}
	cr_assert(failed > 100 && window > 100 && slow > 100);
	cr_expect_eq(ask(s, "SELECT count(*) FROM events"), (int64_t)FILES * EVENTS);
	cr_expect_eq(ask(s, "SELECT count(*) FROM events WHERE status = 503"), failed);
	cr_expect_eq(ask(s, "SELECT count(*) FROM events WHERE duration_ms > 100"), slow);
	cr_expect_eq(ask(s, "SELECT sum(bytes) FROM events"), bytes);
	cr_expect_eq(ask(s, "SELECT count(DISTINCT rowid) FROM events"), (int64_t)FILES * EVENTS);
	cr_expect_eq(ask(s, "SELECT sum(events) FROM sources"), (int64_t)FILES * EVENTS);
	/* The same instants in several notations, pushed down or (+time) not. */
	static const char *const windows[] = {
		"time >= '2026-01-29T21:01:00Z' AND time < '2026-01-29T21:02:00Z'",
		"time >= '2026-01-29 16:01:00 -0500' AND time < '2026-01-29T21:02'",
		"'2026-01-29T21:01Z' <= time AND '2026-01-29T21:02:00.000000000Z' > time",
		"+time >= '2026-01-29T21:01:00Z' AND +time < '2026-01-29T21:02:00Z'",
	};
	for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
		char sql[300];
		snprintf(sql, sizeof sql, "SELECT count(*) FROM events WHERE %s", windows[i]);
		cr_expect_eq(ask(s, sql), window, "%s", sql);
	}
	cr_expect_eq(ask(s, "SELECT count(*) FROM events WHERE time > '2026-01-29T22:00:00Z'"), after);
	/* Either side by itself, and both at once without counting a row twice. */
	cr_expect_eq(ask(s, "SELECT count(*) FROM events WHERE time <= '2026-01-29T22:00:00Z'"),
		     (int64_t)FILES * EVENTS - after);
	cr_expect_eq(ask(s, "SELECT count(*) FROM events WHERE time > '2026-01-29T22:00:00Z' OR "
			    "time <= '2026-01-29T22:00:00Z' OR time = '2026-01-29'"), (int64_t)FILES * EVENTS);
	cr_expect_eq(ask(s, "SELECT count(*) FROM events e JOIN events f ON f.rowid = e.rowid AND f.time = e.time "
			    "WHERE e.line = 5 AND e.status = 200 AND e.time < '2026-01-29T21:01Z'"),
		     ask(s, "SELECT count(*) FROM events WHERE line = 5 AND status = 200"));
	store_close(s);
	remove_store(path);
}

/* Comparisons that are pushed down, and the same that are not. */
Test(query, pushing_down_changes_nothing)
{
	static const struct {
		const char *column, *rest;
	} wheres[] = {
		{ "kind", "= 'http'" },         { "kind", "= 'nothing'" },       { "kind", "IN ('http', 'query', 'line')" },
		{ "kind", "= NULL" },           { "kind", "= 'HTTP'" },          { "kind", "= 'HTTP' COLLATE NOCASE" },
		{ "status", "= 503" },          { "status", "> 200" },           { "status", ">= 503" },
		{ "status", "< 300" },          { "status", "<= 200" },          { "status", "BETWEEN 201 AND 600" },
		{ "status", "= 503.0" },        { "status", "> 499.5" },         { "status", "IN (200, 503)" },
		{ "status", "> -5" },           { "status", "= -1" },            { "status", "< 0" },
		{ "status", ">= 9223372036854775807" }, { "status", "IS NULL" }, { "status", "> NULL" },
		{ "source", "= 'nothing'" },    { "source", "= ''" },            { "source", "IN (SELECT source FROM sources LIMIT 2)" },
	};
	const char *path = temp_store("query_pushed");
	struct store *s = made_store_of(path, 1500);
	char quick[300], slow[300];

	for (size_t i = 0; i < sizeof wheres / sizeof *wheres; i++) {
		snprintf(quick, sizeof quick, "SELECT count(*) + total(line) + total(bytes) FROM events WHERE %s %s", wheres[i].column, wheres[i].rest);
		snprintf(slow, sizeof slow, "SELECT count(*) + total(line) + total(bytes) FROM events WHERE +%s %s", wheres[i].column, wheres[i].rest);
		cr_expect_eq(ask(s, quick), ask(s, slow), "%s", quick);
	}
	/* What no block of one file has: its columns by themselves, one after the other, are those of all at once. */
	static const char *const columns[] = { "source", "line", "offset", "service", "host", "severity", "status", "route", "template",
					       "duration_ms", "bytes", "kind", "query", "time" };

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		snprintf(quick, sizeof quick, "SELECT count(DISTINCT %s) FROM events", columns[i]);
		snprintf(slow, sizeof slow, "SELECT count(DISTINCT %s) FROM (SELECT *, rowid FROM events ORDER BY rowid LIMIT -1 OFFSET 0)", columns[i]);
		cr_expect_eq(ask(s, quick), ask(s, slow), "%s", quick);
	}
	cr_expect_gt(ask(s, "SELECT count(DISTINCT route) FROM events"), 1);
	cr_expect_gt(ask(s, "SELECT count(*) FROM events WHERE source = (SELECT max(source) FROM sources)"), 0);
	store_close(s);
	remove_store(path);
}

Test(query, values_are_those_of_the_event)
{
	const char *path = temp_store("query_values");
	struct store *s = made_store(path);
	struct event e = made_file_event(0, 7);
	struct query *q;
	struct err err = ERR_INIT;
	char sql[300], time[TIME_TEXT_BYTES];
	bool any;
	struct extent_info info = made_info(0);
	snprintf(sql, sizeof sql,
		 "SELECT time, kind, route, status, bytes, duration_ms, service, host, template, offset FROM events "
		 "WHERE source = '%.*s' AND line = %d", STR_ARG(info.path), (int)e.line);
	cr_assert(query_open(s, str_of(sql), &q, &err), "%s", err.text);
	cr_assert(query_next(q, &any, &err) && any);
	cr_expect(str_eq(query_value(q, 0).text, str_of(time_format(e.time_ns, 6, time))));
	cr_expect(str_eq(query_value(q, 1).text, STR("http")));
	cr_expect(str_eq(query_value(q, 2).text, e.route));
	cr_expect_eq(query_value(q, 3).integer, e.status);
	cr_expect_eq(query_value(q, 4).integer, e.bytes);
	cr_expect_float_eq(query_value(q, 5).real, e.duration_ms, 0.001);
	cr_expect(str_eq(query_value(q, 6).text, e.service.len ? e.service : info.service));
	cr_expect(str_eq(query_value(q, 7).text, info.host));
	cr_expect_eq(query_value(q, 8).type, QUERY_NULL);
	cr_expect_eq(query_value(q, 9).integer, (int64_t)e.offset);
	cr_assert(query_next(q, &any, &err));
	cr_expect_not(any);
	query_close(q);
	store_close(s);
	remove_store(path);
}

Test(query, a_query_can_only_read)
{
	static const char *const refused[] = {
		"DELETE FROM sources",
		"INSERT INTO events VALUES(1)",
		"DROP TABLE events",
		"CREATE TABLE t(a)",
		"CREATE TEMP TABLE t(a)",
		"ATTACH 'other' AS other",
		"PRAGMA journal_mode = WAL",
		"VACUUM INTO 'copy'",
		"BEGIN",
		"SELECT 1; SELECT 2",
		"SELECT 1; SELEC",
		"SELECT nothing FROM events",
		"SELECT load_extension('x')",
		" -- only words",
		"",
	};
	const char *path = temp_store("query_refused");
	struct store *s = made_store(path);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct query *q;
		struct err err = ERR_INIT;
		bool any, good = query_open(s, str_of(refused[i]), &q, &err);
		if (good) {
			good = query_next(q, &any, &err);
			query_close(q);
		}
		cr_expect_not(good, "%s", refused[i]);
		cr_expect_eq(err.status, EXIT_USAGE, "%s: %s", refused[i], err.text);
	}
	cr_expect_eq(ask(s, "SELECT 1;  -- and that was it\n"), 1);
	store_close(s);
	remove_store(path);
}
