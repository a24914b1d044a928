#include <criterion/criterion.h>

#include "analyze/prose.h"
#include "analyze/prose_amount.h"
#include "analyze/prose_time.h"

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena);
}

static void tear_down(void)
{
	arena_release(&arena);
}

TestSuite(prose, .init = set_up, .fini = tear_down);

/* "2023-10-10 37800 -18000 ..": date, second of the day, zone; "-" for what is not said; ">" before the end of a range. */
static struct str describe(struct str text)
{
	struct moment m[16];
	size_t n = moments_find(text, m, 16);
	struct str all = STR_NONE;

	for (size_t i = 0; i < n; i++) {
		all = arena_printf(&arena, "%.*s%s", STR_ARG(all), i == 0 ? "" : m[i].to ? " > " : ", ");
		if (m[i].has_date)
			all = arena_printf(&arena, "%.*s%04d-%02u-%02u", STR_ARG(all), m[i].has_year ? m[i].year : 0, m[i].month, m[i].day);
		if (m[i].has_time)
			all = arena_printf(&arena, "%.*s%s%02d:%02d:%02d", STR_ARG(all), m[i].has_date ? "T" : "", m[i].second / 3600, m[i].second / 60 % 60,
			                   m[i].second % 60);
		if (m[i].has_zone)
			all = arena_printf(&arena, "%.*s%+d", STR_ARG(all), m[i].offset_s / 60);
	}
	return all;
}

Test(prose, reads_the_times_that_people_write)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "2023-10-10 10:30", "2023-10-10T10:30:00" },
		{ "2023-10-10T10:30:05Z", "2023-10-10T10:30:05+0" },
		{ "2024-01-15 10:00:00.250 UTC-5", "2024-01-15T10:00:00-300" },
		{ "on 10 October 2023, 10:30 UTC", "2023-10-10T10:30:00+0" },
		{ "October 10th, 2023 at 10:30 (UTC)", "2023-10-10T10:30:00+0" },
		{ "Tuesday, the 10th of October", "0000-10-10" },
		{ "Oct 10", "0000-10-10" },
		{ "10/31/2023 and 31/10/2023 and 31.10.2023", "2023-10-31, 2023-10-31, 2023-10-31" },
		{ "at 2:23 pm EST", "14:23:00-300" },
		{ "2 p.m. to 5 p.m.", "14:00:00 > 17:00:00" },
		{ "12 am, 12:30 am and 12 pm", "00:00:00, 00:30:00, 12:00:00" },
		{ "from noon until midnight", "12:00:00 > 00:00:00" },
		{ "14:23\xe2\x80\x93" "17:00 UTC", "14:23:00 > 17:00:00+0" },
		{ "14:23-17:00", "14:23:00 > 17:00:00" },
		{ "between 14:23 and 17:00", "14:23:00 > 17:00:00" },
		{ "14:23 and 17:00", "14:23:00, 17:00:00" },
		{ "14:23 UTC on 15 August 2024", "2024-08-15T14:23:00+0" },
		{ "2023-11-09 20:00 \xe2\x80\x93 2023-11-10 02:00 UTC", "2023-11-09T20:00:00 > 2023-11-10T02:00:00+0" },
		{ "10:00+02:00", "10:00:00+120" },
		{ "10:00 (UTC+5:30)", "10:00:00+330" },
		{ "14h23", "14:23:00" },
		{ "version 3.10.10, 10.0.0.1:8080, ratio 3:1, 12 of 24, 99 %, E10:30", "" },
		{ "2023-13-40 25:61 99:99", "" },
		{ "in May we may mark it", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str got = describe(str_of(rows[i].text));

		cr_expect(str_eq(got, str_of(rows[i].want)), "%s: %.*s, not %s", rows[i].text, STR_ARG(got), rows[i].want);
	}
}

static struct str describe_amounts(struct str text)
{
	struct amount a[16];
	size_t n = amounts_find(text, a, 16);
	struct str all = STR_NONE;

	for (size_t i = 0; i < n; i++) {
		const char *mark = a[i].about ? "~" : "";

		if (a[i].kind == AMOUNT_DURATION)
			all = arena_printf(&arena, "%.*s%s%s%.0fs", STR_ARG(all), i ? " " : "", mark, a[i].value);
		else if (a[i].kind == AMOUNT_SHARE)
			all = arena_printf(&arena, "%.*s%s%s%.1f%%", STR_ARG(all), i ? " " : "", mark, 100 * a[i].value);
		else
			all = arena_printf(&arena, "%.*s%s%s%.0f/%.0f", STR_ARG(all), i ? " " : "", mark, a[i].value, a[i].of);
	}
	return all;
}

Test(prose, reads_durations_shares_and_counts)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "2 h 37 min", "9420s" },
		{ "2h37m", "9420s" },
		{ "about 25 hours", "~90000s" },
		{ "27 hours and 30 minutes", "99000s" },
		{ "an hour and a half", "5400s" },
		{ "half an hour", "1800s" },
		{ "a 90-minute outage", "5400s" },
		{ "two days", "172800s" },
		{ "1.5 hours", "5400s" },
		{ "1 d 3 h", "97200s" },
		{ "73% of users", "73.0%" },
		{ "about 20 % of users", "~20.0%" },
		{ "nearly 30 percent", "~30.0%" },
		{ "one in five users", "20.0%" },
		{ "four out of five users", "80.0%" },
		{ "a third of them", "33.3%" },
		{ "half of all users", "50.0%" },
		{ "424 of 26,112 requests", "424/26112" },
		{ "some 12,345 requests", "~12345/0" },
		{ "1.2 million requests", "1200000/0" },
		{ "a user, one server and no numbers", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str got = describe_amounts(str_of(rows[i].text));

		cr_expect(str_eq(got, str_of(rows[i].want)), "%s: %.*s, not %s", rows[i].text, STR_ARG(got), rows[i].want);
	}
}

Test(prose, takes_the_mark_up_off_and_keeps_the_lines)
{
	struct str text = STR("# Post*mortem*\n\n**Date:** 15 [August](http://x.y) 2024\nmore `of` it &amp; that [E1](#e1)\n\n"
			      "<!-- a comment\nof two lines -->\n```\n10:30 in a fence\n```\n"
			      "| UTC | event |\n| --- | --- |\n| 10:00 | a \\| b |\n\n- [ ] an item\n  that goes on\n- a\xc2\xa0" "b_c\n\nUnder\n-----\ntext\n");
	static const struct { enum prose_kind kind; const char *text; size_t line; } want[] = {
		{ PROSE_HEADING, "Postmortem", 1 },          { PROSE_PARAGRAPH, "Date: 15 August 2024 more of it & that", 3 },
		{ PROSE_HEAD, "UTC | event", 11 },           { PROSE_ROW, "10:00 | a | b", 13 },
		{ PROSE_ITEM, "an item that goes on", 15 },  { PROSE_ITEM, "a b_c", 17 },
		{ PROSE_HEADING, "Under", 19 },              { PROSE_PARAGRAPH, "text", 21 },
	};
	struct prose p = prose_read(text, &arena);

	cr_assert_eq(p.n, sizeof want / sizeof *want);
	for (size_t i = 0; i < p.n; i++) {
		cr_expect_eq(p.at[i].kind, want[i].kind, "block %zu", i);
		cr_expect(str_eq(p.at[i].text, str_of(want[i].text)), "%.*s, not %s", STR_ARG(p.at[i].text), want[i].text);
		cr_expect_eq(prose_line(&p.at[i], 0), want[i].line, "block %zu: line %zu", i, prose_line(&p.at[i], 0));
	}
	cr_expect_eq(prose_line(&p.at[1], 25), 4);
	cr_expect(str_eq(p.at[7].heading, STR("Under")));
}

Test(prose, finds_words_and_sentences)
{
	struct str text = STR("It began at 2 a.m. today. It was rolled back; nothing changed. The end.");

	cr_expect_eq(prose_find(text, STR("roll")), 33);
	cr_expect_eq(prose_find(text, STR("egan")), -1);
	cr_expect_eq(prose_find_any(text, "nothing|rolled back"), 33);
	cr_expect_eq(prose_find_any(text, "change$|th$"), -1);
	cr_expect(str_eq(prose_sentence(text, 34), STR("It was rolled back")));
	cr_expect(str_eq(prose_sentence(text, 0), STR("It began at 2 a.m. today")));
}
