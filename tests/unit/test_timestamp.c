/* Timestamps in all notations, and what is none. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "core/timestamp.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* What the text says: the instant or wall clock with its digits; +/-hh:mm when it says a zone. */
struct row {
	const char *text;
	const char *wanted;  /* as time_format writes it; NULL: no timestamp */
	const char *rest;    /* what is left unread */
	const char *said;    /* "z" zone, "y" year, "d" date */
	int32_t offset_s;
};

static void check(const struct row *rows, size_t n, bool (*parse)(struct str *s, struct timestamp *out))
{
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		char text[TIME_TEXT_BYTES], said[4];
		struct timestamp t = { .ns = 4711 };
		struct str s = str_of(r->text);
		bool good = parse(&s, &t);
		cr_expect_eq(good, r->wanted != NULL, "\"%s\"", r->text);
		if (!good) {
			cr_expect(str_eq(s, str_of(r->text)) && t.ns == 4711, "\"%s\" must stay untouched",
			          r->text);
			continue;
		}
		if (!r->wanted)
			continue;
		time_format(t.ns, t.digits, text);
		snprintf(said, sizeof said, "%s%s%s", t.has_zone ? "z" : "", t.has_year ? "y" : "",
		         t.has_date ? "d" : "");
		cr_expect_str_eq(text, r->wanted, "\"%s\" gave %s", r->text, text);
		cr_expect(str_eq(s, str_of(r->rest)), "\"%s\" left \"%.*s\"", r->text, STR_ARG(s));
		cr_expect_str_eq(said, r->said, "\"%s\" said %s", r->text, said);
		cr_expect_eq(t.offset_s, r->offset_s, "\"%s\": offset %d", r->text, t.offset_s);
	}
}

Test(timestamp, iso_family)
{
	static const struct row rows[] = {
		{ "2026-01-29T22:05:02Z", "2026-01-29T22:05:02Z", "", "zyd", 0 },
		{ "2026-01-29T22:05:02.123Z x", "2026-01-29T22:05:02.123Z", " x", "zyd", 0 },
		{ "2026-01-29T22:05:02,123456789+02:00", "2026-01-29T20:05:02.123456789Z", "", "zyd", 7200 },
		{ "2026-01-29T22:05:02.1234567891234Z", "2026-01-29T22:05:02.123456789Z", "", "zyd", 0 },
		{ "2026-01-29 22:05:02", "2026-01-29T22:05:02Z", "", "yd", 0 },
		{ "2026/01/29 22:05:02 [error] x", "2026-01-29T22:05:02Z", " [error] x", "yd", 0 },
		{ "2026.01.29 22:05:02", "2026-01-29T22:05:02Z", "", "yd", 0 },
		{ "2026-01-29t22:05:02z", "2026-01-29T22:05:02Z", "", "zyd", 0 },
		{ "2026-01-29T22:05:02-0530 x", "2026-01-30T03:35:02Z", " x", "zyd", -19800 },
		{ "2026-01-29 22:05:02 +0000", "2026-01-29T22:05:02Z", "", "zyd", 0 },
		{ "2026-01-29 22:05:02.5 -05 [7]", "2026-01-30T03:05:02.5Z", " [7]", "zyd", -18000 },
		{ "2026-01-29 22:05:02 CET [7]", "2026-01-29T21:05:02Z", " [7]", "zyd", 3600 },
		{ "2026-01-29 22:05:02.001 UTC:10.0.0.1(4)", "2026-01-29T22:05:02.001Z", ":10.0.0.1(4)",
		  "zyd", 0 },
		{ "2026-01-29 22:05:02 UTC-65af3c2d", "2026-01-29T22:05:02Z", "-65af3c2d", "zyd", 0 },
		{ "2026-01-29 22:05:02 UTC+2 x", "2026-01-29T20:05:02Z", " x", "zyd", 7200 },
		{ "2026-01-29 22:05:02 GMT-05:00 x", "2026-01-30T03:05:02Z", " x", "zyd", -18000 },
		{ "2026-01-29 22:05:02 Etc/UTC x", "2026-01-29T22:05:02Z", " x", "zyd", 0 },
		{ "2026-01-29 22:05:02 INFO x", "2026-01-29T22:05:02Z", " INFO x", "yd", 0 },
		{ "2026-01-29 22:05:02 WARN", "2026-01-29T22:05:02Z", " WARN", "yd", 0 },
		{ "2026-01-29 22:05:02 GET /", "2026-01-29T22:05:02Z", " GET /", "yd", 0 },
		{ "2026-01-29 22:05:02 UTCX", "2026-01-29T22:05:02Z", " UTCX", "yd", 0 },
		{ "2026-01-29 22:05:02 Zoo", "2026-01-29T22:05:02Z", " Zoo", "yd", 0 },
		{ "2026-01-29 22:05:02 - x", "2026-01-29T22:05:02Z", " - x", "yd", 0 },
		{ "2026-01-29 22:05:02 -4711", "2026-01-29T22:05:02Z", " -4711", "yd", 0 },
		{ "2026-01-29T22:05:02+01:00[Europe/Berlin] x", "2026-01-29T21:05:02Z", " x", "zyd", 3600 },
		{ "2026-01-29T22:05:02+01:00[main] x", "2026-01-29T21:05:02Z", "[main] x", "zyd", 3600 },
		{ "2026-01-29 22:05", "2026-01-29T22:05:00Z", "", "yd", 0 },
		{ "2026-01-29T22:05Z", "2026-01-29T22:05:00Z", "", "zyd", 0 },
		{ "2019-10-16  9:24:15 0 [Note]", "2019-10-16T09:24:15Z", " 0 [Note]", "yd", 0 },
		{ "2019-07-10  16:38:08", "2019-07-10T16:38:08Z", "", "yd", 0 },
		{ "2016-09-28 04:30:30, Info", "2016-09-28T04:30:30Z", ", Info", "yd", 0 },
		{ "2026-01-29 22:05:02,4711,pod", "2026-01-29T22:05:02Z", ",4711,pod", "yd", 0 },
		{ "2026-01-29 22:05:02. Then", "2026-01-29T22:05:02Z", ". Then", "yd", 0 },
		{ "2026-01-29 22:05:02:123 x", "2026-01-29T22:05:02.123Z", " x", "yd", 0 },
		{ "2026-01-29 22:05:02: x", "2026-01-29T22:05:02Z", ": x", "yd", 0 },
		{ "2024-02-29T24:00:00Z", "2024-03-01T00:00:00Z", "", "zyd", 0 },
		{ "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "", "zyd", 0 },
		{ "2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5Z", "", "zyd", 0 },
		{ "1999-12-31 23:59:59", "1999-12-31T23:59:59Z", "", "yd", 0 },
		{ "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z", "", "zyd", 0 },
		/* none */
		{ "2026-01-29", NULL, NULL, NULL, 0 },
		{ "2026-01-29 x", NULL, NULL, NULL, 0 },
		{ "2026-02-29 10:00:00", NULL, NULL, NULL, 0 },
		{ "1900-02-29 10:00:00", NULL, NULL, NULL, 0 },
		{ "2026-13-01 10:00:00", NULL, NULL, NULL, 0 },
		{ "2026-00-01 10:00:00", NULL, NULL, NULL, 0 },
		{ "2026-01-00 10:00:00", NULL, NULL, NULL, 0 },
		{ "2026-04-31 10:00:00", NULL, NULL, NULL, 0 },
		{ "2026-01-29 25:00:00", NULL, NULL, NULL, 0 },
		{ "2026-01-29 24:00:01", NULL, NULL, NULL, 0 },
		{ "2026-01-29 24:00:00.1", NULL, NULL, NULL, 0 },
		{ "2026-01-29 10:60:00", NULL, NULL, NULL, 0 },
		{ "2026-01-29 10:00:61", NULL, NULL, NULL, 0 },
		{ "2026-01-29 10:00:001", NULL, NULL, NULL, 0 },
		{ "2026-01/29 10:00:00", NULL, NULL, NULL, 0 },
		{ "0000-01-01 00:00:00", NULL, NULL, NULL, 0 },
		{ "9999-01-01 00:00:00", NULL, NULL, NULL, 0 },
		{ "2026-1a-29 10:00:00", NULL, NULL, NULL, 0 },
		{ "", NULL, NULL, NULL, 0 },
	};
	check(rows, COUNT(rows), timestamp_parse_iso);
	check(rows, COUNT(rows), timestamp_parse);
}

Test(timestamp, common_log_format)
{
	static const struct row rows[] = {
		{ "29/Jan/2026:17:35:00 -0500", "2026-01-29T22:35:00Z", "", "zyd", -18000 },
		{ "29/Jan/2026:17:35:00 +0000] \"GET", "2026-01-29T17:35:00Z", "] \"GET", "zyd", 0 },
		{ "29/jan/2026:17:35:00.123] fe", "2026-01-29T17:35:00.123Z", "] fe", "yd", 0 },
		{ "31/Dec/2025:23:59:60 +0000", "2026-01-01T00:00:00Z", "", "zyd", 0 },
		{ "29/Foo/2026:17:35:00", NULL, NULL, NULL, 0 },
		{ "29/Jan/2026", NULL, NULL, NULL, 0 },
		{ "31/Feb/2026:17:35:00 +0000", NULL, NULL, NULL, 0 },
	};
	check(rows, COUNT(rows), timestamp_parse_clf);
	check(rows, COUNT(rows), timestamp_parse);
}

Test(timestamp, names_of_months)
{
	static const struct row rows[] = {
		{ "Jan 29 17:43:00 host", "2000-01-29T17:43:00Z", " host", "d", 0 },
		{ "Jan  9 17:43:00 host", "2000-01-09T17:43:00Z", " host", "d", 0 },
		{ "Feb 29 00:00:00 host", "2000-02-29T00:00:00Z", " host", "d", 0 },
		{ "Jan  9 2026 17:43:00.123: %SYS", "2026-01-09T17:43:00.123Z", ": %SYS", "yd", 0 },
		{ "Jan 29 17:43:00 2019 connections", "2000-01-29T17:43:00Z", " 2019 connections", "d", 0 },
		{ "Fri Dec 16 01:46:23 2005] [error]", "2005-12-16T01:46:23Z", "] [error]", "yd", 0 },
		{ "Fri Dec 16 01:46:23.000000 2005", "2005-12-16T01:46:23.000000Z", "", "yd", 0 },
		{ "Fri Dec 16 01:46:23 UTC 2005", "2005-12-16T01:46:23Z", "", "zyd", 0 },
		{ "Mon Aug  5 20:21:42 [conn1] x", "2000-08-05T20:21:42Z", " [conn1] x", "d", 0 },
		{ "Fri, 16 Dec 2005 01:46:23 GMT", "2005-12-16T01:46:23Z", "", "zyd", 0 },
		{ "Friday, 16-Dec-05 01:46:23 GMT", "2005-12-16T01:46:23Z", "", "zyd", 0 },
		{ "Mar 4, 2012 8:51:36 AM org.Main", "2012-03-04T08:51:36Z", " org.Main", "yd", 0 },
		{ "Mar 4, 2012, 12:51:36 AM", "2012-03-04T00:51:36Z", "", "yd", 0 },
		{ "Mar 4, 2012, 12:51:36\xe2\x80\xafPM", "2012-03-04T12:51:36Z", "", "yd", 0 },
		{ "January 29, 2026 at 10:00:00 AM UTC", "2026-01-29T10:00:00Z", "", "zyd", 0 },
		{ "29 Jan 2026 17:11:47.095 * x", "2026-01-29T17:11:47.095Z", " * x", "yd", 0 },
		{ "30 May 17:11:47.095 x", "2000-05-30T17:11:47.095Z", " x", "d", 0 },
		{ "29-Jan-2026 10:00:00.000 SEVERE", "2026-01-29T10:00:00.000Z", " SEVERE", "yd", 0 },
		{ "29-JAN-2026 10:00:00 EST", "2026-01-29T15:00:00Z", "", "zyd", -18000 },
		{ "3-Apr-2019::11:13:15 ===", "2019-04-03T11:13:15Z", " ===", "yd", 0 },
		{ "ao\xc3\xbbt 29 17:43:00 h", "2000-08-29T17:43:00Z", " h", "d", 0 },
		{ "f\xc3\xa9vr. 3 17:43:00 h", "2000-02-03T17:43:00Z", " h", "d", 0 },
		{ "M\xc3\xa4r 29 17:43:00 h", "2000-03-29T17:43:00Z", " h", "d", 0 },
		{ "Okt 29 17:43:00 h", "2000-10-29T17:43:00Z", " h", "d", 0 },
		{ "ene 29 17:43:00 h", "2000-01-29T17:43:00Z", " h", "d", 0 },
		{ "Jan-29-26 17:43:00 [SSL-out]", "2026-01-29T17:43:00Z", " [SSL-out]", "yd", 0 },
		{ "Jan-29-2026 17:43:00.5", "2026-01-29T17:43:00.5Z", "", "yd", 0 },
		{ "Jan-29 17:43:00.125 [main]", "2000-01-29T17:43:00.125Z", " [main]", "d", 0 },
		{ "Jan-29 17:43", NULL, NULL, NULL, 0 },
		{ "word-29-26 17:43:00", NULL, NULL, NULL, 0 },
		{ "Thu Jan 29 17:43:00 2026 -04:00 x", "2026-01-29T21:43:00Z", " x", "zyd", -14400 },
		{ "Feb 30 17:43:00", NULL, NULL, NULL, 0 },
		{ "Jan 29 17:43", NULL, NULL, NULL, 0 },
		{ "Jan 29 1743 users", NULL, NULL, NULL, 0 },
		{ "Janet 29 17:43:00", NULL, NULL, NULL, 0 },
		{ "may 5 errors", NULL, NULL, NULL, 0 },
		{ "Mon 17:43:00", NULL, NULL, NULL, 0 },
		{ "Jan", NULL, NULL, NULL, 0 },
	};
	check(rows, COUNT(rows), timestamp_parse);
}

Test(timestamp, numbers)
{
	static const struct row rows[] = {
		{ "161209 14:37:59 [Note]", "2016-12-09T14:37:59Z", " [Note]", "yd", 0 },
		{ "191015  9:46:45 x", "2019-10-15T09:46:45Z", " x", "yd", 0 },
		{ "081109 203615 148 INFO", "2008-11-09T20:36:15Z", " 148 INFO", "yd", 0 },
		{ "20260129 17:00:00 x", "2026-01-29T17:00:00Z", " x", "yd", 0 },
		{ "20260129T170000Z", "2026-01-29T17:00:00Z", "", "zyd", 0 },
		{ "20260129T170000.250+0100", "2026-01-29T16:00:00.250Z", "", "zyd", 3600 },
		{ "20171223-22:15:29:606|x", "2017-12-23T22:15:29.606Z", "|x", "yd", 0 },
		{ "20170122151156 x", "2017-01-22T15:11:56Z", " x", "yd", 0 },
		{ "1773540005", "2026-03-15T02:00:05Z", "", "zyd", 0 },
		{ "1773540005.115 x", "2026-03-15T02:00:05.115Z", " x", "zyd", 0 },
		{ "1773540005115 x", "2026-03-15T02:00:05.115Z", " x", "zyd", 0 },
		{ "1773540005115.25", "2026-03-15T02:00:05.11525Z", "", "zyd", 0 },
		{ "1773540005115000", "2026-03-15T02:00:05.115000Z", "", "zyd", 0 },
		{ "1773540005115000123", "2026-03-15T02:00:05.115000123Z", "", "zyd", 0 },
		{ "1364481363.243:24287)", "2013-03-28T14:36:03.243Z", ":24287)", "zyd", 0 },
		{ "12/31/2025 11:22:33 PM", "2025-12-31T23:22:33Z", "", "yd", 0 },
		{ "12/31/25 11:22:33", "2025-12-31T11:22:33Z", "", "yd", 0 },
		{ "1/9/26, 10:05 PM - x", "2026-01-09T22:05:00Z", " - x", "yd", 0 },
		{ "27/11/2020 10:00:00", "2020-11-27T10:00:00Z", "", "yd", 0 },
		{ "03/04/2020 10:00:00", "2020-03-04T10:00:00Z", "", "yd", 0 },
		{ "17/06/09 20:10:40 INFO", "2017-06-09T20:10:40Z", " INFO", "yd", 0 },
		{ "3/4/12 8:51:36:123 EST", "2012-03-04T13:51:36.123Z", "", "zyd", -18000 },
		{ "29.01.2026 17:00:00", "2026-01-29T17:00:00Z", "", "yd", 0 },
		{ "05.01.2026 17:00:00", "2026-01-05T17:00:00Z", "", "yd", 0 },
		{ "03-17 16:13:38.811 1702", "2000-03-17T16:13:38.811Z", " 1702", "d", 0 },
		{ "10.30 16:49:06] chrome.exe", "2000-10-30T16:49:06Z", "] chrome.exe", "d", 0 },
		{ "2005-06-03-15.42.50.675872 R02", "2005-06-03T15:42:50.675872Z", " R02", "yd", 0 },
		{ "2026-1-9 8:05:02", "2026-01-09T08:05:02Z", "", "yd", 0 },
		{ "2026:01:09-08:05:02: x", "2026-01-09T08:05:02Z", ": x", "yd", 0 },
		{ "2026:13:09-08:05:02: x", NULL, NULL, NULL, 0 },
		{ "2026:01 pages", NULL, NULL, NULL, 0 },
		{ "17:43:00.5 x", "1970-01-01T17:43:00.5Z", " x", "", 0 },
		{ "17:43:00.5 2026.01.29 0x0", "2026-01-29T17:43:00.5Z", " 0x0", "yd", 0 },
		{ "17:43:00 2026-01-29", "2026-01-29T17:43:00Z", "", "yd", 0 },
		{ "17:43:00 2026 bytes sent", "1970-01-01T17:43:00Z", " 2026 bytes sent", "", 0 },
		{ "01/29-17:43:00.123456  [**]", "2000-01-29T17:43:00.123456Z", "  [**]", "d", 0 },
		{ "01/02/24,17:43:00,x", "2024-01-02T17:43:00Z", ",x", "yd", 0 },
		{ "09/06/10 17:43:00", "2009-06-10T17:43:00Z", "", "yd", 0 },
		{ "9:46:45 PM x", "1970-01-01T21:46:45Z", " x", "", 0 },
		{ "@4000000037c219bf2ef02e94 x", "1999-08-24T04:04:05.787492500Z", " x", "zyd", 0 },
		{ "00:11:22:33:44:55", NULL, NULL, NULL, 0 },
		{ "10.0.0.1 - -", NULL, NULL, NULL, 0 },
		{ "127.0.0.1 10:00:00", NULL, NULL, NULL, 0 },
		{ "978307199", NULL, NULL, NULL, 0 },
		{ "4102444800", NULL, NULL, NULL, 0 },
		{ "1773540005a", NULL, NULL, NULL, 0 },
		{ "1773540005-1", NULL, NULL, NULL, 0 },
		{ "123456789012345678901234567890", NULL, NULL, NULL, 0 },
		{ "13/13/2020 10:00:00", NULL, NULL, NULL, 0 },
		{ "161309 14:37:59", NULL, NULL, NULL, 0 },
		{ "00-00 10:00:00", NULL, NULL, NULL, 0 },
		{ "0/0/2020 10:00:00", NULL, NULL, NULL, 0 },
		{ "200 OK 10:00:00", NULL, NULL, NULL, 0 },
		{ "@4000000037c219bf2ef02e9", NULL, NULL, NULL, 0 },
		{ "@zzzz000037c219bf2ef02e94", NULL, NULL, NULL, 0 },
		{ "58.617: [GC", NULL, NULL, NULL, 0 },
	};
	check(rows, COUNT(rows), timestamp_parse);
}

Test(timestamp, epochs_are_whole)
{
	struct timestamp t = { .ns = 1 };
	cr_expect(timestamp_parse_epoch(STR("1773540005"), &t));
	cr_expect_eq(t.ns, 1773540005 * NS_PER_S);
	cr_expect(t.has_zone && t.has_year && t.has_date && t.digits == 0);
	cr_expect(timestamp_parse_epoch(STR("1773540005115.5"), &t));
	cr_expect_eq(t.ns, INT64_C(1773540005115500000));
	cr_expect_eq(t.digits, 4);
	cr_expect_not(timestamp_parse_epoch(STR("1773540005 "), &t));
	cr_expect_not(timestamp_parse_epoch(STR("1773540005."), &t));
	cr_expect_not(timestamp_parse_epoch(STR("-1773540005"), &t));
	cr_expect_not(timestamp_parse_epoch(STR("42"), &t));
	cr_expect_not(timestamp_parse_epoch(STR(""), &t));
}

/* Cut anywhere, or with any byte replaced: never more than was there, never a crash. */
Test(timestamp, survives_garbage)
{
	static const char *const texts[] = {
		"2026-01-29T22:05:02.123456+02:00[Europe/Berlin] x",
		"29/Jan/2026:17:35:00 -0500",
		"Fri Dec 16 01:46:23.000000 UTC 2005",
		"Mar 4, 2012, 8:51:36 AM EST",
		"2005-06-03-15.42.50.675872",
		"@4000000037c219bf2ef02e94",
		"20260129T170000.5Z",
		"1773540005115.25",
		"12/31/25, 11:22:33 PM GMT+2",
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t whole = strlen(texts[i]);
		struct arena a;
		arena_init(&a);
		for (size_t len = 0; len <= whole; len++) {
			char *copy = arena_alloc(&a, len ? len : 1, 1);
			memcpy(copy, texts[i], len);
			struct timestamp t;
			struct str s = { copy, len };
			if (timestamp_parse(&s, &t))
				cr_assert(s.len < len && s.ptr + s.len == copy + len);
		}
		char *copy = arena_alloc(&a, whole, 1);
		for (size_t at = 0; at < whole; at++)
			for (int c = 0; c < 256; c++) {
				memcpy(copy, texts[i], whole);
				copy[at] = (char)c;
				struct timestamp t;
				struct str s = { copy, whole };
				if (timestamp_parse(&s, &t))
					cr_assert(s.len < whole && s.ptr + s.len == copy + whole &&
					          t.digits <= 9);
			}
		arena_release(&a);
	}
}

/* Where the form of the last one is found again, the ordinary reader finds the same; every byte becomes another. */
Test(timestamp, is_read_by_the_form_of_the_last_one)
{
	static const char *const texts[] = {
		"2026-01-29T22:05:02.123Z", "2026-01-29 22:05:02.136 UTC [7]", "2026-01-29 22:05:02 CET x", "2026-01-29 22:05:02",
		"2026-01-29T22:05:02.123456789-05:30 x", "2026-01-29 22:05:02,123", "2026-01-29 22:05:02 Etc/UTC x",
		"2026-01-29 22:05:02 +0000", "2026-01-29T22:05:02+01:00[Europe/Berlin] x", "2026-01-29 22:05:02.5 INFO",
		"2024-02-29T24:00:00Z", "2019-10-16  9:24:15", "2026-01-29 22:05", "2026/01/29 22:05:02.1234567891 x", "05/03/2026 10:00:00",
	};
	static const char bytes[] = "0123456789.,: -+/TZUC[x";
	size_t recalled = 0;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct timestamp_last last = { 0 };
		struct timestamp t, u;
		struct str whole = str_of(texts[i]), s = whole;
		if (timestamp_parse_iso(&s, &t))
			timestamp_remember(&last, whole, whole.len - s.len, &t);
		for (size_t at = 0; at <= whole.len; at++)
			for (const char *c = bytes; *c; c++) {
				char copy[64];
				memcpy(copy, whole.ptr, whole.len);
				copy[at] = *c;
				struct str first = str_make(copy, at == whole.len ? at + 1 : whole.len), again = first;
				if (!timestamp_recall(&last, &again, &u))
					continue;
				recalled++;
				cr_assert(timestamp_parse_iso(&first, &t), "%s at %zu", texts[i], at);
				cr_assert(first.ptr == again.ptr && first.len == again.len, "%s at %zu", texts[i], at);
				cr_assert(t.ns == u.ns && t.offset_s == u.offset_s && t.digits == u.digits && t.has_zone == u.has_zone &&
						  t.has_year == u.has_year && t.has_date == u.has_date && t.order == u.order,
					  "%s with %c at %zu", texts[i], *c, at);
			}
	}
	cr_expect(recalled > 700, "only %zu were read so", recalled);
}

Test(timestamp, calendar_goes_there_and_back)
{
	cr_expect_eq(days_from_civil(1970, 1, 1), 0);
	cr_expect_eq(days_from_civil(2000, 3, 1), 11017);
	cr_expect_eq(days_from_civil(1969, 12, 31), -1);
	int64_t last = days_from_civil(1599, 12, 31);
	for (int64_t d = days_from_civil(1600, 1, 1); d < days_from_civil(2401, 1, 1); d++) {
		int64_t year;
		unsigned month, day;
		civil_from_days(d, &year, &month, &day);
		cr_assert(month >= 1 && month <= 12 && day >= 1 && day <= 31);
		cr_assert_eq(days_from_civil(year, month, day), d);
		cr_assert_eq(d, ++last);
	}
}

Test(timestamp, formats)
{
	char text[TIME_TEXT_BYTES];
	cr_expect_str_eq(time_format(0, 0, text), "1970-01-01T00:00:00Z");
	cr_expect_str_eq(time_format(-1, 9, text), "1969-12-31T23:59:59.999999999Z");
	cr_expect_str_eq(time_format(1769724302123456789, 3, text), "2026-01-29T22:05:02.123Z");
	cr_expect_str_eq(time_format(1769724302000000000, 12, text), "2026-01-29T22:05:02.000000000Z");
	time_format(INT64_MIN, 9, text);
	time_format(INT64_MAX, 9, text);
	cr_expect_str_eq(text, "2262-04-11T23:47:16.854775807Z");
}

Test(timestamp, durations_are_read)
{
	static const struct {
		const char *text;
		double ms; /* -1: none */
	} rows[] = {
		{ "12ms", 12 },
		{ "1.5s", 1500 },
		{ "1m2.5s", 62500 },
		{ "850\xc2\xb5s", 0.85 },
		{ "850\xce\xbcs", 0.85 },
		{ "850us", 0.85 },
		{ "90ns", 9e-5 },
		{ "0:03:10.887", 190887 },
		{ "00:00.053s", 53 },
		{ "3h", 10800000 },
		{ "1h2m3s4ms", 3723004 },
		{ "2 h 37 min", 9420000 },
		{ "12 ms", 12 },
		{ " 7 seconds ", 7000 },
		{ "1d", 86400000 },
		{ "0s", 0 },
		{ ".5s", 500 },
		{ "100 milliseconds", 100 },
		{ "12", -1 },
		{ "", -1 },
		{ "ms", -1 },
		{ "12 parsecs", -1 },
		{ "-1s", -1 },
		{ "1.2.3s", -1 },
		{ "1:2", 62000 },
		{ "1:99", -1 },
		{ "1:2:3:4", -1 },
		{ ":", -1 },
		{ "12ms x", -1 },
		{ "s12", -1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		double ms = -1;
		bool good = duration_parse_ms(str_of(rows[i].text), &ms);
		cr_expect_eq(good, rows[i].ms >= 0, "\"%s\"", rows[i].text);
		cr_expect_float_eq(ms, rows[i].ms, 1e-9, "\"%s\": %g", rows[i].text, ms);
	}
}

Test(timestamp, durations_are_written)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "0 s" },
		{ 850 * NS_PER_MS, "850 ms" },
		{ 250000, "0.25 ms" },
		{ 45 * NS_PER_S, "45 s" },
		{ 59900 * NS_PER_MS, "1 min" },
		{ 61 * NS_PER_S, "1 min 1 s" },
		{ 3599 * NS_PER_S, "59 min 59 s" },
		{ 3600 * NS_PER_S, "1 h" },
		{ 9420 * NS_PER_S, "2 h 37 min" },
		{ (86400 - 10) * NS_PER_S, "1 d" },
		{ 97200 * NS_PER_S, "1 d 3 h" },
		{ -45 * NS_PER_S, "-45 s" },
	};
	char text[TIME_TEXT_BYTES];
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_str_eq(duration_format(rows[i].ns, text), rows[i].text);
	duration_format(INT64_MIN, text);
	cr_expect_eq(text[0], '-');
}

Test(timestamp, reads_notations_that_a_user_states)
{
	static const struct { const char *pattern, *text, *is; } rows[] = {
		{ "%d.%m.%y %Hh%Mm%Ss", "29.01.26 22h05m02s", "2026-01-29T22:05:02Z" },
		{ "%Y-%m-%dT%H:%M:%S.%f%z", "2026-01-29T22:05:02.1234+0100", "2026-01-29T21:05:02.1234Z" },
		{ "%b %e %Y %I:%M:%S %p", "Jan  9 2026 12:05:02 AM", "2026-01-09T00:05:02Z" },
		{ "%F %T,%L", "2026-01-29 22:05:02,007", "2026-01-29T22:05:02.007Z" },
		{ "[%a %B %d %H:%M:%S %Y]", "[Thu January 29 22:05:02 2026]", "2026-01-29T22:05:02Z" },
		{ "%s", "1769724302", "2026-01-29T22:05:02Z" },
		{ "%i", "1769724302007", "2026-01-29T22:05:02.007Z" },
		{ "100%% %D %R", "100% 01/29/26 22:05", "2026-01-29T22:05:00Z" },
		{ "%d.%m.%y", "29.01.26x", NULL },
		{ "%d.%m.%y", "32.01.26", NULL },
		{ "%H:%M", "25:00", NULL },
		{ "%q", "x", NULL },
		{ "%Y-%m", "2026-", NULL },
	};
	char text[TIME_TEXT_BYTES];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct timestamp t = { 0 };
		bool good = timestamp_parse_pattern(str_of(rows[i].text), str_of(rows[i].pattern), &t);

		cr_assert_eq(good, rows[i].is != NULL, "%s", rows[i].text);
		if (good)
			cr_expect_str_eq(time_format(t.ns, t.digits, text), rows[i].is);
	}
}

Test(timestamp, says_whether_the_day_may_be_the_month)
{
	static const struct { const char *text; enum day_month order; } rows[] = {
		{ "05/03/2026 10:00:00", DAY_MONTH_OPEN }, { "13/03/2026 10:00:00", DAY_MONTH_DAY },
		{ "03/13/2026 10:00:00", DAY_MONTH_MONTH }, { "05/05/2026 10:00:00", DAY_MONTH_SAID },
		{ "05.03.2026 10:00:00", DAY_MONTH_SAID }, { "2026-03-05 10:00:00", DAY_MONTH_SAID },
		{ "29/Jan/2026:17:35:00 -0500", DAY_MONTH_SAID },
	};
	char text[TIME_TEXT_BYTES];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str s = str_of(rows[i].text);
		struct timestamp t;

		cr_assert(timestamp_parse(&s, &t), "%s", rows[i].text);
		cr_expect_eq(t.order, rows[i].order, "%s", rows[i].text);
		if (i == 0)
			cr_expect_str_eq(time_format(timestamp_exchanged(t.ns), 0, text), "2026-03-05T10:00:00Z");
	}
}
