/* Formats told from many lines, with the real formats. */
#include <criterion/criterion.h>

#include "ingest/detect.h"

static const char *detect(const char *text, struct arena *a, struct detection *d)
{
	detect_format(str_of(text), true, STR("x.log"), NULL, NULL, a, d);
	return d->format ? d->format->id : "";
}

#define ACCESS "10.0.0.1 - - [29/Jan/2026:17:35:00 -0500] \"GET /cart HTTP/1.1\" 200 17 \"-\" \"curl/8\"\n"
#define JSON "{\"time\":\"2026-01-29T22:05:02Z\",\"level\":\"info\",\"msg\":\"ready\"}\n"
#define TEXT "2026-01-29 22:05:02 ERROR something went wrong\n"
#define SYSLOG "Jan 29 22:05:02 web-1 cron[17]: job 4 started\n"

Test(detect, the_format_of_most_lines_wins)
{
	static const struct {
		const char *text, *format;
	} rows[] = {
		{ACCESS ACCESS ACCESS, "nginx_access"},
		{JSON JSON JSON, "json_lines"},
		{SYSLOG SYSLOG SYSLOG, "syslog"},
		{TEXT TEXT TEXT, "generic_text"},
		{"stray line\n" ACCESS ACCESS ACCESS "another\n", "nginx_access"},
		{JSON ACCESS ACCESS ACCESS, "nginx_access"},
		{JSON JSON JSON ACCESS, "json_lines"},
		{ACCESS, "nginx_access"},
		/* a document printed into a log is not the log */
		{TEXT TEXT TEXT
		 "{\n\"a\": 1,\n\"b\": 2,\n\"c\": 3,\n\"d\": 4,\n\"e\": 5,\n\"f\": 6\n}\n" TEXT TEXT,
		 "generic_text"},
		/* half a line is better than none */
		{"10.0.0.1 - - [29/Jan/2026:17:35:00 -0500] \"GET /cart HTTP/1.1\" 200 17 \"-\" \"curl/8\"",
		 "nginx_access"},
		{"\xef\xbb\xbf" JSON JSON, "json_lines"},
		{"{\"time\":\"2026-01-29T22:05:02Z\",\"msg\":\"x\"}\r\n{\"time\":\"2026-01-29T22:05:02Z\","
		 "\"msg\":\"y\"}\r\n",
		 "json_lines"},
		{"", ""},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct detection d;
		const char *format = detect(rows[i].text, &a, &d);

		cr_expect_str_eq(format, rows[i].format, "row %zu: %s", i, format);
	}
	arena_release(&a);
}

Test(detect, what_it_says_is_what_was_seen)
{
	struct detection d;
	struct arena a;

	arena_init(&a);
	detect(ACCESS "what is this\n" ACCESS JSON ACCESS, &a, &d);
	cr_assert(d.best && d.n_lines == 5);
	cr_expect(d.best->starts == 3 && d.best->aliens == 2 && d.best->timed == 3 && d.best->zoned == 3 &&
		  d.best->with_year == 3);
	cr_expect(d.best->coverage > 0.59 && d.best->coverage < 0.61);
	cr_expect(d.best->n_unmatched == 2 && str_eq(d.best->unmatched[0].text, STR("what is this")));
	cr_assert(d.n_others > 0);
	cr_expect_str_eq(d.others[0]->id, "json_lines");
	arena_release(&a);
}

Test(detect, a_rule_is_obeyed)
{
	struct detection d;
	struct arena a;

	arena_init(&a);
	detect_format(STR(ACCESS ACCESS), true, STR("x.log"), NULL, format_by_id(STR("json_lines")), &a, &d);
	cr_expect_str_eq(d.format->id, "json_lines");
	cr_expect(d.forced && !d.best);
	arena_release(&a);
}

Test(detect, payloads)
{
	struct arena a;

	arena_init(&a);
	cr_expect_str_eq(
		detect_payload(STR("{\"level\":\"info\",\"msg\":\"x\",\"time\":\"2026-01-29T22:05:02Z\"}"),
			       STR("x"), NULL, &a)
			->id,
		"json_lines");
	cr_expect(detect_payload(STR("session opened for user deploy"), STR("x"), NULL, &a) == NULL);
	cr_expect(detect_payload(STR_NONE, STR("x"), NULL, &a) == NULL);
	arena_release(&a);
}

Test(detect, hostile_lines_are_bounded)
{
	struct detection d;
	struct arena a;
	char *text;
	size_t n = 65536;

	arena_init(&a);
	text = arena_alloc(&a, n, 1);
	for (unsigned seed = 1; seed < 4; seed++) {
		unsigned x = seed;

		for (size_t i = 0; i < n; i++) {
			x = x * 1664525 + 1013904223;
			text[i] = "{}[]\":,=\n\\ \t#/<>0123456789abcTZ-"[x >> 27 & 31];
		}
		detect_format(str_make(text, n), false, STR("x"), NULL, NULL, &a, &d);
		cr_expect(d.n_lines <= DETECT_LINES);
	}
	arena_release(&a);
}
