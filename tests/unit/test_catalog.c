#include <criterion/criterion.h>
#include <stdio.h>

#include "store/catalog.h"
#include "store/query.h"
#include "tests/unit/sample_case.h"
#include "tests/unit/store_help.h"

enum { FILES = 3, EVENTS = 9000 };

/* A store of made files with the findings of the sample case. */
static struct store *made_store(const char *path)
{
	struct store_writer *w;
	struct store *s;
	struct err err = ERR_INIT;
	struct arena arena;
	struct buf json;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	for (unsigned seed = 0; seed < FILES; seed++)
		write_made_file(w, seed, EVENTS);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
	arena_init(&arena);
	buf_init(&json, 1 << 24);
	struct casefile c = sample_case(&arena);

	casefile_encode(&c, false, &json);
	cr_assert(store_save_casefile(path, buf_str(&json), &err), "%s", err.text);
	buf_release(&json);
	arena_release(&arena);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	return s;
}

static struct query *begin(struct store *s, const char *sql)
{
	struct query *q;
	struct err err = ERR_INIT;

	cr_assert(query_open(s, str_of(sql), &q, &err), "%s: %s", sql, err.text);
	return q;
}

static bool next(struct query *q)
{
	struct err err = ERR_INIT;
	bool any;

	cr_assert(query_next(q, &any, &err), "%s", err.text);
	return any;
}

/* The first value of the first row. */
static int64_t ask(struct store *s, const char *sql)
{
	struct query *q = begin(s, sql);

	cr_assert(next(q), "%s: no row", sql);
	int64_t v = query_value(q, 0).integer;

	query_close(q);
	return v;
}

Test(catalog, columns_are_those_that_are_documented)
{
	const char *path = temp_store("catalog_columns");
	struct store *s = made_store(path);
	char sql[200];

	for (const struct catalog_table *const *t = catalog; *t; t++) {
		cr_expect(strlen((*t)->help) > 3, "%s", (*t)->name);
		cr_expect_eq(catalog_find(str_of((*t)->name)), *t, "%s is there twice", (*t)->name);
		snprintf(sql, sizeof sql, "SELECT * FROM %s", (*t)->name);
		struct query *q = begin(s, sql);

		cr_assert_eq(query_columns(q), catalog_width(*t), "%s", (*t)->name);
		for (size_t i = 0; i < query_columns(q); i++) {
			cr_expect(str_eq(query_column_name(q, i), str_of((*t)->columns[i].name)), "%s.%s is called %s", (*t)->name,
				  (*t)->columns[i].name, query_column_name(q, i).ptr);
			cr_expect(strlen((*t)->columns[i].help) > 3, "%s.%s", (*t)->name, (*t)->columns[i].name);
		}
		query_close(q);
	}
	store_close(s);
	remove_store(path);
}

/* The types are those of the values, and what is said to be always there is. */
Test(catalog, values_are_as_documented)
{
	const char *path = temp_store("catalog_values");
	struct store *s = made_store(path);
	char sql[200];

	for (const struct catalog_table *const *t = catalog; *t; t++) {
		snprintf(sql, sizeof sql, "SELECT * FROM %s", (*t)->name);
		struct query *q = begin(s, sql);

		for (unsigned row = 0; row < 2000 && next(q); row++) {
			for (size_t i = 0; i < query_columns(q); i++) {
				const struct catalog_column *c = &(*t)->columns[i];
				struct query_value v = query_value(q, i);
				bool number = v.type == QUERY_INTEGER || (v.type == QUERY_REAL && c->type == SQL_REAL);
				bool good = c->type == SQL_TEXT || c->type == SQL_TIME ? v.type == QUERY_TEXT : number;

				cr_assert(v.type == QUERY_NULL ? !(c->flags & SQL_ALWAYS) : good, "%s.%s: %.*s", (*t)->name, c->name,
					  STR_ARG(v.text));
			}
		}
		query_close(q);
	}
	cr_expect_gt(ask(s, "SELECT count(*) FROM incidents"), 0);
	cr_expect_gt(ask(s, "SELECT count(*) FROM evidence WHERE part = 'term' AND source IS NOT NULL"), 0);
	store_close(s);
	remove_store(path);
}

Test(catalog, series_count_what_the_events_are)
{
	const char *path = temp_store("catalog_series");
	struct store *s = made_store(path);
	static const char *const pairs[][2] = {
		{ "SELECT sum(count) FROM series WHERE kind = 'http'", "SELECT count(*) FROM requests WHERE time IS NOT NULL" },
		{ "SELECT sum(failed) FROM traffic", "SELECT sum(failed) FROM requests WHERE time IS NOT NULL" },
		{ "SELECT sum(requests) FROM traffic WHERE status = 503", "SELECT count(*) FROM events WHERE status = 503" },
		{ "SELECT sum(requests) FROM traffic WHERE time >= '2026-01-29T21:01Z' AND time < '2026-01-29T21:02Z'",
		  "SELECT count(*) FROM requests WHERE time >= '2026-01-29T21:01Z' AND time < '2026-01-29T21:02Z'" },
		{ "SELECT sum(count) FROM series WHERE kind = 'query'", "SELECT count(*) FROM queries WHERE time IS NOT NULL" },
		{ "SELECT round(sum(total_ms)) FROM traffic", "SELECT round(sum(duration_ms)) FROM requests" },
		/* What is pushed down, and the same that is not. */
		{ "SELECT count(*) FROM series WHERE kind = 'line'", "SELECT count(*) FROM series WHERE +kind = 'line'" },
		{ "SELECT count(*) FROM series WHERE kind IN ('http', 'event')",
		  "SELECT count(*) FROM series WHERE +kind IN ('http', 'event')" },
		{ "SELECT count(*) FROM series WHERE time <= '2026-01-29T21:01:10Z'",
		  "SELECT count(*) FROM series WHERE +time <= '2026-01-29T21:01:10Z'" },
		{ "SELECT count(DISTINCT rowid) FROM series", "SELECT count(*) FROM series" },
		{ "SELECT count(*) FROM series WHERE kind = 'nothing' OR kind = 5 OR kind = NULL", "SELECT 0" },
		/* Longer rows have the same counts, in their own time, and a day has those of all that was that day. */
		{ "SELECT sum(count) FROM series WHERE step = 60", "SELECT sum(count) FROM series" },
		{ "SELECT sum(timed) FROM series WHERE kind = 'http' AND step = 86400", "SELECT sum(timed) FROM series WHERE kind = 'http'" },
		{ "SELECT count(*) FROM series WHERE step = 60", "SELECT count(*) FROM (SELECT 1 FROM series GROUP BY substr(time, 1, 16), kind, "
		  "service, host, name, code, role)" },
		{ "SELECT sum(count) FROM series WHERE step = 60 AND kind = 'http' AND time >= '2026-01-29T21:01Z' AND time < '2026-01-29T21:02Z'",
		  "SELECT count(*) FROM requests WHERE time >= '2026-01-29T21:01Z' AND time < '2026-01-29T21:02Z'" },
		{ "SELECT count(*) FROM series WHERE step = 3600 AND (p50_ms > max_ms OR step <> 3600)", "SELECT 0" },
		{ "SELECT count(*) FROM series WHERE p50_ms > p95_ms OR p95_ms > p99_ms OR p99_ms > max_ms", "SELECT 0" },
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		cr_expect_eq(ask(s, pairs[i][0]), ask(s, pairs[i][1]), "%s", pairs[i][0]);
	cr_expect_gt(ask(s, "SELECT sum(failed) FROM traffic"), 0);
	cr_expect_gt(ask(s, "SELECT count(*) FROM series WHERE p95_ms > 0"), 0);
	store_close(s);
	remove_store(path);
}

/* A comparison that is looked up, and the same that is not. */
Test(catalog, lookups_find_what_comparing_finds)
{
	const char *path = temp_store("catalog_lookups");
	struct store *s = made_store(path);
	static const struct {
		const char *column, *rest;
		bool affinity; /* '+' takes a column's affinity away, which matters where types differ */
	} wheres[] = {
		{ "incident", "= 1", false },      { "incident", "= 1.0", false },   { "incident", "= '1'", true },
		{ "incident", "= 2", false },      { "rank", "= 1", false },         { "name", "= 'onset'", false },
		{ "part", "= 'term'", false },     { "part", "= 5", true },          { "line", "= NULL", false },
		{ "log_odds", "= 0", false },      { "incident", "= 1e300", false }, { "part", "= ''", false },
		{ "source", "= x'41'", false },    { "offset", "= -1", false },      { "part", "IN ('term', 'symptom') AND incident = 1", false },
	};
	char quick[200], slow[200];

	for (size_t i = 0; i < sizeof wheres / sizeof *wheres; i++) {
		snprintf(quick, sizeof quick, "SELECT count(*) FROM evidence WHERE %s %s", wheres[i].column, wheres[i].rest);
		snprintf(slow, sizeof slow, "SELECT count(*) FROM evidence WHERE +%s %s", wheres[i].column, wheres[i].rest);
		if (!wheres[i].affinity)
			cr_expect_eq(ask(s, quick), ask(s, slow), "%s", quick);
	}
	cr_expect_eq(ask(s, "SELECT count(*) FROM evidence WHERE incident = '1'"), ask(s, "SELECT count(*) FROM evidence WHERE incident = 1"));
	cr_expect_eq(ask(s, "SELECT count(*) FROM events e JOIN templates t ON t.template = e.template"),
		     ask(s, "SELECT count(*) FROM events WHERE template IS NOT NULL"));
	cr_expect_eq(ask(s, "SELECT count(*) FROM causes c JOIN incidents i ON i.incident = c.incident"),
		     ask(s, "SELECT count(*) FROM causes"));
	store_close(s);
	remove_store(path);
}

Test(catalog, a_wrong_name_is_answered_with_the_right_one)
{
	static const struct {
		const char *sql, *said;
	} cases[] = {
		{ "SELECT 1 FROM event", "did you mean events?" },
		{ "SELECT 1 FROM main.incident", "did you mean incidents?" },
		{ "SELECT 1 FROM zzzz", "there are events, series" },
		{ "SELECT statsu FROM events", "did you mean status?" },
		{ "SELECT e.durationms FROM events AS e", "did you mean duration_ms?" },
		{ "SELECT wrong_thing FROM impact", "impact has incident, route, requests, failed" },
		{ "SELECT wrong_thing FROM impact, causes", "no such column: wrong_thing" },
		{ "SELECT wrong_thing", "no such column: wrong_thing" },
		{ "UPDATE sources SET lines = 0", "can only read" },
	};
	const char *path = temp_store("catalog_names");
	struct store *s = made_store(path);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct query *q;
		struct err err = ERR_INIT;

		cr_assert_not(query_open(s, str_of(cases[i].sql), &q, &err), "%s", cases[i].sql);
		cr_expect_eq(err.status, EXIT_USAGE);
		cr_expect(strstr(err.text, cases[i].said), "%s: %s", cases[i].sql, err.text);
	}
	store_close(s);
	remove_store(path);
}

Test(catalog, times_are_compared_as_instants)
{
	/* Ascending; of what is on one line all are the same instant. */
	static const char *const times[][3] = {
		{ "1900-01-01T00:00:00.000000Z", "1900-01-01" },
		{ "2026-01-28T23:59:59.999999Z", "2026-01-28 23:59:59.999999", "2026-01-28T18:59:59.999999-05:00" },
		{ "2026-01-29T00:00:00.000000Z", "2026-01-29", "2026-01-28T24:00:00.000000Z" },
		{ "2026-01-29T09:00:00.000000Z", "2026-01-29T09:00Z" },
		{ "2026-01-31T00:00:00.000001Z", "2026-01-31T00:00:00.000001000Z" },
		{ "2026-02-28T12:00:00.000000Z" },
		{ "2199-12-28T23:59:59.000000Z", "2199-12-28 23:59:59" },
		/* No times: by their bytes. */
		{ "0001-01-01T00:00:00.000000Z" },
		{ "1899-01-01T00:00:00.000000Z" },
		{ "2026-00-10T00:00:00.000000Z" },
		{ "2026-13-10T00:00:00.000000Z" },
		{ "2O26-01-10T00:00:00.000000Z" },
		{ "9998-12-28T23:59:59.000000Z" },
		{ "x" },
	};
	enum { N = sizeof times / sizeof *times };
	const char *path = temp_store("catalog_instants");
	struct store *s = made_store(path);
	struct query *q = begin(s, "SELECT 1");
	struct err err = ERR_INIT;
	char sql[300];

	for (size_t i = 0; i < 3 * N; i++) {
		for (size_t k = 0; k < 3 * N; k++) {
			const char *a = times[i / 3][i % 3], *b = times[k / 3][k % 3];

			if (!a || !b)
				continue;
			snprintf(sql, sizeof sql, "SELECT (a < b) - (a > b) FROM (SELECT '%s' COLLATE instant AS a, '%s' COLLATE instant AS b)", a, b);
			cr_assert(query_again(q, str_of(sql), &err), "%s", err.text);
			cr_expect(next(q) && query_value(q, 0).integer == (i / 3 < k / 3) - (i / 3 > k / 3), "%s", sql);
		}
	}
	query_close(q);
	store_close(s);
	remove_store(path);
}

Test(catalog, a_step_that_makes_no_sense_is_refused)
{
	static const char *const steps[] = { "0", "-10", "15", "'x'", "1e18", "NULL" };
	const char *path = temp_store("catalog_steps");
	struct store *s = made_store(path);
	char sql[100];

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct err err = ERR_INIT;
		bool any;

		snprintf(sql, sizeof sql, "SELECT 1 FROM series WHERE step = %s", steps[i]);
		struct query *q = begin(s, sql);

		cr_expect_not(query_next(q, &any, &err) && any, "%s", sql);
		cr_expect(!err.set || err.status == EXIT_USAGE, "%s: %s", sql, err.text);
		query_close(q);
	}
	store_close(s);
	remove_store(path);
}

Test(catalog, a_store_without_an_analysis_says_so)
{
	const char *path = temp_store("catalog_fresh");
	struct store_writer *w;
	struct store *s;
	struct err err = ERR_INIT;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	write_made_file(w, 0, 100);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	static const struct {
		const char *sql;
		bool misses;
	} cases[] = { { "SELECT * FROM causes", true }, { "SELECT * FROM events LIMIT 1", false } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct query *q = begin(s, cases[i].sql);

		while (next(q))
			;
		cr_expect_eq(query_misses_analysis(q), cases[i].misses, "%s", cases[i].sql);
		query_close(q);
	}
	store_close(s);
	/* A case file that makes no sense is the store's trouble, not the statement's. */
	cr_assert(store_save_casefile(path, STR("{\"schema\":\"inquest-casefile/1\",\"incidents\":7}"), &err), "%s", err.text);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	struct query *q = begin(s, "SELECT * FROM causes");
	bool any;

	cr_expect_not(query_next(q, &any, &err));
	cr_expect(strstr(err.text, "damaged"), "%s", err.text);
	cr_expect_neq(err.status, EXIT_USAGE);
	query_close(q);
	store_close(s);
	remove_store(path);
}
