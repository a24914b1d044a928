/* Instants from lines that leave out year, date or zone. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "ingest/clock.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static struct timestamp stamp(const char *text)
{
	struct str s = str_of(text);
	struct timestamp t = { 0 };

	cr_assert(timestamp_parse(&s, &t), "%s", text);
	return t;
}

/* Midnight of a day. */
static int64_t ns_of(const char *day)
{
	char text[32];

	if (!day)
		return TIME_NONE;
	snprintf(text, sizeof text, "%s 00:00:00", day);
	return stamp(text).ns;
}

static void expect_instant(struct clock *c, const char *line, const char *instant)
{
	struct timestamp t = stamp(line);
	char text[TIME_TEXT_BYTES];

	time_format(clock_instant(c, &t), 0, text);
	cr_expect_str_eq(text, instant, "%s", line);
}

Test(clock, a_year_is_walked)
{
	static const struct { const char *line, *instant; } rows[] = {
		{ "Nov 30 10:00:00", "2025-11-30T10:00:00Z" },
		{ "Dec 31 23:59:58", "2025-12-31T23:59:58Z" },
		{ "Dec 31 20:00:00", "2025-12-31T20:00:00Z" }, /* hours out of order */
		{ "Dec 28 20:00:00", "2025-12-28T20:00:00Z" }, /* days */
		{ "Jan  1 00:00:01", "2026-01-01T00:00:01Z" },
		{ "Dec 31 23:59:59", "2025-12-31T23:59:59Z" }, /* written late */
		{ "Jan  1 00:00:02", "2026-01-01T00:00:02Z" },
		{ "Feb 28 00:00:00", "2026-02-28T00:00:00Z" },
		{ "Jun  1 00:00:00", "2026-06-01T00:00:00Z" },
		{ "Jan  1 00:00:00", "2027-01-01T00:00:00Z" }, /* half a year of silence */
	};
	struct clock c;

	clock_init(&c, NULL, 2025, 0);
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_instant(&c, rows[i].line, rows[i].instant);
}

Test(clock, lines_with_a_year_lead_those_without)
{
	struct clock c;

	clock_init(&c, NULL, CLOCK_YEAR, CLOCK_DAY);
	expect_instant(&c, "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
	expect_instant(&c, "Dec 31 23:30:00", "2026-12-31T23:30:00Z");
	expect_instant(&c, "Jan  1 00:30:00", "2027-01-01T00:30:00Z");
	expect_instant(&c, "2030-05-05T01:00:00Z", "2030-05-05T01:00:00Z");
	expect_instant(&c, "May  5 02:00:00", "2030-05-05T02:00:00Z");
}

Test(clock, zones)
{
	struct arena a;
	struct zone z;
	struct clock c;
	struct err err = ERR_INIT;

	arena_init(&a);
	cr_assert(zone_open(&z, &a, STR("-05:00"), &err));
	clock_init(&c, &z, 2026, 0);
	expect_instant(&c, "2026-01-29 17:00:00", "2026-01-29T22:00:00Z");
	expect_instant(&c, "2026-01-29T17:00:00+01:00", "2026-01-29T16:00:00Z"); /* the line's own wins */
	expect_instant(&c, "Jan 29 19:00:00", "2026-01-30T00:00:00Z");
	clock_init(&c, NULL, 2026, 0);
	expect_instant(&c, "2026-01-29 17:00:00", "2026-01-29T17:00:00Z");
	arena_release(&a);
}

Test(clock, the_year_is_anchored)
{
	static const struct {
		const char *first, *last;             /* lines of the file */
		const char *name, *gzip, *mtime, *from, *to; /* evidence */
		const char *instant;                  /* of the first line */
		enum clock_source source;
	} rows[] = {
		{"Jan 28 00:00:00", "Jan 29 00:00:00", "2026-01-29", NULL, NULL, NULL, NULL,
		 "2026-01-28T00:00:00Z", CLOCK_FROM_NAME},
		{"Dec 31 00:00:00", "Jan  1 02:00:00", "2026-01-01", NULL, NULL, NULL, NULL,
		 "2025-12-31T00:00:00Z", CLOCK_FROM_NAME},
		{"Dec 30 00:00:00", "Dec 31 23:59:00", "2026-01-01", NULL, NULL, NULL, NULL,
		 "2025-12-30T00:00:00Z", CLOCK_FROM_NAME},
		/* the name outranks file times */
		{"Jan 28 00:00:00", "Jan 29 00:00:00", "2024-01-29", "2026-01-29", "2027-01-01", NULL, NULL,
		 "2024-01-28T00:00:00Z", CLOCK_FROM_NAME},
		{"Jan 28 00:00:00", "Jan 29 00:00:00", NULL, "2026-01-29", "2027-03-01", NULL, NULL,
		 "2026-01-28T00:00:00Z", CLOCK_FROM_GZIP},
		{"Jan 28 00:00:00", "Jan 29 00:00:00", NULL, NULL, "2026-03-01", NULL, NULL,
		 "2026-01-28T00:00:00Z", CLOCK_FROM_MTIME},
		{"Nov 28 00:00:00", "Nov 29 00:00:00", NULL, NULL, "2026-03-01", NULL, NULL,
		 "2025-11-28T00:00:00Z", CLOCK_FROM_MTIME},
		/* an unpacked archive's times say nothing: the dated sources know better */
		{"Jan 28 00:00:00", "Jan 29 00:00:00", NULL, NULL, "2031-08-01", "2026-01-28", "2026-01-30",
		 "2026-01-28T00:00:00Z", CLOCK_FROM_SPAN},
		{"Jan 28 00:00:00", "Jan 29 00:00:00", NULL, NULL, NULL, "2026-01-28", "2026-01-30",
		 "2026-01-28T00:00:00Z", CLOCK_FROM_SPAN},
		/* the span is of no help: the anchor stands */
		{"Jun 28 00:00:00", "Jun 29 00:00:00", NULL, NULL, "2031-08-01", "2026-01-28", "2026-01-30",
		 "2031-06-28T00:00:00Z", CLOCK_FROM_MTIME},
		{"Jan 28 00:00:00", "Jan 29 00:00:00", NULL, NULL, NULL, NULL, NULL, "2000-01-28T00:00:00Z",
		 CLOCK_UNKNOWN},
		{"Feb 29 00:00:00", "Mar  1 00:00:00", "2024-03-01", NULL, NULL, NULL, NULL,
		 "2024-02-29T00:00:00Z", CLOCK_FROM_NAME},
		/* a time of day only */
		{"23:59:00", "00:01:00", "2026-01-30", NULL, NULL, NULL, NULL, "2026-01-29T23:59:00Z",
		 CLOCK_FROM_NAME},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct clock_evidence e = {ns_of(rows[i].name), ns_of(rows[i].gzip),
						 ns_of(rows[i].mtime), ns_of(rows[i].from),
						 ns_of(rows[i].to)};
		struct timestamp first, last;
		enum clock_source source;
		struct clock_walk w;
		struct clock c;
		struct str text;

		text = str_of(rows[i].first);
		if (!timestamp_parse(&text, &first))
			first = (struct timestamp){ .ns = 86340 * NS_PER_S };
		text = str_of(rows[i].last);
		if (!timestamp_parse(&text, &last))
			last = (struct timestamp){ .ns = 60 * NS_PER_S };
		clock_walk_init(&w);
		clock_walk_add(&w, &first);
		clock_walk_add(&w, &last);
		c = clock_resolve(&w, &e, NULL, &source);
		char got[TIME_TEXT_BYTES];

		time_format(clock_instant(&c, &first), 0, got);
		cr_expect_str_eq(got, rows[i].instant, "row %zu", i);
		cr_expect(source == rows[i].source, "row %zu: %s", i, clock_source_words(source));
	}
}
